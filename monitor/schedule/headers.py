"""What the headers of an answer say about the next question: validators, freshness, Retry-After."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.model import Answer, Response, Validators

LONGEST_WAIT = timedelta(days=31)
_MAX_VALIDATOR = 4_096
_DAY = timedelta(days=1)


def validators_after(answer: Response, known: Validators | None, *, has_body: bool) -> Validators | None:
    """The validators of the next request, byte for byte as received (RFC 9110, 13.1; RFC 9111, 4.3.4).

    A 200 replaces them all; a 304 those that it carries. `has_body` False: no body was ever taken from here, so that the
    validators of a 304 would wait for ever.
    """
    etag, last_modified = _usable(answer.header("etag")), _usable(answer.header("last-modified"))
    if answer.status == 304:
        if not has_body:
            return None
        if known is not None and known.url == answer.final_url:
            return replace(known, etag=etag or known.etag, last_modified=last_modified or known.last_modified)
    if etag is None and last_modified is None:
        return None
    return Validators(answer.final_url, etag, last_modified)


def has_freshness(answer: Response) -> bool:
    """Whether the answer says anything about its freshness."""
    return answer.header("cache-control") is not None or answer.header("expires") is not None


def freshness(answer: Response) -> timedelta | None:
    """How long the answer stays fresh from now on (RFC 9111, 4.2); zero when it has to be asked for each time, None when unsaid.

    Expires counts only without Cache-Control. Values that cannot be read count as unsaid.
    """
    control = answer.header("cache-control")
    if control is not None:
        said = {name.strip().lower(): value.strip(' "') for name, _, value in (part.partition("=") for part in control.split(","))}
        if said.keys() & {"no-cache", "no-store"}:
            return timedelta(0)
        if not (seconds := said.get("max-age", "")).isascii() or not seconds.isdigit():
            return None
        age = answer.header("age") or ""
        fresh = _seconds(seconds) - _seconds(age if age.isascii() and age.isdigit() else "0")
        return max(fresh, timedelta(0))
    expires = http_date(answer.header("expires"))
    if expires is None:
        return None
    return min(max(expires - (http_date(answer.header("date")) or answer.at), timedelta(0)), LONGEST_WAIT)


def retry_after(answer: Answer) -> timedelta | None:
    """How long the server asks to be left alone (RFC 9110, 10.2.3), seconds or date; None when unsaid, unreadable or past."""
    said = (answer.header("retry-after") or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", said):
        wait = _seconds(said)
    else:
        until = http_date(said)
        if until is None:
            return None
        wait = until - (http_date(answer.header("date")) or answer.at)
    return min(wait, LONGEST_WAIT) if wait > timedelta(0) else None


def http_date(text: str | None) -> datetime | None:
    """An HTTP-date in any of its three forms (RFC 9110, 5.6.7); None for anything else."""
    if not text:
        return None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _seconds(digits: str) -> timedelta:
    return min(timedelta(seconds=int(digits[:12])), timedelta(days=3650))


def _usable(value: str | None) -> str | None:
    """A validator that can be sent back as it came; one with control characters cannot."""
    if value is None or not value or len(value) > _MAX_VALIDATOR:
        return None
    return value if all(c == "\t" or (c >= " " and c != "\x7f") for c in value) else None
