"""The one writer: a thread that owns the only writing connection and commits what waits together.

It takes all that waits, commits it in one transaction (a bad piece is found by savepoints and rolls back alone), and only then tells
the callers. While one commit syncs, the next batch gathers. Nothing is acknowledged before its commit.
"""

import logging
import os
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from monitor.errors import MonitorError, StoreError
from monitor.store.rows import PATIENCE, Connected, Dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

log = logging.getLogger("monitor.store")

T = TypeVar("T")
MOST_AT_ONCE = 512  # pieces of work in one commit; measured: more gains nothing, and the first ones wait longer
GATHER = 0.02  # seconds between two commits of work that nobody stands and waits for: at a thousand a second they come in twenties
COMPANY = 8  # pieces for which that pays; where fewer came, as from a few hosts that wait for each answer, it is tried again after ALONE
ALONE = 1.0
QUIET = 0.5  # seconds without work after which chores are done
MOST_PENDING = 500  # revisions that wait for their chores under steady work
BUG = 70


class Transaction(Connected):
    """A writing transaction: plain SQL as a reader has it, and inserts through the tables."""

    def __init__(self, connection: "Connection", dialect: Dialect) -> None:
        super().__init__(connection.connection.driver_connection, dialect)
        self._core = connection
        self.added = 0  # revisions, which chores like the search index wait for

    def insert(self, table: str, **values: object) -> int:
        """Inserts one row into a table of `tables`, its defaults filled in; the id it was given."""
        from sqlalchemy import insert
        from sqlmodel import SQLModel

        key = self._core.execute(insert(SQLModel.metadata.tables[table]), values).inserted_primary_key
        return int(key[0]) if key is not None and isinstance(key[0], int) else 0

    def lock_stream(self) -> None:
        """Makes ids of revisions and edits follow the order of commits. SQLite has one writer: nothing to do there.

        Without it a reader's cursor loses rows on PostgreSQL: id 2 may be visible before id 1.
        """
        if self.dialect == "postgresql":
            self.run("SELECT pg_advisory_xact_lock(7306650)")


class Undone(Exception):
    """Raised by a piece of work that is to be rolled back although nothing failed; its caller is given `answer`."""

    def __init__(self, answer: object) -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(slots=True)
class Piece(Generic[T]):
    """One piece of work, and what its caller is given; `hurries`: somebody stands and waits for it."""

    work: Callable[[Transaction], T]
    hurries: bool
    done: "Future[T]" = field(default_factory=Future)


class _Apart(Exception):
    """A piece of work did not go through: each one of the batch is to be done in a savepoint of its own."""


