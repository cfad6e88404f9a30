from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Answer, Failure, Pace, Response, Verdict
from monitor.schedule import Habit, after_look, first_look, taught, with_lesson
from monitor.schedule.law import COUNTED, PARTS, STAGES, Law, ahead, general_share, law_of, pieces
from monitor.schedule.law import lesson as lesson_of
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


def walked(age: timedelta, habit: Habit | None = None, start: datetime = NOW) -> list[datetime]:
    """Every look at an article that is never edited, from the moment it was published until it has that age."""
    pace, looks = first_look(BOUNDS, start), [start]
    while looks[-1] - start <= age:
        now = looks[-1]
        pace = after_look(
            pace, replace(OK, at=now), verdict="same", edited=False, posted_at=None, first_seen_at=start, last_edit_at=None,
            habit=habit, sooner=None, bounds=BOUNDS, now=now,
        )  # fmt: skip
        assert pace.next_at is not None
        looks.append(pace.next_at)
    return looks


@pytest.mark.parametrize(("age", "minutes"), [(timedelta(0), 10), (H, 25), (3 * H, 45), (10 * H, 100), (D, 180), (7 * D, 640)])
def test_looks_follow_the_age_of_the_article(age: timedelta, minutes: int) -> None:
    before, after = walked(age)[-2:]

    assert after - before == pytest.approx(minutes * M, rel=0.15)


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


def test_a_stamp_that_moves_alone_is_a_sign_that_somebody_has_the_article_open() -> None:
    assert wait(looked(age=5 * D, verdict="restamped")) < 0.2 * wait(looked(age=5 * D))


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
    eager, lazy = habit(edits=900, expected=100), habit(edits=0, expected=900)

    assert wait(looked(habit=eager, age=D)) < wait(looked(age=D)) < wait(looked(habit=lazy, age=D))


def test_an_outlet_that_edits_in_the_evening_is_looked_at_in_the_evening() -> None:
    evening = learnt({hour: 3.0 if 18 <= hour < 22 else 0.0 for hour in range(24)})
    midnight = NOW.replace(hour=0)

    hours = Counter(at.hour for day in range(20) for at in walked(2 * D, evening, midnight + day * H))

    in_the_evening = sum(hours[hour] for hour in range(18, 22)) / 4
    assert in_the_evening > 2 * (hours.total() - 4 * in_the_evening) / 20


def test_an_outlet_that_never_edits_costs_few_looks() -> None:
    never = learnt(dict.fromkeys(range(24), 0.0))

    assert len(walked(7 * D, never)) < 0.5 * len(walked(7 * D))


def test_what_a_look_did_not_show_teaches_nothing() -> None:
    before = looked(age=H)

    def lesson(verdict: Verdict, pace: Pace = before) -> Habit | None:
        return taught(
            pace, verdict=verdict, edited=False, posted_at=None, first_seen_at=NOW - H, last_edit_at=None, edited_at=None, habit=None,
            bounds=BOUNDS, now=NOW + H,
        )  # fmt: skip

    assert lesson("same") is not None
    assert lesson("failed") is None
    assert lesson("suspect") is None
    assert lesson("same", first_look(BOUNDS, NOW)) is None


