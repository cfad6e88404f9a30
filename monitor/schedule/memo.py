"""What the schedule itself remembers of a feed or page between two questions, as the JSON of `Pace.memo`."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitor.times import rfc3339


@dataclass(slots=True)
class FeedMemo:
    """`events` and `hours`: news and watched hours, both fading with a half-life. `equal`: same bodies in a row in spite of validators.

    `slow`: how much a 429 slowed us. `fresh`, `ttl`, `period` in seconds. `to`, `hops`, `since`: a move that is not yet believed;
    `moved`: one that is, told once.
    """

    events: float = 0.0
    hours: float = 0.0
    at: datetime | None = None
    equal: int = 0
    slow: float = 1.0
    fresh: float | None = None
    ttl: float | None = None
    period: float | None = None
    skip_hours: list[int] = field(default_factory=list)
    skip_days: list[int] = field(default_factory=list)
    to: str | None = None
    hops: int = 0
    since: datetime | None = None
    moved: str | None = None
    gone: int = 0


@dataclass(slots=True)
class PageMemo:
    """`edits`: looks that found one. `odd`: suspect looks in a row. `since`, `at`: the first and the last look that showed the article."""

    edits: int = 0
    odd: int = 0
    since: datetime | None = None
    at: datetime | None = None


def read_feed_memo(text: str) -> FeedMemo:
    """The memo as written; a fresh one when it cannot be read."""
    kept = _parsed(text)
    memo = FeedMemo(**{name: value for name, value in kept.items() if name in FeedMemo.__slots__})
    memo.at, memo.since = _time(kept.get("at")), _time(kept.get("since"))
    return memo


def read_page_memo(text: str) -> PageMemo:
    """The memo as written; a fresh one when it cannot be read."""
    kept = _parsed(text)
    memo = PageMemo(**{name: value for name, value in kept.items() if name in PageMemo.__slots__})
    memo.at, memo.since = _time(kept.get("at")), _time(kept.get("since"))
    return memo


def written(memo: FeedMemo | PageMemo) -> str:
    """The memo as short JSON: what is at its default is left out."""
    fresh = type(memo)()
    said: dict[str, Any] = {}
    for name in memo.__slots__:
        value = getattr(memo, name)
        if value != getattr(fresh, name):
            said[name] = rfc3339(value) if isinstance(value, datetime) else round(value, 4) if isinstance(value, float) else value
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def seconds(value: timedelta | None) -> float | None:
    """A duration as the memo keeps it."""
    return None if value is None else value.total_seconds()


def duration(value: float | None) -> timedelta | None:
    """And back."""
    return None if value is None else timedelta(seconds=value)


def _parsed(text: str) -> dict[str, Any]:
    try:
        kept = json.loads(text)
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
