"""Times as text, there and back: RFC 3339 as the contract prints it, and publishers' stamps in many languages."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.model import Stamp

__all__ = ["read_stamp", "rfc3339", "to_milliseconds", "zone_named"]

# A stamp that names no time zone is longer than this only when it is a sentence; then it is none.
MAX_STAMP = 200


def to_milliseconds(at: datetime) -> datetime:
    """The same moment in UTC, cut to the millisecond, the finest that is kept."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def rfc3339(at: datetime) -> str:
    """`2026-11-22T12:16:28Z`, with `.mmm` only when it is not zero."""
    at = to_milliseconds(at)
    fraction = f".{at.microsecond // 1000:03d}" if at.microsecond else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def zone_named(name: str | None) -> tzinfo | None:
    """The IANA zone of this name, None when there is none."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def read_stamp(
    text: str, *, timezone: str | None = None, now: datetime | None = None, language: str | None = None, source: str = ""
) -> Stamp | None:
    """The time this text names, None when it names none that can be believed. Never a made-up one.

    Reads RFC 822, RFC 3339, ISO 8601 and their broken relatives, Unix seconds and milliseconds, and dates written out in en, ko, ja,
    zh, de, fr, es, pt, it, ru and ar. `timezone` (IANA) is for stamps that name no zone; without it they are read as UTC. With `now`
    also "3 hours ago", "yesterday at 16:20" and dates without a year. A date alone is the start of that day. `language` decides
    between 3/4 and 4/3; without it the zone does, and where neither tells the stamp is not read.
    """
    text = text.strip()
    if not text or len(text) > MAX_STAMP:
        return None
    from monitor.times.formats import read_format

    stamp = read_format(text, timezone)
    if stamp is None and not text.isdecimal():
        from monitor.times.words import read_words

        stamp = read_words(text, timezone=timezone, now=now, language=language)
    if stamp is None or not _is_credible(stamp.at, now):
        return None
    return Stamp(to_milliseconds(stamp.at), stamp.zone, text, source)


# Before this year stand zeros, the Unix epoch and other marks of "no date"; after the last one slips of the pen. 2069 is where
# two-digit years turn (POSIX).
FIRST_YEAR, LAST_YEAR = 1971, 2069


def _is_credible(at: datetime, now: datetime | None) -> bool:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        return False
    return now is None or (at - now).days < 2
