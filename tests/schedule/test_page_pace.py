from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Answer, Failure, Pace, Response, Verdict
from monitor.schedule import Habit, after_look, first_look
from monitor.schedule.pages import interval
from monitor.settings import ScheduleSettings

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://news.example/story"
BOUNDS = ScheduleSettings()
H, M, D = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
OK = Response(URL, URL, 200, (("ETag", '"1"'),), b"", NOW, NOW)


def looked(
    pace: Pace | None = None,
    answer: Answer = OK,
    *,
    verdict: Verdict = "same",
    edited: bool = False,
    age: timedelta = H,
    edited_ago: timedelta | None = None,
    sooner: timedelta | None = None,
    habit: Habit | None = None,
    bounds: ScheduleSettings = BOUNDS,
) -> Pace:
    return after_look(
        pace or first_look(bounds, NOW),
        answer,
        verdict=verdict,
        edited=edited,
        posted_at=None,
        first_seen_at=NOW - age,
        last_edit_at=None if edited_ago is None else NOW - edited_ago,
        habit=habit,
        sooner=sooner,
        bounds=bounds,
        now=NOW,
    )


def wait(pace: Pace) -> timedelta:
    assert pace.next_at is not None
    return pace.next_at - NOW


@pytest.mark.parametrize(
    ("age", "minutes"), [(timedelta(0), 12), (H, 19), (3 * H, 31), (10 * H, 66), (D, 124), (7 * D, 538), (28 * D, 1540)]
)
def test_looks_follow_the_age_of_the_article(age: timedelta, minutes: int) -> None:
    assert wait(looked(age=age)) == pytest.approx(minutes * M, rel=0.12)


def test_an_edit_makes_an_old_article_young_again() -> None:
    assert wait(looked(age=9 * D, edited=True, edited_ago=timedelta(0), verdict="edited")) < 11 * M
    assert wait(looked(age=9 * D, edited_ago=H)) < H


def test_an_article_that_was_edited_often_is_looked_at_oftener() -> None:
    often = first_look(BOUNDS, NOW)
    for _ in range(4):
        often = looked(often, edited=True, edited_ago=timedelta(0), verdict="edited")

    assert wait(looked(often, age=5 * D, edited_ago=4 * D)) < 0.5 * wait(looked(age=5 * D))


def test_the_watch_ends_so_long_after_the_last_edit() -> None:
    assert looked(age=31 * D).next_at is None
    assert looked(age=31 * D, edited_ago=20 * D).next_at is not None


def test_a_doubt_is_settled_soon() -> None:
    assert wait(looked(age=9 * D, verdict="held")) <= 11 * M
    assert wait(looked(age=9 * D, sooner=timedelta(0))) == pytest.approx(5 * M, rel=0.11)


def test_bounds_are_kept() -> None:
    quick = ScheduleSettings(page_min=timedelta(seconds=1), page_max=timedelta(seconds=2))

    assert wait(looked(bounds=quick, age=5 * D)) <= timedelta(seconds=2)
    assert looked(bounds=quick).floor == timedelta(seconds=1)


def test_a_page_that_fails_is_asked_ever_less() -> None:
    failure = Failure(URL, "http_500", "", NOW, 500)
    once = looked(answer=failure, verdict="failed", age=timedelta(0))
    twice = looked(once, answer=failure, verdict="failed", age=timedelta(0))

    assert 15 * M <= wait(once) <= 17 * M
    assert 30 * M <= wait(twice) <= 33 * M


def test_a_page_obeys_retry_after() -> None:
    busy = Failure(URL, "http_429", "", NOW, 429, (("Retry-After", "345600"),))

    assert wait(looked(answer=busy, verdict="failed")) >= 4 * D


def test_suspect_pages_are_not_hammered() -> None:
    pace = looked(verdict="suspect")
    for _ in range(4):
        pace = looked(pace, verdict="suspect")

    assert wait(pace) > 8 * wait(looked())


def test_validators_follow_the_page() -> None:
    assert looked().validators is not None
    assert looked(answer=Response(URL, URL, 304, (("ETag", '"1"'),), b"", NOW, NOW)).validators is None


def test_an_outlet_that_edits_much_is_looked_at_oftener() -> None:
    eager, lazy = Habit(edits=900, expected=100), Habit(edits=0, expected=900)

    assert wait(looked(habit=eager, age=D)) < wait(looked(age=D)) < wait(looked(habit=lazy, age=D))


@given(st.timedeltas(timedelta(0), 60 * D), st.timedeltas(timedelta(0), 60 * D))
def test_the_interval_grows_with_age_and_stays_in_bounds(one: timedelta, other: timedelta) -> None:
    younger, older = sorted((one, other))
    of = [interval(None, NOW - age, None, None, BOUNDS, NOW) for age in (younger, older)]

    assert BOUNDS.page_min <= of[0] <= of[1] <= BOUNDS.page_max
