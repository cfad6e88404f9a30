"""The one writer: a thread that owns the only writing connection and commits what waits together.

It takes all that waits, gives each piece of work a savepoint of its own (a bad one rolls back alone), commits, and only then tells
the callers. No timer: while one commit syncs, the next batch gathers. Nothing is acknowledged before its commit.
"""

import os
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.errors import MonitorError, StoreError
from monitor.store.rows import Connected, Dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")
MOST_AT_ONCE = 512  # pieces of work in one commit; measured: more gains nothing, and the first ones wait longer
BUG = 70


class Transaction(Connected):
    """A writing transaction: plain SQL as a reader has it, and inserts through the tables."""

    def __init__(self, connection: "Connection", dialect: Dialect) -> None:
        super().__init__(connection.connection.driver_connection, dialect)
        self._core = connection

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


class Writer:
    """Runs pieces of work in transactions, one thread for all of them."""

    def __init__(self, engine: "Engine", dialect: Dialect) -> None:
        self._engine = engine
        self._dialect: Dialect = dialect
        self._waiting: queue.SimpleQueue[tuple[Callable[[Transaction], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Waits until the work is committed, and gives its result. Raises what the work raised; it is then rolled back."""
        if not self._thread.is_alive():
            raise StoreError("the store is closed")
        done: Future[T] = Future()
        self._waiting.put((work, done))
        return done.result()

    def close(self) -> None:
        """Finishes what waits and ends the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        with self._engine.connect() as connection:
            while (batch := self._batch()) is not None:
                self._commit(connection, batch)

    def _batch(self) -> "list[tuple[Callable[[Transaction], Any], Future[Any]]] | None":
        first = self._waiting.get()
        if first is None:
            return None
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
        return batch

    def _commit(self, connection: "Connection", batch: "list[tuple[Callable[[Transaction], Any], Future[Any]]]") -> None:
        from sqlalchemy.exc import DBAPIError

        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with connection.begin():
                transaction = Transaction(connection, self._dialect)
                for work, done in batch:
                    answers.append((done, *self._one(connection, transaction, work)))
        except (DBAPIError, sqlite3.Error) as error:
            _end_on_io_error(error)
            for _, done in batch:
                done.set_exception(told(error))
            return
        for done, result, failure in answers:
            if failure is None:
                done.set_result(result)
            else:
                done.set_exception(failure)

    def _one(
        self, connection: "Connection", transaction: Transaction, work: Callable[[Transaction], T]
    ) -> tuple[T | None, BaseException | None]:
        savepoint = connection.begin_nested()
        try:
            result = work(transaction)
        except MonitorError as error:
            savepoint.rollback()
            return None, error
        except Exception as error:
            if _is_fatal(error):
                raise
            savepoint.rollback()
            return None, told(error)
        savepoint.commit()
        return result, None


def told(error: Exception) -> Exception:
    """A database's error as one a user can act on; anything else stays the bug it is."""
    cause = getattr(error, "orig", None) or error
    text = str(cause)
    if "full" in text and isinstance(cause, sqlite3.Error):
        return StoreError("the disk is full: nothing of this was stored, all earlier revisions are safe", hint="free some space")
    if isinstance(cause, sqlite3.OperationalError) and ("readonly" in text or "locked" in text):
        return StoreError(f"the database cannot be written: {text}")
    return error


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
