"""Looks lie in months on PostgreSQL: made ahead, asked one by one, dropped whole. An older database is moved over."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from store_cases import T0, look, seen, with_article, with_edit

from monitor.errors import StoreError
from monitor.ports import EditQuery
from monitor.settings import StoreSettings
from monitor.store import months
from monitor.store.copying import copy_state
from monitor.store.rows import Connected
from monitor.store.sql import SqlStore, open_store, postgres_engine
from monitor.store.upgrade import upgrade

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)
JUNE = datetime(2026, 6, 10, tzinfo=UTC)


@pytest.fixture
def months_url(postgres_server: str) -> str:
    """A database of its own, so that no other test's months stand in it."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS months WITH (FORCE)")
        connection.execute("CREATE DATABASE months")
    return postgres_server.replace("/postgres?", "/months?")


def opened(url: str, folder: Path, **settings: Any) -> SqlStore:
    store = open_store(url, state_dir=folder, read_only=False, settings=StoreSettings(**settings))
    assert isinstance(store, SqlStore)
    return store


def asked(url: str, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(sql).fetchall()  # type: ignore[arg-type]


def partitions(url: str) -> dict[str, int]:
    """The partitions of `look` with their rows."""
    names = asked(url, "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'look'::regclass ORDER BY 1")
    return {name: asked(url, f"SELECT count(*) FROM {name}")[0][0] for (name,) in names}


def test_the_months_ahead_are_made_once(months_url: str, tmp_path: Path) -> None:
    store = opened(months_url, tmp_path)

    made = store.make_months(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    again = store.make_months(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    later = store.make_months(datetime(2026, 12, 1, tzinfo=UTC))
    store.close()

    assert made == ["look_202611", "look_202612", "look_202701", "look_202702"]
    assert again == []
    assert later == ["look_202703"]


def test_looks_of_a_month_nobody_made_are_kept_and_move_there(months_url: str, tmp_path: Path) -> None:
    store = opened(months_url, tmp_path)
    article = with_edit(store)
    before = list(store.looks(article))
    assert partitions(months_url) == {"look_default": 2}

    store.sweep(T0)

    assert partitions(months_url) == {"look_202603": 2, "look_202604": 0, "look_202605": 0, "look_202606": 0, "look_default": 0}
    assert list(store.looks(article)) == before
    store.close()


def test_looks_of_an_old_month_are_gone_with_it(months_url: str, tmp_path: Path) -> None:
    store = opened(months_url, tmp_path, looks_for=30 * DAY)
    store.make_months(T0)
    article = with_edit(store)
    asked_of = postgres_engine(months_url)
    with asked_of.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE look")
    asked_of.dispose()

    early = {one.what: one.rows for one in store.sweep(datetime(2026, 4, 30, 23, tzinfo=UTC))}
    assert partitions(months_url)["look_202603"] == 2
    late = {one.what: one.rows for one in store.sweep(datetime(2026, 5, 1, tzinfo=UTC))}

    assert (early["looks"], late["looks"]) == (0, 2)
    assert "look_202603" not in partitions(months_url)
    assert list(store.looks(article)) == []
    assert len(list(store.edits(EditQuery()))) == 1
    assert list(store.verify()) == []
    store.close()


def test_a_month_that_is_being_read_is_dropped_another_time(months_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(months, "PATIENCE_MS", 50)
    store = opened(months_url, tmp_path, looks_for=30 * DAY)
    store.make_months(T0)
    with psycopg.connect(months_url) as reading:
        reading.execute("SELECT 1 FROM look LIMIT 1")

        with pytest.raises(StoreError, match="tried again"):
            store.sweep(JUNE + 60 * DAY)

    assert "look_202603" in partitions(months_url)
    store.sweep(JUNE + 60 * DAY)
    assert "look_202603" not in partitions(months_url)
    store.close()


def test_a_look_that_meets_the_making_of_its_month_is_kept(months_url: str, tmp_path: Path) -> None:
    store = opened(months_url, tmp_path)
    article = with_article(store)
    before = len(list(store.looks(article)))

    with ThreadPoolExecutor(1) as pool, psycopg.connect(months_url, row_factory=dict_row) as making:
        months.make(Connected(making, "postgresql"), "look", [(2026, 3)])
        late = pool.submit(look, store, article, T0 + DAY, seen(article, 1, T0 + DAY))
        while not asked(months_url, "SELECT 1 FROM pg_locks WHERE NOT granted"):
            assert not late.done()
        making.commit()

        assert late.result(20).stored

    assert len(list(store.looks(article))) == before + 1
    assert partitions(months_url) == {"look_202603": before + 1, "look_default": 0}
    store.close()


def test_raw_pages_that_are_not_kept_leave_no_room_behind(months_url: str, tmp_path: Path) -> None:
    store = opened(months_url, tmp_path)
    article = with_edit(store)
    store.close()

    store = opened(months_url, tmp_path, raw="none")
    swept = {one.what: one.rows for one in store.sweep(T0)}

    assert swept["raw pages"] == 2
    assert asked(months_url, "SELECT pg_relation_size('raw')") == [(0,)]
    assert store.raw(article, 1) is None
    assert list(store.verify()) == []
    store.close()


def test_reading_on_asks_only_the_months_that_are_left(months_url: str, tmp_path: Path) -> None:
    store = opened(months_url, tmp_path)
    for month in range(1, 13):
        store.make_months(datetime(2026, month, 1, tzinfo=UTC))
    after = round(datetime(2027, 2, 1, tzinfo=UTC).timestamp() * 1000)

    plan = asked(months_url, f"EXPLAIN SELECT * FROM look WHERE article_id = 1 AND at > {after} ORDER BY at LIMIT 500")
    store.close()

    touched = {name for (line,) in plan for name in re.findall(r"\blook_\d{6}\b", line)}
    assert touched == {"look_202702", "look_202703"}


def test_a_copied_history_arrives_in_its_months(months_url: str, tmp_path: Path) -> None:
    old = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    with_edit(old)
    old.close()
    opened(months_url, tmp_path).close()

    copy_state(tmp_path / "monitor.db", months_url)

    assert partitions(months_url) == {"look_202603": 2, "look_default": 0}


def test_an_older_database_is_moved_into_months_with_all_it_has(months_url: str, tmp_path: Path) -> None:
    before = as_0001(months_url, tmp_path)

    store = opened(months_url, tmp_path)

    assert (list(store.looks(1)), list(store.verify())) == (before, [])
    assert partitions(months_url) == {"look_202603": 2, "look_default": 0}
    assert len(asked(months_url, "SELECT * FROM v_looks")) == 2
    store.close()


def test_a_move_that_fails_leaves_the_older_database_as_it_was(months_url: str, tmp_path: Path) -> None:
    as_0001(months_url, tmp_path)
    with psycopg.connect(months_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE look_202603 (taken INT)")  # in the way of the month to be made

    with pytest.raises(StoreError):
        opened(months_url, tmp_path)

    assert asked(months_url, "SELECT value FROM meta WHERE key = 'schema'") == [("0001",)]
    assert asked(months_url, "SELECT count(*) FROM look") == [(2,)]


def as_0001(url: str, folder: Path) -> list[Any]:
    """A database of the first schema with two looks; the looks as they were read when they were stored."""
    store = opened(url, folder)
    article = with_edit(store)
    assert article == 1
    looks = list(store.looks(article))
    store.close()
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        names = [row["tablename"] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        data = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # type: ignore[arg-type]
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    engine = postgres_engine(url)
    upgrade(engine, "0001")
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # rows in any order
        connection.execute("DELETE FROM meta")
        found = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
        for name, rows in data.items():
            columns = [column for table, column in found if table == name and table != "alembic_version"]
            for row in rows if columns else ():
                marks = ", ".join(["%s"] * len(columns))
                values = [row[column] for column in columns]
                connection.execute(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", values)  # type: ignore[arg-type]
        connection.execute("UPDATE meta SET value = '0001' WHERE key = 'schema'")
    return looks
