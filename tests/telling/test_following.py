"""`log --follow` tells each edit once, in order, as it is stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from newsdesk import edited

from monitor.cli.following import followed
from monitor.cli.main import main
from monitor.model import Edit
from monitor.ports import EditQuery


@dataclass
class Desk:
    """A face whose store has these edits at the moment."""

    edits: list[Edit] = field(default_factory=list)
    asked: list[EditQuery] = field(default_factory=list)

    @contextmanager
    def reading(self) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(store=SimpleNamespace(edits=self._edits))

    def _edits(self, query: EditQuery) -> Iterator[Edit]:
        self.asked.append(query)
        return iter([edit for edit in self.edits if edit.id > query.after])


def test_each_edit_comes_once_as_it_is_stored() -> None:
    desk, waves = Desk(), iter([[1, 2], [], [5]])

    def pause() -> None:
        wave = next(waves, None)
        if wave is None:
            raise KeyboardInterrupt
        desk.edits += [replace(edited().edit, id=number) for number in wave]

    edits = followed(desk, EditQuery(min_level="low"), 0, pause=pause)  # type: ignore[arg-type]
    told = [next(edits).id for _ in range(3)]
    with pytest.raises(KeyboardInterrupt):
        next(edits)

    assert told == [1, 2, 5]
    assert [query.after for query in desk.asked] == [0, 0, 2, 2]
    assert {query.min_level for query in desk.asked} == {"low"}


def test_what_was_told_is_not_told_again() -> None:
    desk = Desk([replace(edited().edit, id=number) for number in (1, 2, 3)])

    edits = followed(desk, EditQuery(), 2)  # type: ignore[arg-type]

    assert next(edits).id == 3


@pytest.mark.parametrize("words", [["42", "--follow"], ["--follow", "--json"], ["--follow", "--restamps"]])
def test_only_the_stream_of_edits_is_followed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["log", *words])

    assert ended.value.code == 2
