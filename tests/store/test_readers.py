"""A thread that ends gives its connection back: a daemon lives longer than its threads."""

import os
import threading
from pathlib import Path

from store_cases import with_edit

from monitor.settings import StoreSettings
from monitor.store.sql import SqlStore, open_store


def open_files(of: Path) -> int:
    links = (Path(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd"))
    return sum(os.path.realpath(link).startswith(str(of)) for link in links)


def test_threads_that_come_and_go_leave_no_connection_behind(tmp_path: Path) -> None:
    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    article = with_edit(store)

    counts = []
    for _ in range(20):
        thread = threading.Thread(target=store.revisions, args=(article,))
        thread.start()
        thread.join()
        counts.append(open_files(tmp_path / "monitor.db"))

    assert counts[-1] == counts[0]
    store.close()
    assert open_files(tmp_path / "monitor.db") == 0
