"""What was acknowledged stays: beside a full disk, a backup, a second writer, a broken request."""

import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from store_cases import HOUR, MINUTE, T0, content, edited, look, new_update, poll, seen, with_article, with_edit

from monitor.errors import NotFound, StoreError
from monitor.model import Dispatch
from monitor.ports import ArticleQuery, EditQuery
from monitor.settings import StoreSettings
from monitor.store.backup import backup, faults_of, restore
from monitor.store.lock import hold, is_held_elsewhere
from monitor.store.reserve import NAME, keep_reserve
from monitor.store.sql import SqlStore, open_store
from monitor.store.writer import GATHER, Transaction


def opened(folder: Path, keep: StoreSettings | None = None) -> SqlStore:
    store = open_store(None, state_dir=folder, read_only=False, settings=keep or StoreSettings())
    assert isinstance(store, SqlStore)
    return store


def test_work_that_comes_one_piece_after_the_other_waits_for_no_company(tmp_path: Path) -> None:
    store, started, pieces = opened(tmp_path), time.monotonic(), 60

    for _ in range(pieces):
        store._start(lambda tx: tx.rows("SELECT 1")).result()

    assert time.monotonic() - started < pieces * GATHER / 3


def test_a_full_disk_is_said_clearly_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_article(store)
    pages = store._write(lambda tx: tx.rows("PRAGMA page_count")[0][0])  # type: ignore[index]
    store._write(lambda tx: tx.rows(f"PRAGMA max_page_count = {pages}"))
    at = T0 + HOUR
    long = content("Ferry strikes quay", *(f"{n} {hash(n * 7919)}" * 40 for n in range(900)))

    with pytest.raises(StoreError, match="disk is full"):
        look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, long)))

    assert [revision.rev for revision in store.revisions(article)] == [1]
    assert [look.verdict for look in store.looks(article)] == ["new"]
    assert not (tmp_path / NAME).exists()
    store._write(lambda tx: tx.rows("PRAGMA max_page_count = 100000"))
    assert look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, long))).stored
    assert list(store.verify()) == []
    store.close()


def test_the_reserve_comes_back_when_there_is_room(tmp_path: Path) -> None:
    keep_reserve(tmp_path)

    assert (tmp_path / NAME).stat().st_size == 8_000_000


def test_a_bad_piece_of_work_rolls_back_alone(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with_article(store)

    def bad(tx: Transaction) -> None:
        tx.run("UPDATE article SET title = 'half'")
        raise ValueError("no")

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(store._write, bad) for _ in range(8)]
        kept = [pool.submit(store.set_meta, f"k{n}", str(n)) for n in range(20)]
        failed = [future.exception() for future in futures]
        for future in kept:
            future.result()

    assert {type(error) for error in failed} == {ValueError}
    assert [store.get_meta(f"k{n}") for n in range(20)] == [str(n) for n in range(20)]
    assert store.article(1).title == "Ferry strikes pier"  # type: ignore[union-attr]
    store.close()


def test_many_threads_write_and_none_is_lost(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with_article(store)
    at = T0 + HOUR

    def one(number: int) -> bool:
        return poll(store, at + number * MINUTE, new_update(f"n{number}", at + number * MINUTE)).stored

    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(one, range(60)))

    assert all(stored)
    assert len(list(store.articles(ArticleQuery()))) == 61
    store.close()


def test_a_command_beside_the_daemon_writes_its_row(tmp_path: Path) -> None:
    daemon, command = opened(tmp_path), opened(tmp_path)
    with_article(daemon)

    command.mute("article:1", None)
    command.close()

    assert daemon.mutes(T0) == {"article:1"}
    daemon.close()


def test_another_process_that_holds_the_state_is_seen(tmp_path: Path) -> None:
    code = "import sys, pathlib, monitor.store.lock as lock; sys.exit(lock.is_held_elsewhere(pathlib.Path(sys.argv[1])))"

    assert not is_held_elsewhere(tmp_path)
    with hold(tmp_path, "sqlite:///monitor.db"):
        assert not is_held_elsewhere(tmp_path)
        assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 1
    assert not is_held_elsewhere(tmp_path)


def test_a_command_beside_the_daemon_leaves_checkpoints_to_it(tmp_path: Path) -> None:
    def checkpoint_at() -> int:
        store = opened(tmp_path)
        at = store._write(lambda tx: tx.rows("PRAGMA wal_autocheckpoint")[0][0])  # type: ignore[index]
        store.close()
        return int(at)

    alone = checkpoint_at()
    code = "import sys, pathlib; from monitor.store.lock import hold\n"
    code += "with hold(pathlib.Path(sys.argv[1]), 'sqlite:'):\n print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        daemon.stdout.readline()
        beside = checkpoint_at()
        daemon.communicate(b"\n")

    assert (alone > 0, beside) == (True, 0)


