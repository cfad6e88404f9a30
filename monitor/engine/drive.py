"""Driving recipes: asks what they want asked, in turns of one host, and tells what became of each task."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from monitor import look, poll
from monitor.engine.outage import Outage, is_unreached
from monitor.errors import StoreError, is_away
from monitor.fetch.politeness import host_of
from monitor.model import Answer, Failure, FeedTask, PageTask, Request, Saved, Task, Turn
from monitor.ports import Doors, Fetcher, Outcome, Steps
from monitor.schedule import retry_after
from monitor.settings import FetchSettings

log = logging.getLogger("monitor.engine")

T = TypeVar("T")
Onward = Request | Outcome | Saved
TASKS_PER_TURN = 8
_HOST_HELD = timedelta(hours=24)
# a host that wants longer rests than this is given back between two requests
_LONG_REST = timedelta(seconds=10)


class Offline(Exception):
    """The machine itself has no network: what failed is counted against nobody."""


@dataclass(frozen=True, slots=True)
class Done:
    """One task that was worked off; `saved` None: it was a bug of ours, and is in the log."""

    task: Task
    saved: Saved | None
    took: timedelta


class Bell:
    """Brings what other threads end into the event loop, which it wakes once for all that ended meanwhile."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended: deque[tuple[Future[Any], asyncio.Future[Any]]] = deque()
        self._rung = False

    def heard(self, work: "Future[T]") -> "asyncio.Future[T]":
        """The loop's own future for that work."""
        heard: asyncio.Future[T] = self._loop.create_future()
        work.add_done_callback(lambda work: self._ring(work, heard))
        return heard

    def _ring(self, work: "Future[T]", heard: "asyncio.Future[T]") -> None:
        self._ended.append((work, heard))
        if not self._rung:
            self._rung = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._rung = False  # first: what ends from here on rings again
        while self._ended:
            work, heard = self._ended.popleft()
            if heard.cancelled():
                continue
            if (error := work.exception()) is not None:
                heard.set_exception(error)
            else:
                heard.set_result(work.result())


class Overtime:
    """Does something again and again from when a work has taken so long, until it is cancelled."""

    def __init__(self, every: timedelta, do: Callable[[], Awaitable[None]]) -> None:
        self._every, self._do = every.total_seconds(), do
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(self._every, self._start)  # a task for each work would cost more

    def cancel(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._go_on())

    async def _go_on(self) -> None:
        while True:
            await self._do()
            await asyncio.sleep(self._every)


async def drive(
    steps: Steps,
    fetcher: Fetcher,
    pool: Executor | None = None,
    judge: Callable[[Answer], None] | None = None,
    save: "Callable[[Outcome], Awaitable[Saved]] | None" = None,
) -> Saved:
    """Asks, and saves, for the recipe until it returns. Its thinking runs in `pool`; `judge` sees each answer first and may raise."""
    loop = asyncio.get_running_loop()
    onward: Onward = next(steps)  # a recipe's first step is a question and nothing else
    while not isinstance(onward, Saved):
        said: Answer | Saved
        if isinstance(onward, Request):
            said = await fetcher.fetch(onward)
            if judge is not None:
                judge(said)
            is_light = onward.kind == "feed" and (isinstance(said, Failure) or said.status == 304)
        else:
            assert save is not None  # a recipe without a store's doors saves nothing
            said = await save(onward)
            is_light = said.stored
        # what takes no reading is thought out here: a thread takes longer to be woken than to do it
        onward = _step(steps, said) if is_light else await loop.run_in_executor(pool, _step, steps, said)
    return onward


