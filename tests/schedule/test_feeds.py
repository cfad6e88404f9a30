from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Answer, Failure, FeedDocument, FeedHints, Headers, Hop, Pace, Response, Validators
from monitor.schedule import after_poll, first_poll, moved_to
from monitor.schedule.memo import read_feed_memo
from monitor.settings import Feed, ScheduleSettings

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
URL = "https://news.example/feed"
FEED = Feed("news", URL)
BOUNDS = ScheduleSettings()
H, M, D = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
ETAG: Headers = (("ETag", '"1"'),)


def answered(status: int = 200, headers: Headers = ETAG, at: datetime = NOW, hops: tuple[Hop, ...] = (), final: str = URL) -> Response:
    return Response(URL, final, status, headers, b"", at, at, hops)


def failed(code: str, status: int | None = None, headers: Headers = (), at: datetime = NOW) -> Failure:
    return Failure(URL, code, "", at, status, headers)


def document(**hints: object) -> FeedDocument:
    return FeedDocument("rss20", "utf-8", "News", None, (), FeedHints(**hints))  # type: ignore[arg-type]


def polled(
    answer: Answer,
    pace: Pace | None = None,
    *,
    feed: Feed = FEED,
    news: int = 0,
    read: FeedDocument | None = None,
    code: str | None = None,
    bounds: ScheduleSettings = BOUNDS,
) -> Pace:
    pace = pace or first_poll(feed, NOW)
    code = code or (answer.code if isinstance(answer, Failure) else None)
    after = after_poll(feed, pace, answer, news=news, document=read, failed=code, bounds=bounds, now=answer.at)
    return replace(after, body_sha=b"x") if code is None and answer.status == 200 else after


def wait(pace: Pace, since: datetime = NOW) -> timedelta:
    assert pace.next_at is not None
    return pace.next_at - since


def test_a_new_feed_is_due_at_once() -> None:
    assert first_poll(FEED, NOW).next_at == NOW


def test_a_feed_with_validators_rests_an_hour_at_least() -> None:
    busy = polled(answered(), read=document())
    for hour in range(1, 40):
        busy = polled(answered(at=NOW + hour * H), busy, read=document(), news=30)

    assert busy.floor == H
    assert H <= wait(busy, NOW + 39 * H) <= 1.1 * H


def test_a_feed_without_validators_is_polled_daily() -> None:
    pace = polled(answered(headers=()), read=document())

    assert pace.floor == D
    assert wait(pace) == D


def test_a_feed_that_ignores_its_validators_is_polled_daily() -> None:
    pace = polled(answered(), read=document())
    for _ in range(3):
        pace = polled(answered(), pace)

    assert pace.floor == D
    assert polled(answered(304), pace).floor == H


@pytest.mark.parametrize(
    ("headers", "hints", "floor"),
    [
        pytest.param(ETAG, {"ttl": 20 * M}, 20 * M, id="ttl"),
        pytest.param(ETAG, {"ttl": M}, 10 * M, id="ttl of a minute"),
        pytest.param(ETAG, {"period": 30 * M}, 30 * M, id="sy:updatePeriod"),
        pytest.param((*ETAG, ("Cache-Control", "max-age=1200")), {}, 20 * M, id="max-age"),
        pytest.param((*ETAG, ("Cache-Control", "max-age=0")), {}, H, id="max-age of nothing"),
        pytest.param((*ETAG, ("Cache-Control", "no-cache, max-age=60")), {}, H, id="no-cache"),
        pytest.param((), {"ttl": 20 * M}, H, id="ttl without validators"),
        pytest.param((), {"ttl": 5 * H}, 5 * H, id="long ttl without validators"),
        pytest.param((("Cache-Control", "max-age=60"),), {}, H, id="max-age without validators"),
    ],
)
def test_the_publishers_hints_lower_the_floor(headers: Headers, hints: dict[str, object], floor: timedelta) -> None:
    assert polled(answered(headers=headers), read=document(**hints)).floor == floor


def test_what_the_user_sets_is_the_floor_for_all() -> None:
    bounds = ScheduleSettings(feed_min=timedelta(seconds=1), feed_max=timedelta(seconds=2))

    pace = polled(answered(headers=()), read=document(ttl=H), bounds=bounds)

    assert pace.floor == timedelta(seconds=1)
    assert wait(pace) <= timedelta(seconds=2)


