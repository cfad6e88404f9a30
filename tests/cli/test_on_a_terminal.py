"""On a terminal of any width nothing wraps in mid-phrase, nothing ends in blanks, and nothing that others wrote is obeyed."""

import io
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.cli.printing import fitted
from monitor.text import display_width

SLUG = "the-daily-messenger-of-the-outer-islands"
HEADLINES = (
    "Council of the outer islands \x1b[31mvotes\x1b]0;owned\x07 for a sea wall after nine hours of talk in a crowded hall",
    "바닷가 마을 방파제 공사 석 달 미뤄져\u202e 주민들 \x9b2J대책 회의 열고 군청에 항의하기로",
)
COMMANDS = ["", "ls", "ls --edited", "log", "log 1", "log 1 --looks", "show 1", "diff 1", "diff 2 --stat", "search island", "feeds ls",
            "status", "stats --since 2026-01-01", "report --since 2026-01-01", "notify log", "rules ls", "config show"]  # fmt: skip
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)

    def isatty(self) -> bool:
        return True

    def seen(self) -> str:
        self.seek(0)
        return self.read()


def feed_of(hour: int, headlines: tuple[str, ...]) -> str:
    said = f"The island has {hour} boats and one harbour, said the mayor of the island at noon."
    items = [{"id": f"{at}", "url": f"https://islands.example/{at}", "title": title, "summary": said} for at, title in enumerate(headlines)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Islands", "items": items})


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal")
    said = [(9, HEADLINES), (16, tuple(f"{title} — again" for title in HEADLINES))]
    lines = [json.dumps({"time": f"2026-11-20T{hour:02}:00:00Z", "xml": feed_of(hour, titles)}) for hour, titles in said]
    (folder / "history.jsonl").write_text("\n".join(lines))
    (folder / "config").mkdir()
    (folder / "config" / "feeds.toml").write_text(f'[feeds.{SLUG}]\nurl = "https://islands.example/rss"\n')
    arguments = ["--config", str(folder / "config"), "--state", str(folder / "state")]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "backfill", str(folder / "history.jsonl"), "--feed", SLUG])
    assert not ended.value.code
    return folder


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    "environ", [{"TERM": "xterm-256color"}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=lambda names: "=".join(*names.items())
)
@pytest.mark.parametrize("words", COMMANDS)
def test_every_line_fits(state: Path, words: str, width: int, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"COLUMNS": str(width), "PAGER": "cat", "NO_COLOR": "", "FORCE_COLOR": "", **environ}.items():
        monkeypatch.setenv(name, value)
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    with pytest.raises(SystemExit) as ended:
        main(["--config", str(state / "config"), "--state", str(state / "state"), *words.split()])

    assert not ended.value.code
    seen = screen.seen()
    shown = COLOUR.sub("", seen)
    coloured = shown != seen
    assert not (coloured and ("NO_COLOR" in environ or environ.get("TERM") == "dumb"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    lines = shown.splitlines()
    assert not [line for line in lines if display_width(line) > width and "https://" not in line and str(state) not in line]
    assert not [line for line in lines if line != line.rstrip()]


def test_a_table_gives_way_where_it_can() -> None:
    assert fitted([5, 29, 3, 16, 7, 10], 5, 200) == [5, 29, 3, 16, 7, 10]
    assert fitted([5, 16, 3, 16, 7, 100], 5, 80) == [5, 16, 3, 16, 7, 33]
    assert fitted([5, 29, 3, 16, 7, 100], 5, 71) == [5, 16, 3, 16, 7, 24]
    assert sum(fitted([5, 29, 3, 16, 7, 100], 5, 40)) == 40


def test_in_a_real_terminal_no_line_runs_over(state: Path) -> None:
    if not shutil.which("tmux"):
        pytest.skip("no tmux here")
    session = f"monitor-{time.monotonic_ns()}"
    command = f"{sys.executable} -m monitor --config {state}/config --state {state}/state log; echo '[done]'; read"
    subprocess.run(["tmux", "-L", session, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "30", command], check=True)
    try:
        until, screen = time.monotonic() + 30, ""
        while "[done]" not in screen and time.monotonic() < until:
            screen = subprocess.run(["tmux", "-L", session, "capture-pane", "-p"], capture_output=True, text=True, check=True).stdout
    finally:
        subprocess.run(["tmux", "-L", session, "kill-server"], check=True)

    lines = screen[: screen.index("[done]")].splitlines()
    assert lines[0] == "Friday 2026-11-20"
    assert [line[:19] for line in lines[1:]] == ["16:00  1@1..2      ", "16:00  2@1..2      "]
