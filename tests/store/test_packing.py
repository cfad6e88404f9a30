"""Older texts lie together in packs: smaller, read and proved as before, removed as thoroughly, never half moved."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_cases import FEED, HOUR, MINUTE, OTHER, T0, content, edited, first, look, new_update, poll, seen

from monitor.errors import StoreError
from monitor.model import Content, Revision
from monitor.ports import Store
from monitor.settings import StoreSettings
from monitor.store import packing
from monitor.store.copying import copy_state
from monitor.store.sql import SqlStore, open_store

ARTICLES = 90
LATER = T0 + timedelta(days=30)
WORDS = ("ferry", "pier", "harbour", "council", "mayor", "storm", "budget", "vote", "school", "road", "bridge", "island", "captain", "lamp")


def opened(folder: Path) -> SqlStore:
    store = open_store(None, state_dir=folder, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    return store


def words_of(number: int, told: int = 0) -> Content:
    body = [" ".join(WORDS[(number * 7 + n * 5 + k * (n + 3)) % len(WORDS)] for k in range(60)) for n in range(9)]
    return content(f"Story {number}", *body, f"Told {told} times", f"Only {number * 7919} says so")


def with_histories(store: Store) -> list[int]:
    """As many articles as fill a pack, every third with an edit."""
    store.sync_feeds([FEED, OTHER], T0)
    made = poll(store, T0, *(new_update(f"n{number}", T0) for number in range(ARTICLES))).new_articles
    for number, article in enumerate(made):
        at = T0 + MINUTE
        look(store, article, at, seen(article, 0, at, "new", revision=first(at, words_of(number), raw=None)))
        if number % 3 == 0:
            at = T0 + HOUR
            told = replace(edited(at, words_of(number, 2), old=words_of(number)), raw=None)
            look(store, article, at, seen(article, 1, at, "edited", revision=told))
    return list(made)


def all_of(store: Store, articles: list[int]) -> list[tuple[Revision, ...]]:
    return [store.revisions(article) for article in articles]


def pack_all(store: SqlStore, now: datetime = LATER) -> int:
    packed = 0
    while (moved := store.pack(now)) is not None:
        packed += moved
    return packed


@pytest.fixture
def sql_store(store: Store) -> SqlStore:
    if not isinstance(store, SqlStore):
        pytest.skip("a memory packs nothing")
    return store


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    store = opened(folder)
    with_histories(store)
    pack_all(store)
    store.close()
    return folder / "monitor.db"


def test_packed_texts_say_the_same_and_verify(sql_store: SqlStore) -> None:
    articles = with_histories(sql_store)
    before = all_of(sql_store, articles)

    packed = pack_all(sql_store)

    assert packed == ARTICLES + ARTICLES // 3
    assert all_of(sql_store, articles) == before
    assert list(sql_store.verify()) == []
    assert sql_store.changes(1) != ()


def test_packs_are_several_times_smaller_than_texts_alone(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with_histories(store)
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection:
        alone = connection.execute("SELECT sum(length(data)) FROM text").fetchone()[0]
        pack_all(store)
        left, together = connection.execute("SELECT (SELECT sum(length(data)) FROM text), sum(length(data)) FROM pack").fetchone()
    store.close()

    assert left == 0
    assert together * 2 < alone


def test_young_texts_and_too_few_of_them_stay_as_they_are(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with_histories(store)

    assert store.pack(T0 + packing.COLD_AFTER) is None
    assert store.pack(LATER) is not None
    assert store.pack(LATER) is None
    store.close()


def test_an_edit_is_built_on_a_packed_text(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_histories(store)[1]
    pack_all(store)
    told = replace(edited(LATER, words_of(1, 9), old=words_of(1)), raw=None)

    look(store, article, LATER, seen(article, 1, LATER, "edited", revision=told))

    assert store.revision(article, 2).content == words_of(1, 9)  # type: ignore[union-attr]
    assert list(store.verify(article)) == []
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection:
        delta = connection.execute("SELECT length(data) FROM text WHERE base_id IS NOT NULL").fetchone()[0]
    assert delta < 100
    store.close()


def test_a_pack_that_meets_a_newer_one_is_not_written(tmp_path: Path) -> None:
    store = opened(tmp_path)
    articles = with_histories(store)
    before = all_of(store, articles)
    window = packing.next_window(store._reads, LATER)
    assert window is not None
    frames = [packing.frame(pack) for pack in window.packs]
    pack_all(store)

    with pytest.raises(StoreError, match="another process"):
        store._write(lambda tx: packing.move(tx, window, frames))

    assert all_of(store, articles) == before
    store.close()


def test_a_text_removed_meanwhile_is_not_packed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    articles = with_histories(store)
    window = packing.next_window(store._reads, LATER)
    assert window is not None
    frames = [packing.frame(pack) for pack in window.packs]
    store.redact(articles[4], None, "court order", LATER)

    with pytest.raises(StoreError, match="removed"):
        store._write(lambda tx: packing.move(tx, window, frames))

    assert store._reads.rows("SELECT id FROM pack") == []
    assert list(store.verify()) == []
    store.close()


def test_removed_words_leave_their_pack(sql_store: SqlStore) -> None:
    articles = with_histories(sql_store)
    pack_all(sql_store)
    before = all_of(sql_store, articles)
    number = sql_store._reads.row("SELECT pack_id FROM text WHERE article_id = :id", id=articles[4])["pack_id"]  # type: ignore[index]

    sql_store.redact(articles[4], None, "court order", LATER)

    plain = packing.pack_plain(sql_store._reads, number, {})
    assert b"Only %d says" % (4 * 7919) not in plain
    assert b"Only %d says" % (5 * 7919) in plain
    assert [revision.redacted for revision in sql_store.revisions(articles[4])] == [True]
    assert all_of(sql_store, articles[5:]) == before[5:]
    assert list(sql_store.verify()) == []


@pytest.mark.postgres
def test_packs_move_to_postgresql_and_go_on(tmp_path: Path, database_url: str) -> None:
    here = opened(tmp_path)
    articles = with_histories(here)
    pack_all(here)
    before = all_of(here, articles)
    here.close()
    there = open_store(database_url, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    assert isinstance(there, SqlStore)

    copy_state(tmp_path / "monitor.db", database_url)

    assert all_of(there, articles) == before
    assert list(there.verify()) == []
    there._write(lambda tx: tx.insert("pack", crc=0, size=0, data=b""))  # its id is one behind those that were copied
    there.close()


@settings(max_examples=40, deadline=None)
@given(
    where=st.sampled_from(("pack data", "pack crc", "pack size", "text pack_id", "text pack_at", "text size")),
    row=st.integers(0, 10**6),
    place=st.integers(0, 10**6),
    bit=st.integers(0, 7),
)
def test_any_flipped_bit_of_a_pack_is_found(
    tmp_path_factory: pytest.TempPathFactory, packed: Path, where: str, row: int, place: int, bit: int
) -> None:
    table, column = where.split()
    folder = tmp_path_factory.mktemp("flipped")
    (folder / "monitor.db").write_bytes(packed.read_bytes())
    with closing(sqlite3.connect(folder / "monitor.db")) as connection, connection:
        rows = connection.execute(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
        number, value = rows[row % len(rows)]
        flipped: int | bytes = value ^ 1 << bit if isinstance(value, int) else _flipped(value, place, bit)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (flipped, number))

    store = open_store(None, state_dir=folder, read_only=True, settings=StoreSettings())
    faults = [fault for fault in store.verify() if fault.what == "text"]
    store.close()

    assert faults
    assert all(fault.article and fault.rev for fault in faults)


def _flipped(value: bytes, place: int, bit: int) -> bytes:
    plain = bytearray(value)
    plain[place % len(plain)] ^= 1 << bit
    return bytes(plain)
