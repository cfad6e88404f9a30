"""Stored texts, revisions, raw pages and changes, read back whole and checked against their hashes."""

import hashlib
import json
import zlib
from typing import cast

from monitor.errors import Damaged
from monitor.model import Change, RawPage, Restamp, Revision
from monitor.store import primer
from monitor.store.codes import WATCH_PAGE
from monitor.store.instants import from_ms
from monitor.store.rows import Row, Rows
from monitor.store.texts import Base, content_sha, unpack, unpack_json
from monitor.store.values import change_of, event_of, restamp_of, source_of, stamps_of, words_of


class Lost(Exception):
    """A stored text or page does not give what its hash says; the message says why."""


Read = dict[tuple[str, int], bytes]  # what was read already: a text, raw page or pack, by table and id


def text_plain(rows: Rows, text_id: int, read: Read | None = None) -> bytes:
    """The plain bytes of a text, its chain of deltas undone. Raises Lost when damaged. `read` remembers texts across calls."""
    return _plain(rows, "text", text_id, {} if read is None else read)


def raw_plain(rows: Rows, raw_id: int) -> bytes:
    """The plain bytes of a raw page. Raises Lost when damaged."""
    return _plain(rows, "raw", raw_id, {})


def pack_plain(rows: Rows, pack_id: int, read: Read) -> bytes:
    """The plain bytes of a whole pack. Raises Lost when damaged."""
    if ("pack", pack_id) not in read:
        row = rows.row("SELECT crc, size, data FROM pack WHERE id = :id", id=pack_id)
        if row is None:
            raise Lost(f"pack {pack_id} is not there")
        if zlib.crc32(bytes(row["data"])) != row["crc"]:
            raise Lost(f"the bytes of pack {pack_id} were changed")
        try:
            read["pack", pack_id] = unpack(bytes(row["data"]), None, row["size"])
        except (ValueError, MemoryError) as error:
            raise Lost(f"pack {pack_id}: {error}") from error
    return read["pack", pack_id]


def _plain(rows: Rows, table: str, number: int, read: Read) -> bytes:
    packed = "pack_id, pack_at" if table == "text" else "NULL AS pack_id"
    chain: list[Row] = []
    wanted: int | None = number
    while wanted is not None and (table, wanted) not in read:
        row = rows.row(f"SELECT id, base_id, primer, size, data, {packed} FROM {table} WHERE id = :id", id=wanted)
        if row is None or row["data"] is None:
            raise Lost(f"{table} {wanted} is not there")
        if row["pack_id"] is not None:
            read[table, wanted] = _cut(pack_plain(rows, row["pack_id"], read), row)
            break
        chain.append(row)
        wanted = row["base_id"]
        if len(chain) > 1000:
            raise Lost(f"{table} {number} stands on itself")
    for row in reversed(chain):
        base = read[table, row["base_id"]] if row["base_id"] is not None else primer.TEXT if row["primer"] == primer.FIRST else None
        try:
            read[table, row["id"]] = unpack(bytes(row["data"]), base, row["size"])
        except (ValueError, MemoryError) as error:
            raise Lost(f"{table} {row['id']}: {error}") from error
    return read[table, number]


def _cut(pack: bytes, row: Row) -> bytes:
    return pack[row["pack_at"] : row["pack_at"] + row["size"]]


def checked_text(rows: Rows, revision: Row, read: Read | None = None) -> bytes:
    """A revision's words as canonical JSON. Raises Damaged that names the revision when they do not match their hash."""
    try:
        plain = text_plain(rows, revision["text_id"], read)
        if content_sha(plain) != bytes(revision["content_sha"]):
            raise Lost("its words are not those it was stored with")
    except Lost as error:
        raise Damaged(
            f"revision {revision['article_id']}@{revision['rev']} is damaged: {error}", hint="monitor verify names all that is damaged"
        ) from error
    return plain


def text_base(rows: Rows, revision_id: int) -> Base | None:
    """The text of a revision to build the next one on; None when it cannot be read back (never build on what does not check)."""
    row = rows.row(
        "SELECT revision.content_sha, text.id, text.depth FROM revision JOIN text ON text.id = revision.text_id WHERE revision.id = :id",
        id=revision_id,
    )  # fmt: skip
    if row is None:
        return None
    try:
        plain = text_plain(rows, row["id"])
    except Lost:
        return None
    return Base(row["id"], row["depth"], plain) if content_sha(plain) == bytes(row["content_sha"]) else None


def raw_base(rows: Rows, revision_id: int) -> Base | None:
    """The raw page of a revision to build the next one on, if there is one of the same article that checks."""
    row = rows.row(
        "SELECT raw.id, raw.depth, raw.sha FROM revision JOIN raw ON raw.sha = revision.raw_sha AND raw.article_id = revision.article_id"
        " WHERE revision.id = :id AND raw.data IS NOT NULL",
        id=revision_id,
    )  # fmt: skip
    if row is None:
        return None
    try:
        plain = raw_plain(rows, row["id"])
    except Lost:
        return None
    return Base(row["id"], row["depth"], plain) if hashlib.sha256(plain).digest() == bytes(row["sha"]) else None


# --- revisions ------------------------------------------------------------------------------------------------------

