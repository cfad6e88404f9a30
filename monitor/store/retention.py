"""What is not kept for ever: looks, runs of polls, raw pages nobody needs, ended messages. Revisions, texts, edits and seals always are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.settings import StoreSettings
from monitor.store import months
from monitor.store.codes import GIVEN_UP, HELD, SENT, STATES
from monitor.store.instants import to_ms
from monitor.store.rows import Dialect
from monitor.store.trusting import DAY
from monitor.store.writer import Transaction

_NAMED = "SELECT delivery_id FROM outbox WHERE delivery_id IS NOT NULL"
CHUNK = 500  # rows of one transaction, so that nobody waits long
POLLS_FOR = timedelta(days=90)
TOLD_FOR = timedelta(days=90)
NOTES_FOR = timedelta(days=365)
TRUST_FOR = timedelta(days=90)
SINGLE_BLOCKS_FOR, BLOCKS_FOR = timedelta(days=14), timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows of what were removed."""

    what: str
    rows: int


def sweeps(settings: StoreSettings, now: datetime, dialect: Dialect) -> list[tuple[str, str, dict[str, object]]]:
    """What may go row by row: its name, the statement that removes one chunk of it, and the statement's values."""
    found: list[tuple[str, str, dict[str, object]]] = [
        ("polls", _chunk("poll", "feed_id, from_at", "to_at < :before"), {"before": now - POLLS_FOR}),
        ("notes", _chunk("note", "id", "at < :before"), {"before": now - NOTES_FOR}),
        ("outbox rows", _chunk("outbox", "id", f"state > {HELD} AND due_at < :before"), {"before": now - TOLD_FOR}),
        (
            "deliveries",
            _chunk(
                "delivery",
                "id",
                f"state IN ({SENT}, {GIVEN_UP}) AND lease_until < :before AND id NOT IN ({_NAMED})",
            ),
            {"before": now - TOLD_FOR},
        ),
        ("single blocks", _chunk("block", "host_id, fp", "articles = 1 AND last_at < :before"), {"before": now - SINGLE_BLOCKS_FOR}),
        ("days of trust", _chunk("trust", "host_id, day, reason", "day < :before"), {"before": to_ms(now - TRUST_FOR) // DAY}),
        ("blocks", _chunk("block", "host_id, fp", "last_at < :before"), {"before": now - BLOCKS_FOR}),
    ]
    if dialect == "sqlite":  # on PostgreSQL they are dropped
        found.append(("looks", _chunk("look", "article_id, at", "at < :before"), {"before": now - settings.looks_for}))
        if settings.raw == "none":
            found.append(("raw pages", _chunk("raw", "id", "1 = 1"), {}))
    if settings.raw == "edits":
        # an article that is watched may still be edited, and its first page is then half of the evidence
        unedited = f"article_id IN (SELECT id FROM article WHERE last_edit_at IS NULL AND state <> {STATES.index('watched')})"
        found.append(("raw pages", _chunk("raw", "id", unedited), {}))
    return found


def drops(settings: StoreSettings, now: datetime) -> list[tuple[str, Callable[[Transaction], int]]]:
    """What goes at once on PostgreSQL, with nothing left to vacuum: whole months of looks, all raw pages."""
    found: list[tuple[str, Callable[[Transaction], int]]] = [("looks", lambda tx: months.drop(tx, "look", now - settings.looks_for))]
    if settings.raw == "none":
        found.append(("raw pages", _empty_raw))
    return found


def _empty_raw(tx: Transaction) -> int:
    row = tx.row("SELECT count(*) AS n FROM raw")
    gone = int(row["n"]) if row else 0
    if gone:
        with months.patience(tx):
            tx.run("TRUNCATE raw")
        _note_pruned(tx)
    return gone


def sweep_some(tx: Transaction, what: str, statement: str, values: dict[str, object]) -> int:
    """Removes one chunk; how many rows."""
    gone = tx.run(statement, **values)
    if gone and what == "raw pages":
        _note_pruned(tx)
    return gone


def _note_pruned(tx: Transaction) -> None:
    tx.run("INSERT INTO meta (key, value) VALUES ('raw_pruned', '1') ON CONFLICT (key) DO NOTHING")


def _chunk(table: str, key: str, condition: str) -> str:
    return f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT {CHUNK})"
