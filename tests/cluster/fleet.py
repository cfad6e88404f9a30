"""A cluster as processes of their own: one `monitor run` and workers beside it, over one database."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg

from monitor.ports import ArticleQuery
from monitor.settings import StoreSettings
from monitor.store.sql import open_store


class Site(Protocol):
    """What is watched."""

    def feeds_toml(self) -> str: ...


class Fleet:
    """A `monitor run`, and the workers that were started."""

    def __init__(
        self,
        folder: Path,
        url: str,
        site: Site,
        *,
        target: str = "exec:true",
        host_gap: str = "0s",
        feed_max: str = "8s",
        more: str = "",
    ) -> None:
        self.config = folder / "config"
        self.config.mkdir()
        (self.config / "feeds.toml").write_text(site.feeds_toml())
        (self.config / "monitor.toml").write_text(
            f'[database]\nurl = "{url}"\n[fetch]\nallow_networks = ["127.0.0.0/8"]\nhost_gap = "{host_gap}"\n'
            'timeout = "5s"\nrobots = false\n'
            f'[schedule]\nfeed_min = "6s"\nfeed_max = "{feed_max}"\npage_min = "6s"\npage_max = "8s"\n'
            f'[targets.desk]\nurl = "{target}"\nwait = "0s"\n[[rules]]\nname = "all"\nto = ["desk"]\nmin_severity = "noise"\n{more}'
        )
        self.words = [sys.executable, "-m", "monitor", "--config", str(self.config), "--state", str(folder / "state")]
        self.folder = folder
        self.url = url
        self.started = 0
        self.workers: list[subprocess.Popen[bytes]] = []
        self.run = self.start("run")

    def start(self, command: str) -> "subprocess.Popen[bytes]":
        self.started += 1
        with (self.folder / f"{command}-{self.started}.log").open("wb") as log:
            return subprocess.Popen([*self.words, command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)

    def revive(self) -> None:
        """Starts what ended by itself again, as its unit would: a process that finds no database ends with an error."""
        self.workers = [self.start("worker") if worker.poll() is not None else worker for worker in self.workers]

    def asked(self, *words: str) -> str:
        ended = subprocess.run([*self.words, *words], capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 0, ended.stderr[-500:]
        return ended.stdout

    def lines(self, *words: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.asked(*words).splitlines()]

    def count(self, rows: str) -> int:
        """How many rows there are, 0 while there is no table."""
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                found = connection.execute(f"SELECT count(*) FROM {rows}").fetchone()  # type: ignore[arg-type]
        except psycopg.errors.UndefinedTable:
            return 0
        return int(found[0]) if found else 0

    def stop(self) -> list[int]:
        """How all of them ended when asked to."""
        for process in (self.run, *self.workers):
            if process.poll() is None:
                os.kill(process.pid, signal.SIGTERM)
        return [process.wait(20) for process in (self.run, *self.workers)]

    def kill(self) -> None:
        for process in (self.run, *self.workers):
            end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """kill -9, with all that the process started in its group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def texts(url: str) -> dict[str, str]:
    """The first paragraph of each article's newest text, as the store tells it."""
    store = open_store(url, state_dir=Path(), read_only=True, settings=StoreSettings())
    try:
        articles = list(store.articles(ArticleQuery()))
        heads = [store.revision(article.id, article.revisions) for article in articles]
        return {article.url: head.content.body[0] for article, head in zip(articles, heads, strict=True) if head is not None}
    finally:
        store.close()


def wait_until(holds: Callable[[], bool], seconds: float, why: Callable[[], str] | str = "it did not come true in time") -> None:
    """Asks again and again: the processes under test live in real time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, why if isinstance(why, str) else why()
        time.sleep(0.3)
