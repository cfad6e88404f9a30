"""Driving recipes: asks what they want asked, in turns of one host, and tells what became of each task."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from monitor.engine.outage import Outage, is_unreached
from monitor.fetch.politeness import host_of
from monitor.look import look
from monitor.model import Answer, Failure, FeedTask, PageTask, Request, Saved, Task, Turn
from monitor.poll import poll
from monitor.ports import Doors, Fetcher, Recipe
from monitor.schedule import retry_after
from monitor.settings import FetchSettings

log = logging.getLogger("monitor.engine")

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


async def drive(recipe: Recipe, fetcher: Fetcher, pool: Executor | None = None, judge: Callable[[Answer], None] | None = None) -> Saved:
    """Asks for the recipe until it returns. Its thinking runs in `pool`; `judge` sees each answer first and may raise."""
    loop = asyncio.get_running_loop()
    request = next(recipe)  # a recipe's first step is a question and nothing else
    while True:
        answer = await fetcher.fetch(request)
        if judge is not None:
            judge(answer)
        onward = await loop.run_in_executor(pool, _step, recipe, answer)
        if isinstance(onward, Saved):
            return onward
        request = onward


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
        recipes: Callable[[Task, Doors], Recipe] | None = None,
        tells_all: bool = False,
    ) -> None:
        self.doors = doors
        self.fetcher = fetcher
        self.settings = settings
        self.stopping = False
        self._pool = pool
        self._outage = outage
        self._tells_all = tells_all
        self._recipes = recipes or recipe_of
        self._loop = asyncio.get_running_loop()

    @property
    def lease(self) -> timedelta:
        """How long a claimed host may take: every task of a turn at its slowest, with robots.txt and thinking, and some more."""
        slowest = 3 * self.settings.timeout + 2 * min(self.settings.host_gap, _LONG_REST)
        return TASKS_PER_TURN * slowest + timedelta(seconds=60)

    async def run(self, turn: Turn, told: Callable[[Done], None]) -> datetime:
        """Works the turn off and releases its host; when the host is free again."""
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

        try:
            await asyncio.gather(*(lane() for _ in range(min(self.settings.per_host, len(waiting)))))
        finally:
            now = self.doors.clock.now()
            free_at = now + self._rest(turn.host)
            await asyncio.shield(self._loop.run_in_executor(self._pool, self._give_up, turn, tuple(waiting), now, free_at))
        return free_at

    def _give_up(self, turn: Turn, rest: Sequence[Task], now: datetime, free_at: datetime) -> None:
        if rest:
            self.doors.store.give_back(turn, rest, now)
        self.doors.store.release(turn, free_at)

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
            saved = await drive(self._recipes(task, self.doors), self.fetcher, self._pool, judge)
            if unreached and self._outage is not None:
                self._outage.blame(turn, task)
        except Offline:
            raise
        except Exception as error:
            log.exception("failed task=%s error=%s", _name(task), type(error).__name__)
            failed = await self._loop.run_in_executor(self._pool, self._as_failed, task)
            return Done(task, failed, timedelta(seconds=self.doors.clock.monotonic() - started))
        return Done(task, saved, timedelta(seconds=self.doors.clock.monotonic() - started))

    def _as_failed(self, task: Task) -> Saved | None:
        """Writes down that a bug of ours met this task, so that it backs off as any other failure."""
        failure = Failure(task.url, "internal", "monitor met a bug in itself; its log has the details", self.doors.clock.now())
        recipe = self._recipes(task, self.doors)
        try:
            next(recipe)
            onward = _step(recipe, failure)
        except Exception:  # the same edge: the first bug may sit where failures are saved too; logged, never swallowed
            log.exception("failed again task=%s", _name(task))
            return None
        return onward if isinstance(onward, Saved) else None

    def _judge(self, answer: Answer) -> None:
        if self._outage is not None and self._outage.is_ours(answer, self.doors.clock.monotonic()) and not self._tells_all:
            raise Offline
        wait = retry_after(answer) if isinstance(answer, Failure) and answer.status in (429, 503) else None
        if wait is not None and is_public_name(answer.final_url or answer.url):
            self._pool.submit(self.doors.store.hold_host, host_of(answer.final_url or answer.url), answer.at + min(wait, _HOST_HELD))


def recipe_of(task: Task, doors: Doors) -> Recipe:
    """What is to be done for a task: a poll or a look."""
    return poll(task, doors) if isinstance(task, FeedTask) else look(task, doors)


def _step(recipe: Recipe, answer: Answer) -> Request | Saved:
    try:
        return recipe.send(answer)
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
