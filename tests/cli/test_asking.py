"""The commands that ask and store, on a loopback newsroom: their JSON against its schema, their exit codes."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monitor.demo.newsroom import FEED, Newsroom, Open
from monitor.demo.stories import scene
from monitor.schemas import schema

pytestmark = pytest.mark.slow

Monitor = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    now = datetime.now(UTC)
    room = Newsroom(scene(5, now, now), now)
    room.publish(room.scene.first, room.scene.second)
    with Open(room):
        yield room


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    environ = {
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
        "MONITOR_FETCH__ALLOW_NETWORKS": "127.0.0.0/8",
        "MONITOR_FETCH__HOST_GAP": "0s",
    }

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "monitor", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environ, timeout=90)

    return call


def document(done: "subprocess.CompletedProcess[str]", what: str) -> Any:
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    Draft202012Validator(schema(what)).validate(told)
    return told


def test_from_nothing_to_a_first_report(monitor: Monitor, newsroom: Newsroom) -> None:
    assert monitor("init", "--here", newsroom.address + FEED).returncode == 0
    first = document(monitor("check", "--json", "--force"), "check")
    newsroom.publish(newsroom.scene.second_edited)
    second = document(monitor("check", "--json", "--force"), "check")

    assert first["edits"] == []
    assert [edit["kinds"][0] for edit in second["edits"]] == ["body"]
    assert document(monitor("report", "--json"), "report")["total"] == 1
    assert document(monitor("report", "--json"), "report")["total"] == 0


def test_a_page_is_followed_without_a_feed(monitor: Monitor, newsroom: Newsroom) -> None:
    told = document(monitor("watch", newsroom.address + newsroom.scene.first.path, "--json"), "watch")

    assert document(monitor("check", "--json", "--force"), "check")["pages"]["new"] == 1
    assert monitor("unwatch", str(told["article"])).returncode == 0


def test_feeds_come_from_another_reader(monitor: Monitor, newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "all.opml").write_text(
        f'<opml version="2.0"><body><outline text="A" type="rss" xmlUrl="{newsroom.address}{FEED}"/></body></opml>'
    )

    assert len(document(monitor("feeds", "import", "all.opml", "--json"), "feeds-import")["added"]) == 1
    assert document(monitor("feeds", "ls", "--json"), "feeds")["items"][0]["url"] == newsroom.address + FEED


def test_history_is_played_back(monitor: Monitor, newsroom: Newsroom, tmp_path: Path) -> None:
    story = newsroom.scene.first
    lines = [
        {
            "time": f"2023-09-{day}T08:00:00Z",
            "url": f"https://news.example{version.path}",
            "kind": "page",
            "status": 200,
            "headers": {},
            "body": body,
        }
        for day, version in ((19, story), (20, newsroom.scene.first_edited))
        for body in ["<h1>" + version.headline + "</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in version.paragraphs)]
    ]
    (tmp_path / "history.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")

    told = document(monitor("backfill", "history.jsonl", "--json"), "backfill")
    again = document(monitor("backfill", "history.jsonl", "--json"), "backfill")

    assert (told["snapshots"], told["articles"], told["revisions"], told["edits"]) == (2, 1, 2, 1)
    assert (again["revisions"], again["skipped"]) == (0, 2)


def test_when_everything_fails_the_network_is_to_blame(monitor: Monitor, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    (tmp_path / "config").mkdir()
    (tmp_path / "config/feeds.toml").write_text(f'[feeds.a]\nurl = "http://127.0.0.1:{port}/rss"\n')

    done = monitor("check", "--json")

    assert done.returncode == 5
    told = json.loads(done.stdout)
    Draft202012Validator(schema("check")).validate(told)
    assert told["feeds"][0]["outcome"] == "error:connect"
