"""The claim of a cluster: what is due goes to a queue in the very transaction that claims it, and a worker takes it from there.

A turn is taken once. When the worker that took it dies, whoever gets the job next fences the dead one out and frees the host: what
may have been asked already is not asked again before its floor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.model import PageTask, Task, Turn
from monitor.settings import Feed
from monitor.store.asking import _FEED_TASK, _PAGE_TASK, _claim, _feed_task, _feeds_of_articles, _page_task, put_back, refresh_hosts
from monitor.store.codes import WATCH_FEED, WATCH_PAGE
from monitor.store.halves import Halves
from monitor.store.instants import from_ms, maybe_from_ms
from monitor.store.writer import Transaction

HOST_HAS_A_JOB = timedelta(milliseconds=300)  # before a host whose last job is just being signed off is claimed again


@dataclass(frozen=True, slots=True)
class QueuedTask:
    """One watch of a queued turn; what else is told of it is as it was before this claim."""

    watch_id: int
    fence: int
    asked_at: datetime | None
    due_at: datetime | None = None
    stirred: bool = False


@dataclass(frozen=True, slots=True)
class QueuedTurn:
    """A turn as it stands in the queue: numbers and fences alone. The worker reads the rest, and the secrets are its own."""

    host_id: int
    host: str
    fence: int
    tasks: tuple[QueuedTask, ...]


# the raw connection of the claim's transaction, and the turns; the hosts that have a job in the queue already
Enqueue = Callable[[Any, Sequence[QueuedTurn]], set[int]]


class Queueing(Halves):
    """Claims for a queue."""

    def claim_queued(self, now: datetime, *, hosts: int, per_host: int, lease: timedelta, enqueue: Enqueue) -> int:
        """Claims due hosts and enqueues their turns, both or neither; how many turns."""
        earliest = self._reads.row("SELECT min(ready_at) AS at FROM host WHERE ready_at IS NOT NULL")
        if earliest is None or (due := maybe_from_ms(earliest["at"])) is None or due > now:
            return 0

        def work(tx: Transaction) -> int:
            turns = _claim(tx, now, hosts, per_host, lease, self._configured)
            refused = enqueue(tx.connection, [_queued(turn) for turn in turns]) if turns else set()
            for turn in turns:
                if turn.host_id in refused:
                    _unclaim(tx, turn, now)
            return len(turns) - len(refused)

        return self._write(work)

    def queue_rounds(self, targets: Sequence[str], enqueue: Callable[[Any, Sequence[str]], None]) -> None:
        """Enqueues a round of telling for each target."""
        if targets:
            self._write(lambda tx: enqueue(tx.connection, targets))

    def queue_depth(self) -> tuple[int, int]:
        """How many jobs wait, and how many are in hand."""
        found = self._reads.row(
            "SELECT count(*) FILTER (WHERE status = 'queued') AS waiting, count(*) FILTER (WHERE status = 'picked') AS in_hand"
            " FROM pgqueuer"
        )
        return (int(found["waiting"]), int(found["in_hand"])) if found else (0, 0)

    def take_turn(self, turn: QueuedTurn, now: datetime, lease: timedelta) -> Turn | None:
        """The turn, for the worker that comes first; None when it was taken before, or its lease has run out."""

        def work(tx: Transaction) -> Turn | None:
            until = now + lease
            mine = tx.row(
                "UPDATE host SET fence = fence + 1, lease_until = :until, ready_at = :until"
                " WHERE id = :id AND fence = :fence RETURNING fence",
                id=turn.host_id, fence=turn.fence, until=until,
            )  # fmt: skip
            if mine is None:
                return None
            return Turn(turn.host_id, turn.host, mine["fence"], until, tuple(self._tasks(tx, turn.tasks)))

        return self._write(work)

    def abandon_turn(self, turn: QueuedTurn) -> None:
        """The worker that took this turn is gone: nothing it still does can be saved, and its host is free."""

        def work(tx: Transaction) -> None:
            taken = turn.fence + 1
            mine = tx.run(
                "UPDATE host SET fence = fence + 1, lease_until = 0 WHERE id = :id AND fence = :fence", id=turn.host_id, fence=taken
            )
            if not mine:
                return
            for task in turn.tasks:
                tx.run("UPDATE watch SET fence = fence + 1 WHERE id = :id AND fence = :fence", id=task.watch_id, fence=task.fence)
            refresh_hosts(tx, [turn.host_id])

        self._write(work)

    def late_hosts(self, now: datetime, most: int = 10) -> list[tuple[str, datetime]]:
        """The hosts that have waited the longest for their turn, and since when."""
        found = self._reads.rows("SELECT name, ready_at FROM host WHERE ready_at <= :now ORDER BY ready_at LIMIT :most", now=now, most=most)
        return [(str(row["name"]), from_ms(row["ready_at"])) for row in found]

    def metas(self, prefix: str) -> list[tuple[str, str]]:
        """What was kept under keys that start so: the rest of the key, and the value."""
        kept = self._reads.rows("SELECT key, value FROM meta WHERE key >= :low AND key < :high ORDER BY key", **_range(prefix))
        return [(str(row["key"]).removeprefix(f"user:{prefix}"), str(row["value"])) for row in kept]

    def use_feeds(self, feeds: Sequence[Feed]) -> None:
        """The feeds as configured in this process, with their secrets; the tables are left as they are."""
        self._configured = {feed.slug: feed for feed in feeds}

    def _tasks(self, tx: Transaction, queued: Sequence[QueuedTask]) -> list[Task]:
        wanted = {task.watch_id: task for task in queued}
        found: dict[int, Task] = {}
        ids = list(wanted)
        for row in tx.rows(f"{_FEED_TASK} WHERE watch.kind = {WATCH_FEED} AND watch.id IN (:ids)", ids=ids, claims=0):
            found[row["watch_id"]] = _feed_task(row, self._configured)
        rows = tx.rows(f"{_PAGE_TASK} WHERE watch.kind = {WATCH_PAGE} AND watch.id IN (:ids)", ids=ids, claims=0)
        feeds = _feeds_of_articles(tx, [row["article_id"] for row in rows], self._configured)
        for row in rows:
            found[row["watch_id"]] = _page_task(row, feeds)
        return [
            _as_before(task, wanted[number])
            for number in ids
            if (task := found.get(number)) is not None and task.fence == wanted[number].fence
        ]


def _queued(turn: Turn) -> QueuedTurn:
    tasks = tuple(
        QueuedTask(task.watch_id, task.fence, task.pace.asked_at, task.pace.next_at, isinstance(task, PageTask) and task.stirred)
        for task in turn.tasks
    )
    return QueuedTurn(turn.host_id, turn.host, turn.fence, tasks)


def _as_before(task: Task, queued: QueuedTask) -> Task:
    """The task as it was claimed: the claim has changed its row since."""
    pace = replace(task.pace, asked_at=queued.asked_at, next_at=queued.due_at or task.pace.next_at)
    return replace(task, pace=pace, stirred=queued.stirred) if isinstance(task, PageTask) else replace(task, pace=pace)


def _range(prefix: str) -> dict[str, object]:
    return {"low": f"user:{prefix}", "high": f"user:{prefix[:-1]}{chr(ord(prefix[-1]) + 1)}"}


def _unclaim(tx: Transaction, turn: Turn, now: datetime) -> None:
    for task in turn.tasks:
        put_back(tx, task, now)
    tx.run("UPDATE host SET lease_until = 0, ready_at = :at WHERE id = :id", at=now + HOST_HAS_A_JOB, id=turn.host_id)
