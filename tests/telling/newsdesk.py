"""Edits made by hand for the tests of telling: own words, real shapes, no pipeline."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from monitor.model import Change, Content, Diff, Edit, Revision, Segment, Severity, Stamp, Stats

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
SCORES = {"noise": 5, "low": 25, "medium": 50, "high": 85}

OLD = Content(
    title="Minister denies knowing of flood report",
    authors=("Ida Quill",),
    body=(
        "The environment minister spoke to reporters outside the ministry on Thursday.",
        "Officials said the report was sent on 3 May and never opened.",
        "A spokesman called the claim baseless.",
    ),
)
NEW = replace(
    OLD,
    title="Minister admits seeing flood report",
    body=(
        "The environment minister spoke to reporters outside the ministry on Thursday.",
        "Officials said the report was sent on 3 May and opened the same day.",
        "The department later confirmed two meetings took place.",
    ),
)


def revision(article: int, rev: int, content: Content, at: datetime, *, updated: datetime | None = None, event: str = "edited") -> Revision:
    return Revision(
        article=article,
        rev=rev,
        hash=sha256(f"{article}.{rev}".encode()).hexdigest(),
        parent_hash=None,
        event="new" if rev == 1 else event,  # type: ignore[arg-type]
        confirmed=True,
        source="page",
        url=f"https://news.example/{article}",
        first_seen_at=at,
        last_seen_at=at + timedelta(minutes=5),
        posted=Stamp(NOON - timedelta(hours=3)),
        updated=Stamp(updated) if updated else None,
        content=content,
    )


def edited(
    article: int = 42,
    *,
    old: Content = OLD,
    new: Content = NEW,
    from_rev: int = 1,
    at: datetime = NOON,
    feeds: Sequence[str] = ("harbour",),
    level: str = "high",
    kinds: Sequence[str] | None = None,
    disclosed: bool | None = False,
    fingerprint: bytes | None = None,
    held_by: str | None = None,
    edit_id: int = 0,
    host: str = "news.example",
) -> Diff:
    """An edit of one article, its changes found paragraph by paragraph."""
    changes = tuple(_changes(old, new))
    first = revision(article, from_rev, old, at - timedelta(hours=1))
    second = revision(article, from_rev + 1, new, at)
    fields = tuple(dict.fromkeys(change.field for change in changes if change.op != "equal"))
    edit = Edit(
        id=edit_id or article * 100 + from_rev,
        article=article,
        from_rev=from_rev,
        to_rev=from_rev + 1,
        url=f"https://{host}/{article}",
        title=new.title,
        feeds=tuple(feeds),
        seen_after=first.last_seen_at,
        seen_before=at,
        claimed_at=None,
        kinds=tuple(kinds) if kinds is not None else fields,
        severity=Severity(level, SCORES[level], ("the headline says the opposite",) if level == "high" else ()),  # type: ignore[arg-type]
        disclosed=disclosed,
        reverts_to=None,
        stats=Stats(8, 7, len(new.body), 2, 0, 0, 0, 0.8),
        fingerprint=fingerprint,
        held_by=held_by,
    )
    return Diff(edit, first, second, changes)


def net(first: Diff, last: Diff) -> Diff:
    """The difference over several edits, as `build` wants it."""
    whole = edited(first.edit.article, old=first.old.content, new=last.new.content, from_rev=first.edit.from_rev, at=last.edit.seen_before)
    edit = replace(whole.edit, to_rev=last.edit.to_rev, feeds=last.edit.feeds, url=last.edit.url)
    return Diff(edit, first.old, last.new, whole.changes)


def _changes(old: Content, new: Content) -> list[Change]:
    changes = [_change("headline", 1, old.title, new.title)]
    for number in range(1, max(len(old.body), len(new.body)) + 1):
        before = old.body[number - 1] if number <= len(old.body) else None
        after = new.body[number - 1] if number <= len(new.body) else None
        changes.append(_change("body", number, before, after))
    return changes


def _change(field: str, number: int, before: str | None, after: str | None) -> Change:
    if before == after:
        return Change(field, "equal", (number,), (number,), (("=", before or ""),))
    if before is None:
        return Change(field, "insert", (), (number,), (("+", after or ""),))
    if after is None:
        return Change(field, "delete", (number,), (), (("-", before),))
    return Change(field, "replace", (number,), (number,), _words(before, after))


def _words(before: str, after: str) -> tuple[Segment, ...]:
    """The common beginning and end, and what differs between them."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    parts: list[Segment] = [("=", before[:start]), ("-", old), ("+", new), ("=", before[len(before) - end :] if end else "")]
    return tuple(part for part in parts if part[1])
