"""Plain SQL on either database: named parameters, lists, moments; rows by name. No SQLAlchemy, so that a reading command starts fast.

The same text runs on SQLite (`:name`) and PostgreSQL (`%(name)s`): what differs between the two stays in this file and in `schema`.
"""

import queue
import re
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import quote

from monitor.errors import StoreError
from monitor.store.instants import span_ms, to_ms

T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]
# what SQLite and PostgreSQL give back for a column: only the statement knows its type
Row = Mapping[str, Any]
PATIENCE = (0.1, 0.5, 1.0, 2.0, 4.0)  # seconds between the tries to reach a server that is restarting
POOLER_TRIES = 5  # a session is given on the moment it is free, unless a third one takes it
_PLAIN = frozenset({str, int, bytes, float})
BUSY_TIMEOUT = 10_000  # ms that a statement waits for another process's commit; a commit takes milliseconds


class Rows(Protocol):
    """Something that answers SQL: a reader, or a writer inside its transaction."""

    dialect: Dialect

    def rows(self, sql: str, **values: object) -> list[Row]: ...

    def row(self, sql: str, **values: object) -> Row | None: ...

    def run(self, sql: str, **values: object) -> int: ...


class Connected:
    """SQL on one open DB-API connection of either kind."""

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self.connection = connection
        self.dialect: Dialect = dialect

    def rows(self, sql: str, **values: object) -> list[Row]:
        """All rows. A list as value fills `(:name)` with its members."""
        found: list[Row] = self._execute(sql, values).fetchall()
        return found

    def row(self, sql: str, **values: object) -> Row | None:
        """The first row, None when there is none."""
        found: Row | None = self._execute(sql, values).fetchone()
        return found

    def run(self, sql: str, **values: object) -> int:
        """Runs a statement; how many rows it touched."""
        touched: int = self._execute(sql, values).rowcount
        return touched

    def run_many(self, sql: str, rows: Sequence[dict[str, object]]) -> None:
        """Runs a statement once for each row of values."""
        if rows:
            statement = sql if self.dialect == "sqlite" else _percent(sql)
            self.connection.cursor().executemany(statement, [{name: plain(value) for name, value in row.items()} for row in rows])

    def _execute(self, sql: str, values: dict[str, object]) -> Any:
        sql, bound = _expanded(sql, values)
        if self.dialect == "sqlite":
            return self.connection.execute(sql, bound)
        from psycopg.rows import dict_row

        # not the connection's own row factory: SQLAlchemy, which may share it, reads rows by number
        return self.connection.cursor(row_factory=dict_row).execute(_percent(sql), bound)


