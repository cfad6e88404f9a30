"""The feeds people have: found, added, paused, removed, exchanged. A small site on loopback stands for the web."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli
from monitor.errors import Ambiguous, MonitorError, NetworkError, NotFound, UsageError

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour News</title><link>http://127.0.0.1/</link>
<item><title>Ferry late</title><link>http://127.0.0.1:9/a/1</link><guid>1</guid></item></channel></rss>"""
LIST = b"""<opml version="2.0"><body><outline text="Sea"><outline type="rss" text="One" xmlUrl="https://one.example.org/rss"/></outline>
<outline type="rss" text="Two" xmlUrl="https://two.example.org/rss"/><outline type="rss" text="Bad" xmlUrl="ftp://bad.example.org/"/></body></opml>"""

Monitor = Callable[..., Result]


class Site(BaseHTTPRequestHandler):
    pages: dict[str, tuple[int, str, bytes]] = {}  # noqa: RUF012 - set anew by each test
    asked: list[str] = []  # noqa: RUF012 - set anew by each test

    def do_GET(self) -> None:
        Site.asked.append(self.path)
        status, kind, body = Site.pages.get(self.path, (404, "text/html", b"no"))
        self.send_response(status)
        self.send_header("Location" if status in (301, 302) else "Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked = []
    Site.pages = {"/rss": (200, "application/rss+xml", FEED)}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    config = tmp_path / "config"
    config.mkdir()
    (config / "monitor.toml").write_text('[fetch]\nallow_networks = ["127.0.0.0/8"]\nhost_gap = "0s"\n')
    (config / "feeds.toml").write_text('# mine\n[feeds.tide]  # the tide tables\nurl = "https://tide.example.org/rss"\ntags = ["sea"]\n')
    return config


@pytest.fixture
def monitor(folder: Path, tmp_path: Path) -> Monitor:
    def run(*words: str, fails: type[MonitorError] | None = None) -> Result:
        options = ["--config", str(folder), "--state", str(tmp_path / "state")]
        result = CliRunner().invoke(cli, [*options, *words], standalone_mode=False)
        if fails is not None:
            assert isinstance(result.exception, fails), result
        elif result.exception is not None:
            raise result.exception
        return result

    return run


def rows(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_feed_is_added_and_asked_once(monitor: Monitor, site: str, folder: Path) -> None:
    result = monitor("feeds", "add", f"{site}/rss", "--slug", "harbour", "--tag", "uk", "--timezone", "Europe/London")

    assert result.stdout == "harbour\n"
    assert Site.asked == ["/rss"]
    text = (folder / "feeds.toml").read_text()
    assert text.startswith("# mine\n[feeds.tide]  # the tide tables\n")
    assert f'[feeds.harbour]\nurl = "{site}/rss"\ntimezone = "Europe/London"\ntags = ["uk"]\n' in text
    harbour = next(row for row in rows(monitor("feeds", "ls", "--jsonl")) if row["slug"] == "harbour")
    assert (harbour["outcome"], harbour["articles"], harbour["title"]) == ("ok", 1, "Harbour News")


def test_a_home_page_leads_to_its_feed(monitor: Monitor, site: str, folder: Path) -> None:
    Site.pages["/"] = (200, "text/html", b'<link rel="alternate" type="application/rss+xml" href="/rss">')

    monitor("feeds", "add", f"{site}/", "--slug", "harbour")

    assert Site.asked == ["/", "/rss"]
    assert f'url = "{site}/rss"' in (folder / "feeds.toml").read_text()


def test_common_places_are_tried_last(monitor: Monitor, site: str) -> None:
    Site.pages["/"] = (200, "text/html", b"<h1>Harbour</h1>")

    monitor("feeds", "add", f"{site}/", "--slug", "harbour")

    assert Site.asked == ["/", "/feed", "/rss"]


def test_several_feeds_are_listed_and_none_is_chosen(monitor: Monitor, site: str, folder: Path) -> None:
    link = '<link rel="alternate" type="application/rss+xml" title="{0}" href="/{0}">'
    Site.pages["/"] = (200, "text/html", (link.format("world") + link.format("sport")).encode())

    result = monitor("feeds", "add", f"{site}/", fails=Ambiguous)

    assert isinstance(result.exception, Ambiguous)
    assert result.exception.candidates == (f"{site}/world  world", f"{site}/sport  sport")
    assert "harbour" not in (folder / "feeds.toml").read_text()


def test_a_lasting_redirect_is_followed_into_the_configuration(monitor: Monitor, site: str, folder: Path) -> None:
    Site.pages["/old"] = (301, "/rss", b"")

    monitor("feeds", "add", f"{site}/old", "--slug", "harbour")

    assert f'url = "{site}/rss"' in (folder / "feeds.toml").read_text()


def test_what_is_no_feed_and_names_none_is_not_added(monitor: Monitor, site: str, folder: Path) -> None:
    before = (folder / "feeds.toml").read_text()
    Site.pages = {"/": (200, "text/html", b"<h1>nothing</h1>")}

    monitor("feeds", "add", f"{site}/", fails=NetworkError)
    monitor("feeds", "add", "https://www.tide.example.org/rss/", fails=UsageError)

    assert (folder / "feeds.toml").read_text() == before


def test_dry_runs_change_nothing(monitor: Monitor, site: str, folder: Path, tmp_path: Path) -> None:
    before = (folder / "feeds.toml").read_text()
    (tmp_path / "list.opml").write_bytes(LIST)

    monitor("feeds", "add", f"{site}/rss", "--dry-run")
    monitor("feeds", "import", str(tmp_path / "list.opml"), "--dry-run")
    monitor("feeds", "pause", "tide", "--dry-run")
    monitor("feeds", "rm", "tide", "--dry-run")
    monitor("watch", f"{site}/a/1", "--dry-run")

    assert (folder / "feeds.toml").read_text() == before
    assert not (tmp_path / "state").exists()


def test_feeds_are_paused_resumed_and_removed_and_comments_stay(monitor: Monitor, folder: Path) -> None:
    before = (folder / "feeds.toml").read_text()

    monitor("feeds", "pause", "tide")
    assert [row["paused"] for row in rows(monitor("feeds", "ls", "--jsonl"))] == [True]
    monitor("feeds", "resume", "tide")
    assert (folder / "feeds.toml").read_text() == before
    monitor("feeds", "rm", "tide", fails=UsageError)
    monitor("feeds", "rm", "tide", "--yes")
    assert rows(monitor("feeds", "ls", "--jsonl")) == []
    assert (folder / "feeds.toml").read_text().startswith("# mine")


def test_a_removed_feeds_articles_stay_readable_and_are_watched_no_longer(monitor: Monitor, site: str) -> None:
    monitor("feeds", "add", f"{site}/rss", "--slug", "harbour")

    monitor("feeds", "rm", "harbour", "--yes")

    (article,) = rows(monitor("ls", "--jsonl"))
    assert (article["state"], article["title"]) == ("retired", "Ferry late")


def test_a_list_is_imported_with_folders_as_tags_and_exported_again(monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "list.opml").write_bytes(LIST)

    monitor("feeds", "import", str(tmp_path / "list.opml"), "--tag", "all")
    again = monitor("feeds", "import", str(tmp_path / "list.opml"), "--json")

    found = {row["slug"]: row["tags"] for row in rows(monitor("feeds", "ls", "--jsonl"))}
    assert found == {"tide": ["sea"], "one": ["Sea", "all"], "two": ["all"]}
    assert json.loads(again.stdout)["added"] == []
    assert 'xmlUrl="https://one.example.org/rss"' in monitor("feeds", "export").stdout
    assert len(json.loads(monitor("feeds", "export", "--format", "json").stdout)["items"]) == 3
    assert monitor("feeds", "export", "--format", "csv").stdout.splitlines()[1].startswith("tide,https://tide.example.org/rss,")


def test_a_feed_is_shown_and_an_unknown_one_is_named_near(monitor: Monitor) -> None:
    assert json.loads(monitor("feeds", "show", "tide", "--json").stdout)["url"] == "https://tide.example.org/rss"

    result = monitor("feeds", "show", "tied", fails=NotFound)

    assert "did you mean 'tide'" in str(result.exception)


def test_feeds_are_tested_from_files_and_addresses(monitor: Monitor, site: str, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(FEED)
    (tmp_path / "page.html").write_text("<html>")
    sources = [str(tmp_path / "feed.xml"), f"{site}/rss", str(tmp_path / "page.html"), str(tmp_path / "none.xml"), f"{site}/none"]

    result = monitor("feeds", "test", "--jsonl", *sources)

    answers = rows(result)
    assert result.return_value == 1
    assert [row["source"] for row in answers] == sources
    assert [row["ok"] for row in answers] == [True, True, False, False, False]
    assert [row["error"] for row in answers][2::2] == ["not_a_feed", "http_404"]
    assert answers[0]["entries"] == [
        {"id": "1", "url": "http://127.0.0.1:9/a/1", "title": "Ferry late", "authors": [], "published_at": None, "updated_at": None,
         "summary": None, "content": None}
    ]  # fmt: skip
    assert not (tmp_path / "state").exists()


def test_pages_are_watched_merged_split_and_left(monitor: Monitor, site: str) -> None:
    first = json.loads(monitor("watch", f"{site}/a/1", "--json").stdout)["article"]
    second = json.loads(monitor("watch", f"{site}/a/2", "--json").stdout)["article"]
    assert json.loads(monitor("watch", f"{site}/a/1?utm_source=x", "--json").stdout) == {
        "schema": "monitor.watch/1", "article": first, "url": f"{site}/a/1?utm_source=x", "known": True,
    }  # fmt: skip

    monitor("articles", "merge", str(second), str(first))
    assert [row["id"] for row in rows(monitor("ls", "--merged", "--jsonl")) if row["merged_into"] == first] == [second]
    monitor("articles", "split", str(second))
    assert all(row["merged_into"] is None for row in rows(monitor("ls", "--merged", "--jsonl")))
    monitor("articles", "split", str(second), fails=UsageError)
    monitor("unwatch", f"{site}/a/2")
    assert {row["id"]: row["state"] for row in rows(monitor("ls", "--jsonl"))} == {first: "watched", second: "retired"}
    monitor("watch", f"{site}/", fails=UsageError)
    monitor("watch", "javascript:alert(1)", fails=UsageError)
