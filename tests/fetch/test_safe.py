"""Hosts that never end, names that never resolve, and secrets that stay with us."""

import asyncio
import gzip
import logging
import socket
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from loopback_site import Site, reply

from monitor.clock import SystemClock
from monitor.fetch.guard import Blocked, Guard, Resolver
from monitor.fetch.http import HttpFetcher
from monitor.model import Answer, Failure, Request, Response
from monitor.settings import FetchSettings

SETTINGS = FetchSettings(
    user_agent="watcher/1 (+https://watcher.example)",
    allow_networks=("127.0.0.2/32",),
    host_gap=timedelta(0),
    timeout=timedelta(seconds=0.3),
    max_bytes=50_000,
)


async def fed_by(pieces: bytes, pause: float) -> Answer:
    """The answer of a host that sends the same piece again and again."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not writer.is_closing():
                writer.write(pieces)
                await writer.drain()
                await asyncio.sleep(pause)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.2", 0)
    fetcher = HttpFetcher(SETTINGS, SystemClock())
    try:
        return await fetcher.fetch(Request(f"http://127.0.0.2:{server.sockets[0].getsockname()[1]}/", "feed"))
    finally:
        await fetcher.close()
        server.close()


@pytest.mark.parametrize(
    ("piece", "pause", "code"),
    [pytest.param(b"x", 0.01, "timeout", id="drips for ever"), pytest.param(b"x" * 4096, 0, "too_large", id="pours for ever")],
)
def test_a_body_without_an_end_is_cut(piece: bytes, pause: float, code: str) -> None:
    answer = asyncio.run(fed_by(piece, pause))

    assert isinstance(answer, Failure)
    assert answer.code == code


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_of_a_huge_robots_txt_the_beginning_counts(packed: bool) -> None:
    rules = b"User-agent: *\nDisallow: /private/\n" + b"# and so on\n" * 900_000
    body, more = (gzip.compress(rules, 1), {"Content_Encoding": "gzip"}) if packed else (rules, {})

    async def conversation() -> list[str]:
        async with Site({"/robots.txt": reply(200, body, **more), "/open": reply(200, b"<p>"), "/private/x": reply(200)}) as site:
            fetcher = HttpFetcher(replace(SETTINGS, timeout=timedelta(seconds=5)), SystemClock())
            answers = [await fetcher.fetch(Request(site.url + path, "page")) for path in ("/open", "/private/x")]
            await fetcher.close()
            return [str(answer.status) if isinstance(answer, Response) else answer.code for answer in answers]

    assert asyncio.run(conversation()) == ["200", "robots"]


def test_a_hosts_crawl_delay_becomes_its_rest() -> None:
    async def conversation() -> tuple[timedelta, timedelta]:
        async with Site({"/robots.txt": reply(200, b"User-agent: *\nCrawl-delay: 30\n"), "/page": reply(200)}) as site:
            fetcher = HttpFetcher(SETTINGS, SystemClock())
            host = site.url.removeprefix("http://")
            before = fetcher.rest(host)
            asking = asyncio.create_task(fetcher.fetch(Request(site.url + "/page", "page")))
            async with asyncio.timeout(5):
                while fetcher.rest(host) == before:
                    await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await fetcher.close()
            return before, fetcher.rest(host)

    assert asyncio.run(conversation()) == (timedelta(0), timedelta(seconds=30))


def test_names_that_hang_stop_neither_the_loop_nor_its_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def look_up(host: str, port: int, *_: object, **__: object) -> object:
        if host.startswith("hangs"):
            answered.wait(5)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    async def crowd() -> str:
        resolver = Resolver(Guard())
        hanging = [asyncio.create_task(resolver.resolve(f"hangs{n}.example", 80)) for n in range(400)]
        await asyncio.sleep(0)  # all of them hang before the next name is looked up
        async with asyncio.timeout(2):
            found = await resolver.resolve("quick.example", 80)
            await asyncio.get_running_loop().run_in_executor(None, str)
        answered.set()
        await asyncio.gather(*hanging)
        return found[0]["host"]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    assert asyncio.run(crowd()) == "93.184.216.34"


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "64:ff9b::7f00:1"])
def test_a_name_that_leads_inside_is_refused_and_one_that_also_leads_outside_is_asked_there(
    monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    def look_up(host: str, port: int, *_: object, **__: object) -> object:
        kind = socket.AF_INET6 if ":" in inside else socket.AF_INET
        found: list[object] = [(kind, socket.SOCK_STREAM, 6, "", (inside, port))]
        return found + ([(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))] if host == "mixed.example" else [])

    async def looked_up(host: str) -> list[str]:
        return [found["host"] for found in await Resolver(Guard()).resolve(host, 80)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    with pytest.raises(Blocked):
        asyncio.run(looked_up("rebinds.example"))
    assert asyncio.run(looked_up("mixed.example")) == ["93.184.216.34"]


def test_secrets_are_in_no_log_and_no_message(caplog: pytest.LogCaptureFixture) -> None:
    async def conversation() -> tuple[Answer, Answer]:
        async with Site({"/feed": reply(500)}) as site:
            fetcher = HttpFetcher(SETTINGS, SystemClock())
            own = (("Authorization", "Bearer hunter2"), ("Cookie", "id=hunter2"))
            failed = await fetcher.fetch(Request(site.url + "/feed", "feed", headers=own))
            refused = await fetcher.fetch(Request("http://me:hunter2@news.example/", "feed", headers=own))
            await fetcher.close()
            return failed, refused

    with caplog.at_level(logging.DEBUG):
        answers = asyncio.run(conversation())

    assert all(isinstance(answer, Failure) and "hunter2" not in answer.message for answer in answers)
    assert "hunter2" not in caplog.text