def test_an_edit_teaches_the_age_and_the_hour_at_which_the_publisher_dates_it() -> None:
    before = looked(age=timedelta(0))
    common = {"verdict": "edited", "edited": True, "posted_at": None, "first_seen_at": NOW, "last_edit_at": None, "habit": None}
    common |= {"bounds": BOUNDS, "now": NOW + 100 * M}

    dated = taught(before, edited_at=NOW + 5 * M, **common)  # type: ignore[arg-type]
    elsewhere = taught(before, edited_at=NOW - D, **common)  # type: ignore[arg-type]

    assert dated is not None
    assert dated.stages[0][0] == 1
    assert dated.parts[NOW.hour * PARTS // 24][0] == 1
    assert elsewhere is not None
    assert elsewhere.stages[1][0] == 1


def test_what_comes_after_an_edit_is_learnt_apart_from_how_many_articles_get_any() -> None:
    known: Habit | None = None
    for _ in range(60):  # every article is edited once in its second hour, and never again
        for since, edits, edit_age in ((3600.0, 0, 5400.0), (7200.0, 1, None)):
            span = since if edits == 0 else 10 * D.total_seconds()
            taken = lesson_of(law_of(known), since, since + span, NOW, edit_age, edits=edits)
            known = with_lesson(known, taken)
    law = law_of(known)

    assert law.counts[0] > 1 > 0.5 > law.counts[1]
    assert law.pressure(0, 0.0, 3600.0) > 3 * law.pressure(1, 0.0, 7200.0)


def test_an_edit_soon_after_another_teaches_that_edits_follow_each_other() -> None:
    soon = lesson_of(Law(), 86400.0, 87000.0, NOW, 86700.0, edits=1, last_edit_age=86400.0)
    late = lesson_of(Law(), 86400.0, 87000.0, NOW, 86700.0, edits=1, last_edit_age=7200.0)

    assert soon.follows[0][0] > 0.9 > 0.1 > late.follows[0][0]
    for lesson in (soon, late):
        assert lesson.follows[0][0] + lesson.totals[0] == pytest.approx(1)


def test_an_outlet_whose_edits_come_in_series_is_looked_at_sooner_after_one() -> None:
    series = replace(habit(edits=100, expected=100), follows=((200.0, 50.0),))
    single = replace(habit(edits=100, expected=100), follows=((0.0, 50.0),))

    def after(known: Habit) -> timedelta:
        return wait(looked(habit=known, age=9 * D, edited=True, edited_ago=20 * M, verdict="edited"))

    assert after(series) < 0.5 * after(single)


@pytest.mark.parametrize("edits", [0, 1, 2, 9, 40, 900])
def test_the_longer_nothing_more_came_the_less_is_to_come(edits: int) -> None:
    passing = [ahead(edits, watched) for watched in (0.1, 0.3, 0.5, 0.7, 0.9)]

    assert all(more > 0 for more in passing)
    if edits <= 2:
        assert passing == sorted(passing, reverse=True)


def test_a_third_of_the_articles_is_edited_twice_at_the_mean() -> None:
    assert 0.35 * 1.94 <= ahead(0, 0.0) <= 0.35 * 2.5


@given(st.floats(0, 40 * 86400.0), st.floats(1, 9 * 86400.0), st.integers(0, 86399))
def test_time_cut_into_pieces_is_all_of_it_once(since: float, length: float, second: int) -> None:
    at = NOW.replace(hour=0) + timedelta(seconds=second)

    cut = list(pieces(since, since + length, at))

    assert sum(share for _, _, share in cut) == pytest.approx(general_share(since + length) - general_share(since), rel=1e-6, abs=1e-12)
    assert all(share >= 0 for _, _, share in cut)


def learnt(edits_at: dict[int, float]) -> Habit:
    """What an outlet taught whose articles were looked at every hour for a day, with so many edits at each hour (UTC)."""
    known: Habit | None = None
    midnight = NOW.replace(hour=0)
    for _ in range(30):
        for hour, edits in edits_at.items():
            at = midnight + hour * H + 59 * M
            for n in range(int(edits) + 1):
                taken = lesson_of(Law(), 4 * 3600.0, 5 * 3600.0, at, 4.5 * 3600.0 if n < edits else None)
                known = with_lesson(known, taken)
    assert known is not None
    return known


def habit(edits: float, expected: float) -> Habit:
    """An outlet with so many edits, alike at all ages and hours."""
    sizes = len(STAGES) + 1, PARTS, len(COUNTED), 1
    return Habit(*(((edits / size, expected / size),) * size for size in sizes))


@given(st.timedeltas(timedelta(0), 60 * D), st.timedeltas(timedelta(0), 60 * D))
def test_the_interval_grows_with_age_and_stays_in_bounds(one: timedelta, other: timedelta) -> None:
    younger, older = sorted((one, other))
    of = [interval(NOW - age, None, Law(), BOUNDS, NOW) for age in (younger, older)]

    assert BOUNDS.page_min <= of[0] <= of[1] <= BOUNDS.page_max
