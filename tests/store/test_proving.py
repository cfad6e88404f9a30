"""Whatever is changed behind our back is found and named; what is removed on purpose leaves its hash."""

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from store_cases import HOUR, T0, content, edited, first, look, seen, with_article, with_edit

from monitor.model import Restamp, Stamp
from monitor.ports import EditQuery, Store
from monitor.settings import StoreSettings
from monitor.store import sealing
from monitor.store.sql import SqlStore, open_store

NOTHING_KEPT = StoreSettings(raw="none")


def opened(folder: Path, *, read_only: bool = False, keep: StoreSettings | None = None) -> SqlStore:
    store = open_store(None, state_dir=folder, read_only=read_only, settings=keep or StoreSettings())
    assert isinstance(store, SqlStore)
    return store


def history(folder: Path) -> None:
    """One article with 24 revisions, a restamp and a seal."""
    store = opened(folder)
    article = with_article(store)
    words = content()
    for number in range(1, 24):
        at, old = T0 + number * HOUR, words
        words = content(f"Ferry {number}", *(f"Paragraph {n}, told {number if n == 3 else 0} times" for n in range(8)))
        look(store, article, at, seen(article, number, at, "edited", revision=edited(at, words, after=number, old=old)))
    moved = Restamp(T0 + 30 * HOUR, Stamp(T0), Stamp(T0 + HOUR, "Asia/Seoul", "18:00", "json-ld"))
    look(store, article, moved.at, seen(article, 24, moved.at, "restamped", restamp=moved))
    store.seal(T0 + 31 * HOUR)
    store.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    history(folder)
    return folder / "monitor.db"