_REVISION = (
    "SELECT revision.*, tombstone.revision_id AS redacted, watch.seen_at FROM revision"
    " LEFT JOIN tombstone ON tombstone.revision_id = revision.id"
    f" LEFT JOIN watch ON watch.kind = {WATCH_PAGE} AND watch.ref_id = revision.article_id"
)


def revisions_of(rows: Rows, article_id: int) -> tuple[Revision, ...]:
    """All revisions of an article, oldest first. Raises StoreError when a text does not match its hash."""
    found = rows.rows(f"{_REVISION} WHERE revision.article_id = :id ORDER BY revision.rev", id=article_id)
    restamps = rows.rows(
        "SELECT restamp.*, revision.rev FROM restamp JOIN revision ON revision.id = restamp.revision_id"
        " WHERE revision.article_id = :id ORDER BY restamp.at",
        id=article_id,
    )  # fmt: skip
    read: Read = {}
    made: list[Revision] = []
    for row in found:
        mine = tuple(restamp_of(one) for one in restamps if one["rev"] == row["rev"])
        made.append(_revision(rows, row, made[-1].hash if made else None, mine, is_head=row is found[-1], read=read))
    return tuple(made)


def revision_of(rows: Rows, article_id: int, rev: int) -> Revision | None:
    """One revision; None when there is no such."""
    found = rows.rows(
        f"{_REVISION} WHERE revision.article_id = :id AND revision.rev IN (:revs)", id=article_id, revs=[rev - 1, rev, rev + 1]
    )
    by_rev = {row["rev"]: row for row in found}
    if rev not in by_rev:
        return None
    row, parent = by_rev[rev], by_rev.get(rev - 1)
    restamps = tuple(restamp_of(one) for one in rows.rows("SELECT * FROM restamp WHERE revision_id = :id ORDER BY at", id=row["id"]))
    return _revision(rows, row, bytes(parent["hash"]).hex() if parent else None, restamps, is_head=rev + 1 not in by_rev, read={})


def _revision(rows: Rows, row: Row, parent_hash: str | None, restamps: tuple[Restamp, ...], *, is_head: bool, read: Read) -> Revision:
    redacted = row["redacted"] is not None
    content, listings = words_of(_REDACTED if redacted else checked_text(rows, row, read))
    posted, updated = stamps_of(row)
    seen = max(row["last_seen_at"], row["seen_at"] or 0) if is_head else row["last_seen_at"]
    return Revision(
        article=row["article_id"],
        rev=row["rev"],
        hash=bytes(row["hash"]).hex(),
        parent_hash=parent_hash,
        event=event_of(row["event"]),
        confirmed=bool(row["confirmed"]),
        source=source_of(row["source"]),
        url=row["url"],
        first_seen_at=from_ms(row["first_seen_at"]),
        last_seen_at=from_ms(seen),
        posted=posted,
        updated=updated,
        content=content,
        listings=listings,
        restamps=restamps,
        extractor=row["extractor"],
        raw_sha=bytes(row["raw_sha"]) if row["raw_sha"] is not None else None,
        redacted=redacted,
    )


_REDACTED = json.dumps(
    {"authors": [], "body": [], "captions": [], "language": None, "listings": {}, "section": None, "subtitle": None, "title": ""}
).encode()


def raw_of(rows: Rows, article_id: int, rev: int) -> RawPage | None:
    """The response a revision was read from; None where none is kept. Raises StoreError when it does not match its hash."""
    row = rows.row(
        "SELECT raw.id, raw.sha, raw.data, answer.url, answer.status, answer.headers FROM revision"
        " JOIN raw ON raw.sha = revision.raw_sha JOIN answer ON answer.revision_id = revision.id"
        " WHERE revision.article_id = :id AND revision.rev = :rev",
        id=article_id, rev=rev,
    )  # fmt: skip
    if row is None or row["data"] is None:
        return None
    try:
        body = raw_plain(rows, row["id"])
        if hashlib.sha256(body).digest() != bytes(row["sha"]):
            raise Lost("its bytes are not those that were stored")
        headers = cast(list[list[str]], unpack_json(bytes(row["headers"])))
    except (Lost, ValueError) as error:
        raise Damaged(f"the raw page of revision {article_id}@{rev} is damaged: {error}") from error
    return RawPage(row["url"], row["status"], tuple((name, value) for name, value in headers), body)


def changes_of(rows: Rows, edit_id: int) -> tuple[Change, ...]:
    """The changes as they were told. Raises Damaged when they are."""
    row = rows.row(
        "SELECT change.*, old.article_id, old.rev, old.text_id, old.content_sha FROM change JOIN edit ON edit.id = change.edit_id"
        " JOIN revision AS old ON old.article_id = edit.article_id AND old.rev = edit.from_rev WHERE change.edit_id = :id",
        id=edit_id,
    )  # fmt: skip
    if row is None:
        return ()
    try:
        said = change_list(row, checked_text(rows, row))
    except Lost as error:
        raise Damaged(f"the stored changes of edit {edit_id} are damaged: {error}", hint="monitor verify") from error
    return tuple(change_of(change) for change in said)


def change_list(row: Row, old_text: bytes | None) -> list[list[object]]:
    """The stored changes as JSON. Raises Lost when damaged."""
    try:
        said: list[list[object]] = json.loads(unpack(bytes(row["data"]), primer.CHANGES + (old_text or b""), row["size"]))
    except (ValueError, MemoryError) as error:
        raise Lost(f"the changes: {error}") from error
    return said
