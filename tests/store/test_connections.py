"""A process takes no more of the server's connections than it was told to."""

import queue
import threading
from pathlib import Path

import psycopg
import pytest
from store_cases import with_edit

from monitor.errors import StoreError
from monitor.settings import StoreSettings
from monitor.store import sql
from monitor.store.sql import SqlStore, open_store
from monitor.store.writer import Transaction

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("most", [1, 3])
def test_many_threads_read_over_as_many_connections_as_are_allowed(database_url: str, tmp_path: Path, most: int) -> None:
    store = open_store(database_url, state_dir=tmp_path, read_only=False, settings=StoreSettings(connections=most))
    assert isinstance(store, SqlStore)
    article = with_edit(store)
    together = threading.Barrier(8)

    def read() -> None:
        together.wait(10)
        for _ in range(20):
            store._reads.row("SELECT pg_sleep(0.005)")  # so that all of them want to read at once

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
        ).fetchone()

    assert row == (most,)
    assert len(store.revisions(article)) == 2
    store.close()


@pytest.mark.parametrize("trouble", ["SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1 / 0"])
def test_a_chore_that_fails_ends_no_writer(database_url: str, tmp_path: Path, trouble: str, caplog: pytest.LogCaptureFixture) -> None:
    store = open_store(database_url, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    assert store._writer is not None
    done: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def failing(tx: Transaction) -> bool:
        done.put(True)
        tx.run(trouble)
        return False

    store._writer._chore = failing
    with_edit(store)
    assert done.get(timeout=10)
    store.set_meta("after", "kept")  # by the same thread, after the chore

    assert store.get_meta("after") == "kept"
    assert "put off" in caplog.text
    store.close()


def test_a_server_that_goes_away_while_a_store_is_opened_is_told_and_opens_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "_prepare", lambda engine, dialect: None)  # as if the server had gone right after

    with pytest.raises(StoreError, match="cannot be reached"):
        open_store(f"postgresql://monitor@/none?host={tmp_path}", state_dir=tmp_path, read_only=False, settings=StoreSettings())
