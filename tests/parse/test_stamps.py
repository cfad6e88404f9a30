"""Publishers' stamps: standard, nearly standard, and written out in eleven languages; nonsense is no time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.times import read_stamp, rfc3339

NOW = datetime(2023, 9, 20, 12, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected", "zone"),
    [
        ("Tue, 19 Sep 2023 16:20:00 +0900", "2023-09-19T07:20", "+09:00"),
        ("  Tue ,19  Sep 2023\n16:20:00\t+0900 ", "2023-09-19T07:20", "+09:00"),
        ("Wed, 19 Sep 2023 16:20:00 GMT", "2023-09-19T16:20", None),
        ("Tue, 19 Sep 2023 16:20:00 KST", "2023-09-19T07:20", "+09:00"),
        ("Tue, 19 Sep 2023 16:20:00 JST", "2023-09-19T07:20", "+09:00"),
        ("Tue, 19 Sep 2023 16:20:00 EST", "2023-09-19T21:20", "-05:00"),
        ("Tue, 19 Sep 2023 16:20:00 GMT+0900", "2023-09-19T07:20", "+09:00"),
        ("19 Sep 23 16:20 GMT", "2023-09-19T16:20", None),
        ("Tue Sep 19 16:20:00 UTC 2023", "2023-09-19T16:20", None),
        ("2023-09-19T16:20:00+09:00", "2023-09-19T07:20", "+09:00"),
        ("2023-09-19T07:20Z", "2023-09-19T07:20", None),
        ("2023-09-19T07:20:00.123456789Z", "2023-09-19T07:20:00.123", None),
        ("20230919T072000Z", "2023-09-19T07:20", None),
        ("2023-09-19T23:59:60Z", "2023-09-20T00:00", None),
        ("Tue, 19 Sep 2023 24:00:00 GMT", "2023-09-20T00:00", None),
        ("1695108000", "2023-09-19T07:20", None),
        ("1695108000123", "2023-09-19T07:20:00.123", None),
        ("2023-09-19 16:20:00 Asia/Seoul", "2023-09-19T07:20", "Asia/Seoul"),
        ("Sept. 19, 2023, 4:20 p.m. ET", "2023-09-19T20:20", "America/New_York"),
        ("9/19/2023 4:20:00 PM", "2023-09-19T16:20", None),
    ],
)
def test_machines_stamps_are_read_with_their_zone(text: str, expected: str, zone: str | None) -> None:
    stamp = read_stamp(text)

    assert stamp is not None
    assert (stamp.at, stamp.zone, stamp.text) == (utc(expected), zone, text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "Posted : 2023-09-19 16:20",
        "19 September 2023 at 16:20",
        "입력 2023.09.19. 오후 4:20",
        "2023년 9월 19일 16시 20분",
        "화, 19 9월 2023 16:20:00",
        "2023年9月19日 16時20分",
        "令和5年9月19日 午後4時20分",
        "2023年9月19日 下午4:20",
        "Dienstag, 19. Sept. 2023 um 16:20",
        "19.09.2023, 16.20 Uhr",
        "mardi 19 septembre 2023 à 16h20",
        "19 de septiembre de 2023 a las 4:20 p. m.",
        "19 de setembro de 2023 às 16h20",
        "19 settembre 2023 alle 16:20",
        "19 сентября 2023 г. в 16:20",
        "19 سبتمبر 2023 - 16:20",
        "١٩ سبتمبر ٢٠٢٣ ٤:٢٠ م",
        "19 أيلول 2023 الساعة 4:20 مساءً",
    ],
)
def test_dates_of_many_languages_are_read_in_the_feeds_zone(text: str) -> None:
    stamp = read_stamp(text, timezone="Asia/Seoul")

    assert stamp is not None
    assert (stamp.at, stamp.zone) == (utc("2023-09-19T07:20"), "Asia/Seoul")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("3 hours ago", 3), ("an hour ago", 1), ("3시간 전", 3), ("3時間前", 3), ("3小时前", 3), ("vor 3 Stunden", 3),
        ("il y a 3 heures", 3), ("hace una hora", 1), ("há 3 horas", 3), ("3 ore fa", 3), ("3 часа назад", 3),
        ("منذ 3 ساعات", 3), ("قبل ساعتين", 2), ("방금", 0),
    ],
)  # fmt: skip
def test_a_distance_from_now_is_read_when_now_is_known(text: str, hours: int) -> None:
    stamp = read_stamp(text, now=NOW)

    assert stamp is not None
    assert stamp.at == NOW - timedelta(hours=hours)
    assert read_stamp(text) is None


@pytest.mark.parametrize(
    "text",
    ["yesterday at 16:20", "어제 16:20", "昨日 16:20", "昨天16:20", "gestern, 16:20 Uhr", "hier à 16h20", "ayer 16:20",
     "ontem às 16h20", "ieri alle 16:20", "вчера в 16:20", "أمس 16:20", "Sep 19, 16:20", "9월 19일 16:20"],
)  # fmt: skip
def test_a_day_told_by_its_distance_is_read_when_now_is_known(text: str) -> None:
    stamp = read_stamp(text, now=NOW)

    assert stamp is not None
    assert stamp.at == utc("2023-09-19T16:20")


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "not a date", "2002", "Tomorrow", "Tue, 19 Sep 2023 25:61:61 GMT", "Tue, 31 Sep 2023 16:20:00 GMT",
        "0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "Tue, 19 Sep 2099 16:20:00 GMT",
        "Tue, 19 Sep 2023 16:20:00 +9900", "Tue, 19 Sep 2023 16:20:00 ZZZ", "-2023-09-19T00:00:00Z", "04/03/2023 10:00",
        "12 reasons to read the 2023 news", "a" * 100_000, "1" * 5_000,
    ],
)  # fmt: skip
def test_nonsense_is_no_time(text: str) -> None:
    assert read_stamp(text) is None


def test_a_zone_name_means_what_it_means_at_home() -> None:
    assert read_stamp("Tue, 19 Sep 2023 16:20:00 CST", timezone="Asia/Shanghai").at == utc("2023-09-19T08:20")  # type: ignore[union-attr]
    assert read_stamp("Tue, 19 Sep 2023 16:20:00 CST").at == utc("2023-09-19T22:20")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"timezone": "America/New_York"}, "2023-04-03T04:00"),
        ({"timezone": "Europe/London"}, "2023-03-03T23:00"),
        ({"language": "de"}, "2023-03-04T00:00"),
    ],
)
def test_day_and_month_are_told_apart_by_zone_or_language(options: dict[str, str], expected: str) -> None:
    stamp = read_stamp("04/03/2023", **options)  # type: ignore[arg-type]

    assert stamp is not None
    assert stamp.at.date() == (utc(expected) + timedelta(hours=12)).date()


def test_a_stamp_of_the_far_future_is_none_when_now_is_known() -> None:
    assert read_stamp("2023-09-21T11:00:00Z", now=NOW) is not None
    assert read_stamp("2023-09-25T11:00:00Z", now=NOW) is None


@given(st.integers(315_532_800_000, 2_840_140_800_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)))
def test_what_is_printed_is_read_again(at: datetime) -> None:
    kept = at.replace(microsecond=at.microsecond // 1000 * 1000)

    for text in (rfc3339(at), f"{kept:%a, %d %b %Y %H:%M:%S} GMT"):
        stamp = read_stamp(text)
        assert stamp is not None
        assert abs(stamp.at - kept) < timedelta(seconds=1)


@given(st.text(max_size=60))
def test_no_text_is_ever_too_odd_to_read(text: str) -> None:
    read_stamp(text, timezone="Asia/Seoul", now=NOW)
