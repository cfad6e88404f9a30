"""What a cluster costs and gains. URL is a PostgreSQL database of its own; `claim` leaves it as it is, all others empty it first.

cluster.py URL throughput [--hosts 40] [--feeds 2] [--seconds 20]
    polls a second of one process without a queue, and of a cluster with 1, 2 and 4 workers. A loopback server answers every poll
    with a changed feed, so that each one is parsed, compared and stored.
cluster.py URL generate --feeds 1000000 --pages 10000000, then cluster.py URL claim
    what a claim of 64 hosts costs over so many watched rows, plain and enqueued
cluster.py URL recovery [--restart COMMAND]
    from kill -9 of a worker to the end of its jobs; from the restart of the server to the first save
cluster.py URL sizes --state DIR
    bytes for each revision of a SQLite state that is copied over (`store.py` makes one)
"""

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

Started = subprocess.Popen[bytes]
ITEMS = 30  # of a feed, whose bytes all change with each answer, and one its words
RUN = [sys.executable, "-m", "monitor"]


class Site:
    """A server on many loopback addresses; every answer is a new version of a small feed."""

    def __init__(self, hosts: int) -> None:
        self.addresses = [f"127.2.0.{number}" for number in range(1, hosts + 1)]
        self.asked = 0
        self.delay = 0.0
        self.port = 0
        self._ready = threading.Event()
        self._stop = threading.Event()

    def __enter__(self) -> "Site":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)

    async def _serve(self) -> None:
        for host in self.addresses:
            server = await asyncio.start_server(self._client, host, self.port)
            self.port = self.port or server.sockets[0].getsockname()[1]
        self._ready.set()
        while not self._stop.is_set():
            await asyncio.sleep(0.05)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not self._stop.is_set():
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked += 1
                await asyncio.sleep(self.delay)
                path = writer.get_extra_info("sockname")[0] + head.split(b" ", 2)[1].decode()
                items = "".join(
                    f"<item><guid>{path}-{n}</guid><link>http://{path}/{n}</link><title>Story {n} of {path}</title><comments>{self.asked}"
                    f"</comments><description>The pilot boat went out {self.asked if n == 0 else 3} times before noon, in a rising wind."
                    "</description></item>"
                    for n in range(ITEMS)
                )
                body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


def empty(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


@contextmanager
def cluster(url: str, site: Site, feeds: int, workers: int | None, cores: int = 0) -> Iterator[list[Started]]:
    """One `monitor run` and `workers` - 1 workers beside it over an emptied database. None: the local engine without a queue.

    `cores`: each process is held to one core of so many, in turn; 0: to none.
    """
    empty(url)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "config"
        config.mkdir()
        (config / "feeds.toml").write_text(
            "".join(
                f'[feeds.h{i}-{n}]\nurl = "http://{host}:{site.port}/{n}.xml"\npages = false\n'
                for i, host in enumerate(site.addresses)
                for n in range(feeds)
            )
        )
        (config / "monitor.toml").write_text(
            f'[database]\nurl = "{url}"\n[fetch]\nallow_networks = ["127.0.0.0/8"]\nhost_gap = "0s"\nrobots = false\n'
            '[schedule]\nfeed_min = "1s"\nfeed_max = "1s"\n'
        )
        words = [*RUN, "--config", str(config), "--state", str(folder / "state"), "-q"]
        first = [*words, "run"] if workers is not None else [sys.executable, __file__, "--local", *words[3:]]
        said = (folder / "log").open("wb")
        processes = [subprocess.Popen(on(cores, 0, first), stdout=said, stderr=said, start_new_session=True)]
        time.sleep(3)
        for number in range(1, workers or 1):
            command = on(cores, number, [*words, "worker"])
            processes.append(subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True))
        ready = time.monotonic() + 60
        while site.asked < 3 * len(site.addresses) * feeds and time.monotonic() < ready:
            time.sleep(0.1)  # until every feed is known
        yield processes
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            process.wait(20)


def on(cores: int, number: int, command: list[str]) -> list[str]:
    """The command, held to a core."""
    return ["taskset", "-c", str(number % cores), *command] if cores else command


def throughput(url: str, site: Site, feeds: int, seconds: float, workers: int | None, cores: int) -> tuple[float, float]:
    """(polls a second, CPU seconds a poll, with the processes that think) in the steady state."""
    with cluster(url, site, feeds, workers, cores) as processes:
        asked, busy, started = site.asked, sum(map(cpu_of, processes)), time.monotonic()
        time.sleep(seconds)
        polls, took = site.asked - asked, time.monotonic() - started
        cpu = sum(map(cpu_of, processes)) - busy
    return polls / took, cpu / max(1, polls)


