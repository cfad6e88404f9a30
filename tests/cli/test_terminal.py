"""What people see: colour only where it is wanted, nothing that a terminal would obey, nothing cut mid-word, no trailing blanks."""

import re

import pytest

from monitor.cli.printing import is_colored

ESCAPE = "\x1b"

CASES = [
    pytest.param("auto", {}, True, True, id="a terminal"),
    pytest.param("auto", {}, False, False, id="a pipe"),
    pytest.param("auto", {"TERM": "dumb"}, True, False, id="a dumb terminal"),
    pytest.param("auto", {"NO_COLOR": "1"}, True, False, id="NO_COLOR"),
    pytest.param("auto", {"NO_COLOR": ""}, True, True, id="an empty NO_COLOR says nothing"),
    pytest.param("auto", {"FORCE_COLOR": "1"}, False, True, id="FORCE_COLOR"),
    pytest.param("auto", {"FORCE_COLOR": "0"}, True, False, id="FORCE_COLOR off"),
    pytest.param("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False, id="NO_COLOR over FORCE_COLOR"),
    pytest.param("always", {"NO_COLOR": "1"}, False, True, id="the option over all"),
    pytest.param("never", {"FORCE_COLOR": "1"}, True, False, id="the option against all"),
]


@pytest.mark.parametrize(("asked", "environ", "is_terminal", "wanted"), CASES)
def test_colour_is_decided_in_one_order(asked: str, environ: dict[str, str], is_terminal: bool, wanted: bool) -> None:
    assert is_colored(asked, environ, is_terminal=is_terminal) is wanted


PRINTED = [
    "ls",
    "log",
    "log 1",
    "log 1 --looks",
    "show 1",
    "diff 1",
    "diff 1 --stat",
    "search wards",
    "status",
    "version",
    "config show",
    "report",
    "stats",
]


@pytest.mark.parametrize("words", PRINTED)
def test_piped_output_is_plain_and_ends_no_line_with_blanks(run, words: str) -> None:
    ran = run(*words.split())

    assert ran.code == 0, ran.err
    assert ran.out
    assert ESCAPE not in ran.out
    assert not [line for line in ran.out.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("words", ["log 1", "show 1", "diff 1", "stats"])
def test_prose_fits_eighty_columns(run, words: str) -> None:
    from monitor.text import display_width

    wide = [line for line in run(*words.split()).out.splitlines() if display_width(line) > 80 and "http" not in line]

    assert not wide


def test_colour_can_be_asked_for_off_a_terminal(run) -> None:
    assert ESCAPE in run("--color", "always", "diff", "1").out


def test_marks_survive_without_colour(run) -> None:
    out = run("diff", "1").out

    assert "[-" in out
    assert "{+" in out


def test_monitor_alone_tells_how_it_stands(run, tmp_path) -> None:
    assert len(run().out.splitlines()) == 6
    first = run(state=tmp_path / "none")
    assert "monitor demo" in first.out
    assert "monitor init" in first.out


def test_help_shows_every_command_with_one_line(run) -> None:
    from monitor.cli.commands import COMMANDS

    out = run("--help").out

    assert not [name for name in COMMANDS if not re.search(rf"^  {name} ", out, re.MULTILINE)]


def test_every_command_has_help_with_an_example_or_a_sentence(run) -> None:
    from monitor.cli.commands import COMMANDS

    for name in COMMANDS:
        ran = run(name, "--help")
        assert ran.code == 0
        assert "Usage: monitor" in ran.out


def test_what_was_typed_comes_back_harmless(run) -> None:
    ran = run("show", "\x1b]0;owned\x07nobody")

    assert ran.code == 2
    assert ESCAPE not in ran.err
    assert "U+001B" in ran.err
