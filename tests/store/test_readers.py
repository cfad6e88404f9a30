"""A thread that ends gives its connection back: a daemon lives longer than its threads."""

import os
import queue
import threading
from pathlib import Path
from unittest.mock import MagicMock

from store_cases import with_edit

from monitor.settings import StoreSettings
from monitor.store.rows import Readers
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


def test_a_connection_that_another_thread_took_first_is_replaced_by_a_new_one() -> None:
    class Contended(queue.LifoQueue[object]):
        """Whoever looks sees something in it, and comes too late."""

        def empty(self) -> bool:
            return False

    readers = Readers("postgresql", MagicMock, most=2)
    readers._idle = Contended()  # type: ignore[assignment] # of anything

    readers.rows("SELECT 1")

    assert readers._idle.qsize() == 1
