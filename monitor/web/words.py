"""How values read on a page: times, spans, numbers, addresses, and foreign text without what a browser must not see."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.model import Segment, Stamp
from monitor.times import zone_named

# C0 (but tab and line ends), DEL, C1 and lone surrogates: invalid in HTML, or live in a terminal that shows its source;
# the two overrides of direction, which no text needs and which make words read backwards
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")

_TONGUE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_USERINFO = re.compile(r"(://)[^/?#@\s]*@")


def shown(value: object) -> object:
    """Foreign text that a page may carry: unshowable characters replaced by U+FFFD; escaping comes after."""
    if isinstance(value, str) and type(value) is str:
        return _UNSHOWN.sub("�", value) if _UNSHOWN.search(value) else value
    return value


def marked(segments: Iterable[Segment]) -> list[tuple[str, str, str, str]]:
    """Segments as (sign, space before, words, space after): blanks are not underlined or struck, only words are."""
    found = []
    for sign, text in segments:
        core = text.strip() if sign != "=" else text
        if not core:
            found.append(("=", "", text, ""))
            continue
        start = text.index(core)
        found.append((sign, text[:start], core, text[start + len(core) :]))
    return found


def found(text: str, query: str) -> list[tuple[bool, str]]:
    """A text in pieces, those that are words of the query told apart."""
    sought = sorted({word for word in (part.strip("\"'") for part in query.split()) if word}, key=len, reverse=True)[:12]
    if not sought:
        return [(False, text)]
    pieces = re.split(f"({'|'.join(map(re.escape, sought))})", text, flags=re.IGNORECASE)
    return [(bool(number % 2), piece) for number, piece in enumerate(pieces) if piece]


def short(text: str, most: int = 300) -> str:
    """The text, or its beginning where it is longer than any title is."""
    return text if len(text) <= most else text[:most].rstrip() + "…"


def quoted(text: str) -> list[tuple[bool, str]]:
    """A sentence of ours in pieces, what it quotes told apart: foreign words may run the other way."""
    return [(bool(number % 2), piece) for number, piece in enumerate(re.split("(“[^”]*”)", text)) if piece]


def clock(at: datetime | None, timezone: str) -> str:
    """`16:20`."""
    return f"{at.astimezone(ZoneInfo(timezone)):%H:%M}" if at else ""


def day(at: datetime | None, timezone: str) -> str:
    """`19 November 2026`."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%B %Y}"


def weekday(at: datetime, timezone: str) -> str:
    """`Thursday`."""
    return f"{at.astimezone(ZoneInfo(timezone)):%A}"


def moment(at: datetime | None, timezone: str, now: datetime) -> str:
    """`19 Nov, 16:20`, with its year when it is not this one."""
    if at is None:
        return ""
    zone = ZoneInfo(timezone)
    local = at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def claimed(stamp: Stamp, timezone: str, now: datetime) -> str:
    """`19 Nov, 16:20 KST`: a publisher's stamp in the zone it was read in, as the publisher's own page shows it."""
    zone = zone_named(stamp.zone) or _offset(stamp.zone)
    if zone is None:
        return moment(stamp.at, timezone, now)
    local = stamp.at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M} {local.tzname() or stamp.zone}"


def _offset(zone: str | None) -> tzinfo | None:
    try:
        return datetime.strptime(zone or "", "%z").tzinfo
    except ValueError:
        return None


def span(length: timedelta) -> str:
    """`6 h 46 min`, `3 days`, `45 s`: the two largest units, nothing finer."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    if days < 3 and hours % 24:
        return f"{days} day{'s' if days > 1 else ''} {hours % 24} h"
    return f"{days} day{'s' if days > 1 else ''}"


def thousands(number: int) -> str:
    """`12 345`, parted by a narrow space that no line breaks at."""
    return f"{number:,}".replace(",", "\u202f")


def many(number: int, one: str, several: str = "") -> str:
    """`1 edit`, `3 edits`."""
    return f"{thousands(number)} {one if number == 1 else several or one + 's'}"


def host(url: str) -> str:
    """The site of an address, without www."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def link(url: str | None) -> str:
    """The address when it may be followed (http, https, no control characters), else empty: then it is shown as text."""
    if not url or any(ord(character) <= 32 or character == "\\" for character in url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def tongue(language: str | None) -> str:
    """The language as a page may claim it (BCP 47), empty when it is none."""
    return language if language and _TONGUE.fullmatch(language) else ""


def without_secret(url: str) -> str:
    """The address without the name and password it may carry."""
    return _USERINFO.sub(r"\1", url)
