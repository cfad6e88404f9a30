"""Asking: one polite, guarded, bounded exchange with the world for each request."""

import asyncio
import contextlib
import re
import socket
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import httpx

from monitor.fetch.body import Refused, read_beginning, read_body
from monitor.fetch.guard import Blocked, Guard
from monitor.fetch.politeness import HostGate, Slots, host_of
from monitor.fetch.robots import MAX_BYTES as ROBOTS_BYTES
from monitor.fetch.robots import Memory, NoMemory, RobotsBook
from monitor.fetch.transport import ExactTransport
from monitor.model import Answer, Failure, Headers, Hop, Request, Response
from monitor.ports import Clock
from monitor.settings import FetchSettings
from monitor.urls import resolve

MAX_HOPS = 5
MAX_HEADER_BYTES = 131_072
ERROR_BODY_BYTES = 262_144
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NO_BODY = httpx.ByteStream(b"")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.8, application/json;q=0.7, */*;q=0.1",
    "page": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
    "hub": "*/*",
    "robots": "text/plain, */*;q=0.1",
}


class HttpFetcher:
    """Implements the Fetcher door over httpx.

    One deadline for the whole exchange, redirects by hand, every address checked when it is connected to, one host at a time
    with its rest, robots.txt before pages. No cookies, no Referer, nothing added to an address.
    """

    def __init__(self, settings: FetchSettings, clock: Clock, robots: Memory | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._guard = Guard(settings.allow_networks)
        self.gate = HostGate(clock, gap=settings.host_gap, per_host=settings.per_host)
        self._robots = RobotsBook(robots or NoMemory(), self._fetch_robots, clock.now)
        self._agent = settings.user_agent.split("/", 1)[0].strip() or "monitor"
        self._agent_line = agent_line(settings.user_agent, socket.gethostname())
        self._transports: dict[tuple[str | None, str | None], ExactTransport] = {}
        self._slots = Slots(settings.concurrency)

    async def fetch(self, request: Request) -> Answer:
        """The answer; whatever the world does is a Response or a Failure."""
        try:
            target = wire_url(request.url)
            self._guard.check_url(target)
        except Blocked as refused:
            return self._failure(request.url, refused.code, str(refused))
        if request.kind == "page" and self._settings.robots and (refusal := await self._robots_refusal(request, target)):
            return refusal
        return await self._in_turn(request, target)

    def rest(self, host: str) -> timedelta:
        """How long this host (`host:port`) is left alone between two requests."""
        return self.gate.gap(host)

    async def close(self) -> None:
        """Closes every connection."""
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()

    async def _robots_refusal(self, request: Request, target: str) -> Failure | None:
        parts = urlsplit(target)
        robots = await self._robots.of(f"{parts.scheme}://{parts.netloc}")
        if robots.trouble is not None:
            trouble = robots.trouble
            return replace(
                trouble, url=request.url, message=f"robots.txt could not be had: {trouble.message}", final_url=None, hops=(), body=b""
            )
        if not robots.allows(target, self._agent):
            return self._failure(request.url, "robots", "robots.txt of this host asks that this page be left alone")
        if delay := robots.crawl_delay(self._agent):
            self.gate.slow_down(host_of(target), delay)
        return None

    async def _fetch_robots(self, url: str) -> Answer:
        return await self._in_turn(Request(url=url, kind="robots"), url)

    async def _in_turn(self, request: Request, target: str) -> Answer:
        """The answer; where it leads to another host, that one's rest is waited for as well."""
        way, left = _Way(target), self._settings.timeout.total_seconds()
        while True:
            async with self.gate.turn(host_of(way.at)), self._slots.one():
                way.asked_at = way.asked_at or self._clock.now()
                started = self._clock.monotonic()
                try:
                    async with asyncio.timeout(left):
                        answer = await self._exchange(request, way)
                except TimeoutError:
                    seconds = self._settings.timeout.total_seconds()
                    return self._failure(
                        request.url, "timeout", f"no complete answer within {seconds:g} s ([fetch] timeout)", hops=way.hops
                    )
                except (aiohttp.ClientError, httpx.HTTPError, OSError, Refused, ValueError) as error:
                    code, message = error_code(error)
                    return self._failure(request.url, code, message, hops=way.hops)
                if answer is not None:
                    return answer
                left -= self._clock.monotonic() - started

    async def _exchange(self, request: Request, way: "_Way") -> Answer | None:
        """The answer; None when the way leads to another host."""
        while True:
            async with contextlib.AsyncExitStack() as stack:
                response = await self._send(request, way.at, same_origin=way.at == way.first or _origin(way.at) == _origin(way.first))
                stack.push_async_callback(response.aclose)
                headers = _headers(response)
                location = _header(headers, "location")
                if response.status_code not in _REDIRECTS or location is None or request.form is not None:
                    return await self._answer(request, way.at, response, headers, way.asked_at or self._clock.now(), tuple(way.hops))
            here = host_of(way.at)
            self._follow(way, location, response.status_code)
            if host_of(way.at) != here:
                return None

    async def _send(self, request: Request, target: str, *, same_origin: bool) -> httpx.Response:
        lines = [("Host", _host_line(target)), ("User-Agent", self._agent_line), ("Accept", _ACCEPT[request.kind])]
        lines += [("Accept-Encoding", "gzip, deflate")]
        validators = request.validators
        if validators is not None and (validators.url == target or wire_url(validators.url) == target):
            lines += [("If-None-Match", validators.etag)] if validators.etag is not None else []
            lines += [("If-Modified-Since", validators.last_modified)] if validators.last_modified is not None else []
        if same_origin:
            named = {name.lower() for name, _ in request.headers}
            lines = [line for line in lines if line[0].lower() not in named] + list(request.headers)
        raw = [(name.encode("latin-1"), _header_bytes(value)) for name, value in lines]
        posted = None if request.form is None else urlencode(request.form).encode()
        raw += [] if posted is None else [(b"Content-Type", b"application/x-www-form-urlencoded")]
        method, extensions = "GET" if posted is None else "POST", {"target": target, "posted": posted}
        url = _httpx_url(*urlsplit(target)[:2])
        if posted is None:  # with a stream of its own httpx looks for no other body, and adds no header
            question = httpx.Request(method, url, headers=raw, stream=_NO_BODY, extensions=extensions)
        else:
            question = httpx.Request(method, url, headers=raw, content=posted, extensions=extensions)
        return await self._transport(request).handle_async_request(question)

    def _follow(self, way: "_Way", location: str, status: int) -> None:
        said = location.encode("latin-1", "replace").decode("utf-8", "replace").strip()
        onward = wire_url(resolve(way.at, said))
        if len(way.hops) >= MAX_HOPS or onward == way.first or any(hop.url == onward for hop in way.hops):
            raise Redirected(f"the address leads in circles, or through more than {MAX_HOPS} others")
        self._guard.check_url(onward)
        if urlsplit(way.at).scheme == "https" and urlsplit(onward).scheme != "https":
            raise Blocked("blocked_scheme", "a redirect from https to http is not followed")
        way.hops.append(Hop(status, onward))

    async def _answer(
        self, request: Request, target: str, response: httpx.Response, headers: Headers, asked_at: datetime, hops: tuple[Hop, ...]
    ) -> Answer:
        status = response.status_code
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
            raise Refused("too_large", "the headers are larger than 128 kB")
        if status == 304 or status == 204:
            return Response(request.url, target, status, headers, b"", asked_at, self._clock.now(), hops)
        fails = status >= 300
        if fails and request.kind == "feed":
            return self._refused_status(request, target, status, headers, hops, b"")
        cap = min(self._settings.max_bytes, ERROR_BODY_BYTES) if fails else self._settings.max_bytes
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        try:
            encoding, length = _header(headers, "content-encoding"), _header(headers, "content-length")
            if request.kind == "robots" and not fails:
                body = await read_beginning(stream, encoding, max_bytes=ROBOTS_BYTES)
            else:
                body = await read_body(stream, encoding, max_bytes=cap, length=length)
        except (Refused, aiohttp.ClientError, httpx.HTTPError):
            if not fails:
                raise
            body = b""
        if fails:
            return self._refused_status(request, target, status, headers, hops, body)
        return Response(request.url, target, status, headers, body, asked_at, self._clock.now(), hops)

    def _refused_status(self, request: Request, target: str, status: int, headers: Headers, hops: tuple[Hop, ...], body: bytes) -> Failure:
        message = f"the server answered {status}"
        return Failure(request.url, f"http_{status}", message, self._clock.now(), status, headers, target, hops, body)

    def _failure(self, url: str, code: str, message: str, *, hops: list[Hop] | None = None) -> Failure:
        return Failure(url, code, message, self._clock.now(), hops=tuple(hops or ()))

    def _transport(self, request: Request) -> ExactTransport:
        key = (request.proxy, request.ca_file)
        transport = self._transports.get(key)
        if transport is None:
            transport = self._transports[key] = ExactTransport(
                self._guard,
                connections=self._settings.concurrency * (1 + Slots.HANGING),
                per_host=self._settings.per_host,
                proxy=request.proxy,
                ca_file=request.ca_file,
            )
        return transport


@dataclass(slots=True)
class _Way:
    """How far a question has come."""

    first: str
    asked_at: datetime | None = None
    hops: list[Hop] = field(default_factory=list)

    @property
    def at(self) -> str:
        return self.hops[-1].url if self.hops else self.first


class Redirected(ValueError):
    """A chain of redirects that leads nowhere."""


def error_code(error: BaseException) -> tuple[str, str]:
    """The contract's code and a sentence for what went wrong on the way."""
    for link in _causes(error):
        if isinstance(link, Blocked):
            return link.code, str(link)
    if isinstance(error, Refused):
        return error.code, str(error)
    if isinstance(error, Redirected):
        return "redirect_loop", str(error)
    for link in _causes(error):
        for kind, code, sentence in _CODES:
            if isinstance(link, kind):
                return code, sentence
    return "network", f"the exchange failed: {type(error).__name__}"


_CODES: tuple[tuple[type[BaseException], str, str], ...] = (
    (aiohttp.ClientConnectorDNSError, "dns", "the host name could not be looked up"),
    (aiohttp.ClientProxyConnectionError, "connect", "the proxy took no connection, or could make none"),
    (aiohttp.ClientSSLError, "tls", "no trusted TLS connection could be made"),
    (aiohttp.ClientConnectorError, "connect", "the host took no connection"),
    (aiohttp.ClientPayloadError, "truncated", "the connection ended before the answer did"),
    (aiohttp.ClientResponseError, "network", "the server answered with something that is not HTTP"),
    (aiohttp.ServerDisconnectedError, "network", "the server closed the connection without an answer"),
    (aiohttp.InvalidURL, "network", "this is not an address that can be asked"),
    (aiohttp.ClientError, "network", "the connection broke"),
)


def agent_line(configured: str, machine: str) -> str:
    """The User-Agent, always with a contact: where none is configured, the URL of this machine's role mailbox (RFC 2142, 6068)."""
    if "://" in configured or "@" in configured:
        return configured
    name = "".join(c for c in machine if c.isascii() and (c.isalnum() or c in "-.")) or "localhost"
    return f"{configured} (+mailto:abuse@{name})"


def wire_url(url: str) -> str:
    """The address as it goes out: without fragment, host in ASCII, spaces and foreign letters escaped, all else verbatim."""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc if parts.netloc.isascii() else httpx.URL(f"//{parts.netloc}").netloc.decode("ascii")
    except (ValueError, httpx.InvalidURL) as error:
        raise Blocked("blocked_address", f"not an address: {error}") from None
    query = f"?{_escaped(parts.query)}" if "?" in url.partition("#")[0] else ""  # an empty one is kept: it is part of the address
    return f"{parts.scheme.lower()}://{host}{_escaped(parts.path) or '/'}{query}"


def _escaped(text: str) -> str:
    return quote(text, safe="!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") if not text.isascii() or " " in text else text


@lru_cache(4096)
def _httpx_url(scheme: str, netloc: str) -> httpx.URL:
    """The host's address for httpx, which takes longer to read one than to ask it; what is asked goes beside it (`target`)."""
    return httpx.URL(f"{scheme}://{netloc}/")


def _host_line(target: str) -> str:
    parts = urlsplit(target)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.netloc.rsplit(":", 1)[0] if parts.port == default and parts.port is not None else parts.netloc


def _origin(target: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(target)
    return parts.scheme, parts.hostname, parts.port


def _headers(response: httpx.Response) -> Headers:
    # one byte a character, so that a validator goes back exactly as it came
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)


def _header(headers: Headers, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _header_bytes(value: str) -> bytes:
    clean = _CONTROL.sub("", value)
    try:
        return clean.encode("latin-1")
    except UnicodeEncodeError:
        return clean.encode("utf-8")


def _causes(error: BaseException | None) -> "list[BaseException]":
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = getattr(error, "os_error", None) or error.__cause__ or error.__context__
    return chain
