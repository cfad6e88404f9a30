"""A page is handed to the archive, its address is kept, and whatever goes wrong there is a sentence."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from store_cases import T0, with_edit

from monitor.export.archive import Kept, hand_over, outcome
from monitor.settings import StoreSettings
from monitor.store.sql import SqlStore, open_store


@contextmanager
def archive(*answers: tuple[int, object]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A stand-in on loopback that gives these answers, one after the other."""
    asked: list[tuple[str, str]] = []
    left = list(answers)

    class Stand(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked.append((self.path, self.rfile.read(length).decode() + " " + str(self.headers["Authorization"])))
            self._answer()

        def do_GET(self) -> None:
            asked.append((self.path, ""))
            self._answer()

        def _answer(self) -> None:
            status, said = left.pop(0)
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Stand)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_page_that_was_handed_over_has_an_address() -> None:
    done = {"status": "success", "timestamp": "20260302100000", "original_url": "https://news.example/a"}
    with archive((200, {"job_id": "j1"}), (200, {"status": "pending"}), (200, done)) as (endpoint, asked):
        job = hand_over("https://news.example/a", "key:secret", endpoint).job
        assert job is not None
        kept = outcome(job, "key:secret", endpoint, sleep=lambda seconds: None)

    assert kept == Kept("j1", "https://web.archive.org/web/20260302100000/https://news.example/a")
    assert asked[0][0] == "/save"
    assert "url=https%3A%2F%2Fnews.example%2Fa" in asked[0][1]
    assert asked[0][1].endswith("LOW key:secret")
    assert asked[1][0] == "/save/status/j1"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((500, {}), "answered 500"),
        ((429, {}), "answered 429"),
        ((200, b"<html>"), "cannot be reached"),
        ((200, [1]), "not what it promises"),
        ((200, {"message": "too many"}), "too many"),
    ],
    ids=["error", "limit", "html", "list", "refused"],
)
def test_an_archive_that_fails_is_a_sentence(answer: tuple[int, object], sentence: str) -> None:
    with archive(answer) as (endpoint, _):
        kept = hand_over("https://news.example/a", "key:secret", endpoint)

    assert kept.job is None
    assert sentence in (kept.error or "")


def test_an_archive_that_is_away_is_a_sentence() -> None:
    assert "cannot be reached" in (hand_over("https://news.example/a", "k:s", "http://127.0.0.1:9").error or "")


def test_what_became_of_it_is_kept(tmp_path: Path) -> None:
    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    article = with_edit(store)

    store.keep_archived(article, 2, T0, "j1", None, "answered 500")
    store.keep_archived(article, 2, T0, "j1", "https://web.archive.org/web/1/x", None)

    assert store.archived(article, 2) == ("j1", "https://web.archive.org/web/1/x", None)
    assert store.archived(article, 1) is None
    store.close()
