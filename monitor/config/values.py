"""How single values are written in the configuration: durations, sizes, zones. Each reader raises ValueError with a sentence."""

import re
from collections.abc import Callable, Collection
from datetime import time, timedelta

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
BYTES = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PERIODS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
YES, NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})

_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?i?b)", re.IGNORECASE)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def a_text(value: object) -> str:
    """Any text but an empty one."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text in quotes")
    return value


def a_duration(value: object) -> timedelta:
    """`90s`, `20m`, `6h`, `3d`, and several in a row, `1h30m`."""
    if not isinstance(value, str) or not _DURATION.fullmatch(value.strip()):
        raise ValueError('must be a duration such as "90s", "20m", "6h" or "3d"')
    try:
        return timedelta(seconds=sum(float(number) * SECONDS[unit] for number, unit in _DURATION_PART.findall(value)))
    except OverflowError:
        raise ValueError("is longer than any clock runs") from None


def some_time(value: object) -> timedelta:
    """A duration longer than nothing."""
    duration = a_duration(value)
    if not duration:
        raise ValueError("must be longer than 0s")
    return duration


def a_size(value: object) -> int:
    """`500kB`, `10MB`, as a number of bytes."""
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise ValueError('must be a size such as "500kB" or "10MB"')
    return int(float(match[1]) * BYTES[match[2].lower()])


def a_count(value: object) -> int:
    """A whole number from 1 on."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("must be a whole number from 1 on")
    return value


def a_port(value: object) -> int:
    """A TCP port."""
    port = a_count(value)
    if port > 65_535:
        raise ValueError("must be a port from 1 to 65535")
    return port


def a_switch(value: object) -> bool:
    """true or false; from the environment also yes, no, on, off, 1, 0."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in YES | NO:
        return value.lower() in YES
    raise ValueError("must be true or false")


def a_clock(value: object) -> str:
    """`07:30`."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError('must be a time of day such as "07:30"')
    return value


def a_zone(value: object) -> str:
    """The name of a time zone, such as `Asia/Seoul`."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = a_text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"must name a time zone such as \"Asia/Seoul\"; '{name}' is none") from None
    return name


def a_network(value: object) -> str:
    """`127.0.0.0/8`."""
    import ipaddress

    try:
        return str(ipaddress.ip_network(a_text(value), strict=False))
    except ValueError:
        raise ValueError('must be networks such as "127.0.0.0/8"') from None


def a_web_address(value: object) -> str:
    """An absolute http or https address."""
    from urllib.parse import urlsplit

    address = a_text(value).strip()
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme.lower() not in ("http", "https"):
        raise ValueError('must be an address such as "https://example.org/rss"')
    return address


def a_listener(value: object) -> str:
    """`127.0.0.1:8484`, `[::1]:8484`."""
    host, _, port = a_text(value).rpartition(":")
    if not host or not port.isdigit():
        raise ValueError('must be HOST:PORT such as "127.0.0.1:8484"')
    a_port(int(port))
    return str(value)


def a_rate(value: object) -> tuple[int, timedelta]:
    """`6/h`: how many in which time."""
    number, _, period = a_text(value).partition("/")
    if not number.isdigit() or int(number) < 1 or period.strip() not in PERIODS:
        raise ValueError('must be a rate such as "6/h", "1/m" or "20/d"')
    return int(number), PERIODS[period.strip()]


def some_days(value: object) -> tuple[int, ...]:
    """`"mon-fri"`, `"sat"`, `["mon", "wed"]`, as numbers from 0, Monday."""
    numbers: set[int] = set()
    for word in [value] if isinstance(value, str) else _listed(value):
        first, _, last = word.lower().partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError('must be days such as "mon-fri" or ["mon", "wed"]')
        start, end = DAYS.index(first), DAYS.index(last or first)
        numbers |= set(range(start, end + 1)) if start <= end else set(range(start, 7)) | set(range(end + 1))
    return tuple(sorted(numbers))


def some_hours(value: object) -> tuple[int, int]:
    """`"22-6"`: from which hour to before which, local."""
    first, _, last = a_text(value).partition("-")
    if not (first.isdigit() and last.isdigit() and int(first) <= 24 and int(last) <= 24):
        raise ValueError('must be hours such as "9-17" or "22-6"')
    return int(first), int(last)


def texts(value: object) -> tuple[str, ...]:
    """A list of texts; one alone needs no brackets."""
    return tuple(a_text(item) for item in ([value] if isinstance(value, str) else _listed(value)))


def several(reader: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    """A list whose items are read by `reader`."""
    return lambda value: tuple(reader(item) for item in texts(value))


def one_of(*words: str) -> Callable[[object], str]:
    """One of these words."""

    def reader(value: object) -> str:
        if value not in words:
            known = "one of " + ", ".join(f'"{word}"' for word in words)
            raise ValueError(f"'{value}' is none that is known{near}" if (near := _near(value, words)) else f"must be {known}")
        return str(value)

    return reader


def some_headers(value: object) -> tuple[tuple[str, str], ...]:
    """A table of header names and values."""
    if not isinstance(value, dict):
        raise ValueError('must be a table such as { Authorization = "Bearer …" }')
    return tuple((name, a_text(text)) for name, text in value.items())


def _near(value: object, words: Collection[str]) -> str:
    from monitor.suggest import did_you_mean

    return did_you_mean(value, words) if isinstance(value, str) else ""


def _listed(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('must be a list of texts such as ["one", "two"]')
    return value
