"""One round by hand (`monitor check`): everything that is due of a selection, with the pages of new entries, then the end."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from monitor.engine.drive import TASKS_PER_TURN, Done, TurnRunner
from monitor.engine.outage import Outage
from monitor.model import Turn
from monitor.ports import Doors, Fetcher
from monitor.settings import FetchSettings

THREADS = 8


@dataclass(slots=True)
class Round:
    """What was worked off, in the order it ended."""

    done: list[Done] = field(default_factory=list)


async def run_once(doors: Doors, fetcher: Fetcher, settings: FetchSettings, *, feeds: Sequence[str] | None, force: bool) -> Round:
    """Polls and looks at what is due (with `force`: at everything of the feeds) until nothing of it is; each task once."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="think") as pool:
        loop = asyncio.get_running_loop()
        if force:
            await loop.run_in_executor(pool, doors.store.make_due, feeds, doors.clock.now())
        runner = TurnRunner(doors, fetcher, settings, pool, Outage(), tells_all=True)
        try:
            return await _Worker(doors, runner, settings, feeds, pool).run()
        finally:
            await runner.make_good()


class _Worker:
    def __init__(
        self, doors: Doors, runner: TurnRunner, settings: FetchSettings, feeds: Sequence[str] | None, pool: ThreadPoolExecutor
    ) -> None:
        self._doors, self._runner, self._settings, self._feeds, self._pool = doors, runner, settings, feeds, pool
        self._round = Round()
        self._asked: set[int] = set()
        self._turns: set[asyncio.Task[datetime]] = set()
        self._free_at: datetime | None = None

    async def run(self) -> Round:
        """Claims while anything new is due; waits for hosts that rest between two of our own requests."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                claimed = await self._claim()
                wait = await loop.run_in_executor(self._pool, self._due_in)
                if self._turns:
                    ended, self._turns = await asyncio.wait(self._turns, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                    self._free_at = max([turn.result() for turn in ended] + ([self._free_at] if self._free_at else []), default=None)
                elif not claimed:
                    if wait is None:
                        return self._round
                    await asyncio.sleep(wait)
        finally:
            self._runner.stopping = True
            if self._turns:
                await asyncio.wait(self._turns)

    async def _claim(self) -> bool:
        """Starts the turns of what is due; whether there was anything not asked before in this round."""
        turns = await asyncio.get_running_loop().run_in_executor(self._pool, self._due)
        for turn in turns:
            self._asked.update(task.watch_id for task in turn.tasks)
            self._turns.add(asyncio.create_task(self._runner.run(turn, self._round.done.append)))
        return bool(turns)

    def _due_in(self) -> float | None:
        """Seconds until more may be asked of a host that rests after a question of ours; None: nothing is due at any of them."""
        now, due_at = self._doors.clock.now(), self._doors.store.next_due_at()
        if self._free_at is None or due_at is None or due_at > self._free_at:
            return None
        # what is due already is of other feeds, or was asked in this round: the hosts that rest come after it
        at = due_at if due_at > now else self._free_at
        return (at - now).total_seconds() + 0.002 if at > now else None

    def _due(self) -> list[Turn]:
        doors = self._doors
        now = doors.clock.now()
        claimed = doors.store.claim(
            now, hosts=4 * self._settings.concurrency, per_host=TASKS_PER_TURN, lease=self._runner.lease, feeds=self._feeds
        )
        fresh = []
        for turn in claimed:
            if any(task.watch_id not in self._asked for task in turn.tasks):
                fresh.append(turn)
            else:  # due again already: the next round's business
                doors.store.give_back(turn, turn.tasks, now)
                doors.store.release(turn, now)
        return fresh
