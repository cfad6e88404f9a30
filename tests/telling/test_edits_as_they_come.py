"""`run` and `check` print edits on stdout as they are stored."""

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace

from newsdesk import NEW, edited

from monitor.cli.following import edits_printed
from monitor.model import Edit
from monitor.ports import EditQuery


@dataclass
class Desk:
    """A store that has these edits at the moment; `fails` once when told to."""

    edits_now: list[Edit] = field(default_factory=list)
    asked: list[EditQuery] = field(default_factory=list)
    fails: bool = False

    def edits(self, query: EditQuery) -> Iterator[Edit]:
        self.asked.append(query)
        if self.fails:
            self.fails = False
            raise RuntimeError("the database is away")
        found = [edit for edit in self.edits_now if edit.id > query.after]
        return iter(found[-1:] if query.newest else found)


def edit(number: int, title: str) -> Edit:
    return replace(edited(number, new=replace(NEW, title=title)).edit, id=number)


def printed(desk: Desk, *waves: list[Edit]) -> str:
    """What is printed while the waves come, one at each pause."""
    out, left, done = io.StringIO(), list(waves), threading.Event()

    def pause(stop: threading.Event) -> bool:
        if left:
            desk.edits_now += left.pop(0)
            return False
        done.set()
        return stop.wait()

    with redirect_stdout(out), edits_printed(desk, timezone="UTC", color=False, pause=pause):  # type: ignore[arg-type]
        done.wait(5)
    return out.getvalue()


def test_edits_are_printed_as_they_come_and_those_of_before_are_not() -> None:
    desk = Desk([edit(1, "Yesterday's news")])

    out = printed(desk, [edit(2, "Minister resigns")], [], [edit(3, "Bridge closed"), edit(4, "Bridge open")])

    places = [out.index(title) for title in ("Minister resigns", "Bridge closed", "Bridge open")]
    assert places == sorted(places)
    assert "Yesterday" not in out
    assert len(out.splitlines()) == 3
    assert {query.min_level for query in desk.asked if not query.newest} == {"low"}


def test_what_comes_last_is_printed_before_the_end() -> None:
    desk, out = Desk(), io.StringIO()

    with redirect_stdout(out), edits_printed(desk, timezone="UTC", color=False, pause=lambda stop: stop.wait()):  # type: ignore[arg-type]
        desk.edits_now.append(edit(1, "Minister resigns"))

    assert out.getvalue().count("Minister resigns") == 1


def test_a_store_that_is_away_for_a_moment_ends_nothing() -> None:
    desk = Desk()

    class Away(list[Edit]):
        def __iadd__(self, more: object) -> "Away":  # type: ignore[misc,override]
            desk.fails = not self
            super().extend(more)  # type: ignore[arg-type]
            return self

    desk.edits_now = Away()

    assert "Minister resigns" in printed(desk, [edit(1, "Minister resigns")], [])


def test_a_reader_that_went_away_ends_only_the_printing() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    desk = Desk()
    with redirect_stdout(Closed()), edits_printed(desk, timezone="UTC", color=False, pause=lambda stop: stop.wait(0.001)):  # type: ignore[arg-type]
        desk.edits_now.append(edit(1, "Minister resigns"))

    assert sys.stdout is not None


def test_a_reader_that_reads_no_more_keeps_nobody_from_ending() -> None:
    let_go = threading.Event()

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            let_go.wait(30)
            return len(text)

    desk = Desk()
    with (
        redirect_stdout(Full()),
        edits_printed(desk, timezone="UTC", color=False, pause=lambda stop: stop.wait(), patience=0.05),  # type: ignore[arg-type]
    ):
        desk.edits_now.append(edit(1, "Minister resigns"))
    let_go.set()

    assert desk.edits_now
