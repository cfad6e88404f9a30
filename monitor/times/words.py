"""Dates and times that people write, in eleven languages, and "3 hours ago". Pure.

The date is taken out of the text first, then the clock, then the zone. What is left may be words ("Posted", a weekday, "Uhr"), but no
figure: a figure that nothing explains means that the text was not understood, and then it names no time.
"""

import re
from datetime import datetime, timedelta

from monitor.model import Stamp
from monitor.times import zone_named
from monitor.times.formats import moment, whole_year
from monitor.times.vocabulary import (
    AFTER_AGO,
    BEFORE_AGO,
    DAY_FIRST_LANGUAGES,
    DAY_FIRST_ZONES,
    DAYS,
    HALVES,
    MONTH_FIRST_LANGUAGES,
    MONTH_FIRST_ZONES,
    MONTHS,
    NOW,
    ONES,
    PAIRS,
    UNITS,
    folded,
)
from monitor.times.zones import OFFSETS, PLACES

Day = tuple[int, int, int]
Taken = tuple[Day, str]


def _any_of(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))  # type: ignore[call-overload] # any iterable of str


_MONTH = rf"(?P<month>{_any_of(MONTHS)})(?!\w)\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?!\d)(?:\s?(?:st|nd|rd|th|er|ro|º|°|o|a)(?!\w)|\.)?"
_LINK = r"(?:\s*(?:,|of|de|del|di|d'|من)?\s*[-./,]?\s*)"
_ERA = {"令和": 2018, "平成": 1988, "昭和": 1925, "民国": 1911, "民國": 1911, "令": 2018, "平": 1988}
_WITH_YEAR = [
    re.compile(rf"{_YEAR}\s*[年년]\s*(?P<number>\d{{1,2}})\s*[月월]\s*(?P<day>\d{{1,2}})\s*[日일号號]?"),
    re.compile(r"(?P<era>令和|平成|昭和|民国|民國)\s*(?P<years>\d{1,3}|元)\s*年\s*(?P<number>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日?"),
    re.compile(rf"(?<![\d-]){_YEAR}\s?(?P<mark>[-./])\s?(?P<number>\d{{1,2}})\s?(?P=mark)\s?(?P<day>\d{{1,2}})(?!\d)\.?"),
    re.compile(rf"{_DAY}{_LINK}(?<!\w){_MONTH}{_LINK}(?P<year>\d{{4}}|\d\d)(?![\d:])"),
    re.compile(rf"(?<!\w){_MONTH}\s*{_DAY}{_LINK}{_YEAR}"),
    re.compile(rf"(?<!\w){_MONTH}\s*{_DAY}\s+(?P<between>\d\d?:\d\d(?::\d\d)?(?: [a-z]{{2,5}}| [+-]\d{{4}})?) {_YEAR}"),
    re.compile(rf"(?<!\w){_YEAR}{_LINK}{_MONTH}{_LINK}{_DAY}"),
]
_DOTTED = re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})\s?\.\s?(?P<number>\d{{1,2}})\s?\.\s?(?:{_YEAR}|(?P<short>\d\d)(?![\d.:]))")
_SLASHED = re.compile(rf"(?<!\d)(?P<first>\d{{1,2}})\s?([/-])\s?(?P<second>\d{{1,2}})\s?\2\s?(?:{_YEAR}|(?P<short>\d\d)(?![\d/]))")
_NO_YEAR = [
    re.compile(r"(?<!\d)(?P<number>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일号號]?"),
    re.compile(rf"{_DAY}{_LINK}(?<!\w){_MONTH}"),
    re.compile(rf"(?<!\w){_MONTH}\s*{_DAY}"),
]
_HALF = _any_of(HALVES)
_CLOCK = re.compile(
    rf"""(?:t(?=\d))?(?:(?P<before>{_HALF})\s*)?(?<![\d:])
    (?P<hour>\d{{1,2}})
    (?:\s?(?:[:h.٫]|[時时시点點])\s?(?P<minute>\d\d?)(?:\s?(?:분|分)|\s?min(?!\w))?(?:\s?(?:[:초秒]|(?<=[분分])\s?)\s?(?P<second>\d{{1,2}})\s?[초秒]?)?(?:\.\d+)?
      |\s?(?P<whole>h(?!\w)|[時时시点點]|uhr(?!\w)|(?={_HALF})))
    (?!\d)\s*(?P<after>(?:{_HALF})(?!\w))?""",
    re.VERBOSE,
)
_HALF_AFTER = re.compile(rf"\s*(?P<after>(?:{_HALF})(?!\w))")
_ZONE = re.compile(
    rf"(?<!\w)(?P<name>(?:utc|gmt)\s?[+-]\s?\d{{1,2}}(?::?\d\d)?|{_any_of([*OFFSETS, *PLACES])}|[a-z]+/[a-z_]+(?:/[a-z_]+)?)(?!\w)"
    r"|(?<!\w)(?P<offset>[+-]\d\d:?\d\d)(?!\d)"
)
_NAMED_ZONE = re.compile(r"\d:\d\d(?::\d\d)?(?:\s*[AaPp]\.?[Mm]\.?)?\s+([A-Z]{3,5})\Z")
_AGO_BEFORE = re.compile(rf"(?<!\w)(?:{_any_of(BEFORE_AGO)})\s+(?P<rest>.+)")
_AGO_AFTER = re.compile(rf"(?P<rest>.+?)\s*(?:{_any_of(AFTER_AGO)})(?!\w)")
_AMOUNT = re.compile(rf"(?:(?P<number>\d+)\s*|(?P<one>{_any_of(ONES)})(?:\s+|(?<='))|)(?P<unit>{_any_of(UNITS)})(?!\w)")


