"""Tables that grow by the month: on PostgreSQL a partition for each month, made ahead and dropped whole when its time is over.

What comes for a month without a partition (history that is played back) lies in the default one until its month is made: nothing is
ever refused. SQLite has no partitions; there rows are removed one by one (`retention`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from monitor.store.instants import from_ms, to_ms
from monitor.store.rows import Rows

BY_MONTH = ("look",)  # partitioned by their column `at`
AHEAD = 3  # months; a leader that is away for a quarter of a year costs nothing but a move of rows
MONTHS_LOCK = 7306653
PATIENCE_MS = 3000  # a partition waits for whoever reads its table, and everyone behind waits with it: rather try again in an hour

Month = tuple[int, int]  # year, 1 to 12


def missing(rows: Rows, table: str, now: datetime) -> list[Month]:
    """The months without a partition: this one, some ahead, and those of rows that lie in the default one."""
    return sorted({*_from(_month(now), AHEAD), *_strays(rows, table)} - set(_months(rows, table)))


def make(rows: Rows, table: str, months: Sequence[Month]) -> list[str]:
    """Makes partitions, each with what the default one has of its month; the names of those that are new."""
    rows.row(f"SELECT pg_advisory_xact_lock({MONTHS_LOCK}) AS alone")
    new = sorted(set(months) - set(_months(rows, table)))  # another process may have made some meanwhile
    with patience(rows):
        for month in new:
            _make(rows, table, month)
    return [_name(table, month) for month in new]


def between(first: int, last: int) -> list[Month]:
    """The months from one moment to another, both in milliseconds."""
    month, end = _month(from_ms(first)), _month(from_ms(last))
    found = [month]
    while month < end:
        found.append(month := _following(month))
    return found


def drop(rows: Rows, table: str, before: datetime) -> int:
    """Drops the partitions whose every row is older; how many rows they had, as PostgreSQL estimates after a vacuum."""
    gone = 0
    old = [_name(table, month) for month in sorted(_months(rows, table)) if _start(_following(month)) <= before]
    with patience(rows):
        for name in old:
            row = rows.row("SELECT greatest(reltuples, 0)::bigint AS n FROM pg_class WHERE oid = CAST(:name AS regclass)", name=name)
            rows.run(f"DROP TABLE {name}")
            gone += int(row["n"]) if row else 0
    return gone


@contextmanager
def patience(rows: Rows) -> Iterator[None]:
    """Waits for a lock only so long; an error undoes the setting with its savepoint."""
    rows.run(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
    yield
    rows.run("SET LOCAL lock_timeout TO DEFAULT")


def _make(rows: Rows, table: str, month: Month) -> None:
    name, (low, high) = _name(table, month), _bounds(month)
    rows.run(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
    rows.run(f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE")  # so that no row comes in between
    rows.run(
        f"WITH moved AS (DELETE FROM {table}_default WHERE at >= :low AND at < :high RETURNING *) INSERT INTO {name} SELECT * FROM moved",
        low=low, high=high,
    )  # fmt: skip
    rows.run(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})")


def _months(rows: Rows, table: str) -> Iterator[Month]:
    """The months that have a partition."""
    for row in rows.rows(
        "SELECT child.relname AS name FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
        " WHERE inhparent = CAST(:parent AS regclass)",
        parent=table,
    ):
        digits = str(row["name"]).removeprefix(f"{table}_")
        if digits.isdigit():
            yield int(digits[:-2]), int(digits[-2:])


def _strays(rows: Rows, table: str) -> Sequence[Month]:
    """The months of rows in the default partition."""
    found = rows.row(f"SELECT min(at) AS first, max(at) AS last FROM {table}_default")
    if found is None or found["first"] is None:
        return ()
    return [month for month in between(found["first"], found["last"]) if _has(rows, table, month)]


def _has(rows: Rows, table: str, month: Month) -> bool:
    low, high = _bounds(month)
    return rows.row(f"SELECT 1 AS there FROM {table}_default WHERE at >= :low AND at < :high LIMIT 1", low=low, high=high) is not None


def _name(table: str, month: Month) -> str:
    return f"{table}_{month[0]:04}{month[1]:02}"


def _bounds(month: Month) -> tuple[int, int]:
    """First millisecond of a month and of the next."""
    return to_ms(_start(month)), to_ms(_start(_following(month)))


def _start(month: Month) -> datetime:
    return datetime(*month, 1, tzinfo=UTC)


def _month(at: datetime) -> Month:
    utc = at.astimezone(UTC)
    return utc.year, utc.month


def _following(month: Month) -> Month:
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)


def _from(month: Month, more: int) -> list[Month]:
    found = [month]
    for _ in range(more):
        found.append(_following(found[-1]))
    return found
