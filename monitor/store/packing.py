"""Older texts are moved together: some hundred of a host one after the other in one zstd frame, a pack.

A short text alone has little to refer to; among its like it needs half the room, and a version right behind the one before next to
nothing (bench/store.py). Reading one costs the unpacking of its pack, whose size bounds that. A text that is built on one outside its
window stays a delta, which is smaller still.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import StoreError
from monitor.store.instants import from_ms
from monitor.store.rows import Row, Rows
from monitor.store.stored import Lost, Read, pack_plain, text_plain
from monitor.store.texts import content_sha, squeeze, unpack
from monitor.store.writer import Transaction

COLD_AFTER = timedelta(days=7)  # most edits come in the first hours, and build on a text that is quickly read
PACK_SIZE = 256 * 1024  # plain bytes: four times as much packs 15 % smaller, and is read four times as slowly (0.3 ms, measured)
PACK_LEVEL = 19  # slow to write (2 MB/s), not slower to read
WINDOW = 8 * PACK_SIZE  # plain bytes that are sorted by host before they are cut into packs: a second of work
MOST_ROWS = 5000
CURSOR = "packed_to"
_USED_BY = "FROM revision WHERE revision.article_id = text.article_id AND revision.text_id = text.id ORDER BY rev LIMIT 1"


@dataclass(frozen=True, slots=True)
class Window:
    """The next texts that are old enough, in order of their ids: which of them are packed, and where the next window begins."""

    after: int
    to: int
    packs: tuple[tuple["Cold", ...], ...]


@dataclass(frozen=True, slots=True)
class Cold:
    """A text to be packed, read and checked."""

    id: int
    plain: bytes


def next_window(rows: Rows, now: datetime) -> Window | None:
    """What may be packed next; None while that is less than a pack. Only reads: squeezing holds up no writer."""
    known = rows.row("SELECT value FROM meta WHERE key = :key", key=CURSOR)
    after = int(known["value"]) if known else 0
    found = rows.rows(
        "SELECT text.id, text.article_id, text.base_id, text.size, article.host_id,"
        " text.data IS NOT NULL AND text.pack_id IS NULL AS is_alone,"
        f" (SELECT first_seen_at {_USED_BY}) AS at, (SELECT content_sha {_USED_BY}) AS sha"
        " FROM text JOIN article ON article.id = text.article_id WHERE text.id > :after ORDER BY text.id LIMIT :most",
        after=after, most=MOST_ROWS,
    )  # fmt: skip
    cold: list[Row] = []
    size = 0
    for row in found:
        if size >= WINDOW or (row["at"] is not None and from_ms(row["at"]) >= now - COLD_AFTER):
            break
        cold.append(row)
        size += row["size"]
    if size < PACK_SIZE and len(cold) < MOST_ROWS:
        return None
    return Window(after, cold[-1]["id"], tuple(_packs(rows, cold)))


def _packs(rows: Rows, cold: Sequence[Row]) -> list[tuple[Cold, ...]]:
    """The texts that gain by it, by host and article, in packs of one size."""
    chosen: set[int] = set()
    for row in cold:
        if row["is_alone"] and row["at"] is not None and (row["base_id"] is None or row["base_id"] in chosen):
            chosen.add(row["id"])
    packs: list[list[Cold]] = [[]]
    size = 0
    read: Read = {}
    for row in sorted((row for row in cold if row["id"] in chosen), key=lambda row: (row["host_id"], row["article_id"], row["id"])):
        try:
            plain = text_plain(rows, row["id"], read)
        except Lost:
            continue  # it is what verify names, and stays as it is
        if content_sha(plain) != bytes(row["sha"]):
            continue
        if size and size + len(plain) > PACK_SIZE:
            packs.append([])
            size = 0
        packs[-1].append(Cold(row["id"], plain))
        size += len(plain)
    return [tuple(pack) for pack in packs if len(pack) > 1]


def frame(pack: Sequence[Cold]) -> bytes:
    """The texts of a pack, squeezed, and read back once: nothing else is left of them afterwards."""
    plain = b"".join(text.plain for text in pack)
    data = squeeze(plain, None, PACK_LEVEL)
    if unpack(data, None, len(plain)) != plain:
        raise StoreError("a pack does not give back what was put into it")
    return data


def move(tx: Transaction, window: Window, frames: Sequence[bytes]) -> int:
    """Moves the texts of the window into their packs; how many. Raises StoreError, and moves none, when another process came first."""
    known = tx.row("SELECT value FROM meta WHERE key = :key", key=CURSOR)
    if (int(known["value"]) if known else 0) != window.after:
        raise StoreError("another process packs texts")
    moved = 0
    for pack, data in zip(window.packs, frames, strict=True):
        moved += _move(tx, pack, data)
    tx.run(
        "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key=CURSOR, value=str(window.to),
    )  # fmt: skip
    return moved


def _move(tx: Transaction, pack: Sequence[Cold], data: bytes) -> int:
    number = tx.insert("pack", crc=zlib.crc32(data), size=sum(len(text.plain) for text in pack), data=data)
    at = 0
    for text in pack:
        touched = tx.run(
            "UPDATE text SET pack_id = :pack, pack_at = :at, base_id = NULL, depth = 0, primer = 0, crc = 0, data = :empty"
            " WHERE id = :id AND pack_id IS NULL AND data IS NOT NULL",
            pack=number, at=at, empty=b"", id=text.id,
        )  # fmt: skip
        if touched != 1:
            raise StoreError("a text was removed while it was packed")
        at += len(text.plain)
    return len(pack)


def blank(tx: Transaction, text: Row) -> None:
    """Overwrites a text's bytes in its pack with zeros, for a removal by law; all others stay where they are."""
    plain = bytearray(pack_plain(tx, text["pack_id"], {}))
    plain[text["pack_at"] : text["pack_at"] + text["size"]] = bytes(text["size"])
    data = squeeze(bytes(plain), None, PACK_LEVEL)
    tx.run("UPDATE pack SET crc = :crc, data = :data WHERE id = :id", crc=zlib.crc32(data), data=data, id=text["pack_id"])