def read_words(text: str, *, timezone: str | None, now: datetime | None, language: str | None) -> Stamp | None:
    """The time that is written out in `text`, None where none is or some figure of it is not understood."""
    said = folded(text)
    if said.startswith("-"):
        return None
    place = zone_named(timezone)
    today = now.astimezone(place) if now and place else now
    if now is not None and today is not None:
        if (passed := _passed(said)) is not None:
            return Stamp(now - passed)
        if taken := _told_day(said, today):
            return _with_clock(taken, text, timezone)
    taken = _dated(said, timezone, language) or (_undated_year(said, today) if today else None)
    return _with_clock(taken, text, timezone) if taken else None


def _with_clock(taken: Taken, text: str, timezone: str | None) -> Stamp | None:
    day, rest = taken
    clock, rest = _clock(rest)
    if clock is None:
        return None
    zone, rest = _zone(rest, text)
    if zone is None and (named := _NAMED_ZONE.search(text)) and named[1].lower() != "uhr":
        return None  # a zone that nobody here knows
    if any(char.isdigit() for char in rest):
        return None
    return moment(day, clock, zone, timezone)


# --- the day ---


def _dated(said: str, timezone: str | None, language: str | None) -> Taken | None:
    for pattern in _WITH_YEAR:
        if match := pattern.search(said):
            parts = match.groupdict()
            if parts.get("era"):
                year = _ERA[parts["era"]] + (1 if parts["years"] == "元" else int(parts["years"]))
            else:
                year = whole_year(parts["year"])
            date, rest = _cut(said, match, (year, _month(parts), int(parts["day"])))
            return date, f"{rest} {parts.get('between') or ''}"
    if match := _DOTTED.search(said):
        return _cut(said, match, (_short_year(match), int(match["number"]), int(match["day"])))
    if match := _SLASHED.search(said):
        first, second = int(match["first"]), int(match["second"])
        order = _order(first, second, timezone, language)
        if order:
            month, day = (first, second) if order == "month" else (second, first)
            return _cut(said, match, (_short_year(match), month, day))
    return None


