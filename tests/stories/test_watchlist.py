"""A phrase of the watchlist that comes or goes is marked, and is said wherever the edit is told."""

from dataclasses import replace

import pytest
from fakes import FakeClock, FakeWeb, run_due
from harbour import HOST, Piece, feed

from monitor.engine.workers import InlineWorkers
from monitor.model import Change, Edit
from monitor.ports import Doors, EditQuery, Store
from monitor.settings import Feed, ScheduleSettings
from monitor.shapes import edit_json
from monitor.versions import watched

PHRASES = ("Mina Oh", "night ferry", "harbour")


def told(store: Store, before: Piece, after: Piece) -> Edit:
    """The edit, as the store has it, of a page that said `before` and then `after`."""
    clock = FakeClock()
    web = FakeWeb(clock)
    doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None, PHRASES)
    store.sync_feeds([Feed("harbour", f"{HOST}/feed.xml")], clock.now())
    web[f"{HOST}/feed.xml"] = feed(before)
    for piece in (before, after):
        web[piece.url] = piece.page()
        for _ in range(9):
            clock.move(minutes=20)
            run_due(store, doors, web, clock)
    [edit] = store.edits(EditQuery())
    return edit


def test_a_watched_phrase_that_goes_is_marked(store: Store) -> None:
    without = tuple(text.replace("Councillor Mina Oh", "A councillor") for text in Piece().body)

    edit = told(store, Piece(), Piece().edited(body=without))

    assert edit.watched == (("-", "Mina Oh"),)
    assert edit.severity.reasons[0] == "removes the watched 'Mina Oh'"
    assert edit_json(edit)["watched"] == {"added": [], "removed": ["Mina Oh"]}


def test_an_edit_that_touches_no_phrase_is_not_marked(store: Store) -> None:
    other = tuple(text.replace("12 deckhands", "14 deckhands") for text in Piece().body)

    edit = told(store, Piece(), Piece().edited(body=other))

    assert edit.watched == ()
    assert "watched" not in edit_json(edit)


@pytest.mark.parametrize(
    ("phrase", "old", "new", "mark"),
    [
        ("Kim", "Kim spoke.", "Lee spoke.", "-"),
        ("kim", "Lee spoke.", "KIM spoke.", "+"),
        ("Kim", "A shirt.", "A kimono.", ""),
        ("sea wall", "The sea wall fell.", "The sea\n wall fell twice.", ""),
        ("“sea wall”", "It fell.", 'The "sea wall" fell.', "+"),
        ("한국은행", "정부가 말했다.", "한국은행이 말했다.", "+"),
        ("ferry", "The ferry left.", "The ferry, the ferry!", "+"),
    ],
    ids=["goes", "any case", "only whole words", "blanks", "typography", "endings stick", "once more"],
)
def test_phrases_are_found_as_readers_see_them(phrase: str, old: str, new: str, mark: str) -> None:
    change = Change("body", "replace", (1,), (1,), (("-", old), ("+", new)))

    assert watched((phrase,), [change]) == (((mark, phrase),) if mark else ())


def test_a_paragraph_that_moves_brings_no_phrase() -> None:
    moved = Change("body", "move", (1,), (3,), (("=", "The ferry left."),))

    assert watched(("ferry",), [moved, replace(moved, op="equal")]) == ()
