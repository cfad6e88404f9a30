"""Each kind of store, open and empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.ports import Store
from monitor.settings import StoreSettings
from monitor.store.memory import MemoryStore
from monitor.store.sql import open_store


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    yield opened
    opened.close()
