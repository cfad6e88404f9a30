"""What a page may change: feeds are added, asked soon and paused, also beside a daemon in another process."""

import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from seeding import SeededApp, StandingClock
from starlette.testclient import TestClient

from monitor.config import read_settings
from monitor.store.memory import MemoryStore
from monitor.web.app import create_app

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Pier Post</title><link>http://127.0.0.1/</link>
<item><guid isPermaLink="false">p1</guid><title>Lamps on the pier</title><description>Twelve.</description></item></channel></rss>"""
LOCAL = '[fetch]\nallow_networks = ["127.0.0.0/8"]\nhost_gap = "0s"\n'
TOKEN = "open sesame"


class Outlet(BaseHTTPRequestHandler):
    """A feed at /rss, and a count of who asked for it."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        found = self.path == "/rss"
        body = RSS.encode() if found else b"not here"
        self.send_response(200 if found else 404)
        self.send_header("content-type", "application/rss+xml" if found else "text/plain")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def outlet() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Counted", (Outlet,), {"asked": asked}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/rss", asked
    server.shutdown()
    server.server_close()


def reader(folder: Path, main: str, *, feeds: str = "") -> TestClient:
    """A reader who holds the token, where there is one."""
    (folder / "monitor.toml").write_text(main)
    (folder / "feeds.toml").write_text(feeds)
    store = MemoryStore()
    program = SeededApp(read_settings(folder, folder), StandingClock(), given=store)

    class Kept:
        def __enter__(self) -> MemoryStore:
            return store

        def __exit__(self, *_: object) -> None:
            pass

    headers = {"authorization": f"Bearer {TOKEN}"} if "token" in main else {}
    return TestClient(create_app(program, writing=Kept), base_url="http://127.0.0.1", headers=headers, follow_redirects=False)


def form_of(page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page)
    return found[1] if found else ""


WITH_TOKEN = f'{LOCAL}[web]\ntoken = "{TOKEN}"\n'


def test_a_feed_is_added_as_the_command_adds_it(tmp_path: Path, outlet: tuple[str, list[str]]) -> None:
    client = reader(tmp_path, WITH_TOKEN)

    done = client.post("/feeds", data={"form": form_of(client.get("/feeds").text), "url": outlet[0]})

    assert done.status_code == 303
    assert read_settings(tmp_path, tmp_path).feeds[0].url == outlet[0]
    assert "Added to feeds.toml" in client.get(done.headers["location"]).text
    again = client.post("/feeds", data={"form": form_of(client.get("/feeds").text), "url": outlet[0]})
    assert again.status_code == 422
    assert "is there already" in again.text


def test_who_adds_a_feed_is_told_why_it_cannot_be_written(tmp_path: Path, outlet: tuple[str, list[str]]) -> None:
    config = tmp_path / "config"
    config.mkdir()
    client = reader(config, WITH_TOKEN)
    form = form_of(client.get("/feeds").text)
    config.rename(tmp_path / "away")
    config.write_text("a file, where a folder should be")

    answer = client.post("/feeds", data={"form": form, "url": outlet[0]})

    assert answer.status_code == 422
    assert "cannot write" in unescape(answer.text).partition('id="refused"')[2]


def test_who_adds_a_feed_is_told_what_is_wrong_with_the_file(tmp_path: Path, outlet: tuple[str, list[str]]) -> None:
    client = reader(tmp_path, WITH_TOKEN)
    (tmp_path / "feeds.toml").write_text("feeds = 3\n")

    answer = client.post("/feeds", data={"form": form_of(client.get("/feeds").text), "url": outlet[0]})

    assert answer.status_code == 422
    assert "feeds.toml:1: 'feeds' must be sections, [feeds.NAME]" in unescape(answer.text).partition('id="refused"')[2]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9/rss", "not on a public network"),
        ("http://[::1]/rss", "not on a public network"),
        ("http://169.254.169.254/latest/meta-data", "not on a public network"),
        ("http://localhost:22/", "not on a public network"),
        ("file:///etc/passwd", "http"),
        ("gopher://127.0.0.1/", "http"),
        ("", "http"),
    ],
)
def test_no_address_inside_is_asked_for_who_adds_a_feed(tmp_path: Path, url: str, said: str) -> None:
    client = reader(tmp_path, f'[web]\ntoken = "{TOKEN}"\n')

    answer = client.post("/feeds", data={"form": form_of(client.get("/feeds").text), "url": url})

    assert answer.status_code == 422
    assert said in unescape(answer.text).partition('id="refused"')[2]
    assert (tmp_path / "feeds.toml").read_text() == ""


