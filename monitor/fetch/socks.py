"""Feeds behind a SOCKS 5 proxy (RFC 1928, RFC 1929): names are looked up by the proxy, never here."""

import asyncio
import ipaddress
import socket
import ssl
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest

_REPLIES = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "time ran out",
    7: "command not supported",
    8: "address kind not supported",
}


class SocksConnector(aiohttp.BaseConnector):
    """Connections through one proxy, `socks5://[user:password@]host:port`."""

    def __init__(self, proxy: str, options: dict[str, Any]) -> None:
        super().__init__(**options)
        self._at = urlsplit(proxy)

    async def _create_connection(self, req: ClientRequest, traces: Any, timeout: Any) -> ResponseHandler:
        host, port = req.url.raw_host or "", req.url.port or 80
        proxy = _Line(self._loop)
        try:
            await proxy.connect(self._at.hostname or "", self._at.port or 1080)
            await proxy.shake_hands(self._at.username, self._at.password)
            await proxy.ask_for(host, port)
        except OSError as error:
            proxy.socket.close()
            raise aiohttp.ClientProxyConnectionError(req.connection_key, OSError(str(error))) from error
        except BaseException:  # a cancelled request too leaves no open socket; it is raised again
            proxy.socket.close()
            raise
        secure: dict[str, Any] = {}
        if req.is_ssl():
            context = req.ssl if isinstance(req.ssl, ssl.SSLContext) else ssl.create_default_context()
            secure = {"ssl": context, "server_hostname": host}
        _, protocol = await self._loop.create_connection(lambda: ResponseHandler(loop=self._loop), sock=proxy.socket, **secure)
        return protocol


class _Line:
    """A socket to the proxy, as long as the talk is about where to connect to."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.socket = socket.socket()

    async def connect(self, host: str, port: int) -> None:
        family, kind, number, _, address = (await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))[0]
        self.socket.close()
        self.socket = socket.socket(family, kind, number)
        self.socket.setblocking(False)
        await self._loop.sock_connect(self.socket, address)

    async def shake_hands(self, user: str | None, password: str | None) -> None:
        await self._say(b"\x05\x02\x00\x02" if user else b"\x05\x01\x00")
        version, method = await self._hear(2)
        if version != 5 or method not in ((0, 2) if user else (0,)):
            raise OSError("the proxy speaks no SOCKS 5 or wants another login")
        if method == 2:
            name, word = unquote(user or "").encode(), unquote(password or "").encode()
            await self._say(b"\x01" + bytes([len(name)]) + name + bytes([len(word)]) + word)
            if (await self._hear(2))[1] != 0:
                raise OSError("the proxy refused the login")

    async def ask_for(self, host: str, port: int) -> None:
        await self._say(b"\x05\x01\x00" + _address(host) + port.to_bytes(2, "big"))
        _, answer, _, kind = await self._hear(4)
        if answer != 0:
            raise OSError(f"the proxy could not connect: {_REPLIES.get(answer, 'unknown reason')}")
        await self._hear(({1: 4, 4: 16}.get(kind) or (await self._hear(1))[0]) + 2)

    async def _say(self, data: bytes) -> None:
        await self._loop.sock_sendall(self.socket, data)

    async def _hear(self, size: int) -> bytes:
        heard = b""
        while len(heard) < size:
            piece = await self._loop.sock_recv(self.socket, size - len(heard))
            if not piece:
                raise OSError("the proxy hung up")
            heard += piece
        return heard


def _address(host: str) -> bytes:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        return b"\x03" + bytes([len(name)]) + name
    return (b"\x01" if ip.version == 4 else b"\x04") + ip.packed
