"""Re-computing every hash: what does not fit is named, nothing is repaired here.

Checked of each revision: its number, its parent, its words, its hash over words, stamps, times and address, its raw page and headers,
its changes (they must spell both texts); of the whole: the ledger's seals, in the database and in the file beside it.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise

from monitor import proof
from monitor.model import Change, Content, Said
from monitor.ports import Fault
from monitor.store.instants import from_ms, maybe_from_ms
from monitor.store.rows import Row, Rows
from monitor.store.sealing import ledger_faults
from monitor.store.stored import Lost, Read, change_list, raw_plain, text_plain
from monitor.store.texts import content_sha, unpack_json
from monitor.store.values import beside_sha, change_of, event_of, restamp_sha, source_of, stamps_of, words_of

PAGE = 500


def faults(rows: Rows, article_id: int | None = None) -> Iterator[Fault]:
    """Everything that does not fit, article by article, then the ledger. A file too damaged to be read is a fault as well."""
    try:
        yield from _faults(rows, article_id)
    except sqlite3.DatabaseError as error:
        yield Fault(article_id, None, "database", f"the database cannot be read to its end: {error}")


def _faults(rows: Rows, article_id: int | None) -> Iterator[Fault]:
    if article_id is not None:
        yield from _article_faults(rows, article_id)
        return
    after = 0
    while ids := [
        row["id"] for row in rows.rows("SELECT id FROM article WHERE id > :after ORDER BY id LIMIT :size", after=after, size=PAGE)
    ]:
        for number in ids:
            yield from _article_faults(rows, number)
        after = ids[-1]
    yield from _orphans(rows)
    yield from ledger_faults(rows)


def _article_faults(rows: Rows, article: int) -> Iterator[Fault]:
    found = rows.rows(
        "SELECT revision.*, tombstone.revision_id AS redacted FROM revision"
        " LEFT JOIN tombstone ON tombstone.revision_id = revision.id WHERE revision.article_id = :id ORDER BY revision.rev",
        id=article,
    )  # fmt: skip
    head = rows.row("SELECT head_rev FROM article WHERE id = :id", id=article)
    if head is None or head["head_rev"] != len(found):
        said = head["head_rev"] if head else 0
        yield Fault(article, None, "chain", f"article {article} has {len(found)} revisions where {said} were stored")
    read: Read = {}
    parent: str | None = None
    plains: dict[int, bytes | None] = {}
    for number, row in enumerate(found, 1):
        if row["rev"] != number:
            yield Fault(article, number, "chain", f"revision {article}@{row['rev']} stands where {number} should be")
        plain, problem = _words(rows, row, read)
        plains[row["rev"]] = plain
        if problem:
            yield Fault(article, row["rev"], "text", f"revision {article}@{row['rev']}: {problem}")
        if plain is not None:
            yield from _hash_fault(row, plain, parent)
        yield from _raw_faults(rows, row)
        yield from _beside_faults(rows, row)
        parent = bytes(row["hash"]).hex()
    for old, new in pairwise(found):
        yield from _edit_faults(rows, new, plains[old["rev"]], plains[new["rev"]])


def _words(rows: Rows, row: Row, read: Read) -> tuple[bytes | None, str | None]:
    if row["redacted"] is not None:
        return None, None  # removed on purpose, by law; its hash stays and still binds its place in the chain
    stored = rows.row("SELECT crc, data FROM text WHERE id = :id", id=row["text_id"])
    if stored is not None and stored["data"] is not None and zlib.crc32(bytes(stored["data"])) != stored["crc"]:
        return None, "its stored words were changed"
    try:
        plain = text_plain(rows, row["text_id"], read)
    except Lost as lost:
        return None, f"its words cannot be read: {lost}"
    if content_sha(plain) != bytes(row["content_sha"]):
        return None, "its words are not those it was stored with"
    return plain, None


def _hash_fault(row: Row, plain: bytes, parent: str | None) -> Iterator[Fault]:
    article, rev = row["article_id"], row["rev"]
    try:
        content, listings = words_of(plain)
        posted, updated = stamps_of(row)
        said = proof.revision_hash(
            content=content,
            event=event_of(row["event"]),
            source=source_of(row["source"]),
            url=row["url"],
            first_seen_at=from_ms(row["first_seen_at"]),
            posted=posted,
            updated=updated,
            listings=listings,
            parent_hash=parent,
        )
        fits = said == bytes(row["hash"]).hex() and proof.text_key(content) == bytes(row["text_key"])
    except (ValueError, KeyError, TypeError, IndexError, OverflowError):
        fits = False
    if not fits:
        yield Fault(article, rev, "hash", f"revision {article}@{rev}: words, stamps, times or parent are not those of its hash")


def _raw_faults(rows: Rows, row: Row) -> Iterator[Fault]:
    article, rev = row["article_id"], row["rev"]
    answer = rows.row("SELECT * FROM answer WHERE revision_id = :id", id=row["id"])
    if row["raw_sha"] is None:
        return
    raw = rows.row("SELECT id, crc, data FROM raw WHERE sha = :sha", sha=bytes(row["raw_sha"]))
    if raw is None:
        if rows.row("SELECT 1 AS yes FROM meta WHERE key = 'raw_pruned'") is None and row["redacted"] is None:
            yield Fault(article, rev, "raw", f"revision {article}@{rev}: its raw page is missing")
        return
    if raw["data"] is None:
        return
    try:
        if zlib.crc32(bytes(raw["data"])) != raw["crc"]:
            raise Lost("its stored bytes were changed")
        if hashlib.sha256(raw_plain(rows, raw["id"])).digest() != bytes(row["raw_sha"]):
            raise Lost("its bytes are not those that were stored")
        if answer is None:
            raise Lost("its headers are missing")
        unpack_json(bytes(answer["headers"]))
    except (Lost, ValueError) as lost:
        yield Fault(article, rev, "raw", f"revision {article}@{rev}: its raw page: {lost}")


def _beside_faults(rows: Rows, row: Row) -> Iterator[Fault]:
    article, rev = row["article_id"], row["rev"]
    answer = rows.row("SELECT url, status, headers FROM answer WHERE revision_id = :id", id=row["id"])
    head = (answer["url"], answer["status"], bytes(answer["headers"])) if answer is not None else None
    raw_sha = bytes(row["raw_sha"]) if row["raw_sha"] is not None else None
    if beside_sha(row["stamps"], row["extractor"], raw_sha, head) != bytes(row["beside_sha"]):
        yield Fault(article, rev, "stamps", f"revision {article}@{rev}: how its stamps were read, or its answer's head, was changed")
    for restamp in rows.rows("SELECT * FROM restamp WHERE revision_id = :id", id=row["id"]):
        moments = (maybe_from_ms(restamp["posted_at"]), maybe_from_ms(restamp["updated_at"]))
        if restamp_sha(from_ms(restamp["at"]), *moments, restamp["url"], restamp["stamps"]) != bytes(restamp["beside_sha"]):
            yield Fault(article, rev, "restamp", f"revision {article}@{rev}: a stamp that moved alone was changed")


# --- edits ----------------------------------------------------------------------------------------------------------


def _edit_faults(rows: Rows, new: Row, old_plain: bytes | None, new_plain: bytes | None) -> Iterator[Fault]:
    row = rows.row(
        "SELECT change.crc, change.size, change.data, edit.from_rev, edit.to_rev FROM edit LEFT JOIN change ON change.edit_id = edit.id"
        " WHERE edit.to_id = :id",
        id=new["id"],
    )  # fmt: skip
    article, rev = new["article_id"], new["rev"]
    if row is None or old_plain is None or new_plain is None:
        return
    if row["to_rev"] != rev or row["from_rev"] != rev - 1 or row["data"] is None:
        yield Fault(article, rev, "edit", f"the edit {article}@{rev - 1}..{rev} is not the one that was stored")
        return
    try:
        if zlib.crc32(bytes(row["data"])) != row["crc"]:
            raise Lost("the stored bytes were changed")
        changes = [change_of(change) for change in change_list(row, old_plain)]
    except (Lost, ValueError, TypeError) as lost:
        yield Fault(article, rev, "edit", f"the changes of {article}@{rev - 1}..{rev} cannot be read: {lost}")
        return
    if not _spell(changes, words_of(old_plain), words_of(new_plain)):
        yield Fault(article, rev, "edit", f"the changes of {article}@{rev - 1}..{rev} do not spell its texts")


def _spell(changes: list[Change], old: tuple[Content, Mapping[str, Said]], new: tuple[Content, Mapping[str, Said]]) -> bool:
    """Whether the body's changes, where there are any, spell the old and the new text."""
    body = [change for change in changes if change.field == "body"]
    if not body or any(change.op == "equal" and not change.segments for change in body):
        return True
    return _side(body, old=True) == "\n".join(old[0].body) and _side(body, old=False) == "\n".join(new[0].body)


def _side(changes: list[Change], *, old: bool) -> str:
    kept = "=-" if old else "=+"
    sides = [
        (change.from_pars if old else change.to_pars, "".join(text for sign, text in change.segments if sign in kept)) for change in changes
    ]
    return "\n".join(text for pars, text in sorted((pars, text) for pars, text in sides if pars))


def _orphans(rows: Rows) -> Iterator[Fault]:
    for row in rows.rows(
        "SELECT article_id, rev FROM revision WHERE article_id NOT IN (SELECT id FROM article) ORDER BY article_id, rev LIMIT 100"
    ):
        yield Fault(row["article_id"], row["rev"], "chain", f"revision {row['article_id']}@{row['rev']} belongs to no article")
