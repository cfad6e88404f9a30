"""The SQL store, opened: SQLite in the state folder by default, PostgreSQL by URL.

SQLite runs in WAL mode with synchronous FULL (NORMAL loses acknowledged rows at a power cut) and one writing thread; readers are
connections of their own. Nothing is printed or sent before its commit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.errors import MonitorError, StoreError
from monitor.model import Change, Edit, Key, Revision, Turn
from monitor.ports import Fault, Store
from monitor.settings import StoreSettings
from monitor.store.asking import Asking
from monitor.store.hubs import Hubs
from monitor.store.instants import from_ms
from monitor.store.learning import Learning
from monitor.store.lock import is_held_elsewhere
from monitor.store.merging import unmerge
from monitor.store.outbox import OutboxPart
from monitor.store.queueing import Queueing
from monitor.store.reading import Reading
from monitor.store.reserve import drop_reserve, is_disk_full, keep_reserve, make_room_to_open
from monitor.store.righting import Righting
from monitor.store.rows import Connected, Dialect, Readers, plain_postgres_url, postgres_reader, sqlite_reader
from monitor.store.saving import Saving
from monitor.store.schema import SCHEMA, create, found_schema, is_empty, refuse_newer, refuse_older
from monitor.store.sealing import append_line, file_faults, seal
from monitor.store.search import Searching, index_some
from monitor.store.tallying import Tallying
from monitor.store.trusting import Trusting

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from monitor.store.retention import Swept
    from monitor.store.writer import Writer

T = TypeVar("T")
DEFAULT_FILE = "monitor.db"
SEAL_EVERY = timedelta(days=1)
SYNCHRONOUS = "FULL"  # NORMAL loses acknowledged revisions at a power cut: bench/powercut.py
CHECKPOINT_PAGES = 4000  # of the WAL: 16 MB, at which a checkpoint takes tens of milliseconds (measured)


class SqlStore(Asking, Righting, Hubs, Queueing, Learning, Saving, Reading, Searching, Tallying, Trusting, OutboxPart):
    """The whole memory over SQL; it keeps the promises of `ports.Store`."""

    def __init__(
        self,
        readers: Readers,
        writer: "Writer | None",
        settings: StoreSettings,
        engine: "Engine | None" = None,
        state_dir: Path | None = None,
    ) -> None:
        super().__init__(readers, writer, settings)
        self._state_dir = state_dir
        self._sealed_at: datetime | None = None
        self._readers = readers
        self._engine = engine

    def claim(
        self, now: datetime, *, hosts: int, per_host: int, lease: timedelta, feeds: Sequence[str] | None = None, tasks: str = "any"
    ) -> tuple[Turn, ...]:
        if self._sealed_at is None or now - self._sealed_at >= SEAL_EVERY:
            self._sealed_at = now
            if self.seal(now, every=SEAL_EVERY):
                self.sweep(now)
        return super().claim(now, hosts=hosts, per_host=per_host, lease=lease, feeds=feeds, tasks=tasks)

    def seal(self, now: datetime, *, every: timedelta = timedelta(0)) -> bool:
        """Seals what came since the last seal, unless that is younger than `every`; False when there is nothing to seal."""
        last = self._reads.row("SELECT at FROM seal ORDER BY id DESC LIMIT 1")
        if last is not None and now - from_ms(last["at"]) < every:
            return False
        row = self._write(lambda tx: seal(tx, now))
        if row is not None and self._state_dir is not None:
            append_line(self._state_dir, row)
        return row is not None

    def redact(self, article_id: int, revs: Sequence[int] | None, reason: str, now: datetime) -> tuple[int, ...]:
        from monitor.store.redacting import redact

        return self._write(lambda tx: redact(tx, article_id, revs, reason, now))

    def take_over(
        self,
        url: str,
        title: str,
        first_seen_at: datetime,
        keys: Sequence[Key],
        revisions: Sequence[Revision],
        edits: Mapping[int, tuple[Edit, tuple[Change, ...]]],
    ) -> tuple[int, int]:
        """Takes an article's exported history over: its id here, and how many revisions were new.

        Raises StoreError where hashes do not fit; nothing of the article is then written.
        """
        from monitor.store.importing import take_over

        return self._write(lambda tx: take_over(tx, url, title, first_seen_at, keys, revisions, edits, self._settings))

    def archived(self, article_id: int, rev: int) -> tuple[str | None, str | None, str | None] | None:
        """(job, address, error) of a revision that was handed to a web archive; None when it was not."""
        row = self._reads.row(
            "SELECT archived.* FROM archived JOIN revision ON revision.id = archived.revision_id"
            " WHERE revision.article_id = :id AND revision.rev = :rev",
            id=article_id, rev=rev,
        )  # fmt: skip
        return (row["job"], row["address"], row["error"]) if row else None

    def keep_archived(self, article_id: int, rev: int, at: datetime, job: str | None, address: str | None, error: str | None) -> None:
        """Writes what became of handing a revision's page to a web archive."""
        self._write(
            lambda tx: tx.run(
                "INSERT INTO archived (revision_id, at, job, address, error) SELECT id, CAST(:at AS BIGINT), CAST(:job AS TEXT),"
                " CAST(:address AS TEXT), CAST(:error AS TEXT) FROM revision WHERE article_id = :id AND rev = :rev"
                " ON CONFLICT (revision_id) DO UPDATE SET"
                " at = excluded.at, job = excluded.job, address = excluded.address, error = excluded.error",
                id=article_id,
                rev=rev,
                at=at,
                job=job,
                address=address,
                error=error,
            )
        )

    def redacted(self) -> tuple[tuple[int, int, datetime, str], ...]:
        """(article, rev, when, why) of every revision whose words were removed."""
        rows = self._reads.rows(
            "SELECT revision.article_id, revision.rev, tombstone.at, tombstone.reason FROM tombstone"
            " JOIN revision ON revision.id = tombstone.revision_id ORDER BY revision.article_id, revision.rev"
        )
        return tuple((row["article_id"], row["rev"], from_ms(row["at"]), row["reason"]) for row in rows)

    def ledger(self, lines: Iterable[str]) -> Iterator[Fault]:
        """What a ledger file says that this store does not."""
        yield from file_faults(self._reads, lines)

    def sweep(self, now: datetime) -> "tuple[Swept, ...]":
        """Removes what need not be kept any longer, in small steps."""
        from monitor.store.retention import Swept, drops, sweep_some, sweeps

        done = []
        if self._reads.dialect == "postgresql":
            self.make_months(now)
            done = [Swept(what, self._write(drop)) for what, drop in drops(self._settings, now)]
        for what, statement, values in sweeps(self._settings, now, self._reads.dialect):
            total = 0
            chunk = partial(sweep_some, what=what, statement=statement, values=values)
            while gone := self._write(chunk):
                total += gone
            done.append(Swept(what, total))
        return tuple(done)

    def pack(self, now: datetime) -> int | None:
        """Moves the next older texts into packs, some megabytes of them; how many, None when there are not enough of them yet."""
        from monitor.store.packing import frame, move, next_window

        window = next_window(self._reads, now)
        if window is None:
            return None
        frames = [frame(pack) for pack in window.packs]
        return self._write(lambda tx: move(tx, window, frames))

    def make_months(self, now: datetime) -> list[str]:
        """Makes the partitions that are missing, some months ahead; their names. None on SQLite."""
        from monitor.store.months import BY_MONTH, make, missing

        if self._reads.dialect == "sqlite":
            return []
        wanted = {table: months for table in BY_MONTH if (months := missing(self._reads, table, now))}
        return self._write(lambda tx: [name for table, months in wanted.items() for name in make(tx, table, months)]) if wanted else []

    def unmerge(self, article_id: int, now: datetime) -> bool:
        """Takes a merge back; False when the article was not merged."""
        return self._write(lambda tx: unmerge(tx, article_id, now))

    def verify(self, article_id: int | None = None) -> Iterator[Fault]:
        from monitor.store.verify import faults

        yield from faults(self._reads, article_id)

    def close(self) -> None:
        if self._writer is not None:
            while self.index():
                pass  # a command leaves with its words searchable
            self._readers.close()  # first, so that the writer is the last one and takes the journal with it
            self._writer.close()
            self._writer = None
        self._readers.close()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def open_store(url: str | None, *, state_dir: Path, read_only: bool, settings: StoreSettings) -> Store:
    """Opens the database of this URL, None: `monitor.db` in the state folder.

    A writer makes and upgrades what is missing. A reader never does; to it a database that is not there is an empty store.
    Raises StoreError for a database that is damaged, newer, or out of reach.
    """
    path = sqlite_path(url, state_dir)
    if path is not None:
        return _open_sqlite(path, state_dir, read_only=read_only, settings=settings)
    assert url is not None
    return _open_postgres(url, state_dir, read_only=read_only, settings=settings)


