"""Signed links to stop a target's messages: who holds the link may stop it, nobody else can make one."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from monitor.settings import WebSettings

SIGNATURE_BYTES = 16


def unsubscribe_url(target: str, web: WebSettings) -> str | None:
    """Where the target's reader can stop it; None where no pages are served to the public or nothing is there to sign with."""
    if not web.public_url or not web.token:
        return None
    return f"{web.public_url.rstrip('/')}/u/{unsubscribe_token(target, web.token)}"


def unsubscribe_token(target: str, secret: str) -> str:
    """The target's name, signed; letters, digits, `-`, `_` and one `.`."""
    return f"{_encoded(target.encode())}.{_encoded(_signature(target, secret))}"


def target_of(token: str, secret: str) -> str | None:
    """The target an unsubscribe token was made for; None when it was not made with this secret."""
    name, _, signature = token.partition(".")
    try:
        target, given = _decoded(name).decode(), _decoded(signature)
    except ValueError:
        return None
    return target if hmac.compare_digest(given, _signature(target, secret)) else None


def _signature(target: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"unsubscribe\0" + target.encode(), sha256)[:SIGNATURE_BYTES]


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