def test_every_beats_floor_and_hints() -> None:
    feed = Feed("news", URL, every=20 * M)

    pace = polled(answered(headers=(("Cache-Control", "max-age=86400"),)), feed=feed, read=document(ttl=9 * H))

    assert (wait(pace), pace.floor) == (20 * M, 20 * M)


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        pytest.param((("Cache-Control", "public, max-age=43200"),), 12 * H, 13.3 * H, id="max-age"),
        pytest.param((("Cache-Control", "max-age=43200"), ("Age", "7200")), 10 * H, 11 * H, id="Age"),
        pytest.param((("Cache-Control", "max-age=172800"),), D, D, id="capped by feed_max"),
        pytest.param((("Cache-Control", "no-cache, max-age=315360000"),), H, 4 * H, id="ten years and no-cache"),
        pytest.param((("Cache-Control", "max-age=315360000"),), D, D, id="ten years"),
        pytest.param((("Cache-Control", "max-age=banana, =, ,"),), H, 4 * H, id="junk"),
        pytest.param((("Expires", format_datetime(NOW + 10 * H, usegmt=True)),), 10 * H, 11.1 * H, id="Expires"),
        pytest.param((("Expires", format_datetime(NOW + 10 * H, usegmt=True)), ("Cache-Control", "max-age=7200")), 2 * H, 4 * H, id="both"),
        pytest.param((("Expires", "0"),), H, 4 * H, id="Expires: 0"),
    ],
)
def test_freshness_is_waited_for(headers: Headers, least: timedelta, most: timedelta) -> None:
    assert least <= wait(polled(answered(headers=ETAG + headers), read=document())) <= most


def test_a_304_says_how_fresh_it_is_too() -> None:
    pace = polled(answered(), read=document())

    fresher = polled(answered(304, (("Cache-Control", "max-age=43200"),)), pace)
    silent = polled(answered(304, ()), fresher)

    assert wait(fresher) >= 12 * H
    assert wait(silent) >= 12 * H


def test_hours_and_days_to_skip_are_skipped() -> None:
    hours = frozenset({13, 14, 15, 16, 17, 24})

    pace = polled(answered(), read=document(skip_hours=hours))
    weekend = polled(answered(at=NOW + 5 * D), read=document(skip_days=frozenset({5})))

    assert pace.next_at is not None
    assert NOW.replace(hour=18, minute=1) <= pace.next_at < NOW.replace(hour=19)
    assert weekend.next_at is not None
    assert weekend.next_at.weekday() != 5


@pytest.mark.parametrize(
    ("code", "status", "headers", "least", "most"),
    [
        pytest.param("http_429", 429, (("Retry-After", "14400"),), 4 * H, 4.4 * H, id="429 with seconds"),
        pytest.param("http_503", 503, (("Retry-After", format_datetime(NOW + 5 * H, usegmt=True)),), 5 * H, 5.5 * H, id="503 with a date"),
        pytest.param("http_429", 429, (("Retry-After", "soon"),), H, 4 * H, id="429 with junk"),
        pytest.param("http_429", 429, (("Retry-After", "259200"),), 3 * D, 3.3 * D, id="beyond feed_max"),
        pytest.param("http_503", 503, (("Retry-After", format_datetime(NOW - 5 * H, usegmt=True)),), H, 4 * H, id="in the past"),
        pytest.param("timeout", None, (), H, 4 * H, id="timeout"),
        pytest.param("http_403", 403, (), 6 * H, 7 * H, id="403"),
        pytest.param("http_410", 410, (), D, 1.1 * D, id="410"),
    ],
)
def test_a_failure_waits_by_its_kind(code: str, status: int, headers: Headers, least: timedelta, most: timedelta) -> None:
    pace = polled(failed(code, status, headers), polled(answered(), read=document()))

    assert least <= wait(pace) <= most
    assert pace.failures == 1


@pytest.mark.parametrize(("code", "cap"), [("network", D), ("http_500", D), ("http_404", 7 * D), ("malformed", D), ("http_403", 3 * D)])
def test_failures_in_a_row_wait_ever_longer_and_keep_the_validators(code: str, cap: timedelta) -> None:
    pace = polled(answered(), read=document())
    waits = []
    for _ in range(12):
        pace = polled(failed(code, int(code[5:]) if code.startswith("http") else None), pace)
        waits.append(wait(pace))

    assert all(later >= earlier for earlier, later in pairwise(waits))
    assert waits[1] >= 1.8 * waits[0]
    assert cap <= waits[-1] <= 1.1 * cap
    assert pace.validators == Validators(URL, '"1"', None)


