"""Small things: how values read, which filters fit, what charts measure, what periods count."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.figures import tally
from monitor.model import LEVELS, Stamp
from monitor.ports import EditQuery
from monitor.store.memory import MemoryStore
from monitor.web import charts, words
from monitor.web.filters import Filter, accepts, edit_query, query_string, read_filter

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (24_360, "6 h 46 min"),
        (86_400, "1 day"),
        (90_000, "1 day 1 h"),
        (400_000, "4 days"),
    ],
)
def test_spans_read_as_people_say_them(seconds: int, said: str) -> None:
    assert words.span(timedelta(seconds=seconds)) == said


def test_times_are_told_in_the_reader_s_zone_with_the_year_when_it_is_another() -> None:
    at = datetime(2026, 11, 19, 16, 20, tzinfo=UTC)

    assert words.moment(at, "Asia/Seoul", NOW) == "20 Nov, 01:20"
    assert words.moment(at.replace(year=2025), "UTC", NOW) == "19 Nov 2025, 16:20"


@given(st.text(), st.sampled_from("=-+"))
def test_marking_words_keeps_every_character(text: str, sign: str) -> None:
    assert "".join("".join(piece[1:]) for piece in words.marked([(sign, text)])) == text


@given(st.text(), st.text())
def test_finding_words_keeps_every_character(text: str, query: str) -> None:
    assert "".join(piece for _, piece in words.found(text, query)) == text


def test_words_of_the_query_are_found_whatever_their_case() -> None:
    assert words.found("Some Homes lie", 'homes "lie"') == [(False, "Some "), (True, "Homes"), (False, " "), (True, "lie")]


@given(st.text())
def test_what_is_shown_has_nothing_a_page_cannot_carry(text: str) -> None:
    shown = str(words.shown(text))

    shown.encode()
    assert not any(ord(character) < 32 and character not in "\t\n\r" for character in shown)
    assert not set(shown) & set("\u202d\u202e\x7f\x9b")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "http://", "https://x.example/\nb", "https:\\\\x", "", "ftp://x"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert words.link(url) == ""


def test_filters_come_back_from_their_address() -> None:
    chosen = Filter("haneul", "headline", "high", True, "부두 1&2", "7d", 12)

    from urllib.parse import parse_qsl

    assert read_filter(dict(parse_qsl(query_string(chosen)[1:]))) == chosen
    assert query_string(Filter()) == ""


def test_a_filter_that_cannot_be_read_is_left_out_or_refused() -> None:
    params = {"min": "x", "kind": "y", "since": "z", "before": "-1"}

    assert read_filter(params) == Filter()
    with pytest.raises(UsageError, match="min and kind and since and before"):
        read_filter(params, strict=True)


@given(
    st.sampled_from(["", "gazette", "haneul"]),
    st.sampled_from(["", "headline", "body"]),
    st.sampled_from(LEVELS),
    st.booleans(),
    st.integers(0, 25),
)
def test_the_store_and_the_filter_agree(feed: str, kind: str, level: str, undisclosed: bool, before: int) -> None:
    chosen = Filter(feed, kind, level, undisclosed, "", "24h", before)
    store = _store()

    found = list(store.edits(edit_query(chosen, NOW, "UTC")))

    assert found == [edit for edit in store.edits(EditQuery(newest=True)) if accepts(chosen, edit, NOW, "UTC")]


def _store(seeded: list[MemoryStore] = []) -> MemoryStore:  # noqa: B006 - made once for all examples
    if not seeded:
        from seeding import seed

        seeded.append(MemoryStore())
        seed(seeded[0])
    return seeded[0]


@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_columns_stay_in_their_chart_and_are_as_tall_as_their_values(values: list[int]) -> None:
    chart = charts.columns(values, [str(value) for value in values])

    assert [column.value for column in chart.columns] == values
    assert all(
        column.y >= 0 and column.y + column.height <= chart.floor + 0.11 and column.x + column.width <= chart.width + 0.11
        for column in chart.columns
    )
    heights = sorted((column.value, column.height) for column in chart.columns)
    assert [height for _, height in heights] == sorted(height for _, height in heights)


def test_a_period_is_counted_by_day_outlet_hour_and_wait() -> None:
    store = _store()
    edits = list(store.edits(EditQuery(min_level="low")))
    posted = {
        article.id: article.posted_at for article in map(store.article, {edit.article for edit in edits}) if article and article.posted_at
    }

    found = tally(
        edits, posted=posted, outlets={"gazette": "The Quay Gazette"}, since=NOW - timedelta(days=3), until=NOW, timezone="Asia/Seoul"
    )

    assert found.days[0] == date(2026, 11, 17)
    assert sum(found.by_day) == sum(found.hours) == found.edits == len(edits)
    assert found.outlets[0].outlet == "The Quay Gazette"
    assert sum(count for _, count in found.first_edits) == len(
        {edit.article for edit in edits if edit.from_rev == 1 and edit.article in posted}
    )


def test_an_empty_period_has_no_counts() -> None:
    found = tally([], posted={}, outlets={}, since=NOW - timedelta(days=2), until=NOW, timezone="UTC")

    assert (found.by_day, found.edits, found.outlets) == ((0, 0, 0), 0, ())


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        pytest.param("+09:00", "20 Sep, 09:34 UTC+09:00", id="an offset"),
        pytest.param("Asia/Seoul", "20 Sep, 09:34 KST", id="a named zone"),
        pytest.param(None, "20 Sep, 00:34", id="no zone: as other times are shown"),
    ],
)
def test_a_publishers_stamp_is_shown_as_its_page_shows_it(zone: str | None, shown: str) -> None:
    at = datetime(2023, 9, 20, 0, 34, tzinfo=UTC)

    assert words.claimed(Stamp(at, zone), "UTC", at) == shown


def test_quotes_in_a_sentence_are_told_apart() -> None:
    assert words.quoted("the headline changed: “ينفي” → “يقر”.") == [
        (False, "the headline changed: "),
        (True, "“ينفي”"),
        (False, " → "),
        (True, "“يقر”"),
        (False, "."),
    ]
    assert words.quoted("open “only") == [(False, "open “only")]
