"""Many processes over PostgreSQL: any node's tick claims and enqueues, any worker works jobs off. pgqueuer is the queue."""

import asyncio
import json
import logging
import os
import signal
import socket
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor.engine.drive import Done, TurnRunner
from monitor.engine.garbage import settle
from monitor.engine.queue import TELL, TURN, enqueue, enqueue_rounds, turn_of
from monitor.errors import StoreError, is_away
from monitor.model import FeedTask
from monitor.ports import Doors, Fetcher
from monitor.report import addressees
from monitor.settings import Settings, Target
from monitor.times import rfc3339

if TYPE_CHECKING:
    from monitor.store.queueing import QueuedTurn
    from monitor.store.sql import SqlStore

log = logging.getLogger("monitor.engine")

HEARTBEAT = timedelta(seconds=10)  # a worker silent for this long is taken for dead
ALIVE_EVERY = 5.0
DRAIN = 8.0
RECONNECT = 3.0
AGAIN_AFTER = timedelta(seconds=3)
THREADS = 16
TELLERS = 8  # targets told at once by one worker
TASKS_PER_JOB = 50  # of one host; a worker gives back what its lease leaves no time for
TURNS = 64  # worked off at once by one worker, most of them waiting for their host to answer


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a daemon needs to be a node: the store that claims for the queue, and a worker of its own."""

    store: "SqlStore"
    worker: "Worker"

    def claim(self, now: datetime, *, hosts: int, lease: timedelta) -> int:
        """Claims what is due and enqueues it, as far as there is room in the queue; how many turns."""
        room = min(hosts, self._room())
        return self.store.claim_queued(now, hosts=room, per_host=TASKS_PER_JOB, lease=lease, enqueue=enqueue) if room > 0 else 0

    def _room(self) -> int:
        """A turn that waits for longer than its lease is claimed anew, and was queued in vain: a backlog waits in its own table."""
        waiting, in_hand = self.store.queue_depth()
        return 2 * max(TURNS, in_hand) - waiting

    def tell(self, settings: Settings, now: datetime) -> None:
        """Enqueues a round of telling for each target that has something due; whichever worker comes first tells."""
        targets = addressees(settings.targets)
        self.store.sync_targets([target.name for target in targets], now)
        self.store.queue_rounds([target.name for target in targets if self._is_due(target, now)], enqueue_rounds)

    def _is_due(self, target: Target, now: datetime) -> bool:
        sign_of_life = target.mode == "digest" and target.empty == "send"
        return sign_of_life or bool(self.store.due_rows(target.name, now, 1)) or bool(self.store.due_deliveries(target.name, now))


@dataclass(frozen=True, slots=True)
class Telling:
    """How a worker tells one target, by name, what is due to it; and how that is cut short."""

    round: Callable[[str], object] = lambda target: None
    stop: Callable[[], object] = lambda: None


class Worker:
    """Takes jobs from the queue and works them off until it is stopped."""

    def __init__(
        self, settings: Settings, store: "SqlStore", doors: Doors, fetcher: Fetcher, url: str, telling: Telling | None = None
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        self._settings = settings
        self._store = store
        self._doors = doors
        self._fetcher = fetcher
        self._url = url
        self._telling = telling or Telling()
        self._stopping = asyncio.Event()
        self._done = {"turns": 0, "polls": 0, "looks": 0, "edits": 0, "rounds": 0}
        self._busy = 0

    def tally(self) -> dict[str, int]:
        """What it did since it started, by name."""
        return {
            "turns": self._done["turns"],
            "polls": self._done["polls"],
            "looks": self._done["looks"],
            "edits_found": self._done["edits"],
            "rounds": self._done["rounds"],
        }

    async def run(self, *, signals: bool = True) -> None:
        """Works until SIGTERM or SIGINT (or `stop`); a lost database is waited for."""
        loop = asyncio.get_running_loop()
        if signals:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.stop)
        with (
            ThreadPoolExecutor(THREADS, thread_name_prefix="think") as self._pool,
            ThreadPoolExecutor(TELLERS, thread_name_prefix="tell") as self._tellers,
        ):
            self._runner = TurnRunner(self._doors, self._fetcher, self._settings.fetch, self._pool)
            settle()
            alive = asyncio.create_task(self._stay_known())
            try:
                while not self._stopping.is_set():
                    await self._work()
            finally:
                alive.cancel()
                await loop.run_in_executor(self._pool, self._forget_me)
                if signals:
                    await self._fetcher.close()
        log.info("worker stopped name=%s turns=%d", self.name, self._done["turns"])

    def stop(self, *, hang_up: bool = True) -> None:
        """Finishes the turns in hand (what is not asked yet is given back) and ends. `hang_up`: messages under way are cut short."""
        self._runner.stopping = True
        self._stopping.set()
        if hang_up:
            self._telling.stop()
        if queue := getattr(self, "_queue", None):
            queue.shutdown.set()

    async def _work(self) -> None:
        """One connection's life with the queue."""
        import psycopg
        from pgqueuer import PgQueuer

        try:
            connection = await psycopg.AsyncConnection.connect(self._plain_url(), autocommit=True)
        except psycopg.Error as error:
            log.error("cannot reach the queue: %s; trying again in %.0fs", error, RECONNECT)
            await self._rest(RECONNECT)
            return
        try:
            await install(connection)
            queue = self._queue = PgQueuer.from_psycopg_connection(connection)
            queue.entrypoint(TURN, on_failure="hold")(self._turn)
            queue.entrypoint(TELL)(self._tell)  # what fails is due again at the leader's next look
            if self._stopping.is_set():
                return
            log.info("worker ready name=%s", self.name)
            await queue.qm.run(
                batch_size=TURNS // 4,
                dequeue_timeout=timedelta(seconds=5),
                heartbeat_timeout=HEARTBEAT,
                max_concurrent_tasks=TURNS,
            )
        except Exception as error:  # noqa: BLE001 - the edge of a worker: a lost connection shows as many kinds of error
            if self._stopping.is_set():
                return
            log.error("the queue was lost: %s: %s; trying again in %.0fs", type(error).__name__, error, RECONNECT)
            await self._rest(RECONNECT)
        finally:
            await connection.close()

    async def _turn(self, job: Any) -> None:
        from pgqueuer.domain.errors import RetryRequested

        try:
            await self._work_off(job, turn_of(job.payload))
        except StoreError as error:
            if not is_away(error):
                raise
            raise RetryRequested(AGAIN_AFTER, str(error)) from error  # whoever gets it then frees the host, if it was taken

    async def _work_off(self, job: Any, queued: "QueuedTurn") -> None:
        loop = asyncio.get_running_loop()
        clock = self._doors.clock
        turn = await loop.run_in_executor(self._pool, self._store.take_turn, queued, clock.now(), self._runner.lease)
        if turn is None:
            log.warning("turn taken over job=%s host=%s", job.id, queued.host)
            await loop.run_in_executor(self._pool, self._store.abandon_turn, queued)
            return
        self._busy += 1
        try:
            await self._runner.run(turn, lambda done: self._told(job.id, done))
        finally:
            self._busy -= 1
            self._done["turns"] += 1

    async def _tell(self, job: Any) -> None:
        target = bytes(job.payload).decode()
        self._busy += 1
        try:
            await asyncio.get_running_loop().run_in_executor(self._tellers, self._telling.round, target)
        except Exception as error:  # noqa: BLE001 - the edge of a job: what is still due comes again with the leader's next look
            log.error("telling failed job=%s target=%s error=%s: %s", job.id, target, type(error).__name__, error)
        finally:
            self._busy -= 1
            self._done["rounds"] += 1

    def _told(self, job: object, done: Done) -> None:
        saved = done.saved
        took = done.took.total_seconds()
        if isinstance(done.task, FeedTask):
            self._done["polls"] += 1
            log.info("polled job=%s feed=%s outcome=%s took=%.2fs", job, done.task.feed.slug, saved.outcome if saved else "bug", took)
        else:
            self._done["looks"] += 1
            verdict = saved.verdict if saved else "bug"
            log.debug("looked job=%s article=%s verdict=%s took=%.2fs", job, getattr(done.task, "article_id", "?"), verdict, took)
        for edit in saved.edits if saved else ():
            self._done["edits"] += 1
            log.info("edited job=%s article=%d rev=%d..%d level=%s", job, edit.article, edit.from_rev, edit.to_rev, edit.severity.level)

    async def _stay_known(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self._pool, self._say_alive)
            except StoreError as error:
                log.warning("cannot say that it lives: %s", error)
            await asyncio.sleep(ALIVE_EVERY)

    def _say_alive(self) -> None:
        said = {"at": rfc3339(self._doors.clock.now()), "host": socket.gethostname(), "pid": os.getpid(), "busy": self._busy, **self._done}
        self._store.set_meta(f"worker:{self.name}", json.dumps(said))

    def _forget_me(self) -> None:
        try:
            self._store.set_meta(f"worker:{self.name}", "")
        except StoreError as error:
            log.warning("cannot say that it ends: %s", error)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass

    def _plain_url(self) -> str:
        from monitor.store.rows import plain_postgres_url

        return plain_postgres_url(self._url)


