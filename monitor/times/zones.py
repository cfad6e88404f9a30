"""Time zones by the names that stamps carry: abbreviations as offsets, numeric offsets, and IANA names. Pure."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as offset

from monitor.times import zone_named

# Minutes east of UTC. Where several places share a name, the one that news feeds mean most often; a feed's own zone wins (see `settle`).
OFFSETS = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "tu": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "akst": -540, "akdt": -480, "hst": -600, "ast": -240, "adt": -180, "nst": -210, "ndt": -150,
    "brt": -180, "art": -180, "clt": -240, "cot": -300, "pet": -300, "vet": -240,
    "bst": 60, "west": 60, "cet": 60, "mez": 60, "wat": 60, "cest": 120, "mesz": 120, "cat": 120, "sast": 120, "eet": 120, "eest": 180,
    "eat": 180, "msk": 180, "мск": 180, "trt": 180, "gst": 240, "pkt": 300, "ist": 330, "npt": 345, "wib": 420, "ict": 420, "wita": 480,
    "hkt": 480, "sgt": 480, "myt": 480, "pht": 480, "awst": 480, "kst": 540, "jst": 540, "wit": 540, "acst": 570, "acdt": 630,
    "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip
# Names that follow the season.
PLACES = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}

_NUMERIC = re.compile(r"([+-])\s?(\d{1,2})(?::?(\d{2}))?\Z")


def zone_of(name: str, at: datetime, timezone: str | None) -> tzinfo | None:
    """The zone this name (as typed: `KST`, `+0900`, `GMT+9`, `Asia/Seoul`) means at that naive local time; None when unknown.

    A name that the feed's own zone uses for itself means that zone: CST is China's in a Chinese feed.
    """
    text = name.strip()
    if "/" in text:
        return zone_named(text)
    folded = text.lower()
    own = zone_named(timezone)
    if own is not None and (at.replace(tzinfo=own).tzname() or "").lower() == folded:
        return own
    if folded in PLACES:
        return zone_named(PLACES[folded])
    if folded in OFFSETS:
        return _fixed(OFFSETS[folded])
    for prefix in ("gmt", "utc"):
        folded = folded.removeprefix(prefix)
    match = _NUMERIC.match(folded.strip())
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    # the widest offset on earth is +14:00
    if minutes > 14 * 60 or int(match[3] or 0) > 59:
        return None
    return _fixed(-minutes if match[1] == "-" else minutes)


def zone_name(zone: tzinfo) -> str | None:
    """How a stamp's zone is kept: an IANA name, `+09:00`, or None for UTC."""
    key = getattr(zone, "key", None)
    if isinstance(key, str):
        return None if key == "UTC" else key
    minutes = round((zone.utcoffset(None) or timedelta(0)).total_seconds() / 60)
    if minutes == 0:
        return None
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _fixed(minutes: int) -> tzinfo:
    return offset(timedelta(minutes=minutes)) if minutes else UTC
