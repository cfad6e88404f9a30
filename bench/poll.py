"""What a poll costs. `python bench/poll.py [--requests 3000] [--feeds 100000] [--rows 1000000]`.

CPU of this process per poll that is answered 304, at 1, 64 and 1,000 in flight, on 200 loopback hosts that keep connections open:
bare aiohttp, our fetcher, and the whole way from the claim over schedule to the saved outcome. Then polls of a feed that changed, whole,
beside what feedparser alone takes to parse it; the memory of a store with many
feeds, and what a tick costs among many rows of which a second's worth is due.
"""

import argparse
import asyncio
import io
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp

from monitor.clock import SystemClock
from monitor.engine.drive import TurnRunner
from monitor.engine.workers import InlineWorkers
from monitor.fetch.http import HttpFetcher
from monitor.model import Request, Validators
from monitor.ports import Doors
from monitor.settings import Feed, FetchSettings, ScheduleSettings, StoreSettings
from monitor.store.sql import SqlStore, open_store

HOSTS = 200
IN_FLIGHT = (1, 64, 1000)
SETTINGS = FetchSettings(
    user_agent="bench/1 (+http://localhost/)",
    allow_networks=("127.0.0.0/8",),
    host_gap=timedelta(0),
    per_host=64,
    concurrency=1000,
    robots=False,
)
PACE = timedelta(hours=8)  # between two looks at a page, as the mean of its 30 days: some 90 looks
MS = timedelta(milliseconds=1)
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item><guid>1</guid><title>One</title></item></channel></rss>'


def news(edition: int, feed: str = "news") -> bytes:
    """A feed of thirty entries, of which every edition changes two."""
    words = "The harbour office said on Monday that the northern quay stays closed until the cranes have been looked at. "
    items = "".join(
        f"<item><guid>{feed}-{n}</guid><title>Story {n}</title><link>http://{feed}.example/{n}</link>"
        f"<description>{words * 4} {edition if n in (edition % 30, (edition + 7) % 30) else ''}</description></item>"
        for n in range(30)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()


def serve(line: Connection) -> None:
    seen: dict[bytes, int] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                path = raw.split(b" ", 2)[1]
                if path.startswith(b"/news"):
                    seen[path] = seen.get(path, 0) + 1
                    body = news(seen[path], path.decode().replace("/", "-").strip("-"))
                    writer.write(b'HTTP/1.1 200 OK\r\nETag: "%d"\r\nContent-Length: %d\r\n\r\n' % (seen[path], len(body)) + body)
                elif b"If-None-Match" in raw:
                    writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
                else:
                    writer.write(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: %d\r\n\r\n' % len(FEED) + FEED)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        port = 0
        servers = []
        for host in range(HOSTS):
            servers.append(await asyncio.start_server(answer, f"127.3.0.{host + 1}", port, backlog=1024))
            port = port or servers[0].sockets[0].getsockname()[1]
        line.send(port)
        await asyncio.get_running_loop().run_in_executor(None, line.recv)

    asyncio.run(run())


@contextmanager
def site() -> Iterator[int]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    yield ours.recv()
    ours.send("stop")
    process.join(5)


def url(port: int, number: int, what: str = "feed") -> str:
    return f"http://127.3.0.{number % HOSTS + 1}:{port}/{what}/{number}"


async def many(ask: Callable[[int], Awaitable[object]], count: int, in_flight: int) -> tuple[float, float]:
    """CPU milliseconds a request, and requests a second."""
    numbers = iter(range(count))

    async def lane() -> None:
        for number in numbers:
            await ask(number)

    await asyncio.gather(*(ask(number) for number in range(min(in_flight, HOSTS))))  # connections are open now
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(in_flight)))
    return (time.process_time() - cpu) / count * 1000, count / (time.perf_counter() - wall)


