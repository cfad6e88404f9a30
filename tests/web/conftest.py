import sys
from pathlib import Path

import pytest
from hypothesis import settings
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))

from seeding import SeededApp, seed, seeded_app

from monitor.store.memory import MemoryStore
from monitor.web.app import create_app

settings.register_profile("pages", deadline=None)  # a busy machine is no fault of a page
settings.load_profile("pages")

LOCAL = "http://127.0.0.1:8484"


@pytest.fixture(scope="session")
def newsroom() -> tuple[MemoryStore, dict[str, int]]:
    """A store with a newsroom in it, and its articles by name. Nobody may write to it."""
    store = MemoryStore()
    return store, seed(store)


@pytest.fixture(scope="session")
def ids(newsroom: tuple[MemoryStore, dict[str, int]]) -> dict[str, int]:
    return newsroom[1]


@pytest.fixture
def program(newsroom: tuple[MemoryStore, dict[str, int]], tmp_path: Path) -> SeededApp:
    return seeded_app(newsroom[0], tmp_path)


@pytest.fixture
def client(program: SeededApp) -> TestClient:
    """A reader on this machine; nothing that a page asks for is done."""
    return TestClient(create_app(program), base_url=LOCAL, follow_redirects=False)
