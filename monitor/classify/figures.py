"""Figures, dates and times of day in running text, as values: `3천만` is 30,000,000 and `18:00` is 6 p.m."""

import functools
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal
from unicodedata import numeric

from monitor.classify.vocabulary import (
    COUNTED,
    DAYS,
    EAST,
    HAN,
    MONTHS,
    ORDINAL,
    SIGNS,
    SMALL,
    TIMES,
    UNITS,
    any_of,
    ascii_words,
    holds_one_of,
    meanings,
    one_of,
)

Sort = Literal["number", "date"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit, and where it stands. `value` is canonical: equal values are written equal."""

    sort: Sort
    value: str
    unit: str
    start: int
    end: int
    text: str


_EAST_SIGNS = "".join(EAST)
_FRACTIONS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_DIGITS = r"\d{1,3}(?:[.,’' \u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
# A latin unit must end at the end of its word; an eastern one may be followed by anything.
_WORD_END = r"(?![^\W\d_])"


@functools.cache
def _pattern(*, is_ascii: bool) -> "re.Pattern[str]":
    """What reads the figures of a text, of ASCII or any: the whole takes 16 ms to compile, that of ASCII 5."""
    month, day, times = (any_of(table, is_ascii=is_ascii) for table in (MONTHS, DAYS, TIMES))
    ends = "(?![a-z])" if is_ascii else _WORD_END
    word = rf"""(?P<word>\b(?:{"|".join([*SMALL, *ORDINAL])})(?:-(?:one|two|three|four|five|six|seven|eight|nine))?{ends}
            (?:\s(?:{times}){ends})?)"""
    # what is written with other than ASCII stands between what is not: the first that fits is taken
    halfday, clock, eastdate, eastday, east = ("", "", "", "", "") if is_ascii else _EASTERN
    amount = _DIGITS if is_ascii else rf"(?:{_DIGITS})(?:\s?[{_FRACTIONS}])?|[{_FRACTIONS}]"
    return re.compile(
        rf"""
        (?P<iso>\b(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}\b|\b\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:19|20)\d\d\b|\b(?:1?\d\d|20\d)0s\b)
        {halfday}
        |(?P<clock>\b\d{{1,2}}(?:[:.]\d\d)?\s?[ap]\.?\s?m\b\.?
            |\b\d{{1,2}}[:：]\d\d(?![\d:])
            |\b\d{{1,2}}\s?(?:uhr|heures?|h)(?:\s?\d\d)?{ends}
            {clock})
        {eastdate}
        |(?P<monthday>\b(?:{month})\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?)
        |(?P<daymonth>\b\d{{1,2}}(?:st|nd|rd|th|\.|er|º)?\s+(?:of\s+|de\s+)?(?:{month}){ends}(?:,?\s+(?:de\s+)?\d{{4}}\b)?)
        |(?P<monthyear>\b(?:{month})\s+(?:de\s+)?\d{{4}}\b)
        |(?P<day>\b(?:{day}){ends}{eastday})
        {east}
        |(?P<number>(?<![^\W⺀-\uffff])(?P<sign>(?<![\w.,)])[-−–+])?(?P<money>[$€£₩¥￥]\s?)?(?:{amount})(?:st|nd|rd|th)?
            (?:(?:\s|-)?(?:{times}){ends})?)
        |{word}
        """,
        re.X | re.I | (re.A if is_ascii else re.U),
    )


_EASTERN = (
    r"|(?P<ampm>(?:오전|오후|午前|午後|上午|下午|晚上|凌晨|早上)\s?\d{1,2}(?:[:：]\d\d|[시時时點点](?:\s?\d{1,2}[分분])?))",
    r"|\d{1,2}[时時點点](?:\d{1,2}分)?|\d{1,2}시(?:\s?\d{1,2}분)?(?!간)",
    r"""|(?P<eastdate>(?:\d{2,4}\s?[年년]\s?)?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日號号일]
            |(?:本|上|下|今|同)[月年](?:\d{1,2}\s?[日號号])?
            |(?:[〇零一二三四五六七八九]{2,4}年)?[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}[日號号])?
            |\d{4}\s?[年년]
            |\d{1,2}\s?[月월](?![가-힣])
            |\d{1,2}(?:日|일(?=[\s,.()은이에부까오]|$)))""",
    "|[월화수목금토일]요일|[月火水木金土日]曜|(?:星期|周|週|禮拜)[一二三四五六日天]|오늘|어제|내일|[昨今明][天日]",
    rf"""|(?P<east>(?<![^\W⺀-\uffff])(?<!\.)(?:\d+(?:[.,]\d+)*\s?[{_EAST_SIGNS}]+\s?)+(?:\d+(?:,\d{{3}})*(?![\d{_EAST_SIGNS}]))?)
        |(?P<han>[〇零一二三四五六七八九十百千萬万億亿兆两兩]+(?=[{COUNTED}]))""",
)
_DIGIT = re.compile(r"\d")
_FRACTION = re.compile(f"[{_FRACTIONS}]")


def figures(text: str, language: str) -> list[Figure]:
    """All figures of a text, left to right."""
    is_ascii = text.isascii()
    if is_ascii and not _DIGIT.search(text):
        return _spelled_out(text)
    out = []
    for found in _pattern(is_ascii=is_ascii).finditer(text):
        sort = found.lastgroup or ""
        made = _READERS[sort if sort in _READERS else "number"](found, text, language)
        if made:
            out.append(made)
    return out


def _spelled_out(text: str) -> list[Figure]:
    """Days and numerals of a text of ASCII that has no digits: looked up word by word, there is no pattern to compile."""
    out: list[Figure] = []
    lowered = text.lower()
    end = 0
    for found in _LETTERS.finditer(lowered):
        word, start = found[0], found.start()
        if start < end:
            continue
        end = found.end()
        day = _DAYS.get(word)
        if day:
            out.append(Figure("date", f"m{day}", "", start, end, text[start:end]))
        elif word in SMALL or word in ORDINAL:
            end = _numeral_end(lowered, end)
            out.append(_numeral(text, start, end))
            end = out[-1].end
    return out


def _numeral_end(text: str, end: int) -> int:
    """Where `twenty-one million` ends, of which `twenty` ends here."""
    found = _NUMERAL.match(text, end)
    if not found:
        return end
    return found.end() if found["times"] in _TIMES else found.end("one") if found["one"] else end


_DAYS = meanings(DAYS)
# some days are of two parts
_LETTERS = re.compile("[a-z]+(?:(?:-feira|'hui)(?![a-z]))?")
_NUMERAL = re.compile(r"(?P<one>-(?:one|two|three|four|five|six|seven|eight|nine)(?![a-z]))?(?:\s(?P<times>[a-z]+))?")


def may_hold_figure(text: str) -> bool:
    """Whether it is worth looking for figures here: a cheap question, sometimes yes in vain."""
    # in small letters: without `re.I` most of the alternatives are passed over by their first letter
    if text.isascii():
        return _SIGN.search(text) is not None or _holds_word(text.lower())
    return _hint().search(text.lower()) is not None


_SIGN = re.compile(r"[\d%$+-]")


FIGURE_WORDS = (*SMALL, *ORDINAL, *ascii_words(" ".join([row for table in (TIMES, MONTHS, DAYS, UNITS) for row in table.values()])))


_holds_word = holds_one_of(FIGURE_WORDS)


@functools.cache
def _hint() -> "re.Pattern[str]":
    words = "|".join([*SMALL, *ORDINAL, any_of(TIMES), any_of(MONTHS), any_of(DAYS), any_of(UNITS)])
    return re.compile(
        rf"[\d%％$€£₩¥￥°−–+{_FRACTIONS}{_EAST_SIGNS}〇零一二三四五六七八九-]|[本上下今同][月年]?|(?<![^\W\d_])(?:{words})(?![^\W\d_])"
    )


# --- values ---------------------------------------------------------------------------------------------------------


def _date(found: "re.Match[str]", text: str, language: str) -> Figure:
    words = found[0].lower()
    if words.isascii():
        words = _NAME.sub(lambda name: f" m{_NAMES[name[0]]} " if name[0] in _NAMES else name[0], words)
    else:
        words = re.sub("[〇零一二三四五六七八九十]+", lambda numeral: f" {_eastern_value(numeral[0], 'zh')} ", words)
        words = _named_days().sub(lambda name: f" m{(name.lastgroup or '')[1:]} ", words)
    parts = sorted(re.findall(r"m?\w+", re.sub(r"[年月日號号년월일.,]|(?<=\d)(?:st|nd|rd|th|er)\b|\b(?:of|de)\b", " ", words)))
    return Figure("date", " ".join(part.lstrip("0") for part in parts), "", found.start(), found.end(), found[0])


_NAMES = meanings(MONTHS) | meanings(DAYS)
_NAME = re.compile(r"mar\.|[a-z]+(?:['-][a-z]+)*")


@functools.cache
def _named_days() -> "re.Pattern[str]":
    """Months and days of the week, by the name of their group."""
    names = "|".join(f"(?P<m{name}>{one_of(row)})" for name, row in [*MONTHS.items(), *DAYS.items()])
    return re.compile(rf"(?<![^\W\d_])(?:{names}){_WORD_END}")


def _clock(found: "re.Match[str]", text: str, language: str) -> Figure:
    digits = [int(part) for part in re.findall(r"\d+", found[0])]
    hour, minute = digits[0], digits[1] if len(digits) > 1 else 0
    late = re.search(r"p\.?\s?m|오후|午後|下午|晚上", found[0], re.I)
    early = re.search(r"a\.?\s?m|오전|午前|上午|凌晨|早上", found[0], re.I)
    if late and hour < 12:
        hour += 12
    if early and hour == 12:
        hour = 0
    return Figure("date", f"{hour:02}:{minute:02}", "time", found.start(), found.end(), found[0])


def _number(found: "re.Match[str]", text: str, language: str) -> Figure | None:
    digits, part = re.search(_DIGITS, found[0]), _FRACTION.search(found[0])
    value = decimal(digits[0], language) if digits else Decimal(0)
    last = part or digits
    if value is None or last is None:
        return None
    if part:
        value += Decimal(f"{numeric(part[0]):.6g}")
    rest = found[0][last.end() :].strip(" -").casefold()
    times = _multiplier(rest)
    unit, end = _unit_behind(text, found.end())
    money = (found["money"] or "").strip()
    if found["sign"] in ("-", "−", "–") and found["sign"]:
        value = -value
    plain_year = times == 1 and not unit and not money and re.fullmatch(r"(?:19|20)\d\d", found[0])
    if plain_year:
        return Figure("date", found[0], "year", found.start(), found.end(), found[0])
    return Figure("number", _canonical(value * times), SIGNS.get(money, unit), found.start(), end, text[found.start() : end])


def _east(found: "re.Match[str]", text: str, language: str) -> Figure | None:
    value = _eastern_value(found[0], language)
    if value is None:
        return None
    unit, end = _unit_behind(text, found.end())
    return Figure("number", _canonical(value), unit, found.start(), end, text[found.start() : end])


def _word(found: "re.Match[str]", text: str, language: str) -> Figure:
    return _numeral(text, found.start(), found.end())


def _numeral(text: str, start: int, end: int) -> Figure:
    *before, last = parts = re.split(r"[-\s]", text[start:end].casefold())
    times = _multiplier(last) if before else 1
    value = Decimal(sum(SMALL.get(part, ORDINAL.get(part, 0)) for part in (before if times > 1 else parts)))
    unit, behind = _unit_behind(text, end)
    return Figure("number", _canonical(value * times), unit, start, behind, text[start:behind])


_READERS = {
    **dict.fromkeys(("iso", "eastdate", "monthday", "daymonth", "monthyear", "day"), _date),
    **dict.fromkeys(("ampm", "clock"), _clock),
    **dict.fromkeys(("east", "han"), _east),
    **dict.fromkeys(("number", "sign", "money"), _number),
    "word": _word,
}


def decimal(digits: str, language: str) -> Decimal | None:
    """The value of written digits: `1.000` is a thousand in German and one in English."""
    comma_decimal = language[:2] in ("de", "fr", "es", "pt", "it", "ru", "nl", "pl", "tr", "sv", "da", "no", "fi", "id", "vi", "uk")
    text = re.sub(r"[\s’'\u2009]", "", digits)
    grouped = re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d+)?", text)
    point = "," if comma_decimal else "."
    other = "." if comma_decimal else ","
    written_otherwise = text.count(point) > 1 or (grouped and -1 < text.rfind(point) < text.rfind(other))
    if written_otherwise or (text.count(other) == 1 and not re.search(rf"{re.escape(other)}\d{{3}}$", text)):
        point, other = other, point
    try:
        return Decimal(text.replace(other, "").replace(point, "."))
    except InvalidOperation:
        return None


def _eastern_value(text: str, language: str) -> Decimal | None:
    """`3억 5000만`, `1億2千万`, `三百二十`: sections of ten thousands, each a sum of figures times signs."""
    total = section = Decimal(0)
    pending: Decimal | None = None
    for part in re.findall(r"\d+(?:[.,]\d+)*|\S", text):
        if part[0].isdigit() and part not in HAN and part not in EAST:
            pending = decimal(part, "ko")
        elif part in HAN:
            pending = (pending or Decimal(0)) * 10 + HAN[part]
        elif part in EAST:
            times = EAST[part]
            if times < 10**4:
                section += (Decimal(1) if pending is None else pending) * times
            else:
                section += pending or Decimal(0)
                total += (section or Decimal(1)) * times
                section = Decimal(0)
            pending = None
        else:
            return None
    return total + section + (pending or Decimal(0))


def _multiplier(word: str) -> int:
    if word.isascii():
        return _TIMES.get(word, 1)
    return next((times for times, pattern in _times_patterns() if pattern.match(word)), 1)


_TIMES = meanings(TIMES)


@functools.cache
def _times_patterns() -> tuple[tuple[int, "re.Pattern[str]"], ...]:
    return tuple((times, re.compile(rf"(?:{one_of(row)})\Z", re.I)) for times, row in TIMES.items())


def _unit_behind(text: str, end: int) -> tuple[str, int]:
    """The unit and where it ends; none and the same place where none stands."""
    if text.isascii():
        return _ascii_unit(text, end)
    found = _unit_pattern().match(text, end)
    if not found or not found.lastgroup:
        return "", end
    return list(UNITS)[int(found.lastgroup[1:])], found.end()


def _ascii_unit(text: str, end: int) -> tuple[str, int]:
    found = _ASCII_UNIT.match(text, end)
    if not found:
        return "", end
    first, both = found["first"].lower(), found[0][found.start("first") - found.start() :].lower()
    if both in _UNITS:
        return _UNITS[both], found.end()
    return (_UNITS[first], found.end("first")) if first in _UNITS else ("", end)


_UNITS = meanings(UNITS)
_ASCII_UNIT = re.compile(r"[\s-]?(?P<first>%p(?![a-z])|%|[a-z]+)(?P<second> [a-z]+)?", re.I | re.A)


@functools.cache
def _unit_pattern() -> "re.Pattern[str]":
    groups = "|".join(f"(?P<u{index}>{one_of(row)})" for index, row in enumerate(UNITS.values()))
    return re.compile(rf"[\s-]?(?:{groups})(?:{_WORD_END}|(?<=[^\x00-\u04ff])|(?<=%))", re.I)


def _canonical(value: Decimal) -> str:
    text = f"{value.normalize():f}" if abs(value.adjusted()) < 40 else str(value.normalize())
    return "0" if text == "-0" else text