def test_a_feed_that_is_gone_is_asked_once_more_and_then_never() -> None:
    once = polled(failed("http_410", 410), polled(answered(), read=document()))
    twice = polled(failed("http_410", 410), once)

    assert once.next_at is not None
    assert twice.next_at is None


def test_validators_are_those_of_the_last_answer() -> None:
    both = (("ETag", '"1"'), ("Last-Modified", "Mon, 02 Mar 2026 10:00:00 GMT"))
    pace = polled(answered(headers=both), read=document())

    assert pace.validators == Validators(URL, '"1"', "Mon, 02 Mar 2026 10:00:00 GMT")
    assert polled(answered(304, (("ETag", '"2"'),)), pace).validators == Validators(URL, '"2"', "Mon, 02 Mar 2026 10:00:00 GMT")
    assert polled(answered(304, ()), pace).validators == pace.validators
    assert polled(answered(200, (("ETag", '"3"'),)), pace).validators == Validators(URL, '"3"', None)
    assert polled(answered(200, ()), pace).validators is None


def test_validators_of_a_body_that_was_not_taken_are_not_kept() -> None:
    pace = polled(answered(), read=document())

    assert polled(answered(200, (("ETag", '"bad"'),)), pace, code="malformed").validators == pace.validators
    assert polled(answered(206, (("ETag", '"part"'),)), pace, code="http_206").validators == pace.validators
    assert polled(answered(304, (("ETag", '"never had it"'),))).validators is None


def test_a_validator_that_cannot_be_sent_back_is_not_kept() -> None:
    assert polled(answered(headers=(("ETag", '"a\x1b[31m"'),)), read=document()).validators is None


MOVED = "https://new.example/feed"


def test_a_permanent_move_is_believed_after_a_day_and_three_times() -> None:
    pace, told = first_poll(FEED, NOW), []
    for hours in (0, 10, 20, 30):
        hop = (Hop(301, MOVED),)
        pace = polled(answered(at=NOW + hours * H, hops=hop, final=MOVED), pace, read=document())
        told.append(moved_to(pace))

    assert told == [None, None, None, MOVED]
    assert moved_to(polled(answered(304, at=NOW + 40 * H, final=MOVED), pace)) is None


@pytest.mark.parametrize("hops", [(Hop(302, MOVED),), (Hop(301, "https://x.example/"), Hop(307, MOVED))])
def test_a_temporary_move_is_never_believed(hops: tuple[Hop, ...]) -> None:
    pace = first_poll(FEED, NOW)
    for hours in range(0, 100, 10):
        pace = polled(answered(at=NOW + hours * H, hops=hops, final=MOVED), pace, read=document())
        assert moved_to(pace) is None


def test_a_feed_with_news_is_asked_oftener_than_a_silent_one() -> None:
    busy = silent = polled(answered(), read=document())
    for hours in range(3, 90, 3):
        busy = polled(answered(at=NOW + hours * H), busy, read=document(), news=1)
        silent = polled(answered(304, at=NOW + hours * H), silent)

    assert wait(busy, NOW + 87 * H) < 2.5 * H
    assert wait(silent, NOW + 87 * H) > 12 * H


def test_a_feed_that_was_told_to_slow_down_is_slower_for_a_while() -> None:
    calm = polled(answered(), read=document())
    slowed = polled(answered(304), polled(failed("http_429", 429), calm))

    assert wait(slowed) > 1.5 * wait(calm)


def test_a_memo_that_cannot_be_read_is_a_fresh_one() -> None:
    assert read_feed_memo("[]") == read_feed_memo("nonsense") == read_feed_memo("{}")


ANY_HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["Cache-Control", "Age", "Expires", "Date", "Retry-After", "ETag", "Last-Modified"]),
        st.text(max_size=30)
        | st.sampled_from(["max-age=99999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 0001 00:00:00 GMT", "-5"]),
    ),
    max_size=4,
)


@given(ANY_HEADERS, st.sampled_from([200, 304, 429, 503, 404, 500]), st.integers(0, 60))
def test_whatever_a_server_says_the_next_poll_is_later_and_never_far_off(
    headers: list[tuple[str, str]], status: int, failures: int
) -> None:
    pace = replace(first_poll(FEED, NOW), failures=failures, body_sha=b"x")
    answer = answered(status, tuple(headers)) if status < 400 else failed(f"http_{status}", status, tuple(headers))

    pace = polled(answer, pace)

    assert 10 * M <= wait(pace) <= 35 * D
    assert wait(pace) >= pace.floor or status >= 400
