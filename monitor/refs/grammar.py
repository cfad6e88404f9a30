"""What a person types to name an article or a revision, `42@16:20..09:34`, and which revisions that is.

CONTRACT's grammar: REF := ARTICLE[@RANGE]; ARTICLE := integer id | last[~N] | URL | slug:guid; RANGE := REV | [REV]..[REV];
REV := N | first | last | prev | ~N | HH:MM | YYYY-MM-DD[THH:MM] | -6h | a hash prefix of 7 or more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from monitor.errors import UsageError

MIN_HASH = 7
AGES = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
BIGGEST = 2**63 - 1  # ids and numbers beyond it are in no store


@dataclass(frozen=True, slots=True)
class ArticleName:
    """How an article is named. `number` is the id, or how far back from the article edited last; `slug` goes with a guid."""

    by: Literal["id", "last", "url", "guid"]
    number: int = 0
    text: str = ""
    slug: str = ""


@dataclass(frozen=True, slots=True)
class RevName:
    """How a revision is named, by what was typed. `number` is its number, or steps back from the last."""

    by: Literal["number", "first", "back", "clock", "minute", "day", "ago", "hash"]
    typed: str
    number: int = 0
    clock: time | None = None
    day: date | None = None
    at: datetime | None = None
    ago: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Range:
    """`[REV]..[REV]`; an open end is None. A single REV stands in `last` with `is_single`."""

    first: RevName | None
    last: RevName | None
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """A parsed REF. `whole` is the reading in which an `@` belongs to the address or guid; a store tells which is meant."""

    typed: str
    article: ArticleName
    range: Range | None = None
    whole: ArticleName | None = None


def parse_ref(text: str) -> Ref:
    """The REF that was typed. Raises UsageError for what is none."""
    typed = text.strip()
    if typed.startswith("#"):
        raise UsageError(f"'{text}' names no article", hint=f"an article is named by its number alone: {typed[1:] or '42'}")
    head, at, tail = typed.rpartition("@")
    span = _range(tail) if at and head else None
    if span:
        named = _article(head)
        if named:
            whole = _article(typed) if named.by in ("url", "guid") else None
            return Ref(typed, named, span, whole)
    whole_name = _article(typed)
    if whole_name:
        return Ref(typed, whole_name)
    if at and head and _article(head):
        raise UsageError(f"'{tail}' names no revision", hint=_REVS)
    raise UsageError(f"'{text}' names no article", hint="an article is a number, last, last~2, an address, or slug:guid")


def with_revs(text: str, revs: Sequence[str]) -> Ref:
    """`42 1 3` is `42@1..3`, `42 1` is `42@1..`. Raises UsageError."""
    ref = parse_ref(text)
    if not revs:
        return ref
    if ref.range:
        raise UsageError(f"'{text}' names revisions already, so '{' '.join(revs)}' is too much")
    first, *more = [parse_rev(rev) for rev in revs]
    return Ref(f"{text} {' '.join(revs)}", ref.article, Range(first, more[0] if more else None))


def parse_rev(text: str) -> RevName:
    """The REV that was typed. Raises UsageError for what is none."""
    rev = _rev(text)
    if rev is None:
        raise UsageError(f"'{text}' names no revision", hint=_REVS)
    return rev


_REVS = "a revision is 2, first, last, prev, ~1, 16:20, 2023-09-19, 2023-09-19T16:20, -6h, or 7 and more digits of its hash"

_LAST = re.compile(r"last(?:~(\d*))?", re.ASCII)
_URL = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_BARE_URL = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+/\S*", re.IGNORECASE)
_GUID = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*):(\S.*)", re.DOTALL)
_BACK = re.compile(r"~(\d*)", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?))?", re.ASCII)
_AGO = re.compile(r"-(\d+)([mhdw])", re.ASCII)
_HASH = re.compile(rf"[0-9a-f]{{{MIN_HASH},64}}", re.IGNORECASE)


def _article(text: str) -> ArticleName | None:
    if text.isascii() and text.isdigit():
        return ArticleName("id", number=min(int(text[:25]), BIGGEST))
    if last := _LAST.fullmatch(text):
        return ArticleName("last", number=_steps(last[1], none=0))
    if _URL.fullmatch(text):
        return ArticleName("url", text=text)
    if _BARE_URL.fullmatch(text):
        return ArticleName("url", text=f"https://{text}")
    if (guid := _GUID.fullmatch(text)) and guid[1].lower() not in ("http", "https"):
        return ArticleName("guid", text=guid[2], slug=guid[1])
    return None


def _range(text: str) -> Range | None:
    first, dots, last = text.partition("..")
    if not dots:
        rev = _rev(text)
        return Range(None, rev, is_single=True) if rev else None
    ends = [_rev(end) if end else None for end in (first, last)]
    if (first and ends[0] is None) or (last and ends[1] is None):
        return None
    return Range(ends[0], ends[1])


def _rev(text: str) -> RevName | None:
    if text.isascii() and text.isdigit():
        return RevName("number", text, number=min(int(text[:25]), BIGGEST))
    if text in ("first", "last", "prev"):
        return RevName("first" if text == "first" else "back", text, number=int(text == "prev"))
    if back := _BACK.fullmatch(text):
        return RevName("back", text, number=_steps(back[1], none=1))
    if clock := _CLOCK.fullmatch(text):
        return RevName("clock", text, clock=time(int(clock[1]), int(clock[2])))
    if moment := _MOMENT.fullmatch(text):
        return _moment(text, moment[1], moment[2])
    if ago := _AGO.fullmatch(text):
        return RevName("ago", text, ago=AGES[ago[2]] * min(int(ago[1][:9]), 10**6))
    return RevName("hash", text.lower()) if _HASH.fullmatch(text) else None


def _moment(typed: str, day: str, clock: str | None) -> RevName | None:
    try:
        if clock is None:
            return RevName("day", typed, day=date.fromisoformat(day))
        return RevName("minute", typed, at=datetime.fromisoformat(f"{day}T{clock}"))
    except ValueError:
        return None


def _steps(digits: str | None, *, none: int) -> int:
    # `last` is the last one, `last~` and `~` the one before it, as in git
    if digits is None:
        return none
    return min(int(digits[:25]), BIGGEST) if digits else 1


def moment_of(text: str, now: datetime, timezone: str) -> datetime:
    """`--since` and `--until`: 24h, 7d, yesterday, today, 2023-09-19, 2023-09-19T16:20[+09:00]. Raises UsageError."""
    from zoneinfo import ZoneInfo

    typed = text.strip().lower()
    zone = ZoneInfo(timezone)
    if ago := re.fullmatch(r"-?(\d+)([mhdw])", typed, re.ASCII):
        try:
            return now - AGES[ago[2]] * int(ago[1][:9])
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    if typed in ("today", "yesterday"):
        day = now.astimezone(zone).date() - timedelta(days=int(typed == "yesterday"))
        return datetime.combine(day, time(), zone).astimezone(UTC)
    rev = _rev(text.strip().upper())
    if rev and rev.day:
        return datetime.combine(rev.day, time(), zone).astimezone(UTC)
    if rev and rev.at:
        return (rev.at if rev.at.tzinfo else rev.at.replace(tzinfo=zone)).astimezone(UTC)
    raise UsageError(f"'{text}' is no time", hint="a time is 24h, 7d, yesterday, 2023-09-19 or 2023-09-19T16:20")
