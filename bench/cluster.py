"""What the queue costs and what workers gain: throughput of one process against a cluster of 1, 2 and 4 workers on the same machine.

    python bench/cluster.py URL [--hosts 40] [--feeds 10] [--seconds 20] [--rows 0]

URL is an empty PostgreSQL database, e.g. postgresql://monitor@127.0.0.1/bench; it is emptied before each run. A loopback server answers
every poll with a changed feed, so that each poll is parsed, compared and stored. `single` is the local engine on the same database, without
a queue. `--rows N` adds N watched pages and prints what a claim of 64 hosts costs over them (p50, milliseconds), plain and enqueued.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path

RUN = [sys.executable, "-m", "monitor"]


class Site:
    """A server on many loopback addresses; every answer is a new version of a small feed."""

    def __init__(self, hosts: int) -> None:
        self.addresses = [f"127.2.0.{number}" for number in range(1, hosts + 1)]
        self.asked = 0
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
                path = head.split(b" ", 2)[1].decode()
                items = "".join(
                    f"<item><guid>{path}-{n}</guid><link>http://site{path}/{n}</link><title>Story {n} of {path}</title><description>"
                    f"The pilot boat went out {self.asked if n == 0 else 3} times before noon, in a rising wind.</description></item>"
                    for n in range(20)
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


def throughput(url: str, site: Site, feeds: int, seconds: float, workers: int | None) -> tuple[float, float]:
    """(polls a second, CPU seconds a poll) in the steady state. `workers` None: the local engine without a queue."""
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
        environment = dict(os.environ)
        first = [*words, "run"] if workers is not None else [sys.executable, __file__, "--local", *words[3:]]
        processes = [subprocess.Popen(first, env=environment, start_new_session=True)]
        time.sleep(3)
        processes += [subprocess.Popen([*words, "worker"], env=environment, start_new_session=True) for _ in range((workers or 1) - 1)]
        time.sleep(6)
        asked, started = site.asked, time.monotonic()
        time.sleep(seconds)
        polls, took = site.asked - asked, time.monotonic() - started
        cpu = sum(cpu_of(process.pid) for process in processes)
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            process.wait(20)
        return polls / took, cpu / max(1, site.asked)


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_locally(words: list[str]) -> None:
    """`monitor run` with the local engine on PostgreSQL, as it is where the queue is not installed."""
    from monitor.app import App
    from monitor.cli.main import main

    App.is_cluster = property(lambda self: False)  # type: ignore[assignment, method-assign] # the yardstick is the engine without a queue
    main([*words, "run"])


def claim_cost(url: str, rows: int) -> None:
    from monitor.engine.cluster import install_queue
    from monitor.engine.queue import enqueue
    from monitor.settings import StoreSettings
    from monitor.store.sql import SqlStore, open_store

    empty(url)
    store = open_store(url, state_dir=Path(tempfile.mkdtemp()), read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    install_queue(url)
    import psycopg

    now = datetime.now(UTC)
    at = int(now.timestamp() * 1000)
    with psycopg.connect(url, autocommit=True) as connection:
        hosts = max(100, rows // 33)
        connection.execute(
            "INSERT INTO host (name, free_at, lease_until, fence, ready_at) SELECT 'h' || n, 0, 0, 0, %s + n FROM generate_series(1, %s) n",
            (at - hosts, hosts),
        )
        connection.execute(
            "INSERT INTO article (url, host_id, title, state, head_rev, first_seen_at, flapping, blocks_counted, memo)"
            " SELECT 'http://h' || (n %% %s + 1) || '/' || n, n %% %s + 1, '', 0, 0, %s, 0, 0, '{}' FROM generate_series(1, %s) n",
            (hosts, hosts, at, rows),
        )
        connection.execute(
            "INSERT INTO watch (kind, ref_id, host_id, next_at, floor_ms, fence, failures, memo)"
            " SELECT 1, id, host_id, %s + id %% 3600000 - 1800000, 300000, 0, 0, '{}' FROM article",
            (at,),
        )
        connection.execute("ANALYZE")
    for name, claim in (
        ("plain", lambda: len(store.claim(now, hosts=64, per_host=8, lease=timedelta(minutes=5)))),
        ("enqueued", lambda: store.claim_queued(now, hosts=64, per_host=50, lease=timedelta(minutes=5), enqueue=enqueue)),
    ):
        took = []
        for _ in range(30):
            started = time.perf_counter()
            claim()
            took.append((time.perf_counter() - started) * 1000)
        print(f"claim of 64 hosts over {rows} watched pages, {name}: p50 {statistics.median(took):.1f} ms, max {max(took):.1f} ms")
    store.close()


def main() -> None:
    if sys.argv[1:2] == ["--local"]:
        run_locally(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--hosts", type=int, default=40)
    parser.add_argument("--feeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rows", type=int, default=0)
    options = parser.parse_args()
    with Site(options.hosts) as site:
        base = None
        for name, workers in (("single", None), ("1 worker", 1), ("2 workers", 2), ("4 workers", 4)):
            site.asked = 0
            rate, cpu = throughput(options.url, site, options.feeds, options.seconds, workers)
            base = base or (rate, cpu)
            print(
                f"{name:10} {rate:7.1f} polls/s ({rate / base[0]:.2f} of single), {cpu * 1000:.2f} ms CPU a poll ({cpu / base[1]:.2f})",
                flush=True,
            )
    if options.rows:
        claim_cost(options.url, options.rows)


if __name__ == "__main__":
    main()
