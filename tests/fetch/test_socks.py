import asyncio
import socket
from datetime import timedelta

import pytest
from loopback_site import Site, reply

from monitor.clock import SystemClock
from monitor.fetch.http import HttpFetcher
from monitor.model import Answer, Failure, Request, Response
from monitor.settings import FetchSettings

SETTINGS = FetchSettings(host_gap=timedelta(0), timeout=timedelta(seconds=5), robots=False)


async def through(site: Site, refuse: bool, asked: list[bytes]) -> Answer:
    """Asks for a name that only the proxy knows; it leads everything to `site`."""

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(3)
        writer.write(b"\x05\x00")
        head = await reader.readexactly(5)
        asked.append(await reader.readexactly(head[4] + 2))
        writer.write(b"\x05" + (b"\x05" if refuse else b"\x00") + b"\x00\x01\x00\x00\x00\x00\x00\x00")
        if not refuse:
            inward, outward = await asyncio.open_connection("127.0.0.2", int(site.url.rsplit(":", 1)[1]))
            outward.write(await reader.readuntil(b"\r\n\r\n"))
            writer.write(await inward.readuntil(b"hidden"))
            outward.close()
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    fetcher = HttpFetcher(SETTINGS, SystemClock())
    try:
        where = f"socks5://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return await fetcher.fetch(Request("http://only.known.onion/feed", "feed", proxy=where))
    finally:
        await fetcher.close()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("refuse", [False, True])
def test_a_feed_behind_a_socks_proxy_is_asked_by_its_name(refuse: bool) -> None:
    asked: list[bytes] = []

    async def ask() -> Answer:
        async with Site({"/feed": reply(200, b"hidden")}) as site:
            return await through(site, refuse, asked)

    answer = asyncio.run(ask())

    assert asked == [b"only.known.onion\x00\x50"]
    if refuse:
        assert isinstance(answer, Failure)
        assert answer.code == "connect"
    else:
        assert isinstance(answer, Response)
        assert answer.body == b"hidden"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_away_is_told_as_the_proxy(scheme: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        answer = asyncio.run(asked_through(f"{scheme}://127.0.0.1:{taken.getsockname()[1]}"))

    assert isinstance(answer, Failure)
    assert (answer.code, answer.message) == ("connect", "the proxy took no connection, or could make none")


async def asked_through(proxy: str) -> Answer:
    fetcher = HttpFetcher(SETTINGS, SystemClock())
    try:
        return await fetcher.fetch(Request("http://news.example/feed", "feed", proxy=proxy))
    finally:
        await fetcher.close()