# --- backups --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backups", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_backups_under_load_are_whole_and_verify(tmp_path: Path, backups: int) -> None:
    store = opened(tmp_path)
    article = with_article(store)
    stop = threading.Event()
    old = content()

    def write() -> None:
        words, number = old, 1
        while not stop.is_set():
            at = T0 + number * HOUR
            before, words = words, content(f"Ferry {number}", *(f"Paragraph {n} of {number * (n % 3)}" for n in range(9)))
            look(store, article, at, seen(article, number, at, "edited", revision=edited(at, words, after=number, old=before)))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [tmp_path / f"copy-{n}.db" for n in range(backups)]
        for copy in copies:
            backup(tmp_path / "monitor.db", copy)
    finally:
        stop.set()
        writer.join()
    all_of_them = store.revisions(article)
    store.close()

    held = []
    for n, copy in enumerate(copies):
        state = tmp_path / f"restored-{n}"
        restore(copy, state / "monitor.db", T0)
        again = open_store(None, state_dir=state, read_only=True, settings=StoreSettings())
        assert list(again.verify()) == []
        held.append([revision.hash for revision in again.revisions(article)])
        again.close()
    assert all(hashes == [revision.hash for revision in all_of_them[: len(hashes)]] for hashes in held)
    assert 0 < len(held[0]) < len(held[-1])
    assert [len(hashes) for hashes in held] == sorted(len(hashes) for hashes in held)


def test_what_a_backup_still_wanted_to_tell_is_not_told_again(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.sync_targets(["mail"], T0)
    with_edit(store, (Dispatch("mail", "waiting", "a rule", T0),))
    backup(tmp_path / "monitor.db", tmp_path / "copy.db")
    store.close()

    aside = restore(tmp_path / "copy.db", tmp_path / "monitor.db", datetime(2026, 3, 4, tzinfo=UTC))

    again = opened(tmp_path)
    assert again.due_edits("mail", T0 + 9 * HOUR) == ()
    assert again.outbox()[0].reason == "the database was restored from a backup"
    assert aside is not None
    assert aside.name == "monitor.db.before-20260304T000000Z"
    assert aside.exists()
    again.close()


def test_a_damaged_backup_is_refused_and_the_database_stays(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with_edit(store)
    store.close()
    backup(tmp_path / "monitor.db", tmp_path / "copy.db")
    damaged = bytearray((tmp_path / "copy.db").read_bytes())
    damaged[4096 * 3 : 4096 * 3 + 500] = b"\xff" * 500
    (tmp_path / "copy.db").write_bytes(bytes(damaged))

    with pytest.raises(StoreError, match="not restored"):
        restore(tmp_path / "copy.db", tmp_path / "monitor.db", T0)

    assert not list(tmp_path.glob("*.part*"))
    assert list(faults_of(tmp_path / "monitor.db")) == []


def test_there_must_be_something_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        backup(tmp_path / "monitor.db", tmp_path / "copy.db")
    with pytest.raises(NotFound):
        restore(tmp_path / "copy.db", tmp_path / "monitor.db", T0)


# --- what may go ----------------------------------------------------------------------------------------------------


def test_old_looks_go_and_revisions_stay(tmp_path: Path) -> None:
    store = opened(tmp_path, StoreSettings(looks_for=timedelta(days=30)))
    article = with_edit(store)

    early = {one.what: one.rows for one in store.sweep(T0 + timedelta(days=29))}
    late = {one.what: one.rows for one in store.sweep(T0 + timedelta(days=31))}

    assert early["looks"] == 0
    assert late["looks"] == 2
    assert len(store.revisions(article)) == 2
    assert len(list(store.edits(EditQuery()))) == 1
    assert list(store.verify()) == []
    store.close()


def test_raw_pages_that_are_not_kept_are_no_fault(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_edit(store)
    store.close()

    store = opened(tmp_path, StoreSettings(raw="none"))
    swept = {one.what: one.rows for one in store.sweep(T0 + HOUR)}

    assert swept["raw pages"] == 2
    assert store.raw(article, 1) is None
    assert list(store.verify()) == []
    store.close()


def test_no_raw_page_is_kept_where_none_is_wanted(tmp_path: Path) -> None:
    store = opened(tmp_path, StoreSettings(raw="none"))
    article = with_edit(store)

    assert store.known_article(article).head_raw is None
    assert list(store.verify()) == []
    store.close()


def test_texts_are_many_times_smaller_than_plain(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_article(store)
    words = replace(
        content(), body=tuple(f"Paragraph {n} " + " ".join(f"w{(n * 31 + k * 17) % 997}" for k in range(60)) for n in range(12))
    )
    old = content()
    for number in range(1, 40):
        at = T0 + number * HOUR
        body = list(words.body)
        body[number % 12] += f" and {number}"
        words = replace(words, body=tuple(body))
        look(store, article, at, seen(article, number, at, "edited", revision=edited(at, words, after=number, old=old)))
        old = words
    store.close()

    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection:
        plain, packed = connection.execute("SELECT sum(size), sum(length(data)) FROM text").fetchone()
        depths = [row[0] for row in connection.execute("SELECT depth FROM text ORDER BY id")]
    assert plain / packed > 15
    assert max(depths) == 19
    assert depths.count(0) == 2
