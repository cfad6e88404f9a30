"""A figure is its value and unit, however it is written."""

import pytest

from monitor.classify.figures import figures


def values(text: str, language: str = "en") -> list[tuple[str, str, str]]:
    return [(figure.sort, figure.value, figure.unit) for figure in figures(text, language)]


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        pytest.param("3천만 원", "30,000,000원", "ko", id="Korean ten thousands"),
        pytest.param("3억 5000만 명", "350,000,000명", "ko", id="two Korean sections"),
        pytest.param("1億2千万円", "120,000,000円", "ja", id="Japanese"),
        pytest.param("三百二十人", "320人", "zh", id="Han numerals"),
        pytest.param("$3.5bn", "3.5 billion dollars", "en", id="currency before and behind"),
        pytest.param("5 percent", "5%", "en", id="percent"),
        pytest.param("1.000 Euro", "€1000", "de", id="German grouping"),
        pytest.param("1,5 Mio. Euro", "€1.500.000", "de", id="German decimals"),
        pytest.param("1 012 personnes", "1\u202f012 personnes", "fr", id="French blanks"),
        pytest.param("twenty-one men", "21 men", "en", id="numerals in words"),
        pytest.param("two hundred men", "200 men", "en", id="a numeral times a hundred"),
        pytest.param("twenty-two million men", "22 million men", "en", id="numerals times a million"),
        pytest.param("3½ weeks", "3.5 weeks", "en", id="a fraction"),
        pytest.param("£1 ¾ million", "£1.75m", "en", id="a fraction of a million"),
        pytest.param("½%", "0.5%", "en", id="a fraction alone"),
        pytest.param("18:00", "6 p.m.", "en", id="clock"),
        pytest.param("오후 6시", "18:00", "ko", id="Korean clock"),
        pytest.param("下午3時15分", "15:15", "zh", id="Chinese clock"),
        pytest.param("May 3, 2019", "3 May 2019", "en", id="date in two orders"),
        pytest.param("5월 3일", "5월3일", "ko", id="Korean date"),
        pytest.param("十一月二十日", "11月20日", "zh", id="Han date"),
    ],
)
def test_is_the_same(one: str, other: str, language: str) -> None:
    assert values(one, language)
    assert values(one, language) == values(other, language)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("0.15", "15", id="a decimal point"),
        pytest.param("-5%", "5%", id="a minus sign"),
        pytest.param("12 dead", "45 dead", id="another figure"),
        pytest.param("5 million", "5 billion", id="another multiplier"),
        pytest.param("3½ years", "3 years", id="a fraction more"),
        pytest.param("5 km", "5 miles", id="another unit"),
        pytest.param("1美元", "1億美元", id="a lost sign"),
        pytest.param("3 May", "4 May", id="another day"),
        pytest.param("Monday", "Tuesday", id="another weekday"),
        pytest.param("十月", "十一月", id="another month"),
    ],
)
def test_is_not_the_same(one: str, other: str) -> None:
    assert values(one, "en") != values(other, "en")


def test_years_and_decades_are_dates() -> None:
    assert [sort for sort, _, _ in values("in 2019 and the 1820s, on 12.11.2007, 45 people")] == ["date", "date", "date", "number"]


def test_a_month_in_han_numerals_is_a_date() -> None:
    assert [sort for sort, _, _ in values("大橋將於十一月重開", "zh")] == ["date"]


def test_a_score_has_no_minus_sign() -> None:
    assert [value for _, value, _ in values("It ended 2-1.")] == ["2", "1"]