def sqlite_path(url: str | None, state_dir: Path) -> Path | None:
    """The file of a SQLite URL, relative ones in the state folder; None for another database. Raises StoreError for one we do not know."""
    if url is None:
        return state_dir / DEFAULT_FILE
    if url.startswith("sqlite:///"):
        return state_dir / (url.removeprefix("sqlite:///") or DEFAULT_FILE)
    if url.startswith(("postgresql", "postgres:")):
        return None
    raise StoreError(f"no database is known for the URL '{url}'", hint="sqlite:///monitor.db or postgresql://user@host/name")


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _open_sqlite(path: Path, state_dir: Path, *, read_only: bool, settings: StoreSettings) -> Store:
    if read_only and (not path.exists() or path.stat().st_size == 0):
        from monitor.store.memory import MemoryStore

        return MemoryStore()
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    make_room_to_open(state_dir)
    readers = Readers("sqlite", lambda: sqlite_reader(path))
    if read_only:
        return _reading(readers, path, settings)
    keep_reserve(state_dir)
    engine = sqlite_engine(path, checkpoints=not is_held_elsewhere(state_dir))
    try:
        _prepare(engine, "sqlite")
    except Exception as error:  # whatever it was is raised again; the file must not stay open
        engine.dispose()
        if isinstance(error, StoreError) and is_disk_full(state_dir):
            raise StoreError("the disk is full: nothing can be written, what was stored is safe", hint="free some space") from error
        raise
    return _writing(readers, engine, settings, state_dir)