GUARDED = [
    ("text", "data"), ("raw", "data"), ("answer", "headers"), ("answer", "url"), ("revision", "hash"),
    ("revision", "content_sha"), ("revision", "text_key"), ("revision", "url"), ("revision", "stamps"), ("revision", "extractor"),
    ("revision", "posted_at"), ("revision", "first_seen_at"), ("revision", "raw_sha"), ("revision", "event"),
    ("revision", "source"), ("revision", "rev"), ("change", "data"), ("text", "crc"), ("restamp", "updated_at"),
    ("restamp", "stamps"), ("seal", "root"), ("seal", "digest"), ("article", "head_rev"),
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(where=("revision", "rev"), row=0, place=0, bit=0)
@given(where=st.sampled_from(GUARDED), row=st.integers(0, 10**6), place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(tmp_path: Path, whole: Path, where: tuple[str, str], row: int, place: int, bit: int) -> None:
    table, column = where
    path = tmp_path / "monitor.db"
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        key = "rowid" if table not in ("alias",) else "key"
        rows = connection.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND length({column}) > 0").fetchall()
        number, value = rows[row % len(rows)]
        connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {key} = ?", (flipped(value, place, bit), number))
        changed = connection.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (number,)).fetchone()[0] != value

    damaged = path.read_bytes()
    store = opened(tmp_path, read_only=True)
    faults = list(store.verify())
    store.close()

    assert bool(faults) == changed
    assert path.read_bytes() == damaged  # it names, and repairs nothing
    if changed and table not in ("seal", "article"):
        assert any(fault.article == 1 and fault.rev for fault in faults)


def flipped(value: bytes | str | int, place: int, bit: int) -> bytes | str | int:
    if isinstance(value, int):
        return value ^ 1 << bit
    plain = bytearray(value if isinstance(value, bytes) else value.encode())
    plain[place % len(plain)] ^= 1 << bit
    return bytes(plain) if isinstance(value, bytes) else plain.decode(errors="surrogateescape").encode(errors="replace").decode()


def test_a_whole_history_has_no_fault(tmp_path: Path, whole: Path) -> None:
    (tmp_path / "monitor.db").write_bytes(whole.read_bytes())

    store = opened(tmp_path, read_only=True)

    assert list(store.verify()) == []
    store.close()


def test_the_fault_names_the_revision(tmp_path: Path, whole: Path) -> None:
    (tmp_path / "monitor.db").write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection, connection:
        connection.execute("UPDATE revision SET posted_at = posted_at + 60000 WHERE rev = 7")

    store = opened(tmp_path, read_only=True)
    faults = list(store.verify())
    store.close()

    assert [(fault.article, fault.rev, fault.what) for fault in faults] == [(1, 7, "hash")]


@pytest.mark.parametrize("cut", ["DELETE FROM revision WHERE rev = 24", "DELETE FROM revision"], ids=["the end", "all"])
def test_what_was_cut_away_is_missed(tmp_path: Path, whole: Path, cut: str) -> None:
    (tmp_path / "monitor.db").write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection, connection:
        connection.execute(cut)
        connection.execute("UPDATE article SET head_rev = (SELECT count(*) FROM revision)")  # also who cleans up after himself

    store = opened(tmp_path, read_only=True)
    faults = list(store.verify())
    store.close()

    assert any(fault.what == "ledger" for fault in faults)


def test_a_damaged_text_is_refused_and_the_next_is_not_built_on_it(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_edit(store)
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection, connection:
        data = bytearray(connection.execute("SELECT data FROM text WHERE id = 1").fetchone()[0])
        data[len(data) // 2] ^= 4
        connection.execute("UPDATE text SET data = ? WHERE id = 1", (bytes(data),))

    at = T0 + 2 * HOUR
    look(store, article, at, seen(article, 2, at, "edited", revision=edited(at, content("Third"), after=2)))

    named = {(fault.rev, fault.what) for fault in store.verify()}
    assert (1, "text") in named
    assert store.revision(article, 3).content.title == "Third"  # type: ignore[union-attr]
    store.close()


# --- the ledger -----------------------------------------------------------------------------------------------------


def test_seals_follow_each_other_in_the_ledger_file(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_edit(store)
    store.seal(T0 + 2 * HOUR)
    at = T0 + 3 * HOUR
    look(store, article, at, seen(article, 2, at, "edited", revision=edited(at, content("Third"), after=2)))
    store.seal(T0 + 4 * HOUR)

    nothing_new = store.seal(T0 + 5 * HOUR)

    lines = (tmp_path / sealing.LEDGER).read_text().splitlines()
    assert not nothing_new
    assert len(lines) == 2
    assert list(store.ledger(lines)) == []
    assert len(list(store.ledger([lines[0], lines[1].replace('"revisions":1', '"revisions":2'), "rubbish"]))) == 2
    store.close()


def test_a_claim_seals_once_a_day(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with_edit(store)

    for hours in range(50):
        store.claim(T0 + hours * HOUR, hosts=1, per_host=1, lease=HOUR)

    assert len((tmp_path / sealing.LEDGER).read_text().splitlines()) == 1
    store.close()


def test_a_merkle_root_names_its_leaves_and_their_order() -> None:
    leaves = [bytes([n]) * 32 for n in range(7)]
    other = leaves[:]
    random.Random(1).shuffle(other)

    assert sealing.merkle_root(leaves) == sealing.merkle_root(list(leaves))
    assert len({sealing.merkle_root(leaves), sealing.merkle_root(other), sealing.merkle_root(leaves[:-1]), sealing.merkle_root([])}) == 4


# --- removing by law ------------------------------------------------------------------------------------------------


def test_removed_words_leave_a_tombstone_and_the_chain_holds(store: Store) -> None:
    article = with_edit(store)
    before = store.revisions(article)

    gone = store.redact(article, [1], "court order", T0 + 2 * HOUR)

    old, new = store.revisions(article)
    assert gone == (1,)
    assert old.redacted
    assert (old.content.title, old.content.body, old.hash) == ("", (), before[0].hash)
    assert new == before[1]
    assert store.raw(article, 1) is None
    assert store.raw(article, 2) is not None
    assert store.changes(1) == ()
    assert store.redacted() == ((article, 1, T0 + 2 * HOUR, "court order"),)
    assert list(store.verify()) == []


def test_a_return_to_removed_words_is_removed_with_them(store: Store) -> None:
    article = with_edit(store)
    at = T0 + 2 * HOUR
    back = replace(edited(at, content(), after=2), event="reverted", listings=first(T0).listings)
    look(store, article, at, seen(article, 2, at, "edited", revision=back))

    assert store.redact(article, [3], "court order", at + HOUR) == (1, 3)


def test_which_watched_phrases_removed_words_had_is_not_told_on(store: Store) -> None:
    article = with_article(store)
    at = T0 + HOUR
    words = content("Ferry strikes quay")
    look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, words, watched=(("+", "quay"),))))

    store.redact(article, [2], "court order", at + HOUR)

    assert [edit.watched for edit in store.edits(EditQuery())] == [()]


def test_no_copy_of_removed_words_stays_in_the_file(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_article(store)
    store.index()
    at = T0 + HOUR
    secret = replace(content("Quixotry revealed", "Zyzzyva lives at Sesame Street."), captions=("Zyzzyva",))
    look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, secret)))
    later, harmless = at + HOUR, content("Harmless", "All is well.")
    look(store, article, later, seen(article, 2, later, "edited", revision=edited(later, harmless, after=2, old=secret)))
    while store.index():
        pass
    assert len(store.search("zyzzyva")) == 1

    store.redact(article, [2], "court order", later + HOUR)

    assert store.search("zyzzyva") == ()
    assert store.search("zyzzyva", where="removed") == ()
    assert [revision.content.title for revision in store.revisions(article)] == ["Ferry strikes pier", "", "Harmless"]
    assert list(store.verify()) == []
    store.close()
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection:
        dump = "\n".join(connection.iterdump())
    assert "zyzzyva" not in (tmp_path / "monitor.db").read_bytes().decode("latin-1").casefold()
    assert "Quixotry" not in dump
