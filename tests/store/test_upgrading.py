"""A state that an earlier release wrote is moved on whole: old or new, never between. `states/` keeps one of each released schema."""

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from store_cases import HOUR, T0, content, edited, look, seen

from monitor.errors import StoreError
from monitor.ports import EditQuery
from monitor.settings import StoreSettings
from monitor.store.rows import Connected, sqlite_reader
from monitor.store.schema import SCHEMA, found_schema
from monitor.store.sql import SqlStore, open_store

STATES = sorted((Path(__file__).parent / "states").glob("*.sql"))
# of the last revision of each article, as the release that wrote them printed it
LAST_HASHES = {
    1: "282a924f0d58fbf20c2462246184c9f02e17935fb2656ca093cd9493f390917c",
    2: "d259462d2e6419304583ce68a74b22b23466e826290b47714d8433532ba20fac",
}


@pytest.fixture(params=STATES, ids=lambda path: path.stem)
def old_state(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A state folder as that release left it."""
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection:
        connection.executescript(request.param.read_text())
        connection.execute("PRAGMA journal_mode=WAL")
    return tmp_path


def opened(folder: Path, *, read_only: bool = False) -> SqlStore:
    store = open_store(None, state_dir=folder, read_only=read_only, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    return store


def schema_of(folder: Path) -> str | None:
    with closing(sqlite_reader(folder / "monitor.db")) as reader:
        return found_schema(Connected(reader, "sqlite"))


def rows_of(folder: Path) -> str:
    """Everything the database says of articles, as one hash."""
    with closing(sqlite_reader(folder / "monitor.db")) as reader:
        said = [tuple(row) for row in reader.execute("SELECT article_id, rev, hash FROM revision ORDER BY id")]
        said += [tuple(row) for row in reader.execute("SELECT id, data FROM text ORDER BY id")]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def test_an_old_state_says_the_same_when_it_is_new(old_state: Path) -> None:
    opened(old_state).close()

    store = opened(old_state, read_only=True)
    first, second = store.revisions(1), store.revisions(2)
    assert schema_of(old_state) == SCHEMA
    assert list(store.verify()) == []
    assert {1: first[-1].hash, 2: second[-1].hash} == LAST_HASHES
    assert (len(first), first[-1].content.title, second[0].content.title) == (24, "Ferry 23", "다리가 열렸다")
    assert [revision.rev for revision in first if revision.redacted] == [5]
    assert len(second[0].restamps) == 1
    assert len(list(store.edits(EditQuery()))) == 23
    assert [(hit.article, hit.rev) for hit in store.search("서울")] == [(2, 1)]
    assert [(row.target, row.state) for row in store.outbox()] == [("mail", "waiting")]
    assert (store.get_meta("cursor"), store.mutes(T0)) == ("7", {"article:1"})
    store.close()


def test_an_old_state_goes_on(old_state: Path) -> None:
    store = opened(old_state)
    at, old = T0 + timedelta(days=3), store.revisions(1)[-1].content

    stored = look(store, 1, at, seen(1, 24, at, "edited", revision=edited(at, content("Ferry 24"), after=24, old=old)))

    assert stored.stored
    assert store.revision(1, 25).content == content("Ferry 24")  # type: ignore[union-attr]
    store.seal(at + HOUR)
    assert list(store.verify()) == []
    store.close()


def test_a_reader_refuses_an_old_state_and_writes_nothing(old_state: Path) -> None:
    before = (old_state / "monitor.db").read_bytes()

    with pytest.raises(StoreError, match="this program reads"):
        opened(old_state, read_only=True)

    assert (old_state / "monitor.db").read_bytes() == before


def test_a_migration_that_fails_leaves_the_old_state(old_state: Path) -> None:
    with closing(sqlite3.connect(old_state / "monitor.db")) as connection, connection:
        connection.execute("CREATE TABLE pack (in_the_way TEXT)")
    before, schema = rows_of(old_state), schema_of(old_state)

    with pytest.raises(StoreError, match="pack"):
        opened(old_state)

    assert schema_of(old_state) == schema
    assert rows_of(old_state) == before
    with closing(sqlite_reader(old_state / "monitor.db")) as reader:
        assert "watched" not in [row["name"] for row in reader.execute("PRAGMA table_info(edit)")]


KILLED = """
import os, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from monitor.settings import StoreSettings
from monitor.store.sql import open_store

left = int(sys.argv[2])

def step():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)

event.listen(Engine, "connect", lambda connection, _: connection.set_progress_handler(step, 40))
open_store(None, state_dir=Path(sys.argv[1]), read_only=False, settings=StoreSettings())
print("done", left)
"""


@pytest.mark.slow
def test_a_migration_killed_anywhere_leaves_the_old_state_or_the_new(old_state: Path) -> None:
    before, schema = rows_of(old_state), schema_of(old_state)
    ends = set()
    steps = 1
    while "ended" not in ends:
        killed = subprocess.run([sys.executable, "-c", KILLED, str(old_state), str(steps)], capture_output=True, text=True, check=False)
        assert killed.returncode in (0, -9), killed.stderr
        ends.add("ended" if killed.returncode == 0 else "killed")
        assert schema_of(old_state) in (schema, SCHEMA)
        assert rows_of(old_state) == before
        steps = steps * 5 // 4 + 1
    assert ends == {"killed", "ended"}
    store = opened(old_state)
    assert list(store.verify()) == []
    store.close()