def cpu_of(process: Started) -> float:
    """CPU seconds of a process and of all its group."""
    spent = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(fields[2]) == process.pid:
                spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def run_locally(words: list[str]) -> None:
    """`monitor run` with the local engine on PostgreSQL, as it is where the queue is not installed."""
    from monitor.app import App
    from monitor.cli.main import main

    App.is_cluster = property(lambda self: False)  # type: ignore[assignment, method-assign] # the yardstick is the engine without a queue
    main([*words, "run"])


# --- claims -----------------------------------------------------------------------------------------------------------

GENERATED = (
    "SET session_replication_role = replica",  # the rows refer to each other by construction
    (
        "INSERT INTO host (id, name, free_at, lease_until, fence, ready_at) SELECT n, 'h' || n, 0, 0, 0, {at} - {hosts} + n"
        " FROM generate_series(1, {hosts}) n"
    ),
    (
        "INSERT INTO feed (id, slug, url, url_key, configured, pages, paused, tags, memo) SELECT n, 'f' || n, 'http://h' || n % {hosts} + 1"
        " || '/' || n || '.xml', decode(md5(n::text), 'hex'), 1, 1, 0, '[]', '{{}}' FROM generate_series(1, {feeds}) n"
    ),
    (
        "INSERT INTO article (id, url, host_id, title, state, head_rev, first_seen_at, flapping, blocks_counted, memo) SELECT n, 'http://h'"
        " || {of_page} || '/' || n, {of_page}, 'A headline of some forty letters or so', 0, 0, {at} - n, 0, 0, '{{}}'"
        " FROM generate_series(1, {pages}) n"
    ),
    (
        "INSERT INTO listing (feed_id, key_sha, key, article_id, title, authors, item_sha, position, first_seen_at, changed_at)"
        " SELECT n % {feeds} + 1, decode(md5('k' || n), 'hex'), 'k' || n, n, '', '[]', '', 0, {at} - n, {at} - n"
        " FROM generate_series(1, {pages}) n"
    ),
    (
        "INSERT INTO watch (kind, ref_id, host_id, next_at, floor_ms, fence, failures, memo) SELECT 0, n, n % {hosts} + 1,"
        " {at} + n % 3600000 - 600000, 3600000, 0, 0, '{{}}' FROM generate_series(1, {feeds}) n"
    ),
    (
        "INSERT INTO watch (kind, ref_id, host_id, next_at, floor_ms, fence, failures, memo) SELECT 1, n, {of_page},"
        " {at} + n::bigint * 7919 % 28800000 - 600000, 300000, 0, 0, '{{}}' FROM generate_series(1, {pages}) n"
    ),
    "UPDATE host SET ready_at = (SELECT min(next_at) FROM watch WHERE host_id = host.id)",
    "VACUUM (ANALYZE)",
)
# three in ten pages are those of a thousand large hosts
OF_PAGE = "CASE WHEN n % 10 < 3 THEN n / 10 % 1000 ELSE n % {hosts} END + 1"


