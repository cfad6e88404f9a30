"""Which revisions a REF names: the publisher's stamps in the feed's zone, restamps, then when we saw them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from monitor.errors import Ambiguous, NotFound, UsageError
from monitor.model import Article, Content, Key, Restamp, Revision, Stamp
from monitor.ports import EditQuery, ReadingStore
from monitor.refs import Resolved, resolve, with_revs
from monitor.refs.meaning import Purpose

POSTED = datetime(2023, 9, 19, 7, 20, tzinfo=UTC)  # 16:20 in Seoul
UPDATED = datetime(2023, 9, 20, 0, 34, tzinfo=UTC)  # 09:34 the next day
NOW = datetime(2023, 9, 22, 0, 0, tzinfo=UTC)


def stamp(at: datetime | None) -> Stamp | None:
    return Stamp(at) if at else None


def revision(
    rev: int, *, posted: datetime | None, updated: datetime | None = None, seen: datetime, until: datetime | None = None
) -> Revision:
    return Revision(
        article=1, rev=rev, hash=f"{rev}{'abcdef' * 11}"[:64], parent_hash=None, event="edited", confirmed=True, source="page", url="https://a.example/1",
        first_seen_at=seen, last_seen_at=until or seen, posted=stamp(posted), updated=stamp(updated), content=Content(f"Version {rev}"),
    )  # fmt: skip


@dataclass
class Shelf:
    """A store of one article, with what REF asks of one."""

    chain: Sequence[Revision]
    zone: str | None = "Asia/Seoul"
    edited: Sequence[tuple[int, int]] = ((1, 2),)
    names: dict[tuple[str, str], int] = field(default_factory=dict)

    def feeds(self) -> Any:
        return (SimpleNamespace(feed=SimpleNamespace(slug="kt", timezone=self.zone)),)

    def article(self, number: int) -> Article | None:
        if number != 1:
            return None
        return Article(1, "https://a.example/1", None, ("kt",), "A", "watched", len(self.chain), POSTED)

    def article_by_url(self, keys: Sequence[Key]) -> int | None:
        return next((self.names[key.kind, key.value] for key in keys if (key.kind, key.value) in self.names), None)

    def last_edited(self, back: int = 0) -> int | None:
        return 1 if self.edited and back == 0 else None

    def revisions(self, article: int) -> tuple[Revision, ...]:
        return tuple(self.chain)

    def revision(self, article: int, rev: int) -> Revision | None:
        return next((r for r in self.chain if r.rev == rev), None)

    def find_revisions(self, prefix: str, article: int | None = None) -> tuple[tuple[int, int], ...]:
        return tuple((1, r.rev) for r in self.chain if r.hash.startswith(prefix))

    def edits(self, query: EditQuery) -> Iterator[Any]:
        return iter([SimpleNamespace(from_rev=a, to_rev=b) for a, b in reversed(self.edited)])


TWO = Shelf([
    revision(1, posted=POSTED, seen=POSTED + timedelta(minutes=5), until=POSTED + timedelta(hours=12)),
    revision(2, posted=POSTED, updated=UPDATED, seen=UPDATED + timedelta(minutes=5), until=UPDATED + timedelta(days=1)),
])  # fmt: skip


def named(shelf: Shelf, text: str, purpose: Purpose = "diff") -> Resolved:
    return resolve(cast(ReadingStore, shelf), text, purpose=purpose, now=NOW)


def sides(shelf: Shelf, text: str) -> tuple[int | None, int]:
    found = named(shelf, text)
    return (found.old.rev if found.old else None), found.new.rev


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("1", (1, 2)), ("1@2", (1, 2)), ("1@1", (None, 1)), ("1@16:20..09:34", (1, 2)), ("1@..", (1, 2)), ("1@first..last", (1, 2)),
        ("1@prev..", (1, 2)), ("1@~1..~0", (1, 2)), ("1@2023-09-19..2023-09-20", (1, 2)), ("1@2023-09-19T16:20..", (1, 2)),
        ("1@2023-09-19T07:20Z..2023-09-20T09:34+09:00", (1, 2)), ("1@-2d..", (1, 2)), ("1@2abcdef", (1, 2)), ("last", (1, 2)),
        ("1@2..1", (2, 1)),
    ],
)  # fmt: skip
def test_a_ref_names_the_two_sides_of_a_difference(text: str, pair: tuple[int | None, int]) -> None:
    assert sides(TWO, text) == pair


def test_words_after_the_article_are_the_same_as_a_range() -> None:
    found = resolve(cast(ReadingStore, TWO), with_revs("1", ["1", "2"]), purpose="diff", now=NOW)

    assert found.old
    assert (found.old.rev, found.new.rev) == (1, 2)


def test_show_means_the_latest_and_log_means_all() -> None:
    assert named(TWO, "1", "show").new.rev == 2
    assert [r.rev for r in named(TWO, "1", "log").revisions] == [1, 2]
    assert [r.rev for r in named(TWO, "1@..1", "log").revisions] == [1]


def test_show_of_a_range_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        named(TWO, "1@1..2", "show")


def test_the_zone_of_the_stamp_counts_where_the_feed_names_none() -> None:
    chain = [replace(TWO.chain[0], posted=Stamp(POSTED, zone="+09:00")), *TWO.chain[1:]]

    assert named(Shelf(chain, zone=None), "1@16:20", "show").new.rev == 1
    assert named(Shelf(TWO.chain, zone=None), "1@07:20", "show").new.rev == 1


def test_a_clock_time_of_several_days_asks_which_day() -> None:
    chain = [*TWO.chain, revision(3, posted=POSTED, updated=POSTED + timedelta(days=2), seen=POSTED + timedelta(days=2, minutes=5))]

    with pytest.raises(Ambiguous) as told:
        named(Shelf(chain), "1@16:20", "show")

    assert [candidate.split()[0] for candidate in told.value.candidates] == ["1@2023-09-19T16:20", "1@2023-09-21T16:20"]
    assert named(Shelf(chain), told.value.candidates[1].split()[0], "show").new.rev == 3


def test_a_silent_edit_keeps_the_stamp_and_the_first_to_carry_it_is_taken() -> None:
    chain = [TWO.chain[0], revision(2, posted=POSTED, seen=POSTED + timedelta(hours=2)), replace(TWO.chain[1], rev=3)]

    found = named(Shelf(chain), "1@16:20..09:34")

    assert found.old
    assert (found.old.rev, found.new.rev) == (1, 3)
    assert "revisions 1, 2" in found.notes[0]


def test_a_restamp_can_be_named() -> None:
    bumped = Restamp(UPDATED, stamp(POSTED), stamp(UPDATED + timedelta(hours=1)))
    chain = [replace(TWO.chain[0], restamps=(bumped,)), TWO.chain[1]]

    assert named(Shelf(chain), "1@10:34", "show").new.rev == 1


def test_a_stamp_comes_before_a_restamp_and_both_before_our_own_eyes() -> None:
    bumped = Restamp(UPDATED, None, stamp(UPDATED))
    chain = [replace(TWO.chain[0], restamps=(bumped,)), TWO.chain[1]]

    assert named(Shelf(chain), "1@09:34", "show").new.rev == 2
    assert named(TWO, "1@09:39", "show").new.rev == 2


def test_a_time_no_stamp_carries_names_the_version_that_stood_then() -> None:
    found = named(TWO, "1@2023-09-19T20:00", "show")

    assert found.new.rev == 1
    assert "stood then" in found.notes[0]


def test_a_time_before_the_first_look_names_nothing() -> None:
    with pytest.raises(NotFound, match="first seen"):
        named(TWO, "1@-9d", "show")


@pytest.mark.parametrize(
    "text", ["7", "1@3", "1@0", "1@~2", "1@fffffff", "last~1", "https://a.example/else", "kt:none", "99999999999999999999"]
)
def test_what_is_not_there_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        named(TWO, text, "show")


def test_a_number_of_seven_digits_may_be_a_hash() -> None:
    chain = [replace(TWO.chain[0], hash="1234567" + "0" * 57), TWO.chain[1]]

    assert named(Shelf(chain), "1@1234567", "show").new.rev == 1


def test_an_address_with_an_at_that_is_known_whole_is_not_parted() -> None:
    from monitor.identify import url_keys

    key = url_keys("https://a.example/@2")[0]
    shelf = Shelf(TWO.chain, names={(key.kind, key.value): 1})

    assert [r.rev for r in named(shelf, "https://a.example/@2", "log").revisions] == [1, 2]


def test_one_revision_alone_has_no_other_side() -> None:
    found = named(Shelf(TWO.chain[:1], edited=()), "1")

    assert (found.old, found.new.rev) == (None, 1)
