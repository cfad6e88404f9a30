"""What is learnt of an outlet, and who is asked first where there is no time for all: the same in every store."""

from dataclasses import replace
from datetime import datetime, timedelta

from store_cases import HOUR, MINUTE, T0, look, new_update, poll, seen, with_article

from monitor.model import ArticleUpdate, Habit, Pace
from monitor.ports import Store
from monitor.schedule import read_habit, with_lesson, written_habit
from monitor.schedule.law import COUNTED, PARTS, STAGES, Law, lesson

EDITED_AT_TWO_HOURS = lesson(Law(), 1.5 * 3600, 2.5 * 3600, T0, 2 * 3600)
QUIET_DAY = lesson(Law(), 0, 86400, T0, None)


def test_nothing_is_known_of_an_outlet_before_its_first_lesson(store: Store) -> None:
    with_article(store)

    assert store.habit("news.example") is None


def test_each_look_adds_its_lesson_to_the_outlet_of_the_page(store: Store) -> None:
    article = with_article(store)

    for minutes, taught in ((10, EDITED_AT_TWO_HOURS), (20, QUIET_DAY), (30, QUIET_DAY)):
        look(store, article, T0 + minutes * MINUTE, seen(article, 1, T0 + minutes * MINUTE), lesson=taught)

    habit, once = store.habit("news.example"), QUIET_DAY.totals[1]
    assert habit is not None
    assert habit.totals[0] == 1
    assert abs(habit.totals[1] - 2 * once - EDITED_AT_TWO_HOURS.totals[1]) < 1e-3
    assert store.habit("hills.example") is None


def test_a_look_that_was_fenced_out_teaches_nothing(store: Store) -> None:
    article = with_article(store)
    late = seen(article, 7, T0 + HOUR)

    assert not look(store, article, T0 + HOUR, late, lesson=QUIET_DAY).stored

    assert store.habit("news.example") is None


def test_a_habit_is_read_back_as_written_and_another_shape_is_none() -> None:
    habit = with_lesson(EDITED_AT_TWO_HOURS, QUIET_DAY)
    back = read_habit(written_habit(habit))

    assert back is not None
    assert abs(back.totals[1] - habit.totals[1]) < 1e-4
    assert [edits for edits, _ in back.stages] == [edits for edits, _ in habit.stages]
    for other in ("", "null", "[1]", '{"stages":[[1,2]],"parts":[]}', '{"stages":1,"parts":2}', "{"):
        assert read_habit(other) is None


def test_what_was_learnt_long_ago_counts_ever_less() -> None:
    eager = Habit(*(((50.0, 40.0),) * size for size in (len(STAGES) + 1, PARTS, len(COUNTED), 1)))

    habit = eager
    for _ in range(8000):
        habit = with_lesson(habit, QUIET_DAY)

    edits, expected = habit.totals
    assert edits / expected < 0.1 * eager.totals[0] / eager.totals[1]


def test_where_not_all_can_be_asked_the_page_that_waited_longest_for_its_pace_is(store: Store) -> None:
    articles = _paced(store, young=timedelta(minutes=10), old=timedelta(days=2))

    # the old page has been due for hours, the young one for half an hour: three times its pace
    assert _asked(store, T0 + timedelta(days=2, hours=5)) == [articles["young"], articles["old"]]


def test_a_page_that_shows_signs_of_an_edit_goes_before_every_other(store: Store) -> None:
    articles = _paced(store, young=timedelta(minutes=10), old=timedelta(days=9))
    now = T0 + timedelta(days=2, hours=5)
    sign = ArticleUpdate(articles["old"], 0, "https://news.example/old", pull_forward_to=now)
    poll(store, now, sign)

    assert _asked(store, now) == [articles["old"], articles["young"]]


def test_a_sign_of_an_edit_outlives_a_turn_that_ended_before_its_page_was_asked(store: Store) -> None:
    articles = _paced(store, young=timedelta(minutes=10), old=timedelta(days=9))
    now = T0 + timedelta(days=2, hours=5)
    poll(store, now, ArticleUpdate(articles["old"], 0, "https://news.example/old", pull_forward_to=now))

    for turn in store.claim(now, hosts=9, per_host=9, lease=MINUTE):
        store.give_back(turn, turn.tasks, now)
        store.release(turn, now)

    assert _asked(store, now) == [articles["old"], articles["young"]]


def test_a_page_never_seen_goes_before_those_that_were(store: Store) -> None:
    articles = _paced(store, young=timedelta(minutes=10), old=timedelta(days=2))
    now = T0 + timedelta(days=2, hours=5)
    stranger = poll(store, now, new_update("stranger", now)).new_articles[0]

    assert _asked(store, now) == [stranger, articles["young"], articles["old"]]


def _paced(store: Store, *, young: timedelta, old: timedelta) -> dict[str, int]:
    """Two articles of one host, looked at once, each with its own pace."""
    with_article(store, revision=False)
    names = ("old", "young")
    articles = dict(zip(names, poll(store, T0, *(new_update(name, T0) for name in names)).new_articles, strict=True))
    for name, start, wait in (("old", T0, old), ("young", T0 + timedelta(days=2, hours=4, minutes=20), young)):
        pace = Pace(start + wait, 5 * MINUTE, asked_at=start)
        update = replace(seen(articles[name], 0, start), url=f"https://news.example/{name}")
        look(store, articles[name], start, update, pace=pace)
    look(store, 1, T0, seen(1, 0, T0), pace=Pace(None, HOUR))
    poll(store, T0, pace=Pace(T0 + timedelta(days=30), HOUR))
    return articles


def _asked(store: Store, now: datetime) -> list[int]:
    """The articles of one turn, as they are asked one after the other."""
    turns = store.claim(now, hosts=9, per_host=9, lease=MINUTE, tasks="any")
    return [task.article_id for turn in turns if turn.host == "news.example" for task in turn.tasks]  # type: ignore[union-attr]
