"""httpx over the connections of aiohttp (4 to 11 times less CPU than httpx's own pool), told to change nothing.

Addresses and header bytes go out exactly as given: httpx would re-encode `%7e`, aiohttp writes headers as UTF-8, and either is
enough to break a validator or to ask for an address that no feed has.
"""

import ssl
from inspect import signature
from typing import Any

import aiohttp
import httpx
from aiohttp.client_reqrep import ClientRequest, ClientResponse
from httpx_aiohttp.transport import AiohttpResponseStream, AiohttpTransport
from yarl import URL

from monitor.fetch.guard import Guard, Resolver

_MAX_LINE = 16_384
_KEEP_ALIVE = 15.0
# aiohttp from 3.14 on takes 128 lines by default; sites that set hundreds of cookies are odd, not hostile
_MORE_HEADERS: dict[str, Any] = {"max_headers": 1_000} if "max_headers" in signature(aiohttp.ClientSession).parameters else {}


class ExactTransport(AiohttpTransport):
    """Sends one request and streams its answer raw: no decoding, no cookies, no redirects, no retries."""

    def __init__(self, guard: Guard, *, connections: int, per_host: int, proxy: str | None = None, ca_file: str | None = None) -> None:
        # not calling super().__init__: it builds an SSL context (19 ms) that plain http never needs
        self._open: aiohttp.ClientSession | None = None
        self._guard = guard
        self._limits = (connections, per_host)
        self._proxy = proxy
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises aiohttp's own errors, which say more than their httpx shadows."""
        if self._open is None:
            self._open = self._session()
        url = _exact(request.extensions["target"])
        response: ClientResponse = await self._open.request(
            request.method,
            url,
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
            data=request.extensions.get("posted"),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            allow_redirects=False,
            ssl=self._tls_context() if url.scheme == "https" else True,
            proxy=self._proxy if self._proxy and self._proxy.startswith("http") else None,
        )
        return httpx.Response(response.status, headers=response.raw_headers, stream=AiohttpResponseStream(response), request=request)

    async def aclose(self) -> None:
        if self._open is not None:
            await self._open.close()

    def _session(self) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=self._connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            request_class=ExactRequest,
            timeout=aiohttp.ClientTimeout(total=None),
            max_line_size=_MAX_LINE,
            max_field_size=_MAX_LINE,
            **_MORE_HEADERS,
        )
        # a second request that nobody asked for would break the promise of one request per poll
        session._retry_connection = False
        return session

    def _connector(self) -> aiohttp.BaseConnector:
        connections, per_host = self._limits
        options: dict[str, Any] = {"limit": connections, "limit_per_host": per_host, "keepalive_timeout": _KEEP_ALIVE}
        if self._proxy is None:
            return aiohttp.TCPConnector(resolver=Resolver(self._guard), socket_factory=self._guard.socket_for, ttl_dns_cache=60, **options)
        if self._proxy.startswith("socks5"):
            from monitor.fetch.socks import SocksConnector

            return SocksConnector(self._proxy, options)
        return aiohttp.TCPConnector(**options)

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
            if self._ca_file:
                self._tls.load_verify_locations(cafile=self._ca_file)
        return self._tls


def _exact(target: str) -> URL:
    """The address for aiohttp: its query as part of the path, because an empty one would be lost."""
    scheme, _, rest = target.partition("://")
    authority, _, path = rest.partition("/")
    return URL.build(scheme=scheme, authority=authority, path=f"/{path}", encoded=True)


class ExactRequest(ClientRequest):
    """A request whose header values are bytes, one a character, as they were received."""

    async def send(self, conn: Any) -> ClientResponse:
        if not all(value.isascii() for value in self.headers.values()):
            conn = _Latin1(conn, protocol=_Latin1(conn.protocol, transport=_Latin1Transport(conn.protocol.transport)))
        return await super().send(conn)


class _Latin1:
    """Something of aiohttp with one part exchanged."""

    def __init__(self, inner: Any, **changed: Any) -> None:
        self._inner = inner
        self.__dict__.update(changed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Latin1Transport(_Latin1):
    def write(self, data: Any) -> None:
        self._inner.write(bytes(data).decode("utf-8").encode("latin-1"))

    def writelines(self, parts: Any) -> None:
        self.write(b"".join(parts))
