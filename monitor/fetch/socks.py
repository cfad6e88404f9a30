"""Feeds behind a SOCKS 5 proxy (RFC 1928, RFC 1929): names are looked up by the proxy, never here."""

import asyncio
import ipaddress
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
        try:
            reader, writer = await asyncio.open_connection(self._at.hostname, self._at.port or 1080)
            await _shake_hands(reader, writer, self._at.username, self._at.password)
            await _ask_for(reader, writer, host, port)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise aiohttp.ClientProxyConnectionError(req.connection_key, OSError(str(error))) from error
        protocol = ResponseHandler(loop=self._loop)
        # from here on the bytes belong to aiohttp's own protocol
        transport = writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if req.is_ssl():
            context = req.ssl if isinstance(req.ssl, ssl.SSLContext) else ssl.create_default_context()
            secured = await self._loop.start_tls(transport, protocol, context, server_hostname=host)
            assert secured is not None
            protocol.connection_made(secured)
        return protocol


async def _shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str | None, password: str | None) -> None:
    writer.write(b"\x05\x02\x00\x02" if user else b"\x05\x01\x00")
    version, method = await reader.readexactly(2)
    if version != 5 or method not in ((0, 2) if user else (0,)):
        raise OSError("the proxy speaks no SOCKS 5 or wants another login")
    if method == 2:
        name, word = unquote(user or "").encode(), unquote(password or "").encode()
        writer.write(b"\x01" + bytes([len(name)]) + name + bytes([len(word)]) + word)
        if (await reader.readexactly(2))[1] != 0:
            raise OSError("the proxy refused the login")


async def _ask_for(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> None:
    writer.write(b"\x05\x01\x00" + _address(host) + port.to_bytes(2, "big"))
    _, reply, _, kind = await reader.readexactly(4)
    if reply != 0:
        raise OSError(f"the proxy could not connect: {_REPLIES.get(reply, 'unknown reason')}")
    length = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
    await reader.readexactly(length + 2)


def _address(host: str) -> bytes:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        return b"\x03" + bytes([len(name)]) + name
    return (b"\x01" if ip.version == 4 else b"\x04") + ip.packed
