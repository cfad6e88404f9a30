"""`monitor diff` of files and data sets: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli.diff_files import pair_line, unstored_json
from monitor.cli.main import main
from monitor.compare import texts_diff
from monitor.model import Content

OLD = "Council votes on tram\n\nThe vote is on Monday.\nIt will be close.\n\nNothing else is planned.\n"
NEW = "Council votes on tram\n\nThe vote is on Tuesday.\nIt will be close.\n\nNothing else is planned.\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, text in (("old.txt", OLD), ("new.txt", NEW)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path / "old.txt"), str(tmp_path / "new.txt")


def ended(*words: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["diff", *words])
    return int(stop.value.code or 0)


def test_two_files_are_compared(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--no-index", *files) == 0

    assert "The vote is on [-Monday-]{+Tuesday+}. It will be close." in capsys.readouterr().out


def test_exit_code_1_when_something_differs(files: tuple[str, str]) -> None:
    assert ended("--no-index", "--exit-code", *files) == 1
    assert ended("--no-index", "--exit-code", files[0], files[0]) == 0


def test_backwards(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    ended("--no-index", "-R", *files)

    assert "[-Tuesday-]{+Monday+}" in capsys.readouterr().out


def test_json_leaves_out_unchanged_paragraphs_unless_full(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    ended("--no-index", "--json", *files)
    short = json.loads(capsys.readouterr().out)
    ended("--no-index", "--json", "--full", *files)
    full = json.loads(capsys.readouterr().out)

    assert short["schema"] == "monitor.diff/1"
    assert [change["op"] for change in short["changes"]] == ["replace"]
    assert [change["op"] for change in full["changes"]] == ["equal", "replace", "equal"]
    assert full["changes"][1] == {
        "field": "body", "op": "replace", "from_par": 1, "to_par": 1, "kinds": ["date"],
        "segments": [["=", "The vote is on "], ["-", "Monday"], ["+", "Tuesday"], ["=", ". It will be close."]],
    }  # fmt: skip
    assert full["from"]["rev"] is None
    assert full["seen_after"] is None


def test_a_json_revision_can_be_compared_with_text(tmp_path: Path, files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    shown = {"title": "Council votes on tram", "body": ["The vote is on Monday. It will be close.", "Nothing else is planned."], "rev": 3}
    (tmp_path / "old.json").write_text(json.dumps(shown), encoding="utf-8")

    assert ended("--no-index", "--exit-code", str(tmp_path / "old.json"), files[0]) == 0


def test_a_data_set_gives_a_line_for_each_pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [
        {"id": "a", "old": {"title": "One", "body": ["x \ud800"]}, "new": {"title": "Two", "body": ["x \ud801"], "authors": ["Ann"]}},
        {"id": 7, "old": {"title": "", "body": []}, "new": {"title": "", "body": [], "captions": []}},
    ]
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, pairs)) + "\n\n", encoding="utf-8")

    assert ended("--pairs", str(tmp_path / "set.jsonl"), "--jsonl") == 0

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["id"], second["id"]) == ("a", 7)
    assert first["kinds"][:3] == ["headline", "byline", "body"]
    assert second["changes"] == []


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from('"\\\n\t\x7f\x00]} é')) | st.just("\ud800")


@settings(deadline=None)
@given(st.lists(TEXT), st.lists(TEXT), TEXT, st.none() | st.integers() | TEXT)
def test_the_line_of_a_pair_is_the_json_of_its_difference(old: list[str], new: list[str], title: str, name: int | str | None) -> None:
    one = texts_diff(Content(title, body=tuple(old)), Content("", body=tuple(new), captions=tuple(old)))

    line = pair_line(name, one)

    assert json.loads(line) == json.loads(json.dumps({**unstored_json(one), "id": name}))
    line.encode()


def test_the_line_of_a_pair_is_written_as_any_other() -> None:
    for text in ("He left.", "He said “no”.", 'He said "no"\\\n.'):
        one = texts_diff(
            Content("T", body=(text, "Both came. It rained, and all went home.", "Last one.")), Content("U", body=(text, "Last one."))
        )

        assert pair_line("a", one) == json.dumps({**unstored_json(one), "id": "a"}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("{", "is no JSON", id="no JSON"),
        pytest.param("[]", "is no JSON object", id="no object"),
        pytest.param('{"id": 1, "old": {}}', "needs the objects old and new", id="one side"),
        pytest.param('{"id": 1, "old": {"body": "text"}, "new": {}}', "body is no list of texts", id="a body that is text"),
        pytest.param('{"id": 1, "old": {"title": 3}, "new": {}}', "title is no text", id="a title that is a number"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, told: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"old": {}, "new": {}}\n' + line + "\n", encoding="utf-8")

    assert ended("--pairs", str(path), "--jsonl") == 2

    error = capsys.readouterr().err
    assert "set.jsonl:2" in error
    assert told in error


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--no-index", "only-one"], id="one file"),
        pytest.param(["--no-index", "/nowhere/a", "/nowhere/b"], id="no such file"),
        pytest.param(["--pairs", "/nowhere/a", "42"], id="a data set and a REF"),
        pytest.param(["1", "2", "3", "4"], id="too many words"),
    ],
)
def test_wrong_words_end_with_2(words: list[str]) -> None:
    assert ended(*words) == 2


def test_comparing_imports_neither_store_nor_network(files: tuple[str, str]) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from monitor.cli.main import main\ntry: main(['diff','--no-index',*sys.argv[1:],'--json'])\nexcept SystemExit: pass\n"
    )
    code += "assert not {'sqlmodel','sqlalchemy','httpx','feedparser','asyncio','rich.console'} & set(sys.modules), sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code, *files], check=True, stdout=subprocess.DEVNULL)
