"""The schema is one: made at once or by migrations, old or new, never between."""

import hashlib
import sqlite3
from pathlib import Path

import pytest
from store_cases import with_edit

from monitor.errors import StoreError
from monitor.settings import StoreSettings
from monitor.store.rows import sqlite_reader
from monitor.store.sql import open_store, postgres_engine, sqlite_engine
from monitor.store.upgrade import upgrade


def _open(folder: Path, *, read_only: bool = False) -> object:
    return open_store(None, state_dir=folder, read_only=read_only, settings=StoreSettings())


def _shape(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite_reader(path)
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'doc%' ORDER BY type, name").fetchall()
    shape = [(row["type"], row["name"], _spelled(row["sql"] or "")) for row in rows if row["type"] != "table"]
    for name in [row["name"] for row in rows if row["type"] == "table"]:  # a column added later stands at another place of its text
        shape.append((name, *(str(tuple(column)) for column in connection.execute(f"PRAGMA table_xinfo({name})"))))
        shape.append((name, *sorted(str(tuple(key)[2:]) for key in connection.execute(f"PRAGMA foreign_key_list({name})"))))
    connection.close()
    return shape


def _spelled(sql: str) -> str:
    return " ".join(sql.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split())


def test_migrations_from_nothing_make_the_very_schema_that_is_made_at_once(tmp_path: Path) -> None:
    _open(tmp_path / "once").close()  # type: ignore[attr-defined]
    (tmp_path / "steps").mkdir()

    engine = sqlite_engine(tmp_path / "steps" / "monitor.db")
    upgrade(engine)
    engine.dispose()

    assert _shape(tmp_path / "steps" / "monitor.db") == _shape(tmp_path / "once" / "monitor.db")
    _open(tmp_path / "steps", read_only=True).close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("read_only", [True, False], ids=["reader", "writer"])
def test_a_newer_database_is_refused_and_nothing_is_written(tmp_path: Path, read_only: bool) -> None:
    _open(tmp_path).close()  # type: ignore[attr-defined]
    path = tmp_path / "monitor.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '9999' WHERE key = 'schema'")
    connection.close()
    before = hashlib.sha256(path.read_bytes()).digest()

    with pytest.raises(StoreError, match="newer"):
        _open(tmp_path, read_only=read_only)

    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_a_reader_does_not_upgrade(tmp_path: Path) -> None:
    _open(tmp_path).close()  # type: ignore[attr-defined]
    with sqlite3.connect(tmp_path / "monitor.db") as connection:
        connection.execute("UPDATE meta SET value = '0000' WHERE key = 'schema'")
    connection.close()

    with pytest.raises(StoreError, match="schema"):
        _open(tmp_path, read_only=True)


def test_a_state_that_is_not_there_reads_as_an_empty_one(tmp_path: Path) -> None:
    store = open_store(None, state_dir=tmp_path / "none", read_only=True, settings=StoreSettings())

    assert store.feeds() == ()
    assert not (tmp_path / "none").exists()


@pytest.mark.postgres
def test_postgresql_is_made_and_migrated_alike(postgres_server: str) -> None:
    import psycopg

    from monitor.store.schema import statements

    shapes = []
    for name in ("made", "moved"):
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")  # type: ignore[arg-type]
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        engine = postgres_engine(postgres_server.replace("/postgres?", f"/{name}?"))
        if name == "moved":
            upgrade(engine)
        else:
            with engine.begin() as made:
                for statement in statements("postgresql"):
                    made.exec_driver_sql(statement)
        with engine.connect() as reading:
            columns = "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public'"
            indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            shapes.append({tuple(row) for query in (columns, indexes) for row in reading.exec_driver_sql(query)})
        engine.dispose()

    assert shapes[0] == shapes[1]
    assert len(shapes[0]) > 200


@pytest.mark.postgres
def test_a_reader_of_an_empty_postgresql_database_finds_nothing(postgres_server: str, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS empty")
        connection.execute("CREATE DATABASE empty")

    store = open_store(postgres_server.replace("/postgres?", "/empty?"), state_dir=tmp_path, read_only=True, settings=StoreSettings())

    assert store.feeds() == ()


def test_a_first_start_that_was_cut_short_reads_as_an_empty_state(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "monitor.db") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    assert (tmp_path / "monitor.db").stat().st_size > 0

    store = open_store(None, state_dir=tmp_path, read_only=True, settings=StoreSettings())

    assert store.feeds() == ()
    assert list(store.verify()) == []


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "monitor.db") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()

    with pytest.raises(StoreError, match="not one of monitor's"):
        open_store(None, state_dir=tmp_path, read_only=True, settings=StoreSettings())


def test_a_relative_database_lies_in_the_state_folder(tmp_path: Path) -> None:
    open_store("sqlite:///other.db", state_dir=tmp_path, read_only=False, settings=StoreSettings()).close()

    assert (tmp_path / "other.db").exists()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").write_bytes(b"this is a letter, not a database" * 100)

    for read_only in (True, False):
        with pytest.raises(StoreError, match="database"):
            _open(tmp_path, read_only=read_only)


def test_an_unknown_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="mysql"):
        open_store("mysql://x", state_dir=tmp_path, read_only=True, settings=StoreSettings())


def test_a_closed_state_leaves_no_journal_behind(tmp_path: Path) -> None:
    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    with_edit(store)
    store.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["monitor.db", "reserve"]


def test_views_show_what_is_stored_in_words(tmp_path: Path) -> None:
    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    with_edit(store)
    store.close()

    connection = sqlite_reader(tmp_path / "monitor.db")
    edit = connection.execute("SELECT * FROM v_edits").fetchone()
    article = connection.execute("SELECT * FROM v_articles").fetchone()
    names = ("feeds", "revisions", "looks", "restamps", "outbox")
    counts = {name: connection.execute(f"SELECT count(*) FROM v_{name}").fetchone()[0] for name in names}
    connection.close()

    assert (edit["kinds"], edit["level"], edit["seen_before"]) == ("body name", "medium", "2026-03-02T10:00:00.000Z")
    assert (article["feeds"], article["state"], article["revisions"]) == ("harbour", "watched", 2)
    assert counts == {"feeds": 2, "revisions": 2, "looks": 2, "restamps": 0, "outbox": 0}