class Writer:
    """Runs pieces of work in transactions, one thread for all of them."""

    def __init__(self, engine: "Engine", dialect: Dialect, chore: Callable[[Transaction], bool], on_full: Callable[[], None]) -> None:
        self._connection = engine.connect()  # here and not by the thread: who opens a store is told at once that it cannot be reached
        self._chore = chore
        self._on_full = on_full
        self._pending = 0
        self._dialect: Dialect = dialect
        self._committed_at = 0.0
        self._gathers_from = 0.0
        self._waiting: queue.SimpleQueue[Piece[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Waits until the work is committed, and gives its result. Raises what the work raised; it is then rolled back."""
        return self._put(work, hurries=True).result()

    def start(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """The same for who does not stand and wait: the future is done once the work is committed, under load after some more joined it."""
        return self._put(work, hurries=False)

    def _put(self, work: Callable[[Transaction], T], *, hurries: bool) -> "Future[T]":
        if not self._thread.is_alive():
            raise StoreError("the store is closed")
        piece: Piece[T] = Piece(work, hurries)
        self._waiting.put(piece)
        return piece.done

    def close(self) -> None:
        """Finishes what waits and ends the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        with self._connection as connection:
            while (batch := self._batch()) is not None:
                if batch:
                    self._commit(connection, batch)
                if self._pending and (not batch or self._pending >= MOST_PENDING):
                    self._do_chore(connection)

    def _do_chore(self, connection: "Connection") -> None:
        """One round of what may wait, after what may not."""
        try:
            with connection.begin():
                more = self._chore(Transaction(connection, self._dialect))
            self._pending = 1 if more else 0
        except Exception as error:  # noqa: BLE001 - the edge of the writer: without its thread nothing would be kept any more
            _end_on_io_error(error)
            if is_lost(error):
                connection.invalidate()
            log.warning("a chore is put off: %s: %s", type(error).__name__, error)
            self._pending = 0  # it is tried again with the next revision, and when the store is closed

    def _batch(self) -> list[Piece[Any]] | None:
        try:
            first = self._waiting.get(timeout=QUIET if self._pending else None)
        except queue.Empty:
            return []
        if first is None:
            return None
        gathers = self._is_worth_gathering(first)
        if gathers:
            time.sleep(GATHER)
        batch = [first]
        while len(batch) < MOST_AT_ONCE:
            try:
                more = self._waiting.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._waiting.put(None)
                break
            batch.append(more)
        if gathers and len(batch) < COMPANY:
            self._gathers_from = time.monotonic() + ALONE
        return batch

    def _is_worth_gathering(self, first: Piece[Any]) -> bool:
        now = time.monotonic()
        is_steady = self._gathers_from <= now < self._committed_at + GATHER
        return is_steady and not first.hurries and self._waiting.qsize() < MOST_AT_ONCE

    def _commit(self, connection: "Connection", batch: list[Piece[Any]]) -> None:
        try:
            answers = self._attempt(connection, batch)
        except Exception as error:  # noqa: BLE001 - the edge of the writer: callers wait for an answer, and the thread must live
            _end_on_io_error(error)
            if is_full(error):
                self._on_full()
            for piece in batch:
                piece.done.set_exception(told(error))
            return
        self._committed_at = time.monotonic()
        for done, result, failure in answers:
            if failure is None:
                done.set_result(result)
            else:
                done.set_exception(failure)

    def _attempt(self, connection: "Connection", batch: list[Piece[Any]]) -> list[tuple[Future[Any], Any, BaseException | None]]:
        """One transaction with all of it: in one go, which costs no savepoints; when a piece fails, each in a savepoint of its own."""
        try:
            return self._tried(connection, batch, self._bare)
        except _Apart:
            return self._tried(connection, batch, self._one)

    def _tried(
        self,
        connection: "Connection",
        batch: list[Piece[Any]],
        one: "Callable[[Transaction, Callable[[Transaction], Any]], tuple[Any, BaseException | None]]",
    ) -> list[tuple[Future[Any], Any, BaseException | None]]:
        """A server that is away is waited for, as long as nothing was sent to be committed."""
        for pause in (*PATIENCE, None):
            sent = False
            try:
                with connection.begin():
                    transaction = Transaction(connection, self._dialect)
                    answers = [(piece.done, *one(transaction, piece.work)) for piece in batch]
                    sent = True
            except Exception as error:
                again = is_beaten(error) or (is_lost(error) and not sent)
                if is_lost(error):
                    connection.invalidate()
                if pause is None or not again:
                    raise
                time.sleep(pause)
                continue
            self._pending += transaction.added
            break
        return answers

    def _bare(self, transaction: Transaction, work: Callable[[Transaction], T]) -> tuple[T | None, BaseException | None]:
        try:
            return work(transaction), None
        except Exception as error:
            if self._ends_all(error):
                raise
            raise _Apart from error

    def _one(self, transaction: Transaction, work: Callable[[Transaction], T]) -> tuple[Any, BaseException | None]:
        # in plain SQL: the savepoints of SQLAlchemy are compiled each time, which takes longer than to save a poll
        transaction.run("SAVEPOINT piece")
        try:
            result = work(transaction)
        except Undone as undone:
            transaction.run("ROLLBACK TO SAVEPOINT piece")
            return undone.answer, None
        except MonitorError as error:
            transaction.run("ROLLBACK TO SAVEPOINT piece")
            return None, error
        except Exception as error:
            if self._ends_all(error):
                raise
            transaction.run("ROLLBACK TO SAVEPOINT piece")
            return None, told(error)
        transaction.run("RELEASE SAVEPOINT piece")
        return result, None

    def _ends_all(self, error: Exception) -> bool:
        return _is_fatal(error) or (self._dialect == "postgresql" and (is_lost(error) or is_beaten(error)))


def told(error: Exception) -> Exception:
    """A database's error as one a user can act on; anything else stays the bug it is."""
    cause = getattr(error, "orig", None) or error
    text = str(cause)
    if is_full(error):
        return StoreError("the disk is full: nothing of this was stored, all earlier revisions are safe", hint="free some space")
    if is_lost(error):
        return StoreError(f"the database cannot be reached: {text.strip()}", hint="is the PostgreSQL server running?")
    if getattr(cause, "sqlstate", None) == "55P03":
        return StoreError(f"another process reads the table that is to change: {text.strip()}; it is tried again later")
    if isinstance(cause, sqlite3.OperationalError) and ("readonly" in text or "locked" in text):
        return StoreError(f"the database cannot be written: {text}")
    return error


def is_lost(error: Exception) -> bool:
    """Whether a PostgreSQL server is away or was restarted, which a new connection mends."""
    from sqlalchemy.exc import PendingRollbackError

    cause = getattr(error, "orig", None) or error
    if isinstance(error, PendingRollbackError):
        return True
    if not type(cause).__module__.startswith("psycopg") or type(cause).__name__ == "DiskFull":
        return False
    state = getattr(cause, "sqlstate", None)
    return state is None or str(state).startswith(("08", "57P"))


def is_beaten(error: Exception) -> bool:
    """Whether another writer came in between, so that the same work is tried again: a deadlock, a failed serialization.

    Or a row that was on its way to the default partition while its month was made; a check of our own has a name.
    """
    cause: Any = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None)
    return state in ("40001", "40P01") or (state == "23514" and cause.diag.constraint_name is None)


def is_full(error: Exception) -> bool:
    """Whether the disk is full."""
    cause = getattr(error, "orig", None) or error
    return (isinstance(cause, sqlite3.Error) and "full" in str(cause)) or type(cause).__name__ == "DiskFull"


def _is_fatal(error: Exception) -> bool:
    """Whether the whole transaction is lost: a full disk or a lost connection, which a savepoint does not outlive."""
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, sqlite3.OperationalError) and any(word in str(cause) for word in ("full", "I/O", "locked", "readonly"))


def _end_on_io_error(error: Exception) -> None:
    """After a failed sync nobody knows what the disk holds: the process ends, and recovery starts from the file itself."""
    if "disk I/O error" in str(getattr(error, "orig", None) or error):
        print(
            "error: the disk failed while writing; monitor ends so that nothing is built on what may be lost", file=sys.stderr, flush=True
        )
        os._exit(BUG)