def _reading(readers: Readers, where: Path | str, settings: StoreSettings) -> Store:
    """A store that only reads; an empty one where nothing was ever made. Refuses what this program cannot read."""
    schema = _guarded(lambda: found_schema(readers), where)
    if schema is None:
        if not is_empty(readers):
            raise StoreError(f"{where} is a database, but not one of monitor's")
        from monitor.store.memory import MemoryStore

        readers.close()
        return MemoryStore()
    refuse_newer(schema)
    refuse_older(schema)
    return SqlStore(readers, None, settings)


def _guarded(work: Callable[[], T], where: Path | str) -> T:
    import sqlite3

    try:
        return work()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{where} cannot be read as a database: {error}", hint="monitor db restore FILE brings a backup back") from error


def sqlite_engine(path: Path, *, checkpoints: bool = True) -> "Engine":
    """The engine of the one writer: BEGIN IMMEDIATE, WAL, synchronous FULL, and all checkpointing.

    A command that writes a row beside a daemon leaves checkpoints to it: one process does them all, which keeps clear of the
    WAL-reset bug of SQLite before 3.51.3 (two connections that checkpoint and write at the same moment).
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        import sqlite3

        connection.isolation_level = None  # we begin transactions ourselves
        connection.row_factory = sqlite3.Row
        for pragma in (
            "busy_timeout=10000", "journal_mode=WAL", f"synchronous={SYNCHRONOUS}",
            f"wal_autocheckpoint={CHECKPOINT_PAGES if checkpoints else 0}",
            "journal_size_limit=67108864", "cache_size=-65536", "foreign_keys=ON", "secure_delete=FAST", "temp_store=MEMORY",
            "trusted_schema=OFF", "mmap_size=0",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def _open_postgres(url: str, state_dir: Path, *, read_only: bool, settings: StoreSettings) -> Store:
    readers = Readers("postgresql", lambda: postgres_reader(url), settings.connections)
    if read_only:
        return _reading(readers, "the PostgreSQL database", settings)
    engine = postgres_engine(url)
    _prepare(engine, "postgresql")
    return _writing(readers, engine, settings, state_dir)


def postgres_engine(url: str) -> "Engine":
    """The engine of the one writer of this process."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    return create_engine(plain_postgres_url(url).replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)


# --- both -----------------------------------------------------------------------------------------------------------


def _prepare(engine: "Engine", dialect: Dialect) -> None:
    """Makes the schema where there is none, moves an older one on, refuses a newer one. All in one transaction."""
    with _opening():
        with engine.connect() as connection:
            rows = Connected(connection.connection.driver_connection, dialect)
            schema = found_schema(rows)
            if schema == SCHEMA:
                return
            if schema is not None:
                refuse_newer(schema)
            with connection.begin():
                if dialect == "postgresql":
                    rows.run("SELECT pg_advisory_xact_lock(7306649)")
                if found_schema(rows) is None:
                    create(connection, dialect)
                    return
        from monitor.store.upgrade import upgrade

        upgrade(engine)


@contextmanager
def _opening() -> Iterator[None]:
    """Raises StoreError for what the database says."""
    import sqlite3

    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except MonitorError:
        raise
    except Exception as error:
        from monitor.store.writer import told

        cause = told(error)
        if isinstance(cause, StoreError):
            raise cause from error
        if isinstance(error, DBAPIError | sqlite3.DatabaseError):
            raise StoreError(f"the database cannot be opened: {getattr(error, 'orig', None) or error}") from error
        raise


def _writing(readers: Readers, engine: "Engine", settings: StoreSettings, state_dir: Path) -> SqlStore:
    from monitor.store import tables, tables_of_work  # noqa: F401 - inserts go through the tables
    from monitor.store.writer import Writer

    with _opening():
        writer = Writer(engine, readers.dialect, index_some, lambda: drop_reserve(state_dir))
    return SqlStore(readers, writer, settings, engine, state_dir)