def generate(url: str, feeds: int, pages: int) -> None:
    """Feeds and watched pages, a quarter of a host for each feed; about one in fifty is due."""
    import psycopg

    from monitor.engine.cluster import install_queue
    from monitor.settings import StoreSettings
    from monitor.store.sql import open_store

    empty(url)
    open_store(url, state_dir=Path(tempfile.mkdtemp()), read_only=False, settings=StoreSettings()).close()
    install_queue(url)
    at, hosts = int(datetime.now(UTC).timestamp() * 1000), max(2000, feeds // 4)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in GENERATED:
            started = time.monotonic()
            connection.execute(statement.format(at=at, hosts=hosts, feeds=feeds, pages=pages, of_page=f"({OF_PAGE.format(hosts=hosts)})"))
            print(f"  {time.monotonic() - started:6.1f} s  {statement[:60]}", flush=True)


def claim_cost(url: str) -> None:
    """What a claim of 64 hosts costs over what `generate` made, plain and enqueued."""
    from monitor.engine.queue import enqueue
    from monitor.settings import StoreSettings
    from monitor.store.sql import SqlStore, open_store

    store = open_store(url, state_dir=Path(tempfile.mkdtemp()), read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    now, lease = datetime.now(UTC), timedelta(minutes=5)
    store.claim(now, hosts=1, per_host=1, lease=lease)  # with the day's chores
    plain = partial(store.claim, now, hosts=64, lease=lease)
    enqueued = partial(store.claim_queued, now, hosts=64, lease=lease, enqueue=enqueue)
    # the large hosts are due the longest, and come first
    for name, claim, times in (
        ("large, enqueued", partial(enqueued, per_host=50), 8),
        ("large, plain", partial(plain, per_host=8), 7),
        ("small, enqueued", partial(enqueued, per_host=50), 60),
        ("small, plain", partial(plain, per_host=8), 60),
    ):
        took, before = [], claimed(url)
        for _ in range(times):
            started = time.perf_counter()
            claim()
            took.append((time.perf_counter() - started) * 1000)
        took.sort()
        tasks = (claimed(url) - before) / times
        middle = statistics.median(took)
        each = middle / tasks * 1000
        print(f"claim of 64 hosts, {name}: p50 {middle:.1f} ms, max {took[-1]:.1f} ms; {tasks:.0f} tasks, {each:.0f} us a task")
    store.close()


def claimed(url: str) -> int:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT sum(fence) FROM watch WHERE fence > 0").fetchone()
    return int(found[0] or 0) if found else 0


# --- recovery -------------------------------------------------------------------------------------------------------


def recovery(url: str, site: Site, feeds: int, restart: str | None) -> None:
    """Seconds from the kill of a worker until what it had in hand is done by others; from a server's end to the next save."""
    import psycopg

    took = []
    with cluster(url, site, feeds, workers=3) as processes:
        site.delay = 3.0  # so that all have jobs in hand
        for victim in processes[1:]:
            time.sleep(8)
            with psycopg.connect(url, autocommit=True) as connection:
                os.killpg(victim.pid, signal.SIGKILL)
                started, left = time.monotonic(), picked(connection)
                while left := left & picked(connection):
                    time.sleep(0.05)
            took.append(time.monotonic() - started)
        victims = " and ".join(f"{one:.1f}" for one in took)
        print(f"kill -9 of a worker with jobs in hand: all of them with others after {victims} s", flush=True)
        if restart:
            site.delay = 0.0
            started = time.monotonic()
            subprocess.run(restart, shell=True, check=True, stdout=subprocess.DEVNULL)
            up, since = time.monotonic() - started, datetime.now(UTC).timestamp() * 1000
            while not saved_after(url, since):
                time.sleep(0.05)
            print(f"restart of the server: up after {up:.1f} s, the first save after {time.monotonic() - started:.1f} s")


def picked(connection: Any) -> set[int]:
    """The jobs in hand, each with who has it."""
    return set(connection.execute("SELECT id, queue_manager_id FROM pgqueuer WHERE status = 'picked'").fetchall())


def saved_after(url: str, since: float) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute("SELECT 1 FROM feed WHERE polled_at > %s LIMIT 1", (since,)).fetchone() is not None
    except psycopg.OperationalError:
        return False


# --- sizes ----------------------------------------------------------------------------------------------------------


def sizes(url: str, state: Path) -> None:
    """A SQLite state copied over: bytes of each table with its indexes, for each revision."""
    import psycopg

    from monitor.settings import StoreSettings
    from monitor.store.copying import copy_state
    from monitor.store.sql import open_store

    empty(url)
    store = open_store(url, state_dir=state, read_only=False, settings=StoreSettings())
    copied = copy_state(state / "monitor.db", url)
    store.close()  # with all of it searchable
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (FULL, ANALYZE)")
        found = connection.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " ORDER BY 2 DESC"
        ).fetchall()
    total = sum(size for _, size in found)
    parts = ", ".join(f"{name} {size / copied.revisions:.0f}" for name, size in found[:8])
    file = (state / "monitor.db").stat().st_size
    print(f"{copied.revisions} revisions: {total / copied.revisions:.0f} bytes each ({parts}); SQLite {file / copied.revisions:.0f}")


def main() -> None:
    if sys.argv[1:2] == ["--local"]:
        run_locally(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("what", choices=("throughput", "generate", "claim", "recovery", "sizes"))
    parser.add_argument("--hosts", type=int, default=40)
    parser.add_argument("--feeds", type=int, default=2)
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--restart", help="a shell command that restarts the server")
    parser.add_argument("--state", type=Path, help="a folder with a SQLite state")
    options = parser.parse_args()
    if options.what == "throughput":
        all_throughputs(options.url, options.hosts, options.feeds, options.seconds)
    elif options.what == "generate":
        generate(options.url, options.feeds, options.pages)
    elif options.what == "recovery":
        with Site(options.hosts) as site:
            recovery(options.url, site, options.feeds, options.restart)
    elif options.what == "sizes":
        sizes(options.url, options.state)
    else:
        claim_cost(options.url)


def all_throughputs(url: str, hosts: int, feeds: int, seconds: float) -> None:
    base = None
    for name, workers, cores in (
        ("single", None, 0), ("1 worker", 1, 0), ("2 workers", 2, 0), ("4 workers", 4, 0),
        ("1 on one core", 1, 2), ("2 on a core each", 2, 2),
    ):  # fmt: skip
        with Site(hosts) as site:
            rate, cpu = throughput(url, site, feeds, seconds, workers, cores)
        base = base or (rate, cpu)
        relative = f"{rate / base[0]:.2f} of single"
        print(f"{name:16} {rate:6.1f} polls/s ({relative}), {cpu * 1000:5.1f} ms CPU a poll ({cpu / base[1]:.2f})", flush=True)


if __name__ == "__main__":
    main()
