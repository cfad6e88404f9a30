"""A cluster over a real PostgreSQL: workers die, the database restarts, and nothing is lost, told twice, or asked by two at once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from many_hosts import ManyHosts

from monitor.ports import ArticleQuery
from monitor.settings import StoreSettings
from monitor.store.sql import open_store

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(400)]

WORKERS = 4
KILLS = 30


class Fleet:
    """One `monitor run` and workers beside it, as processes of their own."""

    def __init__(self, folder: Path, url: str, site: ManyHosts) -> None:
        config = folder / "config"
        config.mkdir()
        (config / "feeds.toml").write_text(site.feeds_toml())
        (config / "monitor.toml").write_text(
            f'[database]\nurl = "{url}"\n[fetch]\nallow_networks = ["127.0.0.0/8"]\nhost_gap = "0s"\ntimeout = "5s"\n'
            '[schedule]\nfeed_min = "6s"\nfeed_max = "8s"\n'
            '[targets.desk]\nurl = "exec:true"\n[[rules]]\nname = "all"\nto = ["desk"]\nmin_severity = "noise"\n'
        )
        self.words = [sys.executable, "-m", "monitor", "--config", str(config), "--state", str(folder / "state")]
        self.folder = folder
        self.url = url
        self.started = 0
        self.run = self.start("run")
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, command: str) -> "subprocess.Popen[bytes]":
        self.started += 1
        with (self.folder / f"{command}-{self.started}.log").open("wb") as log:
            return subprocess.Popen([*self.words, command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)

    def lines(self, *words: str) -> list[dict[str, object]]:
        ended = subprocess.run([*self.words, *words], capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 0, ended.stderr[-500:]
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def stop(self) -> list[int]:
        for process in (self.run, *self.workers):
            if process.poll() is None:
                os.kill(process.pid, signal.SIGTERM)
        return [process.wait(20) for process in (self.run, *self.workers)]

    def kill(self) -> None:
        for process in (self.run, *self.workers):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def fleet_and_site(tmp_path: Path, postgres_server: str) -> Iterator[tuple[Fleet, ManyHosts]]:
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS fleet WITH (FORCE)")
        connection.execute("CREATE DATABASE fleet")
    url = postgres_server.replace("/postgres?", "/fleet?")
    with ManyHosts() as site:
        fleet = Fleet(tmp_path, url, site)
        try:
            yield fleet, site
        finally:
            fleet.kill()


def restart(server: str) -> None:
    """The whole server, as an upgrade of its machine would have it; skipped for one that is not ours."""
    import psycopg

    with psycopg.connect(server) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    data = Path(row[0])
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not binaries:
        return
    as_nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    command = [binaries[-1], "-D", data, "-m", "immediate", "-w", "-l", data.parent / "log", "restart"]
    subprocess.run(command, check=True, capture_output=True, cwd="/", **as_nobody)  # type: ignore[call-overload] # user and group by keyword


def test_workers_may_die_and_the_database_restart(fleet_and_site: tuple[Fleet, ManyHosts], postgres_server: str) -> None:
    fleet, site = fleet_and_site
    chance = random.Random(7)
    feeds = [(host, f"/{number}.xml") for host in site.addresses for number in range(site.feeds)]
    fleet.workers = [fleet.start("worker") for _ in range(WORKERS)]
    wait_until(lambda: len(texts(fleet.url)) == len(feeds), 120, lambda: f"{len(texts(fleet.url))} of {len(feeds)} articles")

    acknowledged: list[dict[str, object]] = []
    for kill in range(KILLS):
        for feed in chance.sample(feeds, 10):
            site.edit(*feed)
        number = chance.randrange(WORKERS)
        time.sleep(chance.uniform(0.2, 1.0))
        os.killpg(fleet.workers[number].pid, signal.SIGKILL)
        fleet.workers[number].wait()
        fleet.workers[number] = fleet.start("worker")
        if kill == KILLS // 2:
            acknowledged = fleet.lines("log", "--jsonl")
            restart(postgres_server)

    newest = {f"http://{host}:{site.port}{path}/story": site.text(host, path) for host, path in feeds}
    held: dict[str, str] = {}

    def all_are_held() -> bool:
        held.clear()
        held.update(texts(fleet.url))
        return held == newest

    wait_until(all_are_held, 120, lambda: f"{sum(held.get(url) != text for url, text in newest.items())} of {len(newest)} are behind")
    edits = fleet.lines("log", "--jsonl")
    keys = [(edit["article"], edit["to_rev"]) for edit in edits]
    assert len(keys) == len(set(keys))
    assert {(edit["article"], edit["to_rev"]) for edit in acknowledged} <= set(keys)
    assert site.overlaps == []
    told = Counter((row["article"], row["to_rev"], row["target"]) for row in fleet.lines("notify", "log", "--jsonl"))
    assert {(article, rev) for article, rev, _ in told} == set(keys)
    assert set(told.values()) == {1}
    assert fleet.stop() == [0] * (1 + WORKERS)


def texts(url: str) -> dict[str, str]:
    """Each article's newest text, as the store tells it."""
    store = open_store(url, state_dir=Path(), read_only=True, settings=StoreSettings())
    try:
        articles = list(store.articles(ArticleQuery()))
        heads = [store.revision(article.id, article.revisions) for article in articles]
        return {article.url: head.content.body[0] for article, head in zip(articles, heads, strict=True) if head is not None}
    finally:
        store.close()


def wait_until(holds: "object", seconds: float, why: "object" = None) -> None:
    """Asks again and again: the processes under test live in real time."""
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, why() if callable(why) else "it did not come true in time"
        time.sleep(1)