def _order(first: int, second: int, timezone: str | None, language: str | None) -> str | None:
    """Whether the month or the day comes first in 3/4; None when nothing tells."""
    if first > 12 or first == second:
        return "day"
    if second > 12:
        return "month"
    tongue = (language or "").lower().replace("_", "-")
    if tongue in MONTH_FIRST_LANGUAGES:
        return "month"
    if tongue in DAY_FIRST_LANGUAGES or tongue.split("-")[0] in DAY_FIRST_LANGUAGES:
        return "day"
    if timezone and timezone.startswith(MONTH_FIRST_ZONES):
        return "month"
    if timezone and timezone.startswith(DAY_FIRST_ZONES):
        return "day"
    return None


def _undated_year(said: str, today: datetime) -> Taken | None:
    """A date without its year: the last such day that is not after tomorrow."""
    for pattern in _NO_YEAR:
        if match := pattern.search(said):
            month, day = _month(match.groupdict()), int(match["day"])
            year = today.year if (month, day) <= _tomorrow(today) else today.year - 1
            return _cut(said, match, (year, month, day))
    return None


def _tomorrow(today: datetime) -> tuple[int, int]:
    tomorrow = today + timedelta(days=1)
    return (tomorrow.month, tomorrow.day) if tomorrow.year == today.year else (12, 31)


def _told_day(said: str, today: datetime) -> Taken | None:
    """Today, yesterday, the day before."""
    for word in sorted(DAYS, key=len, reverse=True):
        match = re.search(rf"(?<!\w){re.escape(word)}(?![a-zа-я])", said)
        if match and not _has_date(said):
            at = today + timedelta(days=DAYS[word])
            return _cut(said, match, (at.year, at.month, at.day))
    return None


def _has_date(said: str) -> bool:
    return any(pattern.search(said) for pattern in (*_WITH_YEAR, _DOTTED, _SLASHED, *_NO_YEAR))


def _month(parts: dict[str, str]) -> int:
    return MONTHS[parts["month"]] if parts.get("month") else int(parts["number"])


def _short_year(match: re.Match[str]) -> int:
    return whole_year(match["year"] or match["short"])


def _cut(said: str, match: re.Match[str], day: Day) -> Taken:
    return day, f"{said[: match.start()]} ; {said[match.end() :]}"


# --- the clock and the zone ---


def _clock(rest: str) -> tuple[tuple[int, int, int] | None, str]:
    """The time of day, midnight where none is written; None when it is no time of day."""
    match = _CLOCK.search(rest)
    if match is None:
        return (0, 0, 0), rest
    hour, minute, second = int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)
    half = HALVES.get(match["before"] or match["after"] or "")
    if half and hour > 12:
        half = None
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    if hour > 24 or minute > 59:
        return None, rest
    return (hour, minute, second), f"{rest[: match.start()]} ; {rest[match.end() :]}"


def _zone(rest: str, text: str) -> tuple[str | None, str]:
    """The zone's name as it was typed (IANA names need their capitals)."""
    match = _ZONE.search(rest)
    if match is None:
        return None, rest
    name = match["name"] or match["offset"]
    typed = re.search(re.escape(name), text, re.IGNORECASE)
    return (typed[0] if typed else name).replace(" ", ""), f"{rest[: match.start()]} ; {rest[match.end() :]}"


# --- how long ago ---


def _passed(said: str) -> timedelta | None:
    """What "3 hours ago" takes from now; None when the text is no such phrase."""
    if said.strip(" .!") in NOW:
        return timedelta(0)
    for pattern in (_AGO_BEFORE, _AGO_AFTER):
        if match := pattern.search(said):
            rest = match["rest"].strip()
            if rest in PAIRS:
                return timedelta(seconds=PAIRS[rest])
            amounts = list(_AMOUNT.finditer(rest))
            if amounts and not any(char.isdigit() for char in _AMOUNT.sub("", rest)):
                seconds = sum(int(amount["number"] or 1) * UNITS[amount["unit"]] for amount in amounts)
                return timedelta(seconds=min(seconds, 40 * 365 * 86400))
    return None