async def install(connection: Any) -> None:
    """Makes pgqueuer's own tables where they are missing. Safe when many start at once."""
    from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
    from pgqueuer.adapters.persistence.queries import Queries

    queries = Queries(PsycopgDriver(connection))
    await connection.execute("SELECT pg_advisory_lock(7306652)")
    try:
        if not await queries.schema_is_installed():
            await queries.install()
    finally:
        await connection.execute("SELECT pg_advisory_unlock(7306652)")


def install_queue(url: str) -> None:
    """The same for a process that only enqueues. Raises StoreError when the server cannot be reached."""
    import psycopg

    from monitor.store.rows import plain_postgres_url

    async def once() -> None:
        connection = await psycopg.AsyncConnection.connect(plain_postgres_url(url), autocommit=True)
        try:
            await install(connection)
        finally:
            await connection.close()

    try:
        asyncio.run(once())
    except psycopg.Error as error:
        raise StoreError(f"the queue cannot be reached: {str(error).strip()}", hint="is the PostgreSQL server running?") from error


def make_months(store: "SqlStore", now: datetime) -> None:
    """Makes the months of looks that are missing; who reads them for long puts it off: till then looks lie in the default month."""
    try:
        store.make_months(now)
    except StoreError as error:
        log.warning("the months of looks are made later: %s", error)
