"""The options of `monitor diff`: which part is shown, how, and how a range is told."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.cli.main import main

WORDS = "The council met in the old hall and heard the harbour master speak of storms, boats and the price of stone."
OLD = "\n\n".join(["Council votes on tram", "The vote is on Monday.", *(f"{WORDS} Part {n}." for n in range(8)), "Nine came."])
NEW = OLD.replace("votes", "decides").replace("Monday", "Tuesday").replace("Nine", "Ten")

Ended = Callable[..., tuple[int, str]]


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ended:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def ended(*words: str) -> tuple[int, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([*words])
        return int(stop.value.code or 0), capfd.readouterr().out

    return ended


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, text in (("old.txt", OLD), ("new.txt", NEW)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path / "old.txt"), str(tmp_path / "new.txt")


@pytest.mark.parametrize(
    ("words", "there", "not_there"),
    [
        pytest.param(["--headline"], ["[-votes-]{+decides+}"], ["The vote is on"], id="the headline alone"),
        pytest.param(["--body"], ["[-Monday-]{+Tuesday+}"], ["decides"], id="the body alone"),
        pytest.param(["--stat"], ["¶1 ", "¶10", "similarity"], ["Part 4", "[-"], id="amounts alone"),
        pytest.param(["-U", "0"], ["⋯ 8 unchanged paragraphs"], ["Part 0"], id="no paragraph around"),
        pytest.param([], ["Part 0", "Part 7", "⋯ 6 unchanged paragraphs"], ["Part 1."], id="one paragraph around"),
        pytest.param(["-U", "2"], ["Part 1.", "Part 6.", "⋯ 4 unchanged paragraphs"], ["Part 3."], id="two paragraphs around"),
        pytest.param(["--full"], [f"Part {n}." for n in range(8)], ["⋯"], id="all of it"),
        pytest.param(["--view", "unified"], ["-The vote is on Monday.", "+The vote is on Tuesday."], ["[-"], id="as patches are"),
    ],
)
def test_only_what_was_asked_for_is_shown(
    ended: Ended, files: tuple[str, str], words: list[str], there: list[str], not_there: list[str]
) -> None:
    code, out = ended("diff", "--no-index", *files, *words)

    folded = " ".join(out.split())
    assert code == 0
    assert [text for text in there if text not in folded and text not in out] == []
    assert [text for text in not_there if text in folded] == []


def test_marks_stand_in_colour_too_when_asked_for(ended: Ended, files: tuple[str, str]) -> None:
    _, plain = ended("--color", "always", "diff", "--no-index", *files)
    _, marked = ended("--color", "always", "diff", "--no-index", *files, "--word-diff")

    assert "\x1b[" in plain
    assert "[-" not in plain
    assert "[-Monday-]" in marked


def test_side_by_side_begins_at_110_columns(ended: Ended, files: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "109")
    _, narrow = ended("diff", "--no-index", *files)
    monkeypatch.setenv("COLUMNS", "110")
    _, wide = ended("diff", "--no-index", *files)

    assert "[-Monday-]{+Tuesday+}" in narrow
    assert any("[-Monday-]" in line and "{+Tuesday+}" in line and "[-Monday-]{+" not in line for line in wide.splitlines())


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pager_is_asked_on_a_terminal_only_and_for_long_text(
    ended: Ended, files: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paged = tmp_path / "paged"
    monkeypatch.setenv("MONITOR_PAGER", f"tee {paged}")
    monkeypatch.setenv("LINES", "5")
    monkeypatch.setenv("NO_COLOR", "1")

    ended("diff", "--no-index", *files)
    assert not paged.exists()

    monkeypatch.setattr(sys, "stdout", Screen())
    ended("diff", "--no-index", "--no-pager", *files)
    assert not paged.exists()

    monkeypatch.setenv("LINES", "200")
    ended("diff", "--no-index", *files)
    assert not paged.exists()

    monkeypatch.setenv("LINES", "5")
    ended("diff", "--no-index", *files)
    assert "[-Monday-]{+Tuesday+}" in paged.read_text(encoding="utf-8")


# --- ranges of a stored article -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """One article of a feed: three texts, one after the other."""
    folder = tmp_path_factory.mktemp("ranges")
    lines = []
    for hour, count in ((9, "Nine"), (12, "Ten"), (15, "Eleven")):
        item = {"id": "1", "url": "https://tram.example/1", "title": "Council votes on tram", "summary": f"{count} came. {WORDS}"}
        feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Trams", "items": [item]})
        lines.append(json.dumps({"time": f"2026-11-20T{hour:02}:00:00Z", "xml": feed}))
    (folder / "history.jsonl").write_text("\n".join(lines))
    (folder / "config").mkdir()
    (folder / "config" / "feeds.toml").write_text('[feeds.trams]\nurl = "https://tram.example/rss"\n')
    asked = ["--config", str(folder / "config"), "--state", str(folder / "state")]
    with pytest.raises(SystemExit) as stop:
        main([*asked, "backfill", str(folder / "history.jsonl"), "--feed", "trams"])
    assert not stop.value.code
    return asked


def test_a_range_is_one_difference_or_each_of_its_edits(ended: Ended, state: list[str]) -> None:
    _, net = ended(*state, "diff", "1", "1", "3")
    _, each = ended(*state, "diff", "1", "1", "3", "--each")
    _, backwards = ended(*state, "diff", "1", "1", "3", "--each", "-R")

    assert [mark for mark in ("[-Nine-]{+Eleven+}", "{+Ten+}") if mark in net] == ["[-Nine-]{+Eleven+}"]
    assert each.index("[-Nine-]{+Ten+}") < each.index("[-Ten-]{+Eleven+}")
    assert backwards.index("[-Eleven-]{+Ten+}") < backwards.index("[-Ten-]{+Nine+}")


def test_the_exit_code_of_a_range_says_whether_it_differs(ended: Ended, state: list[str]) -> None:
    assert ended(*state, "diff", "1", "1", "3", "--exit-code")[0] == 1
    assert ended(*state, "diff", "1", "2", "2", "--exit-code")[0] == 0