async def bare(port: int, count: int, in_flight: int) -> tuple[float, float]:
    connector = aiohttp.TCPConnector(limit=1000, limit_per_host=64)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(number: int) -> None:
            async with session.get(url(port, number), headers={"If-None-Match": '"1"'}) as response:
                await response.read()

        return await many(ask, count, in_flight)


async def fetched(port: int, count: int, in_flight: int) -> tuple[float, float]:
    fetcher = HttpFetcher(SETTINGS, SystemClock())

    async def ask(number: int) -> None:
        where = url(port, number)
        await fetcher.fetch(Request(where, "feed", Validators(where, '"1"')))

    try:
        return await many(ask, count, in_flight)
    finally:
        await fetcher.close()


async def whole(port: int, count: int, in_flight: int, what: str = "feed") -> tuple[float, float]:
    """Claim, ask, think, save, release: as the daemon does it. The second poll counts: a 304, or two entries changed (`news`)."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(None, state_dir=Path(folder), read_only=False, settings=StoreSettings())
        clock = SystemClock()
        store.sync_feeds([Feed(f"f{n}", url(port, n, what), pages=False) for n in range(count)], clock.now())
        bounds = ScheduleSettings(feed_min=timedelta(seconds=1), feed_max=timedelta(seconds=1))
        doors = Doors(store, InlineWorkers(), clock, bounds, lambda diff, tags: (), lambda host: None)
        fetcher = HttpFetcher(SETTINGS, clock)
        try:
            await polled(doors, fetcher, in_flight)  # 200: bodies and validators are known now
            store.make_due(None, clock.now())
            cpu, wall = time.process_time(), time.perf_counter()
            asked = await polled(doors, fetcher, in_flight)
            return (time.process_time() - cpu) / asked * 1000, asked / (time.perf_counter() - wall)
        finally:
            await fetcher.close()
            store.close()


async def polled(doors: Doors, fetcher: HttpFetcher, in_flight: int) -> int:
    asked = 0

    def told(done: object) -> None:
        nonlocal asked
        asked += 1

    with ThreadPoolExecutor(16) as pool:
        runner = TurnRunner(doors, fetcher, SETTINGS, pool)
        loop, now = asyncio.get_running_loop(), doors.clock.now()
        turns: set[asyncio.Task[datetime]] = set()
        while True:
            room = max(1, min(in_flight // 8, HOSTS) - len(turns))
            claimed = await loop.run_in_executor(
                pool, lambda room=room: doors.store.claim(now, hosts=room, per_host=8, lease=timedelta(minutes=5))
            )
            turns |= {asyncio.create_task(runner.run(turn, told)) for turn in claimed}
            if not turns:
                return asked
            _, turns = await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)


def stock(count: int) -> float:
    """CPU milliseconds of plain feedparser for the same feed."""
    import feedparser

    bodies = [news(edition) for edition in range(count)]
    cpu = time.process_time()
    for body in bodies:
        feedparser.parse(io.BytesIO(body))
    return (time.process_time() - cpu) / count * 1000


def memory(feeds: int) -> float:
    """Resident MB of this process with so many feeds registered."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(None, state_dir=Path(folder), read_only=False, settings=StoreSettings())
        store.sync_feeds([Feed(f"f{n}", f"http://h{n % 20000}.example/feed/{n}") for n in range(feeds)], datetime.now(UTC))
        store.claim(datetime.now(UTC), hosts=64, per_host=8, lease=timedelta(minutes=5))
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        store.close()
    return used


