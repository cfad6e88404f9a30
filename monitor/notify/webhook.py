"""Signed JSON to an address of the user's: at least once, each message under one id, so that a receiver can drop repeats."""

import hmac
import ssl
from collections.abc import Sequence
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from monitor.model import Delivery, QueuedEdit, Receipt, Refusal
from monitor.notify.deadline import Lines
from monitor.notify.payload import payload
from monitor.settings import Target
from monitor.text import shorten, term_safe

DEADLINE_SECONDS = 10.0
TRY_AGAIN = frozenset({408, 425, 429})  # 4xx that speak of now, not of the message (RFC 9110, RFC 8470, RFC 6585)


class WebhookNotifier:
    """POSTs `payload` with `X-Monitor-Delivery`, and signed where the target has a secret. Redirects are not followed."""

    def __init__(self, lines: Lines | None = None, *, deadline: float = DEADLINE_SECONDS) -> None:
        self._lines = lines or Lines()
        self._deadline = deadline

    def send(self, target: Target, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal:
        """2xx is taken; 5xx, 429 and silence are tried again; every other answer is for good."""
        report = delivery.report
        assert report is not None
        body = payload(delivery)
        headers = {"Content-Type": "application/json", "X-Monitor-Delivery": delivery.key, "User-Agent": "monitor"}
        if target.secret:
            stamp = str(int(report.until.timestamp()))
            headers |= {"X-Monitor-Timestamp": stamp, "X-Monitor-Signature": signature(target.secret, stamp, body)}
        try:
            status = self._post(target.url.removeprefix("webhook+"), body, headers)
        except (HTTPException, OSError) as error:
            return Refusal(report.until, False, shorten(term_safe(f"{type(error).__name__}: {error}"), 300))
        except ValueError as error:
            return Refusal(report.until, True, shorten(term_safe(f"no address to post to: {error}"), 300))
        if 200 <= status < 300:
            return Receipt(report.until, delivery.key)
        return Refusal(report.until, status < 500 and status not in TRY_AGAIN, f"the receiver answered {status}")

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(url)
        if not parts.hostname:
            raise ValueError("it names no host")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.scheme == "https":
            connection: HTTPConnection = HTTPSConnection(
                parts.hostname, parts.port, timeout=self._deadline, context=ssl.create_default_context()
            )
        else:
            connection = HTTPConnection(parts.hostname, parts.port, timeout=self._deadline)
        try:
            with self._lines.talking(self._deadline, lambda: connection.sock):
                connection.request("POST", path, body, headers)
                return connection.getresponse().status
        finally:
            connection.close()


def signature(secret: str, stamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC of `<X-Monitor-Timestamp>.<body>`; a receiver computes the same and compares."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