def plain(value: object) -> object:
    """What a driver understands: moments and spans as milliseconds, yes and no as 1 and 0."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, timedelta):
        return span_ms(value)
    if isinstance(value, bool):
        return int(value)
    return value


def _expanded(sql: str, values: dict[str, object]) -> tuple[str, dict[str, object]]:
    bound: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, list):
            members = {f"{name}_{i}": plain(member) for i, member in enumerate(value)}
            marks = ", ".join(f":{member}" for member in members) or "NULL"
            sql = sql.replace(f"(:{name})", f"({marks})")
            bound |= members
        else:
            bound[name] = plain(value)
    return sql, bound


@lru_cache(512)
def _percent(sql: str) -> str:
    return re.sub(r"(?<![:\w]):([a-z_]\w*)", r"%(\1)s", sql.replace("%", "%%"))


def chunks(values: Sequence[Any], size: int = 500) -> Iterator[list[Any]]:
    """The values in lists of at most `size`, which every database takes as parameters."""
    for start in range(0, len(values), size):
        yield list(values[start : start + size])


# --- opening --------------------------------------------------------------------------------------------------------


def sqlite_reader(path: Path) -> sqlite3.Connection:
    """A connection that can only read, never waits for the writer, and never checkpoints."""
    connection = _connected(path, "mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        journal = path.with_name(path.name + "-wal")
        if journal.exists() and journal.stat().st_size:
            raise
        # a disk without any room, or a folder that may not be written: with no journal nobody writes, and it can be read as it is
        connection = _connected(path, "mode=ro&immutable=1")
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    connection.execute("PRAGMA query_only=ON")
    connection.execute("PRAGMA mmap_size=0")
    return connection


def _connected(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, isolation_level=None, check_same_thread=False)


def postgres_reader(url: str) -> Any:
    """A PostgreSQL connection in autocommit: each statement its own snapshot."""
    connection = connect_postgres(url)
    connection.autocommit = True
    connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    return connection


def connect_postgres(url: str) -> Any:
    """A psycopg connection with rows by name. Raises StoreError when the server cannot be reached or the driver is missing."""
    try:
        import psycopg
        from psycopg.rows import dict_row
    except ImportError as error:
        raise StoreError("PostgreSQL needs a driver that is not installed", hint="pip install 'monitor[cluster]'") from error
    try:
        connection = psycopg.connect(plain_postgres_url(url), row_factory=dict_row, connect_timeout=10)
        if _session(connection) != connection.info.backend_pid:  # a pooler in between has numbers of its own
            _refuse_shared(connection, plain_postgres_url(url))
    except psycopg.OperationalError as error:
        raise StoreError(f"cannot reach PostgreSQL: {error}".strip()) from error
    return connection


def _refuse_shared(mine: Any, url: str) -> None:
    """Raises StoreError where a pooler gives each transaction another session, as PgBouncer does in transaction mode.

    The locks by which processes know of each other, LISTEN and READ ONLY belong to a session; there they would be somebody else's.
    """
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect(url, row_factory=dict_row, connect_timeout=10) as other:
        for _ in range(POOLER_TRIES):
            if _session(mine) == _session(other):
                mine.close()
                raise StoreError(
                    "the database is behind a pooler that shares sessions between transactions (PgBouncer: pool_mode = transaction);"
                    " locks, LISTEN and leadership need a session of their own",
                    hint="give [database] url the server's own address, or a pool with pool_mode = session",
                )


def _session(connection: Any) -> int:
    number = int(connection.execute("SELECT pg_backend_pid() AS pid").fetchone()["pid"])
    connection.rollback()
    return number


def plain_postgres_url(url: str) -> str:
    """The URL as libpq reads it, without SQLAlchemy's driver name."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


class Readers:
    """Reading connections, opened when first needed: on SQLite one for each thread, on PostgreSQL a few that all threads share.

    A server has few connections to give (100 by default) and a cluster many threads.
    """

    def __init__(self, dialect: Dialect, connect: Callable[[], Any], most: int = 1) -> None:
        self.dialect: Dialect = dialect
        self._connect = connect
        self._local = threading.local()
        self._opened: weakref.WeakSet[Connected] = weakref.WeakSet()  # a connection ends with its thread
        self._room = threading.Semaphore(most)
        self._idle: queue.LifoQueue[Connected] = queue.LifoQueue()

    def rows(self, sql: str, **values: object) -> list[Row]:
        return self._asked(lambda connected: connected.rows(sql, **values))

    def row(self, sql: str, **values: object) -> Row | None:
        return self._asked(lambda connected: connected.row(sql, **values))

    def run(self, sql: str, **values: object) -> int:
        raise StoreError("this connection only reads")

    def _asked(self, ask: Callable[[Connected], T]) -> T:
        if self.dialect == "sqlite":
            return ask(self._of_thread())
        with self._room:
            return self._patiently(ask)

    def _patiently(self, ask: Callable[[Connected], T]) -> T:
        """A read, asked again while a PostgreSQL server restarts. Raises StoreError when it stays away."""
        import psycopg

        for pause in (*PATIENCE, None):
            try:
                connected = self._free()
                answer = ask(connected)
            except (psycopg.OperationalError, psycopg.InterfaceError, StoreError) as error:
                if pause is None:
                    raise StoreError(f"the database cannot be reached: {error}".strip()) from error
                time.sleep(pause)
                continue
            self._idle.put(connected)
            return answer
        raise AssertionError("unreachable")

    def _free(self) -> Connected:
        with suppress(queue.Empty):
            while True:
                connected = self._idle.get_nowait()
                if not connected.connection.closed:
                    return connected
        return self._new()

    def _of_thread(self) -> Connected:
        connected: Connected | None = getattr(self._local, "connected", None)
        if connected is None:
            connected = self._local.connected = self._new()
        return connected

    def _new(self) -> Connected:
        connection = self._connect()
        connected = Connected(connection, self.dialect)
        weakref.finalize(connected, connection.close)
        self._opened.add(connected)
        return connected

    def close(self) -> None:
        for connected in list(self._opened):
            connected.connection.close()
        self._opened.clear()
        self._local = threading.local()
        self._idle = queue.LifoQueue()
