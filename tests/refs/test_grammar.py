"""Thirty things a person types, and how each is read."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.errors import UsageError
from monitor.refs import moment_of, parse_ref, parse_rev, with_revs
from monitor.refs.grammar import ArticleName, Range, RevName


def number(n: int) -> RevName:
    return RevName("number", str(n), number=n)


LAST_ARTICLE = ArticleName("last")
FORTY_TWO = ArticleName("id", number=42)
CLOCKS = Range(RevName("clock", "16:20", clock=time(16, 20)), RevName("clock", "09:34", clock=time(9, 34)))

READ = [
    pytest.param("42", FORTY_TWO, None, id="an id"),
    pytest.param(" 42 ", FORTY_TWO, None, id="blanks around it"),
    pytest.param("42@3", FORTY_TWO, Range(None, number(3), is_single=True), id="one revision"),
    pytest.param("42@1..3", FORTY_TWO, Range(number(1), number(3)), id="a range"),
    pytest.param("42@2..", FORTY_TWO, Range(number(2), None), id="open to the end"),
    pytest.param("42@..2", FORTY_TWO, Range(None, number(2)), id="open to the start"),
    pytest.param("42@..", FORTY_TWO, Range(None, None), id="open on both sides"),
    pytest.param("42@16:20..09:34", FORTY_TWO, CLOCKS, id="publisher's clock times"),
    pytest.param("42@first..last", FORTY_TWO, Range(RevName("first", "first"), RevName("back", "last")), id="first and last"),
    pytest.param("42@prev", FORTY_TWO, Range(None, RevName("back", "prev", number=1), is_single=True), id="prev"),
    pytest.param("42@~2..", FORTY_TWO, Range(RevName("back", "~2", number=2), None), id="two before the last"),
    pytest.param("42@2023-09-19", FORTY_TWO, Range(None, RevName("day", "2023-09-19", day=date(2023, 9, 19)), is_single=True), id="a day"),
    pytest.param(
        "42@2023-09-19T16:20..",
        FORTY_TWO,
        Range(RevName("minute", "2023-09-19T16:20", at=datetime(2023, 9, 19, 16, 20)), None),  # noqa: DTZ001 - the feed's zone is not known here
        id="a day and a time",
    ),
    pytest.param("42@-6h..", FORTY_TWO, Range(RevName("ago", "-6h", ago=timedelta(hours=6)), None), id="six hours ago"),
    pytest.param("42@3f9c1e7", FORTY_TWO, Range(None, RevName("hash", "3f9c1e7"), is_single=True), id="a hash prefix"),
    pytest.param("42@3F9C1E7", FORTY_TWO, Range(None, RevName("hash", "3f9c1e7"), is_single=True), id="a hash in capitals"),
    pytest.param("last", LAST_ARTICLE, None, id="the article edited last"),
    pytest.param("last~2", ArticleName("last", number=2), None, id="the third last"),
    pytest.param("last~", ArticleName("last", number=1), None, id="the one before the last"),
    pytest.param("last@prev..last", LAST_ARTICLE, Range(RevName("back", "prev", number=1), RevName("back", "last")), id="last twice"),
    pytest.param("https://a.example/x", ArticleName("url", text="https://a.example/x"), None, id="an address"),
    pytest.param(
        "https://medium.example/@user/post-1@1..2",
        ArticleName("url", text="https://medium.example/@user/post-1"),
        Range(number(1), number(2)),
        id="the right-most @ parts an address",
    ),
    pytest.param("https://medium.example/@user", ArticleName("url", text="https://medium.example/@user"), None, id="an @ of the address"),
    pytest.param(
        "a.example/x?y=1@2", ArticleName("url", text="https://a.example/x?y=1"), Range(None, number(2), is_single=True), id="no scheme"
    ),
    pytest.param("bbc:urn:bbc:news-123", ArticleName("guid", text="urn:bbc:news-123", slug="bbc"), None, id="a guid with colons"),
    pytest.param(
        "bbc:https://a.example/1", ArticleName("guid", text="https://a.example/1", slug="bbc"), None, id="a guid that is an address"
    ),
    pytest.param("bbc:me@a.example", ArticleName("guid", text="me@a.example", slug="bbc"), None, id="a guid with an @"),
    pytest.param(
        "bbc:x@-2d",
        ArticleName("guid", text="x", slug="bbc"),
        Range(None, RevName("ago", "-2d", ago=timedelta(days=2)), is_single=True),
        id="a guid two days ago",
    ),
    pytest.param("99999999999999999999999", ArticleName("id", number=2**63 - 1), None, id="an id beyond all stores"),
]

NOT_READ = [
    "", "@2", "42@", "42@99:99", "42@24:00", "42@1...3", "42@1..2..3", "42@abc123", "42@2023-02-30", "42@1 3", "#42", "-42", "4 2",
    "42@2@3", "https:", "https://", "lastly", "last~x", "42@~x", "٤٢", "42@-6y", "42@1..x", "no-such", "42.5",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "article", "span"), READ)
def test_a_ref_is_read_as_the_contract_says(typed: str, article: ArticleName, span: Range | None) -> None:
    ref = parse_ref(typed)

    assert (ref.article, ref.range) == (article, span)


@pytest.mark.parametrize("typed", NOT_READ)
def test_what_is_no_ref_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError):
        parse_ref(typed)


def test_an_address_that_ends_like_a_range_keeps_its_other_reading() -> None:
    ref = parse_ref("https://a.example/@12")

    assert ref.whole == ArticleName("url", text="https://a.example/@12")


def test_two_more_words_are_a_range() -> None:
    assert with_revs("42", ["1", "3"]).range == parse_ref("42@1..3").range
    assert with_revs("42", ["1"]).range == parse_ref("42@1..").range


def test_a_range_and_two_more_words_are_too_much() -> None:
    with pytest.raises(UsageError, match="too much"):
        with_revs("42@1..2", ["1", "3"])


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

TIMES = [
    ("24h", datetime(2026, 11, 21, 12, 0, tzinfo=UTC)),
    ("7d", datetime(2026, 11, 15, 12, 0, tzinfo=UTC)),
    ("yesterday", datetime(2026, 11, 20, 15, 0, tzinfo=UTC)),
    ("today", datetime(2026, 11, 21, 15, 0, tzinfo=UTC)),
    ("2023-09-19", datetime(2023, 9, 18, 15, 0, tzinfo=UTC)),
    ("2023-09-19T16:20", datetime(2023, 9, 19, 7, 20, tzinfo=UTC)),
    ("2023-09-19T16:20:05Z", datetime(2023, 9, 19, 16, 20, 5, tzinfo=UTC)),
    ("2023-09-19T16:20+01:00", datetime(2023, 9, 19, 15, 20, tzinfo=UTC)),
]


@pytest.mark.parametrize(("typed", "at"), TIMES)
def test_since_is_read_in_the_zone_that_is_shown(typed: str, at: datetime) -> None:
    assert moment_of(typed, NOW, "Asia/Seoul") == at


@pytest.mark.parametrize("typed", ["", "soon", "12", "2023-13-01", "16:20", "999999999999999999999999y"])
def test_what_is_no_time_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError):
        moment_of(typed, NOW, "UTC")


TYPED = ["42", "last", "prev", "~", "@", "..", ".", ":", "/", "16:20", "2023-09-19", "T", "-6h", "https://", "a.example", "bbc", "0", "٣"]
PIECES = some.sampled_from([*TYPED, " ", "\x00", "9" * 30])


@given(some.one_of(some.text(max_size=40), some.lists(PIECES, max_size=8).map("".join)))
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(typed: str) -> None:
    for read in (parse_ref, parse_rev, lambda text: moment_of(text, NOW, "Asia/Seoul")):
        with suppress(UsageError):
            read(typed)


@given(some.integers(0, 10**12), some.one_of(some.none(), some.integers(1, 10**6)))
def test_an_id_and_a_number_come_back_as_typed(article: int, rev: int | None) -> None:
    ref = parse_ref(f"{article}" if rev is None else f"{article}@{rev}")

    assert ref.article == ArticleName("id", number=article)
    assert (ref.range.last.number if ref.range and ref.range.last else None) == rev
