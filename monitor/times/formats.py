"""The stamps that machines write: RFC 3339, ISO 8601, RFC 822 and their near misses, and Unix time. Pure."""

import re
from datetime import UTC, datetime, timedelta

from monitor.model import Stamp
from monitor.times import zone_named
from monitor.times.zones import zone_name, zone_of

_ISO = re.compile(
    r"""(\d{4})-?(\d\d)-?(\d\d)
    (?:[T\s_]\s*(\d{1,2}):?(\d\d)(?::?(\d{1,2})(?:[.,](\d+))?)?
    \s*(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d|\[?[A-Z][A-Za-z]+/[A-Za-z_/]+\]?)?)?\Z""",
    re.VERBOSE,
)
_MONTHS = {
    name: number for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_RFC822 = re.compile(
    r"""(?:[A-Za-z]{3,9}\.?\s*,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?[\s-]+(\d{4}|\d\d)
    [\s,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*([+-]\d{4}|[+-]\d\d:\d\d|(?:GMT|UTC?)[+-]\d{1,2}:?(?:\d\d)?|[A-Z]{1,5})?\Z""",
    re.VERBOSE,
)
_DIGITS = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\Z")
_UNIX = re.compile(r"(\d{9,10})(?:\.\d+)?\Z|(\d{13})\Z")


def read_format(text: str, timezone: str | None) -> Stamp | None:
    """The time of a stamp in one of the standard forms; None leaves it to `words`."""
    if match := _ISO.match(text):
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        if zone:
            zone = zone.strip("[]")
        return moment(
            (int(year), int(month), int(day)), (int(hour or 0), int(minute or 0), int(second or 0)), zone, timezone, f"0.{fraction or 0}"
        )
    if match := _RFC822.match(text):
        month = _MONTHS.get(match[2].lower())
        if month is None:
            return None
        clock = (int(match[4]), int(match[5]), int(match[6] or 0))
        return moment((whole_year(match[3]), month, int(match[1])), clock, match[7], timezone)
    if match := _DIGITS.match(text):
        year, month, day, hour, minute, second = map(int, match.groups())
        return moment((year, month, day), (hour, minute, second), None, timezone)
    if match := _UNIX.match(text):
        seconds = int(match[1]) if match[1] else int(match[2]) / 1000
        return Stamp(datetime.fromtimestamp(seconds, UTC))
    return None


def moment(
    day: tuple[int, int, int], clock: tuple[int, int, int], zone: str | None, timezone: str | None, fraction: str = "0"
) -> Stamp | None:
    """That wall clock time in its zone as a Stamp; None when there is no such day, hour or zone.

    24:00 is the next day's start and :60 the next minute's, as ISO 8601 and leap seconds have it.
    """
    hour, minute, second = clock
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    try:
        at = datetime(*day) + timedelta(hours=hour, minutes=minute, seconds=second, milliseconds=int(float(fraction) * 1000))  # noqa: DTZ001 - the zone is set below
        place = zone_of(zone, at, timezone) if zone else zone_named(timezone) or UTC
        if place is None:
            return None
        return Stamp(at.replace(tzinfo=place).astimezone(UTC), zone_name(place))
    except (ValueError, OverflowError):
        return None


def whole_year(text: str) -> int:
    """A year of two digits turns at 69, as POSIX has it."""
    year = int(text)
    if len(text) > 2:
        return year
    return year + (1900 if year >= 69 else 2000)
