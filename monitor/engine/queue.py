"""The queue of a cluster: pgqueuer's table, filled in our transactions. One job is a host's turn, or a target's round of telling."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.errors import NotFound, StoreError
from monitor.store.queueing import QueuedTask, QueuedTurn
from monitor.store.rows import plain_postgres_url
from monitor.times import rfc3339

if TYPE_CHECKING:
    from pgqueuer.adapters.persistence.queries import Queries
    from pgqueuer.domain.types import JobId

T = TypeVar("T")
TURN = "turn"
TELL = "tell"
TELL_FIRST = 1  # before turns, of which there may be many
LOG_FOR = timedelta(days=2)  # pgqueuer writes three rows a job
STATISTICS_FOR = timedelta(days=30)
LOG_CHUNK = 10_000


def enqueue(connection: Any, turns: Sequence[QueuedTurn]) -> set[int]:
    """Puts turns into the queue within the caller's transaction; the hosts that have a job there already.

    `dedupe_key` is the host: there is at most one job for a host in the whole cluster, queued or being worked off.
    """
    from pgqueuer.adapters.persistence.queries import SyncQueries

    queries = SyncQueries(_Joined(connection))
    jobs = queries.enqueue(
        [TURN] * len(turns),
        [payload_of(turn) for turn in turns],
        [0] * len(turns),
        dedupe_key=[turn.host for turn in turns],
        on_conflict="skip",
    )
    return {turn.host_id for turn, job in zip(turns, jobs, strict=True) if job is None}


def enqueue_rounds(connection: Any, targets: Sequence[str]) -> None:
    """Puts a round of telling for each target into the queue; at most one job for a target in the whole cluster."""
    from pgqueuer.adapters.persistence.queries import SyncQueries

    SyncQueries(_Joined(connection)).enqueue(
        [TELL] * len(targets),
        [target.encode() for target in targets],
        [TELL_FIRST] * len(targets),
        dedupe_key=[f"tell {target}" for target in targets],
        on_conflict="skip",
    )


def payload_of(turn: QueuedTurn) -> bytes:
    """A turn as the bytes of a job."""
    tasks = [[task.watch_id, task.fence, _told(task.asked_at), _told(task.due_at), task.stirred] for task in turn.tasks]
    return json.dumps({"host_id": turn.host_id, "host": turn.host, "fence": turn.fence, "tasks": tasks}).encode()


def turn_of(payload: bytes) -> QueuedTurn:
    """The turn of a job's bytes."""
    said = json.loads(payload)
    return QueuedTurn(said["host_id"], said["host"], said["fence"], tuple(_task(*task) for task in said["tasks"]))


def _task(number: int, fence: int, asked_at: str | None, due_at: str | None = None, stirred: bool = False) -> QueuedTask:
    # jobs that waited in the queue over an upgrade know the first three alone
    return QueuedTask(number, fence, _moment(asked_at), _moment(due_at), stirred)


def _told(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


class _Joined:
    """pgqueuer's driver over a connection that is in a transaction of ours; its own driver wants autocommit."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        from psycopg import RawCursor
        from psycopg.rows import dict_row

        cursor = RawCursor(self._connection, row_factory=dict_row)
        cursor.execute(query.encode(), args or None)
        return cursor.fetchall()


# --- looking at the queue -------------------------------------------------------------------------------------------


def queue_state(url: str) -> dict[str, Any]:
    """How many jobs wait and are in hand, and which were held because of a bug of ours."""

    async def look(queries: "Queries") -> dict[str, Any]:
        if not await queries.schema_is_installed():
            return {"queued": 0, "picked": 0, "held": []}
        counts = {"queued": 0, "picked": 0}
        for row in await queries.queue_size():
            if row.status in counts:
                counts[row.status] += row.count
        held = [
            {"id": int(job.id), "host": _subject(job.entrypoint, job.payload), "since": rfc3339(job.updated)}
            for job in await queries.list_failed_jobs()
        ]
        return {**counts, "held": held}

    return _asked(url, look)


def retry_held(url: str, job: int) -> None:
    """A held job is queued again."""

    async def again(queries: "Queries") -> None:
        await queries.requeue_jobs([await _held(queries, job)])

    _asked(url, again)


def drop_held(url: str, job: int) -> None:
    """A held job is given up."""

    async def away(queries: "Queries") -> None:
        await queries.mark_job_as_cancelled([await _held(queries, job)])

    _asked(url, away)


def forget_log(url: str) -> int:
    """Removes what pgqueuer wrote of jobs that ended long ago; how many rows."""

    async def away(queries: "Queries") -> int:
        if not await queries.schema_is_installed():
            return 0
        gone = 0
        for table, age in (("pgqueuer_log", LOG_FOR), ("pgqueuer_statistics", STATISTICS_FOR)):
            old = f"SELECT id FROM {table} WHERE created < now() - make_interval(secs => $1) LIMIT {LOG_CHUNK}"
            statement = f"DELETE FROM {table} WHERE id IN ({old}) RETURNING 1"
            while found := len(await queries.driver.fetch(statement, age.total_seconds())):
                gone += found
        return gone

    return _asked(url, away)


def _subject(entrypoint: str, payload: bytes | None) -> str:
    """The host of a turn, as far as its payload can be read: that may be why it was held."""
    try:
        return turn_of(payload or b"").host
    except (ValueError, KeyError, TypeError):
        return entrypoint


async def _held(queries: "Queries", job: int) -> "JobId":
    known = [held.id for held in await queries.list_failed_jobs()]
    found = next((number for number in known if int(number) == job), None)
    if found is None:
        raise NotFound(f"no held job {job}", hint="monitor cluster status")
    return found


def _asked(url: str, ask: "Callable[[Queries], Awaitable[T]]") -> T:
    import psycopg
    from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
    from pgqueuer.adapters.persistence.queries import Queries

    async def once() -> T:
        try:
            connection = await psycopg.AsyncConnection.connect(plain_postgres_url(url), autocommit=True)
        except psycopg.Error as error:
            raise StoreError(f"cannot reach PostgreSQL: {error}") from error
        async with connection:
            return await ask(Queries(PsycopgDriver(connection)))

    return asyncio.run(once())