class TurnRunner:
    """Works off claimed turns: one host, its tasks one after the other (or `per_host` at a time), then the host is released.

    An outage of ours ends the turn; with `tells_all` each task is told as failed all the same, and `make_good` is left to the caller.
    """

    def __init__(
        self,
        doors: Doors,
        fetcher: Fetcher,
        settings: FetchSettings,
        pool: Executor,
        outage: Outage | None = None,
        recipes: Callable[[Task, Doors], Steps] | None = None,
        tells_all: bool = False,
    ) -> None:
        self.doors = doors
        self.fetcher = fetcher
        self.settings = settings
        self.stopping = False
        self.prolonged_every = self.lease / 2
        self._pool = pool
        self._outage = outage
        self._tells_all = tells_all
        self._recipes = recipes or recipe_of
        self._loop = asyncio.get_running_loop()
        self._bell = Bell()

    @property
    def lease(self) -> timedelta:
        """How long a claimed host may take: every task of a turn at its slowest, with robots.txt and thinking, and some more."""
        slowest = 3 * self.settings.timeout + 2 * min(self.settings.host_gap, _LONG_REST)
        return TASKS_PER_TURN * slowest + timedelta(seconds=60)

    async def run(self, turn: Turn, told: Callable[[Done], None]) -> datetime:
        """Works the turn off and releases its host; when the host is free again. Raises StoreError when the store went away meanwhile."""
        waiting = list(turn.tasks)

        async def lane() -> None:
            while waiting and not self._must_stop(turn):
                task = waiting.pop(0)
                try:
                    told(await self._one(turn, task))
                except Offline:
                    waiting.append(task)
                    return
                finally:
                    if not self._tells_all:
                        await self.make_good()
                if self._rest(turn.host) > _LONG_REST:
                    return

        overtime = Overtime(self.prolonged_every, lambda: self._prolong(turn))
        try:
            ended = await asyncio.gather(*(lane() for _ in range(min(self.settings.per_host, len(waiting)))), return_exceptions=True)
            for error in filter(None, ended):
                raise error
        finally:
            overtime.cancel()
            now = self.doors.clock.now()
            free_at = now + self._rest(turn.host)
            await asyncio.shield(self._give_up(turn, tuple(waiting), now, free_at))
        return free_at

    async def _prolong(self, turn: Turn) -> None:
        until = self.doors.clock.now() + self.lease
        try:
            await self._loop.run_in_executor(self._pool, self.doors.store.prolong, turn, until)
        except StoreError as error:
            log.warning("cannot keep host=%s: %s", turn.host, error)

    async def _give_up(self, turn: Turn, rest: Sequence[Task], now: datetime, free_at: datetime) -> None:
        try:
            if rest:
                await self._loop.run_in_executor(self._pool, self.doors.store.give_back, turn, rest, now)
        finally:
            await self._bell.heard(self.doors.store.releasing(turn, free_at))

    async def _save(self, outcome: Outcome) -> Saved:
        return await self._bell.heard(self.doors.store.saving(outcome))

    def _must_stop(self, turn: Turn) -> bool:
        return self.stopping or self.doors.clock.now() + 2 * self.settings.timeout > turn.lease_until

    def _rest(self, host: str) -> timedelta:
        return self.fetcher.rest(host)

    async def make_good(self) -> None:
        """Gives back the tasks that were charged with an outage of ours before it was known to be one."""
        for turn, task in self._outage.wronged() if self._outage is not None else ():
            await self._loop.run_in_executor(self._pool, self.doors.store.give_back, turn, (task,), self.doors.clock.now())

    async def _one(self, turn: Turn, task: Task) -> Done:
        started = self.doors.clock.monotonic()
        unreached = False

        def judge(answer: Answer) -> None:
            nonlocal unreached
            unreached = is_unreached(answer)
            self._judge(answer)

        try:
            saved = await drive(self._recipes(task, self.doors), self.fetcher, self._pool, judge, self._save)
            if unreached and self._outage is not None:
                self._outage.blame(turn, task)
        except Offline:
            raise
        except Exception as error:
            if is_away(error):  # what was asked is not kept, and asked again after its floor
                raise
            log.exception("failed task=%s error=%s", _name(task), type(error).__name__)
            failed = await self._as_failed(task)
            return Done(task, failed, timedelta(seconds=self.doors.clock.monotonic() - started))
        return Done(task, saved, timedelta(seconds=self.doors.clock.monotonic() - started))

    async def _as_failed(self, task: Task) -> Saved | None:
        """Writes down that a bug of ours met this task, so that it backs off as any other failure."""
        failure = Failure(task.url, "internal", "monitor met a bug in itself; its log has the details", self.doors.clock.now())
        try:
            return await drive(self._recipes(task, self.doors), _Told(failure), self._pool, None, self._save)
        except Exception:  # the same edge: the first bug may sit where failures are saved too; logged, never swallowed
            log.exception("failed again task=%s", _name(task))
            return None

    def _judge(self, answer: Answer) -> None:
        if self._outage is not None and self._outage.is_ours(answer, self.doors.clock.monotonic()) and not self._tells_all:
            raise Offline
        wait = retry_after(answer) if isinstance(answer, Failure) and answer.status in (429, 503) else None
        if wait is not None and is_public_name(answer.final_url or answer.url):
            self._pool.submit(self.doors.store.hold_host, host_of(answer.final_url or answer.url), answer.at + min(wait, _HOST_HELD))


class _Told:
    """Answers every question with the same failure."""

    def __init__(self, failure: Failure) -> None:
        self._failure = failure

    async def fetch(self, request: Request) -> Answer:
        return self._failure

    def rest(self, host: str) -> timedelta:
        return timedelta(0)

    async def close(self) -> None: ...


def recipe_of(task: Task, doors: Doors) -> Steps:
    """What is to be done for a task: a poll or a look."""
    return poll.steps(task, doors) if isinstance(task, FeedTask) else look.steps(task, doors)


def _step(steps: Steps, said: Answer | Saved) -> Onward:
    try:
        return steps.send(said)
    except StopIteration as stop:
        saved: Saved = stop.value
        return saved


def is_public_name(url: str) -> bool:
    """Whether one Retry-After speaks for the whole host: on a bare address or a local name many tenants may live."""
    host = urlsplit(url).hostname or ""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost", ".home.arpa"))
    return False


def _name(task: Task) -> str:
    return f"feed:{task.feed.slug}" if isinstance(task, FeedTask) else f"article:{task.article_id}" if isinstance(task, PageTask) else "?"
