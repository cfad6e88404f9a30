"""Which edits a reader asks for: from a query string to an EditQuery and back to an address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from monitor.errors import UsageError
from monitor.model import KINDS, LEVELS, Edit
from monitor.ports import EditQuery
from monitor.refs import moment_of

MAX_TEXT = 200  # characters of a search; longer ones are a mistake or an attack
MAX_ID = 2**63 - 1  # what both databases can hold


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader chose. Empty means no condition; `level` is the least severity, noise hidden unless asked for.

    `before` is the edit id that a page runs backwards from, 0 the newest page.
    """

    feed: str = ""
    kind: str = ""
    level: str = "low"
    undisclosed: bool = False
    text: str = ""
    since: str = ""
    before: int = 0

    @property
    def is_plain(self) -> bool:
        """Nothing was chosen."""
        return replace(self, before=0) == Filter()


def read_filter(params: Mapping[str, str], *, strict: bool = False) -> Filter:
    """The filter in a query string. What cannot be read is left out; with `strict` it raises UsageError instead."""
    level = params.get("min", "") or "low"
    kind = params.get("kind", "")
    since = params.get("since", "").strip()
    before = _number(params.get("before", ""))
    wrong = [
        name
        for name, bad in (
            ("min", level not in LEVELS),
            ("kind", bool(kind) and kind not in KINDS),
            ("since", bool(since) and moment(since, datetime.now(UTC), "UTC") is None),
            ("before", before is None),
            ("undisclosed", params.get("undisclosed", "") not in ("", "0", "1", "true", "false")),
        )
        if bad
    ]
    if strict and wrong:
        raise UsageError(f"cannot read the parameter {' and '.join(wrong)}")
    return Filter(
        feed=params.get("feed", "")[:MAX_TEXT],
        kind="" if "kind" in wrong else kind,
        level="low" if "min" in wrong else level,
        undisclosed=params.get("undisclosed", "") in ("1", "true"),
        text=params.get("q", "").strip()[:MAX_TEXT],
        since="" if "since" in wrong else since,
        before=before or 0,
    )


def edit_query(chosen: Filter, now: datetime, timezone: str, *, limit: int | None = None, after: int = 0) -> EditQuery:
    """The filter as the store understands it, newest first unless it runs on from `after`. The text is searched for apart."""
    return EditQuery(
        feeds=(chosen.feed,) if chosen.feed else (),
        kinds=(chosen.kind,) if chosen.kind else (),
        min_level=chosen.level,
        undisclosed=chosen.undisclosed,
        since=moment(chosen.since, now, timezone) if chosen.since else None,
        after=after,
        before=chosen.before,
        newest=not after,
        limit=limit,
    )


def accepts(chosen: Filter, edit: Edit, now: datetime, timezone: str) -> bool:
    """Whether one edit fits all conditions but the text."""
    since = moment(chosen.since, now, timezone) if chosen.since else None
    return (
        (not chosen.feed or chosen.feed in edit.feeds)
        and (not chosen.kind or chosen.kind in edit.kinds)
        and LEVELS.index(edit.severity.level) >= LEVELS.index(chosen.level)
        and (not chosen.undisclosed or edit.disclosed is False)
        and (since is None or edit.seen_before >= since)
        and (not chosen.before or edit.id < chosen.before)
    )


def query_string(chosen: Filter) -> str:
    """The filter as `?a=b&…`, only what was chosen; empty for the plain page."""
    said = {
        "feed": chosen.feed,
        "kind": chosen.kind,
        "min": "" if chosen.level == "low" else chosen.level,
        "undisclosed": "1" if chosen.undisclosed else "",
        "q": chosen.text,
        "since": chosen.since,
        "before": str(chosen.before) if chosen.before else "",
    }
    words = urlencode({key: value for key, value in said.items() if value})
    return f"?{words}" if words else ""


def moment(text: str, now: datetime, timezone: str) -> datetime | None:
    """A time as the command line reads it (`24h`, `7d`, `yesterday`, a day, a time) as aware UTC; None when it is none."""
    try:
        return moment_of(text[:40], now, timezone)
    except (UsageError, ValueError, OverflowError):
        return None


def number(text: str) -> int | None:
    """A positive number that a database can hold, in plain digits; else None."""
    found = _number(text)
    return found or None


def _number(text: str) -> int | None:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    value = int(text)
    return value if value <= MAX_ID else None
