"""Histories that diffengine kept: a SQLite file with the title and the paragraphs of every version (its tables entry and entryversion)."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

from monitor.backfill.record import Record, page_of
from monitor.times import to_milliseconds


def has_tables(database: sqlite3.Connection) -> bool:
    """Whether this is a database of diffengine."""
    return len(database.execute("SELECT 1 FROM sqlite_master WHERE name IN ('entry', 'entryversion')").fetchall()) == 2


def records(database: sqlite3.Connection) -> Iterator[Record]:
    """Every version as a page, oldest first, under its entry's address: diffengine loses a story whose address moved, this does not."""
    for url, title, summary, created in database.execute(
        "SELECT entry.url, entryversion.title, entryversion.summary, entryversion.created"
        " FROM entryversion JOIN entry ON entry.id = entryversion.entry_id ORDER BY entryversion.created, entryversion.id"
    ):
        at = to_milliseconds(datetime.fromisoformat(created).replace(tzinfo=UTC))  # it writes utcnow()
        yield page_of(url, at, title, summary, made_by="diffengine")
