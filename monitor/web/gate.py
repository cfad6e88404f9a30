"""Who may come in: the host asked for, the token, forms that are ours, and not too often. Deny by default."""

import hashlib
import hmac
import secrets
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qs, quote, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION = "monitor_session"
SESSION_SECONDS = 30 * 86_400
FORM_SECONDS = 12 * 3600  # a form that stood open longer is asked for again
FORM_BYTES = 64_000
SIGNED = "/u/"  # the path carries a signature of ours, which is all that is asked for: mail programs post there (RFC 8058)
PUSHED = "/w/"  # the path carries a token that only a hub was told, and what it posts is signed (WebSub)
UNASKED = (SIGNED, PUSHED)  # who comes here has no form of ours
PUBLIC = ("/login", "/static/", "/healthz", "/favicon.ico", *UNASKED)
"""Where a stranger may go when a token is set; everything else is closed."""

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # others learn nothing; with no-referrer a browser's own forms would come from "null"
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


@dataclass
class Bucket:
    """So many requests at once, and so many a second after that."""

    burst: float
    rate: float
    seen: dict[str, tuple[float, float]] = field(default_factory=dict)

    def takes(self, who: str, now: float) -> bool:
        """Whether one more may come now."""
        if len(self.seen) > 10_000:  # strangers may come from anywhere; the oldest are forgotten
            self.seen = dict(list(self.seen.items())[5_000:])
        left, at = self.seen.pop(who, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.rate)
        self.seen[who] = (left - 1 if left >= 1 else left, now)
        return left >= 1


@dataclass
class Gate:
    """The rules. Without a token only requests for `hosts` are answered, so that no foreign name can be pointed here."""

    token: str | None
    hosts: frozenset[str]
    monotonic: Callable[[], float]
    secure: bool = False
    strangers: Bucket = field(default_factory=lambda: Bucket(burst=200, rate=20))
    knocks: Bucket = field(default_factory=lambda: Bucket(burst=5, rate=1 / 12))
    adds: Bucket = field(default_factory=lambda: Bucket(burst=10, rate=1 / 12))

    def __post_init__(self) -> None:
        # a key of the token's keeps sessions over a restart; without a token there are none to keep
        self._key = hashlib.sha256(b"monitor web " + self.token.encode()).digest() if self.token else secrets.token_bytes(32)

    def is_token(self, typed: str) -> bool:
        """Whether this is the token, in constant time."""
        return self.token is not None and hmac.compare_digest(typed.encode("utf-8", "replace"), self.token.encode())

    def session(self) -> str:
        """A cookie that lets its bearer in."""
        return self._signer("session").dumps(secrets.token_hex(8))

    def knows(self, connection: HTTPConnection) -> bool:
        """Whether this caller may see everything: there is no token, or they hold it."""
        if self.token is None:
            return True
        if self._signed("session", connection.cookies.get(SESSION, ""), SESSION_SECONDS) is not None:
            return True
        if self.is_token(_presented(connection.headers.get("authorization", ""))):
            return True
        is_feed = _path(connection).endswith((".atom", "/edits.json")) or _path(connection).startswith("/feed.json/")
        return is_feed and self.is_token(connection.query_params.get("token", ""))

    def form_token(self, connection: HTTPConnection) -> str:
        """What a form carries to show that we made it, for this caller."""
        return self._signer("form").dumps(_holder(connection))

    def made(self, token: str, connection: HTTPConnection) -> bool:
        """Whether we made this form for this caller, not too long ago."""
        return self._signed("form", token, FORM_SECONDS) == _holder(connection)

    def _signer(self, salt: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256})

    def _signed(self, salt: str, text: str, seconds: int) -> object:
        try:
            return self._signer(salt).loads(text[:500], max_age=seconds)
        except BadSignature:
            return None


class Guarded:
    """The application behind its gate; every answer leaves with the safe headers."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app, self._gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection, scope["method"])
        if refusal is None and scope["method"] not in ("GET", "HEAD", "OPTIONS") and not _path(connection).startswith(UNASKED):
            form = await _form(scope, receive)
            if form is None or not self._gate.made(form.get("form", ""), connection):
                refusal = _problem(
                    connection, 403, "This form is not one of ours, or it stood open too long. Go back, load the page again."
                )
            scope["form"] = form
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, connection: HTTPConnection, method: str) -> Response | None:
        gate, path = self._gate, _path(connection)
        who = connection.client.host if connection.client else ""
        if gate.token is None and _host(connection.headers.get("host", "")) not in gate.hosts:
            return _problem(connection, 421, "This address is not served here. Set [web] public_url if it should be.")
        if not _is_loopback(who) and not gate.strangers.takes(who, gate.monotonic()):
            return _problem(connection, 429, "Too many requests. Wait a moment.", {"Retry-After": "5"})
        if not gate.knows(connection) and not path.startswith(PUBLIC):
            return _closed(connection)
        if method not in ("GET", "HEAD", "OPTIONS") and not path.startswith(UNASKED) and not _from_here(connection):
            return _problem(connection, 403, "A form of another site was refused.")
        if method == "POST" and path == "/login" and not gate.knocks.takes(who, gate.monotonic()):
            return _problem(connection, 429, "Too many tries. Wait a minute.", {"Retry-After": "60"})
        return None


def local_path(wanted: str) -> str:
    """A path of this site to go on to; `/` for everything that could lead elsewhere."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable() and "\\" not in wanted
    return wanted if plain and len(wanted) < 2000 else "/"


def _path(connection: HTTPConnection) -> str:
    # as the routes see it; `url.path` is made of what the caller says is our name, with older versions of starlette unchecked
    path: str = connection.scope["path"]
    return path


def _closed(connection: HTTPConnection) -> Response:
    path = _path(connection)
    if path.startswith("/api/") or path.endswith((".atom", ".json", ".png")):
        return _problem(connection, 401, "A token is needed.", {"WWW-Authenticate": 'Basic realm="monitor", charset="UTF-8"'})
    target = path + (f"?{connection.url.query}" if connection.url.query else "")
    return RedirectResponse(f"/login?next={quote(local_path(target), safe='/')}", 303)


def _problem(connection: HTTPConnection, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    if _path(connection).startswith("/api/"):
        body = {"type": "about:blank", "title": _TITLES.get(status, "Refused"), "status": status, "detail": detail}
        return JSONResponse(body, status, headers, media_type="application/problem+json")
    return PlainTextResponse(detail + "\n", status, headers)


_TITLES = {401: "Unauthorized", 403: "Forbidden", 421: "Misdirected request", 429: "Too many requests"}


def _from_here(connection: HTTPConnection) -> bool:
    # browsers say where a form comes from; who says nothing (a script) still needs a form of ours
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    return origin is None or origin.partition("://")[2] == connection.headers.get("host", "")


def _presented(authorization: str) -> str:
    scheme, _, words = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return words.strip()
    if scheme.lower() == "basic":
        try:
            return b64decode(words, validate=True).decode().partition(":")[2]
        except (ValueError, UnicodeDecodeError):
            return ""
    return ""


def _holder(connection: HTTPConnection) -> str:
    return hashlib.sha256(connection.cookies.get(SESSION, "").encode()).hexdigest()[:24]


def _host(header: str) -> str:
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address in ("", "testclient")


async def _form(scope: Scope, receive: Receive) -> dict[str, str] | None:
    """The fields of a posted form; None when it is too large or no form."""
    kind = HTTPConnection(scope).headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        return None
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > FORM_BYTES:
            return None
        if not message.get("more_body"):
            break
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return None
    return {name: values[-1] for name, values in fields.items()}


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "private, no-cache")
        await send(message)

    return sending