def tick(rows: int, ticks: int = 30) -> tuple[float, int]:
    """CPU milliseconds of a claim among so many watched pages, one second's worth due; and how many those were."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(None, state_dir=Path(folder), read_only=False, settings=StoreSettings())
        now = datetime.now(UTC)
        store.sync_feeds([Feed("f", "http://h1/feed")], now)
        _register(store, rows, now)
        store.claim(now, hosts=512, per_host=8, lease=timedelta(minutes=5))  # seals what is there, once a day
        cpu, tasks = 0.0, 0
        for second in range(ticks):
            at = now + timedelta(seconds=second + 1)
            started = time.process_time()
            turns = store.claim(at, hosts=512, per_host=8, lease=timedelta(minutes=5))
            cpu += time.process_time() - started
            tasks += sum(len(turn.tasks) for turn in turns)
        store.close()
    return cpu / ticks * 1000, tasks // ticks


def _register(store: SqlStore, rows: int, now: datetime) -> None:
    """That many watched pages on a tenth as many hosts, due spread over PACE."""
    from monitor.store.instants import to_ms

    start = to_ms(now)

    def fill(tx: object) -> None:
        run = tx.run  # type: ignore[attr-defined]  # the store's own transaction
        hosts = rows // 10
        series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        run(
            "INSERT INTO host (id, name, free_at, lease_until, fence) "
            + series.format(hosts)
            + "SELECT i, 'h' || i, 0, 0, 0 FROM n WHERE i > 1"
        )
        run(
            "INSERT INTO article (id, url, host_id, title, state, head_rev, first_seen_at, flapping, blocks_counted, memo) "
            + series.format(rows)
            + f"SELECT i, 'http://h' || (1 + i % {hosts}) || '/' || i, 1 + i % {hosts}, 'T', 0, 1, {start}, 0, 1, '{{}}' FROM n"
        )
        run(
            "INSERT INTO listing (feed_id, key_sha, key, article_id, title, authors, item_sha, position, first_seen_at, changed_at) "
            + series.format(rows)
            + f"SELECT 1, CAST(i AS BLOB), i, i, 'T', '[]', x'00', 0, {start}, {start} FROM n"
        )
        run(
            "INSERT INTO watch (kind, ref_id, host_id, next_at, asked_at, floor_ms, fence, failures, memo) "
            + series.format(rows)
            + f"SELECT 1, i, 1 + i % {hosts}, {start} + (i * 7919) % {int(PACE / MS)}, {start}, 3600000, 0, 0, '{{}}' FROM n"
        )
        run("UPDATE host SET ready_at = (SELECT min(next_at) FROM watch WHERE watch.host_id = host.id AND next_at IS NOT NULL)")

    store._write(fill)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--requests", type=int, default=3000)
    words.add_argument("--feeds", type=int, default=100_000)
    words.add_argument("--rows", type=int, default=1_000_000)
    asked = words.parse_args()
    with site() as port:
        print(f"{'in flight':>9}{'aiohttp':>12}{'fetcher':>12}{'ratio':>7}{'whole poll':>13}{'ratio':>7}   CPU ms a poll (polls a second)")
        for in_flight in IN_FLIGHT:
            count = asked.requests if in_flight > 1 else asked.requests // 4
            plain, ours, all_ = (asyncio.run(way(port, count, in_flight)) for way in (bare, fetched, whole))
            print(
                f"{in_flight:9}{plain[0]:7.3f}({plain[1]:4.0f}){ours[0]:6.3f}({ours[1]:4.0f}){ours[0] / plain[0]:7.1f}"
                f"{all_[0]:7.3f}({all_[1]:4.0f}){all_[0] / plain[0]:7.1f}"
            )
        cpu, rate = asyncio.run(whole(port, asked.requests // 5, 64, "news"))
        plain_parse = stock(100)
        print(f"two of thirty entries changed, 64 in flight: {cpu:.2f} ms CPU a whole poll, {rate:.0f} feeds a second; ", end="")
        print(f"plain feedparser alone {plain_parse:.2f} ms, ratio {cpu / plain_parse:.2f}")
    cost, tasks = tick(asked.rows)
    print(f"tick among {asked.rows:,} rows, {tasks} of them due: {cost:.2f} ms CPU")
    print(f"{asked.feeds:,} feeds registered: {memory(asked.feeds):.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
