"""`monitor run`, the daemon, and `monitor check`, one round by hand."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.face import Face, pass_face, print_json, say
from monitor.cli.logs import start_log
from monitor.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.engine.cluster import Cluster, Telling
    from monitor.engine.leader import Leader
    from monitor.engine.local import Job, Setup
    from monitor.engine.once import Round
    from monitor.engine.workers import ProcessWorkers
    from monitor.model import Edit
    from monitor.notify import Notifiers
    from monitor.ports import Clock, Store
    from monitor.settings import Settings

Json = dict[str, Any]

# what workers have ready before the first task: reading feeds, then pages, then comparing
PRELOAD = ("monitor.parse.feed", "monitor.extract.page", "monitor.compare")
TELL_EVERY = timedelta(seconds=5)
HUBS_EVERY = timedelta(seconds=10)
HOURLY = timedelta(hours=1)
SEAL_EVERY = timedelta(hours=24)


@click.command()
@click.option("--live", is_flag=True, help="On a terminal: a calm table in place of the log.")
@click.option("--json-log", is_flag=True, help="Log one JSON object a line.")
@click.option("--metrics", metavar="HOST:PORT", help="Serve figures for Prometheus there.")
@pass_face
def run(face: Face, live: bool, json_log: bool, metrics: str | None) -> None:
    """The daemon: polls, looks, stores, reports, until it is told to stop.

    SIGTERM and SIGINT finish what is in hand and exit 0. SIGHUP, or a changed file, reads the configuration again; a faulty one
    is named in the log and the last good one stays.
    """
    from monitor.cli.following import edits_printed
    from monitor.cli.live import live_table
    from monitor.engine.leader import Leader
    from monitor.engine.local import LocalEngine
    from monitor.store.lock import hold

    start_log(face.verbosity, as_json=json_log)
    app = face.app()
    with hold(app.settings.state_dir, app.database_url, shared=app.is_cluster):
        workers, leader = process_workers(app.settings), Leader(app.database_url)
        try:
            store = app.writing()
            engine = LocalEngine(_setup(app, store, workers, leader), _Reload(face, app, store, workers, leader))
            shown = live_table(face) if live else edits_printed(store, timezone=app.settings.timezone, color=face.is_colored)
            with shown, _pages(app, store), figures_served(metrics, store, app.clock, engine.tally):
                asyncio.run(engine.run())
        finally:
            leader.close()
            workers.close()
            app.close()


@click.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--force", is_flag=True, help="All of it, due or not; robots.txt, rests and validators still count.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@pass_face
def check(face: Face, slugs: tuple[str, ...], force: bool, as_json: bool) -> int:
    """Poll what is due now, look at the pages that are due, store, and exit.

    Exit 5 when everything asked for failed, 6 beside a daemon on the same state.
    """
    from monitor.cli.following import edits_printed
    from monitor.cli.options import known_slugs
    from monitor.engine.local import run_once
    from monitor.store.lock import hold

    start_log(face.verbosity - 1)
    app = face.app()
    with hold(app.settings.state_dir, app.database_url):
        workers = process_workers(app.settings)
        try:
            store = app.writing()
            chosen = known_slugs(slugs, store, app.settings) or None
            doors, fetcher = app.doors(store, workers), app.fetcher(store)

            async def once() -> "Round":
                try:
                    return await run_once(doors, fetcher, app.settings.fetch, feeds=chosen, force=force)
                finally:
                    await fetcher.close()

            timezone = app.settings.timezone
            with nullcontext() if as_json else edits_printed(store, timezone=timezone, color=face.is_colored):
                told = _told(asyncio.run(once()))
            if app.settings.targets:
                from monitor.notify import open_notifiers

                _tell(app, store, app.settings, open_notifiers(app.settings), settled=True)
        finally:
            workers.close()
            app.close()
    if as_json:
        print_json("check", told.as_json())
    else:
        _print(told)
    return 5 if told.asked and told.failed == told.asked else 0


# --- what both need -------------------------------------------------------------------------------------------------


def process_workers(settings: "Settings") -> "ProcessWorkers":
    """Killable processes for the thinking, already started."""
    from monitor.engine.workers import ProcessWorkers

    workers = ProcessWorkers(wall=settings.fetch.timeout, preload=PRELOAD)
    workers.start()
    return workers


def _setup(app: "App", store: "Store", workers: "ProcessWorkers", leader: "Leader") -> "Setup":
    from monitor.engine.local import Setup

    doors, fetcher = app.doors(store, workers), app.fetcher(store)
    if not app.is_cluster:
        return Setup(app.settings, doors, fetcher, _jobs(app, store))
    from monitor.engine.cluster import Cluster, Worker, install_queue, make_months
    from monitor.store.sql import SqlStore

    assert isinstance(store, SqlStore)  # what is_cluster means
    install_queue(app.database_url)
    make_months(store, app.clock.now())
    cluster = Cluster(store, Worker(app.settings, store, doors, fetcher, app.database_url, telling_of(app, store)))
    return Setup(app.settings, doors, fetcher, [leader.only(job) for job in _cluster_jobs(app, store, cluster)], cluster)


def telling_of(app: "App", store: "Store") -> "Telling":
    """How a worker of a cluster tells one target."""
    from monitor.engine.cluster import Telling

    if not app.settings.targets:
        return Telling()
    from monitor import deliver
    from monitor.notify import open_notifiers

    notifiers = open_notifiers(app.settings)
    return Telling(lambda target: deliver.round(store, notifiers, app.settings, app.clock, only=target), notifiers.hang_up)


@contextmanager
def _pages(app: "App", store: "Store") -> Iterator[None]:
    """The web pages beside the daemon, where [web] listen is set."""
    if app.settings.web.listen is None:
        yield
        return
    try:
        from monitor.web.server import serve_in_thread
    except ModuleNotFoundError as error:
        raise UsageError(f"[web] is set, and the pages need the package '{error.name}'", hint="pip install 'monitor[web]'") from error
    serving = serve_in_thread(app, app.settings.web, store=store)
    try:
        yield
    finally:
        serving.stop()


@contextmanager
def figures_served(address: str | None, store: "Store", clock: "Clock", tally: Callable[[], dict[str, int]]) -> Iterator[None]:
    """Figures for Prometheus, where an address is given."""
    if address is None:
        yield
        return
    from monitor.engine.metrics import Figures, serve

    try:
        stop = serve(address, Figures(store, clock, tally))
    except ModuleNotFoundError as error:
        raise UsageError(f"--metrics needs the package '{error.name}'", hint="pip install 'monitor[cluster]'") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot serve figures at {address}: {error}", hint="--metrics 127.0.0.1:9484") from error
    try:
        yield
    finally:
        stop()


def _keeping_jobs(app: "App", store: "Store") -> "list[Job]":
    from monitor.engine.local import Job
    from monitor.store.sql import SqlStore

    if not isinstance(store, SqlStore):
        return []
    return [
        Job("seal", HOURLY, lambda: store.seal(app.clock.now(), every=SEAL_EVERY)),
        Job("retention", HOURLY, lambda: store.sweep(app.clock.now())),
        Job("packing", HOURLY, lambda: store.pack(app.clock.now())),  # two megabytes, a second's work
    ]


def _cluster_jobs(app: "App", store: "Store", cluster: "Cluster") -> "list[Job]":
    """The leader's: it only enqueues what is to be told."""
    from monitor.engine.local import Job
    from monitor.engine.queue import forget_log

    jobs = [*_keeping_jobs(app, store), _hub_job(app, store), Job("queue log", HOURLY, lambda: forget_log(app.database_url))]
    if app.settings.targets:
        jobs.append(Job("tell", TELL_EVERY, lambda: cluster.tell(app.settings, app.clock.now())))
    return jobs


