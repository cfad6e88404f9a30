"""The link under a mail: opening it asks, posting to it stops, and nobody can make one up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitor.app import App
from monitor.notify.unsubscribe import unsubscribe_token
from monitor.ports import Store
from monitor.settings import Settings, WebSettings
from monitor.store.memory import MemoryStore
from monitor.web.app import create_app

TOKEN = unsubscribe_token("desk/ann@example.org", "sesame")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def stranger(store: MemoryStore, tmp_path: Path) -> TestClient:
    """A mail program, or a reader who never signed in."""

    @contextmanager
    def writing() -> Iterator[Store]:
        yield store

    settings = Settings(tmp_path, tmp_path, web=WebSettings(token="sesame", public_url="https://edits.example.org"))
    return TestClient(create_app(App(settings), store=store, writing=writing), base_url="https://edits.example.org", follow_redirects=False)


def muted(store: MemoryStore) -> frozenset[str]:
    from newsdesk import NOON

    return store.mutes(NOON)


def test_opening_the_link_asks_and_stops_nothing(stranger: TestClient, store: MemoryStore) -> None:
    answer = stranger.get(f"/u/{TOKEN}")

    assert answer.status_code == 200
    assert "desk/ann@example.org" in answer.text
    assert '<form class="big" method="post"' in answer.text
    assert muted(store) == frozenset()


def test_one_click_stops_the_target(stranger: TestClient, store: MemoryStore) -> None:
    answer = stranger.post(f"/u/{TOKEN}", data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert muted(store) == {"target:desk/ann@example.org"}


def test_a_button_pressed_in_a_browser_stops_it_too(stranger: TestClient, store: MemoryStore) -> None:
    stranger.post(f"/u/{TOKEN}", headers={"Origin": "https://edits.example.org", "Sec-Fetch-Site": "same-origin"})

    assert muted(store) == {"target:desk/ann@example.org"}


@pytest.mark.parametrize("token", ["x", "x.y", TOKEN[:-1], unsubscribe_token("desk/ann@example.org", "guess"), "%2e%2e", "a/b"])
def test_a_link_that_is_not_ours_stops_nothing(stranger: TestClient, store: MemoryStore, token: str) -> None:
    answers = [stranger.get(f"/u/{token}"), stranger.post(f"/u/{token}")]

    assert {answer.status_code for answer in answers} <= {303, 403, 404}
    assert muted(store) == frozenset()


def test_all_else_stays_behind_the_gate(stranger: TestClient) -> None:
    answers = [stranger.get("/"), stranger.get("/upper"), stranger.post("/feeds/bbc", data={"do": "pause"})]

    assert [answer.headers["location"].partition("?")[0] for answer in answers] == ["/login"] * 3
