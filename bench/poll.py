"""What a poll costs. `python bench/poll.py [--requests 3000] [--repeats 5] [--feeds 100000] [--rows 1000000]`.

CPU of this process per poll that is answered 304, at 1, 64 and 1,000 in flight, on 1,000 loopback hosts with one open connection
each: bare aiohttp, our fetcher, and the whole way from the claim over schedule to the saved outcome. The three take turns with the
same number of requests over the same hosts; every connection is open and every feed was polled before anything is counted, and the
ratios are medians over the repeats. Then polls of a feed that changed, whole, beside what feedparser alone takes to parse it; the
memory of a store with many feeds, and what a tick costs among many rows of which a second's worth is due.
"""

import argparse
import asyncio
import io
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import aiohttp

from monitor.clock import SystemClock
from monitor.engine.drive import TASKS_PER_TURN, TurnRunner
from monitor.engine.garbage import settle
from monitor.engine.local import THREADS, room_beside
from monitor.engine.workers import InlineWorkers
from monitor.fetch.http import HttpFetcher
from monitor.model import Request, Turn, Validators
from monitor.ports import Doors
from monitor.settings import Feed, FetchSettings, ScheduleSettings, StoreSettings
from monitor.store.sql import SqlStore, open_store

HOSTS = 1000
IN_FLIGHT = (1, 64, 1000)
SETTINGS = FetchSettings(
    user_agent="bench/1 (+http://localhost/)",
    allow_networks=("127.0.0.0/8",),
    host_gap=timedelta(0),
    per_host=1,
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
            servers.append(await asyncio.start_server(answer, address(host), port, backlog=64))
            port = port or servers[0].sockets[0].getsockname()[1]
        line.send(port)
        await asyncio.get_running_loop().run_in_executor(None, line.recv)

    asyncio.run(run())


@contextmanager
def site() -> Iterator[int]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a thousand hosts are three thousand files
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    yield ours.recv()
    ours.send("stop")
    process.join(5)


def address(host: int) -> str:
    return f"127.3.{host // 250}.{host % 250 + 1}"


def url(port: int, number: int, what: str = "feed") -> str:
    return f"http://{address(number % HOSTS)}:{port}/{what}/{number}"


Way = Callable[[], Awaitable[tuple[float, float]]]  # CPU milliseconds a request, and requests a second


async def many(ask: Callable[[int], Awaitable[object]], count: int, in_flight: int) -> tuple[float, float]:
    await _asked(ask, HOSTS, max(in_flight, 64))  # every connection is open now
    cpu, wall = time.process_time(), time.perf_counter()
    await _asked(ask, count, in_flight)
    return (time.process_time() - cpu) / count * 1000, count / (time.perf_counter() - wall)


async def _asked(ask: Callable[[int], Awaitable[object]], count: int, in_flight: int) -> None:
    numbers = iter(range(count))

    async def lane() -> None:
        for number in numbers:
            await ask(number)

    await asyncio.gather(*(lane() for _ in range(in_flight)))


@asynccontextmanager
async def bare(port: int, count: int, in_flight: int) -> AsyncIterator[Way]:
    """aiohttp alone, with as little as it can do: no cookies, no decoding."""
    connector = aiohttp.TCPConnector(limit=HOSTS, limit_per_host=1)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(number: int) -> None:
            async with session.get(url(port, number), headers={"If-None-Match": '"1"'}) as response:
                await response.read()

        yield lambda: many(ask, count, in_flight)


@asynccontextmanager
async def fetched(port: int, count: int, in_flight: int) -> AsyncIterator[Way]:
    fetcher = HttpFetcher(replace(SETTINGS, concurrency=max(in_flight, 64)), SystemClock())

    async def ask(number: int) -> None:
        where = url(port, number)
        await fetcher.fetch(Request(where, "feed", Validators(where, '"1"')))

    try:
        yield lambda: many(ask, count, in_flight)
    finally:
        await fetcher.close()


@asynccontextmanager
async def whole(port: int, count: int, in_flight: int, what: str = "feed") -> AsyncIterator[Way]:
    """Claim, ask, think, save, release: as the daemon does it. `what`: answered 304, or with two entries changed (`news`)."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(THREADS) as pool:
        store = open_store(None, state_dir=Path(folder), read_only=False, settings=StoreSettings())
        clock, settings = SystemClock(), replace(SETTINGS, concurrency=in_flight)
        store.sync_feeds([Feed(f"f{n}", url(port, n, what), pages=False) for n in range(count)], clock.now())
        doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
        fetcher = HttpFetcher(settings, clock)
        runner = TurnRunner(doors, fetcher, settings, pool)
        await polled(runner, pool, count)  # 200: bodies and validators are known now

        async def ask(number: int) -> None:
            where = url(port, number)
            await fetcher.fetch(Request(where, "feed", Validators(where, '"1"')))

        async def again() -> tuple[float, float]:
            await _asked(ask, HOSTS, max(in_flight, 64))
            store.make_due(None, clock.now())
            cpu, wall = time.process_time(), time.perf_counter()
            await polled(runner, pool, count)
            return (time.process_time() - cpu) / count * 1000, count / (time.perf_counter() - wall)

        try:
            yield again
        finally:
            await fetcher.close()
            store.close()


async def polled(runner: TurnRunner, pool: ThreadPoolExecutor, count: int) -> None:
    """What is due is claimed and worked off, as the daemon's tick does it, until so many polls are done."""
    done: list[object] = []
    loop, store, clock = asyncio.get_running_loop(), runner.doors.store, runner.doors.clock
    turns: set[asyncio.Task[datetime]] = set()

    def claim(room: int) -> Sequence[Turn]:
        return store.claim(clock.now(), hosts=room, per_host=TASKS_PER_TURN, lease=runner.lease)

    while len(done) < count:
        if room := room_beside(len(turns)):
            claimed = await loop.run_in_executor(pool, claim, room)
            turns |= {asyncio.create_task(runner.run(turn, done.append)) for turn in claimed}
        _, turns = await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
    if turns:
        await asyncio.wait(turns)


def stock(count: int) -> float:
    """CPU milliseconds of plain feedparser for the same feed."""
    import feedparser

    bodies = [news(edition) for edition in range(count)]
    cpu = time.process_time()
    for body in bodies:
        feedparser.parse(io.BytesIO(body))
    return (time.process_time() - cpu) / count * 1000


def memory(feeds: int) -> float:
    """The most MB that were resident in a process that registers so many feeds and claims some.

    Not `ru_maxrss`, which a process takes over from the one that started it.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(None, state_dir=Path(folder), read_only=False, settings=StoreSettings())
        store.sync_feeds([Feed(f"f{n}", f"http://h{n % 20000}.example/feed/{n}") for n in range(feeds)], datetime.now(UTC))
        store.claim(datetime.now(UTC), hosts=64, per_host=8, lease=timedelta(minutes=5))
        peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        store.close()
    return int(peak.split()[1]) / 1024


def tick(rows: int, ticks: int = 30) -> tuple[float, int]:
    """CPU milliseconds of a claim among so many watched pages, one second's worth due; and how many those were."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(None, state_dir=Path(folder), read_only=False, settings=StoreSettings())
        assert isinstance(store, SqlStore)
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


def compared(port: int, count: int, in_flight: int, repeats: int) -> str:
    """The three ways in turns, as a line of the table."""

    async def run() -> list[list[tuple[float, float]]]:
        async with bare(port, count, in_flight) as a, fetched(port, count, in_flight) as b, whole(port, count, in_flight) as c:
            settle()
            return [[await way() for way in (a, b, c)] for _ in range(repeats)]

    found = asyncio.run(run())
    plain, ours, all_ = ((median(turn[way][0] for turn in found), median(turn[way][1] for turn in found)) for way in range(3))
    fetch, poll = ([turn[way][0] / turn[0][0] for turn in found] for way in (1, 2))
    return (
        f"{in_flight:9}{plain[0]:7.3f}({plain[1]:4.0f}){ours[0]:6.3f}({ours[1]:4.0f}){median(fetch):7.1f}"
        f"{all_[0]:7.3f}({all_[1]:4.0f}){median(poll):7.1f} ({min(poll):.1f} to {max(poll):.1f})"
    )


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--requests", type=int, default=3000)
    words.add_argument("--repeats", type=int, default=5)
    words.add_argument("--feeds", type=int, default=100_000)
    words.add_argument("--rows", type=int, default=1_000_000)
    asked = words.parse_args()
    with site() as port:
        print(f"{'in flight':>9}{'aiohttp':>12}{'fetcher':>12}{'ratio':>7}{'whole poll':>13}{'ratio':>7}   CPU ms a poll (polls a second)")
        for in_flight in IN_FLIGHT:
            print(compared(port, asked.requests, in_flight, asked.repeats), flush=True)
        changed(port, asked.requests // 5)
    cost, tasks = tick(asked.rows)
    print(f"tick among {asked.rows:,} rows, {tasks} of them due: {cost:.2f} ms CPU")
    with multiprocessing.get_context("spawn").Pool(1) as afresh:
        print(f"{asked.feeds:,} feeds registered: {afresh.apply(memory, (asked.feeds,)):.0f} MB")
    return 0


def changed(port: int, count: int) -> None:
    async def run() -> list[tuple[float, float]]:
        async with whole(port, count, 64, "news") as way:
            settle()
            return [await way() for _ in range(3)]

    found = asyncio.run(run())
    cpu, rate = (median(turn[part] for turn in found) for part in range(2))
    plain_parse = stock(100)
    print(f"two of thirty entries changed, 64 in flight: {cpu:.2f} ms CPU a whole poll, {rate:.0f} feeds a second; ", end="")
    print(f"plain feedparser alone {plain_parse:.2f} ms, ratio {cpu / plain_parse:.2f}")


if __name__ == "__main__":
    sys.exit(main())