def _jobs(app: "App", store: "Store") -> "list[Job]":
    from monitor.engine.local import Job

    jobs = [*_keeping_jobs(app, store), _hub_job(app, store)]
    if app.settings.targets:
        from monitor.notify import open_notifiers

        notifiers, settings = open_notifiers(app.settings), app.settings
        jobs.append(Job("tell", TELL_EVERY, lambda: _tell(app, store, settings, notifiers), notifiers.hang_up))
    return jobs


def _hub_job(app: "App", store: "Store") -> "Job":
    from monitor.engine.hubs import Tending
    from monitor.engine.local import Job
    from monitor.hubs import reachable_at

    tending = Tending(store, reachable_at(app.settings.web), app.clock, lambda: app.fetcher(store))
    return Job("hubs", HUBS_EVERY, tending.run, tending.stop)


def _tell(app: "App", store: "Store", settings: "Settings", notifiers: "Notifiers", *, settled: bool = False) -> None:
    from monitor import deliver

    deliver.round(store, notifiers, settings, app.clock, settled=settled)


class _Reload:
    """Reads the configuration again when a file of it changed, or when asked to."""

    def __init__(self, face: Face, app: "App", store: "Store", workers: "ProcessWorkers", leader: "Leader") -> None:
        from monitor.config import file_stamps

        self._face, self._app, self._store, self._workers, self._leader = face, app, store, workers, leader
        self._taken = self._seen = file_stamps(app.settings.config_dir)
        self._had_feeds = (app.settings.config_dir / "feeds.toml").exists()

    def __call__(self, asked: bool) -> "Setup | None":
        """The new Setup; None when nothing changed, or the files are still being written and nobody asked.

        Raises ConfigError, once for each faulty state of the files, StoreError when the store cannot follow now.
        """
        from monitor.config import file_stamps

        before, self._seen = self._seen, file_stamps(self._app.settings.config_dir)
        if not asked and (self._seen == self._taken or self._seen != before):
            return None
        try:
            settings = self._read()
            setup = self._followed(settings) if settings != self._app.settings else None
        except ConfigError:
            self._taken = self._seen
            raise
        self._taken = self._seen
        return setup

    def _read(self) -> "Settings":
        feeds = self._app.settings.config_dir / "feeds.toml"
        if self._had_feeds and not feeds.exists():
            raise ConfigError([f"{feeds} is gone; an empty file would let its feeds go"])
        settings, self._had_feeds = self._face.settings(), feeds.exists()
        return settings

    def _followed(self, settings: "Settings") -> "Setup":
        from dataclasses import replace

        from monitor.report import addressees

        app = replace(self._app, settings=settings)
        self._store.sync_feeds(settings.feeds, app.clock.now(), settings.schedule)
        self._store.sync_targets([target.name for target in addressees(settings.targets)], app.clock.now())
        setup = _setup(app, self._store, self._workers, self._leader)
        self._app = app
        return setup


