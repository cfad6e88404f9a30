"""The daemon on one machine: claims what is due, works it off host by host, and keeps a few fixed jobs going.

What is due is a column in the store, read by a tick that runs on the monotonic clock; APScheduler keeps the fixed jobs. It counts on
the wall clock and stands still when that is set back, so the tick watches it too.
"""

import asyncio
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from monitor.engine.drive import TASKS_PER_TURN, Done, TurnRunner, drive
from monitor.engine.garbage import settle
from monitor.engine.once import Round, run_once
from monitor.engine.outage import Outage
from monitor.engine.systemd import Notices
from monitor.errors import ConfigError, MonitorError
from monitor.model import FeedTask, Turn
from monitor.ports import Doors, Fetcher
from monitor.settings import Settings

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from monitor.engine.cluster import Cluster

__all__ = ["Job", "LocalEngine", "Round", "Setup", "drive", "run_once"]

log = logging.getLogger("monitor.engine")

THREADS = 16
TURNS = 512  # claimed at once, many of them waiting for their host to answer
TICK = 1.0
DRAIN = 8.0
TROUBLE_PAUSE = 15.0
HUNG_AFTER = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every so often, in a thread of its own; never two of the same at once. `stop` ends early what it is doing."""

    name: str
    every: timedelta
    run: Callable[[], object]
    stop: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Setup:
    """All that a configuration decides; a reload makes another one. `cluster`: turns go to a queue, and a worker takes them there."""

    settings: Settings
    doors: Doors
    fetcher: Fetcher
    jobs: Sequence[Job] = ()
    cluster: "Cluster | None" = None


@dataclass(slots=True)
class Tally:
    """What the daemon did since it started."""

    polls: int = 0
    looks: int = 0
    edits: int = 0
    failed: int = 0
    latest: datetime | None = None


def room_beside(running: int) -> int:
    """How many turns may be claimed now: none for a few, so that not every turn that ends costs a claim of its own."""
    room = TURNS - running
    return room if room >= TURNS // 8 else 0


@dataclass(slots=True)
class Pulse:
    """When the tick last went round, in monotonic seconds."""

    at: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    _suspected: float | None = None

    def has_hung(self, now: float, patience: float) -> bool:
        """Whether it has stood still for longer; told once, at the second look: who slept wakes up together with the tick."""
        if now - self.at <= patience:
            return False
        again, self._suspected = self._suspected == self.at, self.at
        if again:
            self.at = now
        return again


class LocalEngine:
    """Runs until SIGTERM or SIGINT. `reload` gives a new Setup when the configuration changed and is valid, None when nothing did."""

    def __init__(self, setup: Setup, reload: Callable[[bool], Setup | None]) -> None:
        self._setup = setup
        self._reload = reload
        self._tally = Tally()
        self._outage = Outage()
        self._pulse = Pulse()
        self._notices = Notices()
        self._turns: set[asyncio.Task[datetime]] = set()
        self._unreleased: list[Turn] = []  # their hosts, which the store could not be told of
        self._worker: asyncio.Task[None] | None = None
        self._stopping = False
        self._hup = False

    def tally(self) -> dict[str, int]:
        """What it did since it started, by name."""
        tally = self._tally
        return {"polls": tally.polls, "looks": tally.looks, "edits_found": tally.edits, "turns_failed": tally.failed}

    async def run(self) -> None:
        """The daemon's life; returns after a clean stop."""
        loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="think") as self._pool:
            self._runner = self._new_runner()
            await loop.run_in_executor(self._pool, self._setup.doors.store.right_times, self._setup.doors.clock.now())
            if (cluster := self._setup.cluster) is None:
                await loop.run_in_executor(self._pool, self._setup.doors.store.free_leases)
            else:
                self._worker = asyncio.create_task(cluster.worker.run(signals=False))
            self._scheduler = self._start_jobs()
            threading.Thread(target=self._watch_pulse, name="watchdog", daemon=True).start()
            self._notices.send("READY=1", f"MAINPID={os.getpid()}", "STATUS=watching")
            settle()
            log.info("started pid=%d feeds=%d", os.getpid(), len(self._setup.settings.feeds))
            try:
                await self._tick_on()
            finally:
                await self._drain()

    # --- the tick ---

    async def _tick_on(self) -> None:
        clock = self._setup.doors.clock
        reloaded_at = offset_at = clock.monotonic()
        offset = datetime.now(UTC).timestamp() - offset_at
        while not self._stopping:
            self._pulse.at = clock.monotonic()
            self._notices.send("WATCHDOG=1")
            wait = await self._tick()
            if self._hup or clock.monotonic() - reloaded_at > 2 * TICK:
                reloaded_at = clock.monotonic()
                await self._look_at_config()
            moved = datetime.now(UTC).timestamp() - clock.monotonic() - offset
            if abs(moved) > 2:
                offset += moved
                log.warning("clock stepped by=%.0fs", moved)
                await self._right_times()
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
            if not self._stopping:
                await self._sleep(wait)

    async def _right_times(self) -> None:
        store, now = self._setup.doors.store, self._setup.doors.clock.now()
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, store.right_times, now)
        except (MonitorError, OSError) as error:
            log.error("times are put right at the next start: %s", error)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def _tick(self) -> float:
        """Claims what is due and starts its turns; how long nothing more needs to be done."""
        room = room_beside(len(self._turns))
        if self._outage.is_open:
            room = 1 if self._outage.may_probe(self._setup.doors.clock.monotonic()) else 0
        if room <= 0:
            return TICK
        try:
            turns, due_at = await asyncio.get_running_loop().run_in_executor(self._pool, self._claim, room)
        except Exception as error:  # noqa: BLE001 - the edge of the tick: a daemon that ended would see nothing at all
            log.error("cannot claim: %s: %s; trying again in %.0fs", type(error).__name__, error, TROUBLE_PAUSE)
            return TROUBLE_PAUSE
        for turn in turns:
            running = asyncio.create_task(self._runner.run(turn, self._told))
            self._turns.add(running)
            running.add_done_callback(partial(self._ended, turn))
        if due_at is None or self._outage.is_open:
            return TICK
        return min(max((due_at - self._setup.doors.clock.now()).total_seconds(), 0.001), TICK)

    def _claim(self, room: int) -> tuple[tuple[Turn, ...], datetime | None]:
        store, now = self._setup.doors.store, self._setup.doors.clock.now()
        if (cluster := self._setup.cluster) is not None:
            claimed = cluster.claim(now, hosts=room, lease=self._runner.lease)
            due_at = store.next_due_at()
            return (), due_at if claimed or due_at is None or due_at > now else None  # a full queue is looked at again in a while
        while self._unreleased:
            turn = self._unreleased[-1]
            store.release(turn, now + self._setup.fetcher.rest(turn.host))
            self._unreleased.pop()
        turns = store.claim(now, hosts=room, per_host=TASKS_PER_TURN, lease=self._runner.lease)
        return turns, store.next_due_at()

    def _told(self, done: Done) -> None:
        tally, saved = self._tally, done.saved
        tally.latest = self._setup.doors.clock.now()
        took = done.took.total_seconds()
        if isinstance(done.task, FeedTask):
            tally.polls += 1
            if saved is not None:
                words = (done.task.feed.slug, saved.outcome, len(saved.new_articles), len(saved.edits), took)
                log.info("polled feed=%s outcome=%s new=%d changed=%d took=%.2fs", *words)
        else:
            tally.looks += 1
            if saved is not None:
                log.debug("looked article=%d verdict=%s took=%.2fs", done.task.article_id, saved.verdict, took)
        for edit in saved.edits if saved else ():
            tally.edits += 1
            log.info("edited article=%d rev=%d..%d level=%s", edit.article, edit.from_rev, edit.to_rev, edit.severity.level)

    def _ended(self, turn: Turn, running: "asyncio.Task[datetime]") -> None:
        self._turns.discard(running)
        self._wake.set()
        if not running.cancelled() and (error := running.exception()) is not None:
            self._tally.failed += 1
            self._unreleased.append(turn)
            log.error("a turn failed: %s: %s", type(error).__name__, error)

    # --- jobs, reload, stop ---

    def _new_runner(self) -> TurnRunner:
        setup = self._setup
        return TurnRunner(setup.doors, setup.fetcher, setup.settings.fetch, self._pool, self._outage)

    def _start_jobs(self) -> "AsyncIOScheduler":
        from apscheduler.executors.pool import ThreadPoolExecutor as JobPool
        from apscheduler.jobstores.memory import MemoryJobStore
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": JobPool(max(1, len(self._setup.jobs)))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        for job in self._setup.jobs:
            scheduler.add_job(_quietly(job), "interval", seconds=job.every.total_seconds(), id=job.name, name=job.name)
        scheduler.start()
        return scheduler

    async def _look_at_config(self) -> None:
        asked, self._hup = self._hup, False
        try:
            setup = await asyncio.get_running_loop().run_in_executor(self._pool, self._reload, asked)
        except ConfigError as error:
            log.error("configuration not taken, the last good one stays: %s", "; ".join(error.problems))
            return
        except (MonitorError, OSError) as error:
            log.error("configuration not taken yet: %s; trying again", error)
            self._hup = asked
            return
        if setup is None:
            return
        before: set[asyncio.Task[Any]] = set(self._turns)
        if self._worker is not None and self._setup.cluster is not None and setup.cluster is not None:
            self._setup.cluster.worker.stop(hang_up=False)  # it finishes what is in hand with what it was set up with
            before.add(self._worker)
            self._worker = asyncio.create_task(setup.cluster.worker.run(signals=False))
        old, self._setup = self._setup.fetcher, setup
        self._runner = self._new_runner()
        self._scheduler.shutdown(wait=False)
        asyncio.get_running_loop().create_task(_close_after(before, old))
        log.info("configuration reloaded feeds=%d", len(setup.settings.feeds))
        self._scheduler = self._start_jobs()
        settle()

    def _stop(self) -> None:
        self._stopping = self._runner.stopping = True
        self._wake.set()

    def _hang_up(self) -> None:
        self._hup = True
        self._wake.set()

    async def _drain(self) -> None:
        """Finishes what is in hand within DRAIN seconds; what is not asked yet is due again at the next start."""
        self._runner.stopping = True
        self._notices.send("STOPPING=1")
        self._pulse.stop.set()
        for job in self._setup.jobs:
            job.stop()
        self._scheduler.shutdown(wait=False)
        if self._setup.cluster is not None and self._worker is not None:
            self._setup.cluster.worker.stop()
            await asyncio.wait({self._worker}, timeout=DRAIN)
        if self._turns:
            _, late = await asyncio.wait(self._turns, timeout=DRAIN)
            for turn in late:
                turn.cancel()
            if late:
                await asyncio.wait(late, timeout=1)
        await self._setup.fetcher.close()
        tally = self._tally
        log.info("stopped polls=%d looks=%d edits=%d", tally.polls, tally.looks, tally.edits)

    def _watch_pulse(self) -> None:
        """Says so when the tick hangs; systemd, which then hears nothing, restarts us."""
        patience = max(HUNG_AFTER, 3 * self._setup.settings.fetch.timeout.total_seconds())
        clock = self._setup.doors.clock
        while not self._pulse.stop.wait(patience / 4):
            if self._pulse.has_hung(clock.monotonic(), patience):
                log.critical("the tick has hung for more than %.0fs", patience)
                faulthandler.dump_traceback(sys.stderr)


def _quietly(job: Job) -> Callable[[], None]:
    def run() -> None:
        try:
            job.run()
        except Exception as error:  # noqa: BLE001 - the edge of a job: it is tried again at its next time
            log.error("job failed name=%s error=%s: %s", job.name, type(error).__name__, error)

    return run


async def _close_after(turns: set["asyncio.Task[Any]"], fetcher: Fetcher) -> None:
    if turns:
        await asyncio.wait(turns)
    await fetcher.close()
