"""How long to stay away after a failure, by its kind. Each wait is twice the one before, up to the cap of its kind."""

import hashlib
from datetime import datetime, timedelta

from monitor.model import Answer
from monitor.schedule.headers import retry_after

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
JITTER = 0.1


def backoff(code: str, answer: Answer, failures: int, usual: timedelta, longest: timedelta) -> timedelta:
    """The wait after the `failures`th failure in a row (1 the first), `usual` being the interval without failures.

    `longest` is the user's own cap (feed_max, page_max): who wants to ask at least every few seconds gets quick first retries.
    """
    said = retry_after(answer)
    first, cap = _first_and_cap(code, usual, longest)
    wait = min(first * (1 << min(failures - 1, 20)), max(cap, first))
    return max(wait, said) if said is not None and answer.status in (429, 503) else wait


def jittered(wait: timedelta, who: str, now: datetime) -> timedelta:
    """A little more than `wait`, by up to a tenth: never less, the same for the same asker and day, and spread over askers."""
    digest = hashlib.blake2b(f"{who}|{now:%Y-%m-%d}".encode(), digest_size=4).digest()
    return wait * (1 + JITTER * int.from_bytes(digest) / 2**32)


def _first_and_cap(code: str, usual: timedelta, longest: timedelta) -> tuple[timedelta, timedelta]:
    match code:
        case "http_429" | "http_503":
            return max(usual, min(_HOUR, longest)), _DAY
        case "http_401" | "http_403":
            return max(usual, min(6 * _HOUR, longest)), 3 * _DAY
        case "http_404":
            return max(usual, min(6 * _HOUR, longest)), 7 * _DAY
        case "robots" | "blocked_address" | "blocked_scheme":
            return max(usual, min(_DAY, longest)), _DAY
    return max(usual, min(_QUARTER, longest)), _DAY
