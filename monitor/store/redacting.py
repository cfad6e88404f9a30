"""A legal takedown: words and raw page of revisions go, their hashes and a tombstone stay.

Every copy of the words goes: the text, what was built on it is stored anew, the stored changes, the search index, titles kept for
lists, and, for a whole article, what feeds say of it.
"""

from collections.abc import Sequence
from datetime import datetime

from monitor.errors import NotFound, StoreError
from monitor.store.packing import blank
from monitor.store.rows import Row
from monitor.store.search import document_terms, remove_document
from monitor.store.stored import Lost, raw_plain, text_plain
from monitor.store.texts import RAW_LEVEL, TEXT_LEVEL, pack
from monitor.store.writer import Transaction


def redact(tx: Transaction, article: int, revs: Sequence[int] | None, reason: str, at: datetime) -> tuple[int, ...]:
    """Removes the words of these revisions (None: all of them, and the feeds' words); which revisions that were.

    A revision that shares its words with one of them, as a return to an earlier text does, goes with it.
    """
    found = tx.rows("SELECT * FROM revision WHERE article_id = :id ORDER BY rev", id=article)
    if not found:
        raise NotFound(f"article {article} has no revisions")
    shared = {row["text_id"] for row in found if revs is None or row["rev"] in revs}
    chosen = [row for row in found if row["text_id"] in shared]
    if tx.dialect == "sqlite":
        tx.run("PRAGMA secure_delete=ON")  # what is removed is overwritten, not only forgotten
    neighbours = [row for row in found if any(row["rev"] in (one["rev"], one["rev"] + 1) for one in chosen)]
    for row in neighbours:
        remove_document(tx, row["id"], *document_terms(tx, row))
    for row in chosen:
        _remove_changes(tx, article, row["rev"])
        _remove_raw(tx, row, {one["id"] for one in chosen})
        tx.run(
            "INSERT INTO tombstone (revision_id, at, reason) VALUES (:id, :at, :reason) ON CONFLICT (revision_id) DO NOTHING",
            id=row["id"], at=at, reason=reason,
        )  # fmt: skip
    for text_id in sorted(shared):
        _remove_frame(tx, "text", text_id)
    if tx.dialect == "sqlite":
        tx.run("INSERT INTO doc (doc) VALUES ('optimize')")  # a removed document's terms lie in the index until it is written anew
    _remove_titles(tx, article, [row["rev"] for row in chosen], whole=len(chosen) == len(found))
    return tuple(row["rev"] for row in chosen)


def _remove_changes(tx: Transaction, article: int, rev: int) -> None:
    edits = "SELECT id FROM edit WHERE article_id = :id AND (to_rev = :rev OR from_rev = :rev)"
    tx.run(f"DELETE FROM change WHERE edit_id IN ({edits})", id=article, rev=rev)
    tx.run(f"UPDATE edit SET title = '', reasons = '[]', evidence = '[]', watched = NULL WHERE id IN ({edits})", id=article, rev=rev)


def _remove_raw(tx: Transaction, revision: Row, chosen: set[int]) -> None:
    if revision["raw_sha"] is None:
        return
    sha = bytes(revision["raw_sha"])
    others = tx.rows("SELECT id FROM revision WHERE raw_sha = :sha", sha=sha)
    raw = tx.row("SELECT id FROM raw WHERE sha = :sha", sha=sha)
    if raw is not None and all(other["id"] in chosen for other in others):
        _remove_frame(tx, "raw", raw["id"])


def _remove_frame(tx: Transaction, table: str, number: int) -> None:
    """Empties a text or page; what was packed against it is packed whole first."""
    plain_of = text_plain if table == "text" else raw_plain
    for row in tx.rows(f"SELECT id FROM {table} WHERE base_id = :id", id=number):
        try:
            is_text = table == "text"
            frame = pack(plain_of(tx, row["id"]), None, TEXT_LEVEL if is_text else RAW_LEVEL, primed=is_text)
        except Lost:
            continue  # it cannot be read now, and stays what verify names
        tx.run(
            f"UPDATE {table} SET base_id = NULL, depth = 0, primer = :primer, crc = :crc, data = :data WHERE id = :id",
            primer=frame.primer,
            crc=frame.crc,
            data=frame.data,
            id=row["id"],
        )
    if table == "text":
        _remove_from_pack(tx, number)
    tx.run(f"UPDATE {table} SET base_id = NULL, depth = 0, data = NULL WHERE id = :id", id=number)


def _remove_from_pack(tx: Transaction, number: int) -> None:
    """Raises StoreError where the pack cannot be read: only a backup can then tell its other texts from this one."""
    row = tx.row("SELECT pack_id, pack_at, size FROM text WHERE id = :id", id=number)
    if row is None or row["pack_id"] is None:
        return
    try:
        blank(tx, row)
    except Lost as lost:
        raise StoreError(f"nothing was removed: {lost}", hint="monitor db restore FILE brings a backup back") from lost
    tx.run("UPDATE text SET pack_id = NULL, pack_at = NULL WHERE id = :id", id=number)


def _remove_titles(tx: Transaction, article: int, revs: Sequence[int], *, whole: bool) -> None:
    head = tx.row("SELECT head_rev FROM article WHERE id = :id", id=article)
    if head is not None and head["head_rev"] in revs:
        tx.run("UPDATE article SET title = '', memo = '{}' WHERE id = :id", id=article)
    if whole:
        tx.run("UPDATE listing SET title = '', summary = NULL, content = NULL, authors = '[]' WHERE article_id = :id", id=article)
