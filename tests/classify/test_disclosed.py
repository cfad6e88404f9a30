"""Disclosed or not, as the stamps and notes prove."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.classify import Version, judge
from monitor.diff import compare
from monitor.model import Content, Judgement, Said, Stamp

SEEN = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
T1, T2, T3 = (SEEN + timedelta(hours=hours) for hours in (-3, -1, 1))
OLD = Content("T", body=("The bridge will open in spring, the town said.",))
NEW = Content("T", body=("The bridge will open in autumn, the town said.",))
NOTED = Content("T", body=(*NEW.body, "Correction: an earlier version of this article named the wrong season."))


def stamp(at: datetime | None) -> Stamp | None:
    return Stamp(at, "+00:00", "some text", "json-ld") if at else None


def found(
    before: tuple[datetime | None, datetime | None],
    after: tuple[datetime | None, datetime | None],
    *,
    old: Content = OLD,
    new: Content = NEW,
) -> Judgement:
    first = Version(old, stamp(before[0]), stamp(before[1]), SEEN)
    second = Version(new, stamp(after[0]), stamp(after[1]), SEEN + timedelta(hours=2))
    return judge(first, second, compare(old, new), event="edited", source="page", language="en")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param((T1, T2), (T1, T3), True, id="Updated moved"),
        pytest.param((T1, T2), (T1, T2), False, id="Updated did not move"),
        pytest.param((T1, T2), (T1, T1), False, id="Updated went back"),
        pytest.param((T1, None), (T1, T3), True, id="an Updated came"),
        pytest.param((T1, None), (T1, None), False, id="a Posted alone is stamp enough"),
        pytest.param((T1, None), (T3, None), True, id="the only stamp moved"),
        pytest.param((T1, None), (T1, T1), False, id="an Updated that repeats Posted"),
        pytest.param((T1, T2), (T1, None), False, id="Updated went away"),
        pytest.param((T1, T2), (T3, None), False, id="Updated went away, Posted moved"),
        pytest.param((None, None), (None, None), None, id="no stamp"),
        pytest.param((None, None), (T1, None), None, id="a Posted came late"),
        pytest.param((None, None), (T1, T3), True, id="a first Updated after the last look"),
        pytest.param((T1, T2), (None, None), False, id="all stamps went away"),
    ],
)
def test_stamps_decide(
    before: tuple[datetime | None, datetime | None], after: tuple[datetime | None, datetime | None], expected: bool | None
) -> None:
    assert found(before, after).disclosed is expected


@pytest.mark.parametrize("stamps", [(None, None), (T1, T2)])
def test_a_correction_note_discloses_whatever_the_stamps_say(stamps: tuple[datetime | None, datetime | None]) -> None:
    assert found(stamps, stamps, new=NOTED).disclosed is True


def test_the_proof_names_both_stamps_and_when_they_were_read() -> None:
    proof = found((T1, T2), (T1, T2)).evidence[-1]

    assert proof == (
        "not disclosed: Updated said 2026-11-19T11:00:00Z (“some text”, json-ld) when read at 2026-11-19T12:00:00Z, "
        "Updated said 2026-11-19T11:00:00Z (“some text”, json-ld) at 2026-11-19T14:00:00Z, and no correction note came"
    )


def test_an_undisclosed_edit_weighs_more() -> None:
    assert found((T1, T2), (T1, T2)).severity.score > found((T1, T2), (T1, T3)).severity.score


def test_of_a_feed_alone_nothing_can_be_said() -> None:
    version = Version(OLD, stamp(T1), stamp(T2), SEEN)
    changes = compare(OLD, OLD, {"bbc": Said("Old words here")}, {"bbc": Said("New words here")})

    assert judge(version, version, changes, event="edited", source="page", language="en").disclosed is None