def test_without_a_token_no_feed_is_added(tmp_path: Path, outlet: tuple[str, list[str]]) -> None:
    client = reader(tmp_path, LOCAL, feeds=f'[feeds.pier]\nurl = "{outlet[0]}"\n')
    page = client.get("/feeds")

    refused = client.post("/feeds", data={"form": form_of(client.get("/feeds/pier").text), "url": outlet[0] + "2"})

    assert "Add a feed" not in page.text
    assert refused.status_code == 409
    assert outlet[1] == []


def test_a_page_shows_what_was_changed_in_the_files(tmp_path: Path) -> None:
    client = reader(tmp_path, "", feeds='[feeds.pier]\nurl = "https://pier.example/rss"\n')
    client.post("/feeds/pier", data={"form": form_of(client.get("/feeds/pier").text), "do": "pause"})

    paused = client.get("/feeds/pier").text
    client.post("/feeds/pier", data={"form": form_of(paused), "do": "resume"})

    assert "<dd>paused</dd>" in paused
    assert 'value="poll"' not in paused
    assert "<dd>paused</dd>" not in client.get("/feeds/pier").text
    assert "paused" not in (tmp_path / "feeds.toml").read_text()


@pytest.mark.slow
def test_beside_a_running_daemon_a_feed_is_asked_at_once_and_paused(tmp_path: Path, outlet: tuple[str, list[str]]) -> None:
    address, asked = outlet
    (tmp_path / "monitor.toml").write_text(LOCAL)
    (tmp_path / "feeds.toml").write_text(f'[feeds.pier]\nurl = "{address}"\npages = false\nevery = "6h"\n')
    command = [sys.executable, "-m", "monitor", "--config", str(tmp_path), "--state", str(tmp_path / "state")]
    daemon = subprocess.Popen([*command, "run"], stderr=subprocess.DEVNULL)
    pages = subprocess.Popen([*command, "serve", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    try:
        assert pages.stderr
        here = pages.stderr.readline().removeprefix("serving ").partition(",")[0]
        until(lambda: asked.count("/rss") == 1 and "/feeds/pier" in read(f"{here}/feeds"))

        wish(f"{here}/feeds/pier", "poll")
        until(lambda: asked.count("/rss") == 2)

        wish(f"{here}/feeds/pier", "pause")
        until(lambda: is_paused(tmp_path / "state"))
        assert "<dd>paused</dd>" in read(f"{here}/feeds/pier")
    finally:
        for process in (pages, daemon):
            process.send_signal(signal.SIGTERM)
        assert (pages.wait(20), daemon.wait(20)) == (0, 0)
        pages.stderr.close()  # type: ignore[union-attr]


def is_paused(state: Path) -> bool:
    """Whether the daemon knows it."""
    with closing(sqlite3.connect(f"file:{state / 'monitor.db'}?mode=ro", uri=True)) as database:
        return database.execute("SELECT paused FROM feed").fetchall() == [(1,)]


def read(address: str) -> str:
    with urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def wish(address: str, what: str) -> None:
    body = urlencode({"form": form_of(read(address)), "do": what}).encode()
    with urlopen(Request(address, body), timeout=10) as answer:
        assert answer.status == 200


def until(fits, seconds: float = 40.0) -> None:
    """Waits for another process, looking often."""
    end = time.monotonic() + seconds
    while not fits():
        assert time.monotonic() < end
        time.sleep(0.1)