# --- what a check tells ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Told:
    """A round, counted."""

    feeds: dict[str, Json] = field(default_factory=dict)
    pages: Counter[str] = field(default_factory=Counter)
    edits: "list[Edit]" = field(default_factory=list)
    asked: int = 0
    failed: int = 0

    def as_json(self) -> Json:
        """CONTRACT's document."""
        from monitor.shapes import edit_json

        names = ("looked", "new", "edited", "unchanged", "suspect", "failed", "gone")
        return {
            "feeds": list(self.feeds.values()),
            "pages": {name: self.pages[name] for name in names},
            "edits": [edit_json(edit) for edit in self.edits],
        }


# the verdict of a look as `pages` counts it
_COUNTED = {"same": "unchanged", "restamped": "unchanged", "held": "suspect"}


def _told(done: "Round") -> _Told:
    from monitor.model import FeedTask

    told = _Told()
    for one in sorted(done.done, key=lambda one: isinstance(one.task, FeedTask), reverse=True):
        saved = one.saved
        told.asked += 1
        edits = saved.edits if saved else ()
        told.edits += edits
        if isinstance(one.task, FeedTask):
            outcome = (saved.outcome if saved else None) or "error:internal"
            told.failed += outcome.startswith("error:")
            told.feeds[one.task.feed.slug] = {
                "slug": one.task.feed.slug,
                "outcome": outcome,
                "status": saved.status if saved else None,
                "entries": saved.entries if saved else 0,
                "new": len(saved.new_articles) if saved else 0,
                "edited": len(edits),
                "error": saved.error if saved else "monitor met a bug in itself; its log has the details",
                "took_ms": round(one.took.total_seconds() * 1000),
            }
        else:
            verdict = (saved.verdict if saved else None) or "failed"
            told.failed += verdict == "failed"
            told.pages.update(["looked", _COUNTED.get(verdict, verdict)])
            for slug in {slug for edit in edits for slug in edit.feeds} & told.feeds.keys():
                told.feeds[slug]["edited"] += len(edits)
    return told


def _print(told: _Told) -> None:
    from monitor.text import term_safe

    for feed in told.feeds.values():
        numbers = "{entries} entries, {new} new, {edited} edited".format(**feed)
        words = numbers if feed["outcome"] == "ok" else feed["error"] or ""
        click.echo(f"{feed['slug']}  {feed['outcome']}  {term_safe(words)}".rstrip())
    counts = ", ".join(f"{number} {name}" for name, number in told.as_json()["pages"].items() if number)
    if counts:
        click.echo(f"pages  {counts}")
    if not told.asked:
        say("nothing is due (--force asks all the same)")
