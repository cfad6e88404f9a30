"""A feed behind a proxy, with certificates of its own, with a password: asked over real connections on loopback."""

import asyncio
import ssl
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from loopback_site import Site, reply

from monitor.clock import SystemClock
from monitor.fetch.http import HttpFetcher
from monitor.look import request as look_request
from monitor.model import Answer, Failure, FeedTask, Pace, PageTask, Request, Response
from monitor.poll import request as poll_request
from monitor.settings import Feed, FetchSettings

SETTINGS = FetchSettings(host_gap=timedelta(0), timeout=timedelta(seconds=5), robots=False, allow_networks=("127.0.0.0/8",))


async def fetched(request: Request) -> Answer:
    fetcher = HttpFetcher(SETTINGS, SystemClock())
    try:
        return await fetcher.fetch(request)
    finally:
        await fetcher.close()


def test_a_feed_behind_an_http_proxy_is_asked_through_it_alone() -> None:
    seen: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply(200, b"through the proxy"))
        await writer.drain()
        writer.close()

    async def ask() -> Answer:
        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        async with server:
            where = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            return await fetched(Request("http://inside.example/feed", "feed", proxy=where))

    answer = asyncio.run(ask())

    assert isinstance(answer, Response)
    assert answer.body == b"through the proxy"
    assert seen[0].startswith(b"GET http://inside.example/feed HTTP/1.1\r\n")


@pytest.mark.parametrize("trusted", [True, False])
def test_certificates_are_trusted_for_the_feed_that_names_them(tmp_path: Path, trusted: bool) -> None:
    certificate = _certificate(tmp_path)

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply(200, b"over tls"))
        await writer.drain()
        writer.close()

    async def ask() -> Answer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, tmp_path / "key.pem")
        server = await asyncio.start_server(answer_once, "127.0.0.1", 0, ssl=context)
        async with server:
            where = f"https://localhost:{server.sockets[0].getsockname()[1]}/feed"
            return await fetched(Request(where, "feed", ca_file=str(certificate) if trusted else None))

    answer = asyncio.run(ask())

    if trusted:
        assert isinstance(answer, Response)
        assert answer.body == b"over tls"
    else:
        assert isinstance(answer, Failure)
        assert answer.code == "tls"


def test_what_opens_a_feed_is_sent_to_it_as_configured() -> None:
    async def ask() -> dict[str, str]:
        async with Site({"/feed": reply(200)}) as site:
            await fetched(Request(site.url + "/feed", "feed", headers=(("Authorization", "Basic YWRh"), ("Cookie", "id=1"))))
            return site.asked[0].headers

    sent = asyncio.run(ask())

    assert (sent["authorization"], sent["cookie"]) == ("Basic YWRh", "id=1")


@pytest.mark.parametrize(
    ("page", "goes_along"),
    [
        ("https://news.example/story", True), ("https://NEWS.example/story", True), ("https://elsewhere.example/story", False),
        ("https://news.example:8443/story", False),
    ],
)  # fmt: skip
def test_a_feeds_secrets_go_to_pages_of_its_own_host_alone(page: str, goes_along: bool) -> None:
    feed = Feed("news", "https://news.example/rss", headers=(("Cookie", "id=1"),), proxy="socks5://127.0.0.1:9050", ca_file="/ca.pem")

    asked = look_request(PageTask(1, 1, 1, page, Pace(None, timedelta(minutes=5)), (feed,)))

    assert (asked.headers == feed.headers) is goes_along
    assert (asked.proxy == feed.proxy) is goes_along
    assert (asked.ca_file == feed.ca_file) is goes_along


def test_what_opens_a_feed_is_not_sent_in_the_clear_where_it_was_set_for_tls() -> None:
    feed = Feed("news", "https://news.example/rss", headers=(("Cookie", "id=1"),), proxy="socks5://127.0.0.1:9050")

    asked = look_request(PageTask(1, 1, 1, "http://news.example/story", Pace(None, timedelta(minutes=5)), (feed,)))

    assert (asked.headers, asked.proxy) == ((), feed.proxy)


@pytest.mark.parametrize(("moved_to", "goes_along"), [("https://news.example/new", True), ("https://elsewhere.example/rss", False)])
def test_what_opens_a_feed_does_not_move_with_it_to_another_host(moved_to: str, goes_along: bool) -> None:
    feed = Feed("news", "http://news.example/rss", headers=(("Authorization", "Basic YWRh"),), proxy="socks5://127.0.0.1:9050")

    asked = poll_request(FeedTask(1, 1, 1, feed, moved_to, Pace(None, timedelta(hours=1))))

    assert (asked.headers == feed.headers) is goes_along
    assert asked.proxy == feed.proxy


def _certificate(folder: Path) -> Path:
    """A certificate for localhost, made on the spot."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem"
