"""`sites test`: what a hand-written rule takes from a page and what it drops, before it is used."""

from pathlib import Path

import pytest

PAGE = """<!doctype html><html lang="en"><head><title>Ferry | The Paper</title></head><body>
<div class="head">The ferry sails again</div><p class="when">Written 04.03.2024 at 10.15</p><div class="words">
<p>The night ferry left at ten with forty people and two dogs on board.</p><p class="box">Our weekly letter is out.</p>
<p>The next one sails on Thursday, when the tide allows it, the harbour office said.</p></div></body></html>"""
RULE = """title = [".head"]
body = [".words"]
drop = [".box"]
posted = ["re:Written (\\\\d\\\\d\\\\.\\\\d\\\\d\\\\.\\\\d{4}) at"]
timezone = "Europe/London"
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "ferry.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "config" / "sites").mkdir(parents=True)
    (tmp_path / "config" / "monitor.toml").touch()
    return tmp_path / "ferry.html"


def write_rule(page: Path, text: str) -> None:
    (page.parent / "config" / "sites" / "paper.example.toml").write_text(text, encoding="utf-8")


def test_it_shows_what_the_rule_takes_and_what_it_drops(run, page: Path) -> None:
    write_rule(page, RULE)

    told = run("sites", "test", str(page), "--url", "https://www.paper.example/ferry")

    assert told.code == 0
    assert "rule of paper.example" in told.out
    assert "The ferry sails again" in told.out
    assert "2024-03-04T00:00:00Z" in told.out
    assert "\nThe night ferry left at ten" in told.out
    assert "[dropped] Our weekly letter is out." in told.out
    assert "\nOur weekly letter" not in told.out


def test_a_page_of_a_host_without_a_rule_is_the_answer_no(run, page: Path) -> None:
    told = run("sites", "test", str(page), "--url", "https://other.example/ferry")

    assert (told.code, told.out) == (1, "")
    assert "no rule for other.example" in told.err


def test_a_selector_that_cannot_be_read_is_named(run, page: Path) -> None:
    write_rule(page, 'body = ["div[[x"]\n')

    told = run("sites", "test", str(page), "--url", "https://paper.example/ferry")

    assert told.code == 1
    assert "body 'div[[x'" in told.err


def test_the_rule_of_one_s_own_is_listed_beside_those_that_come_along(run, page: Path) -> None:
    write_rule(page, RULE)

    listed = run("sites", "ls").out

    assert "paper.example" in listed
    assert listed.count("shipped") >= 12
