"""A process takes no more of the server's connections than it was told to."""

import threading
from pathlib import Path

import psycopg
import pytest
from store_cases import with_edit

from monitor.settings import StoreSettings
from monitor.store.sql import SqlStore, open_store

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
