"""A state moved from SQLite to PostgreSQL with its whole history: all rows or none, proved on both sides."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import NotFound, StoreError
from monitor.ports import Store
from monitor.store.months import BY_MONTH, between, make
from monitor.store.rows import Connected, Rows, connect_postgres, sqlite_reader
from monitor.store.schema import SCHEMA, found_schema
from monitor.store.search import CURSOR

MADE_ANEW = ("alembic_version",)  # the new database has its own
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: rows in all, revisions, and one hash over all revision hashes, equal on both sides."""

    rows: int
    revisions: int
    digest: str


def copy_state(source: Path, target_url: str) -> Copied:
    """Copies every table of the file into an empty (or just made) PostgreSQL database, in one transaction.

    Raises NotFound without a source, StoreError when the target holds articles already or a row does not arrive.
    """
    if not source.exists():
        raise NotFound(f"there is no database at {source}")
    with closing(sqlite_reader(source)) as reading, closing(connect_postgres(target_url)) as writing:
        old, new = Connected(reading, "sqlite"), Connected(writing, "postgresql")
        writing.autocommit = True  # the copy is a transaction of its own
        reading.execute("BEGIN")  # one snapshot of a state that may go on being written
        _check(old, new, source)
        copied = 0
        with writing.transaction():
            _make_months(old, new)
            for table in _tables():
                copied += _copy(reading, writing, table)
            new.run("DELETE FROM meta WHERE key = :key", key=CURSOR)
            _advance_identities(new)
            digests = digest(old), digest(new)
            if digests[0] != digests[1]:
                raise StoreError("the copy does not hold the same revisions; nothing was kept of it")
        revisions = new.row("SELECT count(*) AS n FROM revision")
        return Copied(copied, int(revisions["n"]) if revisions else 0, digests[0])


def prove(store: Store) -> list[str]:
    """What `verify` finds in a copied store, in words; empty when every hash fits."""
    return [fault.message for fault in store.verify()]


def digest(rows: Rows) -> str:
    """One hash over the hashes of all revisions, in order."""
    summed = hashlib.sha256()
    after = 0
    while found := rows.rows("SELECT id, hash FROM revision WHERE id > :after ORDER BY id LIMIT 5000", after=after):
        for row in found:
            summed.update(bytes(row["hash"]))
        after = found[-1]["id"]
    return summed.hexdigest()


def _check(old: Connected, new: Connected, source: Path) -> None:
    schema = found_schema(old)
    if schema != SCHEMA:
        raise StoreError(f"{source} has schema {schema or 'none'}, this program copies {SCHEMA}", hint="monitor db upgrade")
    there = new.row("SELECT 1 AS there FROM article LIMIT 1")
    if there is not None:
        raise StoreError("the PostgreSQL database holds articles already; a state is copied into an empty one")


def _tables() -> list[str]:
    """The tables, those that others point to first."""
    from sqlmodel import SQLModel

    from monitor.store import tables, tables_of_work  # noqa: F401 - importing them fills the metadata

    return [table.name for table in SQLModel.metadata.sorted_tables if table.name not in MADE_ANEW]


def _make_months(old: Rows, new: Rows) -> None:
    """Partitions for the months that are copied, so that no row has to be moved again."""
    for table in BY_MONTH:
        span = old.row(f"SELECT min(at) AS first, max(at) AS last FROM {table}")
        if span is not None and span["first"] is not None:
            make(new, table, between(span["first"], span["last"]))


def _copy(reading: sqlite3.Connection, writing: Any, table: str) -> int:
    columns = [row["name"] for row in reading.execute(f'PRAGMA table_info("{table}")')]
    names = ", ".join(f'"{name}"' for name in columns)
    writing.execute(f'DELETE FROM "{table}"')  # what the making of the schema put there
    copied = 0
    with writing.cursor().copy(f'COPY "{table}" ({names}) FROM STDIN') as stream:
        for row in _rows(reading, table, names):
            stream.write_row(tuple(row))
            copied += 1
    return copied


def _rows(reading: sqlite3.Connection, table: str, names: str) -> Iterator[sqlite3.Row]:
    cursor = reading.execute(f'SELECT {names} FROM "{table}"')
    while found := cursor.fetchmany(ROWS_AT_ONCE):
        yield from found


def _advance_identities(new: Connected) -> None:
    """New rows get ids behind the copied ones."""
    from sqlmodel import SQLModel

    for table in SQLModel.metadata.sorted_tables:
        if "id" not in table.columns or table.name in MADE_ANEW:
            continue
        sequence = new.row("SELECT pg_get_serial_sequence(:name, 'id') AS name", name=f'"{table.name}"')
        if sequence is not None and sequence["name"]:
            new.row(
                f'SELECT setval(:sequence, (SELECT coalesce(max(id), 0) + 1 FROM "{table.name}"), false) AS set',
                sequence=sequence["name"],
            )
