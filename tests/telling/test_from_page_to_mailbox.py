"""The whole way on loopback: a page is edited, `check` sees it, and one mail says so."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from post_office import post_office

from monitor.cli.main import main

BODY = [
    "The harbour council met on Tuesday evening to talk about the old library by the quay, which has stood empty since March.",
    "Members heard from eleven residents, most of whom want the reading room to be opened again before the winter comes.",
    "The council said that it had never planned to sell the building, and that no offer had been made by anybody.",
    "A decision is expected at the next meeting, to which the public is invited, on the second Tuesday of December.",
]

FEED = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>Quay Courier</title><link>{url}</link><description>d</description>"
    "<item><guid>library</guid><title>{title}</title><link>{url}</link><pubDate>Thu, 19 Nov 2026 09:00:00 GMT</pubDate></item>"
    "</channel></rss>"
)
PAGE = (
    "<html lang='en'><head><title>{title}</title><meta property='article:published_time' content='2026-11-19T09:00:00Z'>"
    "<meta property='article:modified_time' content='{updated}'></head>"
    "<body><article><h1>{title}</h1>{text}</article></body></html>"
)


@dataclass
class Paper:
    """A small newspaper: a feed, robots.txt, one article that can be edited."""

    title: str = "Council denies plan to sell harbour library"
    body: list[str] = field(default_factory=lambda: list(BODY))
    updated: str = "2026-11-19T09:00:00Z"
    port: int = 0

    def answer(self, path: str) -> tuple[int, str, str]:
        url = f"http://127.0.0.1:{self.port}/library"
        if path == "/rss":
            return 200, "application/rss+xml", FEED.format(url=url, title=self.title)
        if path == "/library":
            text = "".join(f"<p>{paragraph}</p>" for paragraph in self.body)
            return 200, "text/html; charset=utf-8", PAGE.format(title=self.title, updated=self.updated, text=text)
        return 404, "text/plain", "nothing here"


@pytest.fixture
def paper() -> Iterator[Paper]:
    state = Paper()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, text = state.answer(self.path)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def check() -> int:
    return monitor("check", "--force")


def monitor(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["--config", "config", "--state", "state", *words])
    return int(ended.value.code or 0)


@pytest.mark.slow
def test_an_edit_of_a_page_becomes_one_mail(
    paper: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    with post_office() as (port, moods):
        (tmp_path / "config" / "monitor.toml").write_text(
            '[fetch]\nallow_networks = ["127.0.0.0/8"]\nhost_gap = "0s"\n'
            f'[mail]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\nfrom = "monitor@example.org"\nto = ["ann@example.org"]\n'
        )
        (tmp_path / "config" / "feeds.toml").write_text(f'[feeds.quay]\nurl = "http://127.0.0.1:{paper.port}/rss"\n')
        codes = [check()]
        first = len(moods.box)
        paper.title = "Council confirms plan to sell harbour library"
        paper.body[2] = "The council said that it had planned to sell the building since May, and that two offers had been made."
        codes += [check(), check(), check()]

    printed = capfd.readouterr().out
    codes.append(monitor("notify", "log", "--json"))
    (row,) = json.loads(capfd.readouterr().out)["rows"]
    assert codes == [0, 0, 0, 0, 0]
    assert (row["state"], row["target"], row["attempts"]) == ("sent", "mail", 1)
    assert row["reference"] == moods.box[0].mail["Message-ID"]
    assert first == 0
    assert len([line for line in printed.splitlines() if "undisclosed" in line and "Council confirms plan" in line]) == 1
    assert [got.to for got in moods.box] == [["ann@example.org"]]
    mail = moods.box[0].mail
    assert mail["Subject"] == "[Quay Courier] edited: Council denies plan to sell harbour library"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "+ Council confirms plan to sell harbour library" in body.get_content()
    assert "not disclosed" in " ".join(body.get_content().split())
