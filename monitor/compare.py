"""Two revisions of an article, compared and judged: the one place where diff and classify meet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor import classify, diff
from monitor.model import Change, Content, Diff, Edit, Event, Judgement, Revision, Said, Severity, Source, Stamp, Stats


def diff_of(old: Revision, new: Revision, url: str, feeds: Sequence[str] = (), event: Event | None = None) -> Diff:
    """The difference of two revisions, neighbours or not, with kinds, severity and whether it was disclosed.

    A feed that joined later said nothing before, so only feeds that spoke in both revisions are compared; where the text itself is
    a feed's, its words are compared once, as headline and body.
    `event` overrides the newer revision's own, for a difference over several revisions.
    """
    one = _compared(old, new, url, feeds, event)
    return replace(one, edit=replace(one.edit, fingerprint=classify.fingerprint(one.changes)))


def coarse_diff_of(old: Revision, new: Revision, url: str, feeds: Sequence[str] = ()) -> Diff:
    """The difference told without comparing words, for texts whose comparison broke its limits: every paragraph went, every one came.

    Lawful and true, only not fine. A stamp that moved discloses it; without one nothing is said, as a note may stand among the words.
    """
    changes = [Change("headline", "replace", (1,), (1,), (("-", old.content.title), ("+", new.content.title)))]
    changes = changes if old.content.title != new.content.title else []
    for field, before, after in (("body", old.content.body, new.content.body), ("caption", old.content.captions, new.content.captions)):
        if before == after:
            continue
        changes += [Change(field, "delete", (number,), (), (("-", text),)) for number, text in enumerate(before, 1)]
        changes += [Change(field, "insert", (), (number,), (("+", text),)) for number, text in enumerate(after, 1)]
    kinds = tuple(dict.fromkeys([change.field for change in changes] + ["rewritten"]))
    reasons = ("the two texts could not be compared word by word within the limits",)
    severity = Severity("high", 60, reasons)
    stats = diff.measure(tuple(changes))
    told, proof = classify.disclosed(*_versions(old, new), text_changed=True, notes=())
    verdict = Judgement(kinds, severity, told or None, tuple(changes), (*reasons, proof) if told else reasons)
    return Diff(_edit(old, new, url, feeds, verdict, stats), old, new, tuple(changes))


def _compared(old: Revision, new: Revision, url: str, feeds: Sequence[str], event: Event | None) -> Diff:
    is_feed_text = new.source == "feed" and old.content != new.content
    both = set() if is_feed_text else old.listings.keys() & new.listings.keys()
    changes = diff.compare(old.content, new.content, _only(old.listings, both), _only(new.listings, both))
    verdict = classify.judge(
        *_versions(old, new),
        changes,
        event=event or new.event,
        source=new.source,
        language=new.content.language or old.content.language,
    )
    edit = _edit(old, new, url, feeds, verdict, diff.measure(verdict.changes))
    return Diff(edit, old, new, verdict.changes)


def _versions(old: Revision, new: Revision) -> tuple[classify.Version, classify.Version]:
    last_posted, last_updated = old.stamps
    return (
        classify.Version(old.content, _proof(last_posted, new), _proof(last_updated, new), old.last_seen_at),
        classify.Version(new.content, _proof(new.posted, new), _proof(new.updated, new), new.first_seen_at),
    )


def _edit(old: Revision, new: Revision, url: str, feeds: Sequence[str], verdict: Judgement, stats: Stats) -> Edit:
    last_updated = old.stamps[1]
    claimed = new.updated.at if new.updated and (last_updated is None or new.updated.at != last_updated.at) else None
    return Edit(
        article=new.article,
        from_rev=old.rev,
        to_rev=new.rev,
        url=url,
        title=new.content.title,
        feeds=tuple(feeds),
        seen_after=old.last_seen_at,
        seen_before=new.first_seen_at,
        claimed_at=claimed,
        kinds=verdict.kinds,
        severity=verdict.severity,
        disclosed=verdict.disclosed,
        reverts_to=None,
        stats=stats,
        evidence=verdict.evidence,
    )


def texts_diff(old: Content, new: Content, *, source: Source = "page") -> Diff:
    """The difference of two texts that are no stored revisions (`diff --no-index`, `diff --pairs`); times are meaningless in it.

    It has no fingerprint: there is no other article.
    """
    from datetime import UTC, datetime

    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first = Revision(0, 1, "", None, "new", True, source, "", epoch, epoch, None, None, old)
    return _compared(first, replace(first, rev=2, event="edited", content=new), "", (), None)


def _proof(stamp: Stamp | None, new: Revision) -> Stamp | None:
    """A stamp by which disclosure may be judged: what a feed says of its entry proves nothing for the page."""
    return None if stamp is not None and stamp.source == "feed" and new.source == "page" else stamp


def _only(listings: Mapping[str, Said], slugs: set[str]) -> dict[str, Said]:
    return {slug: said for slug, said in listings.items() if slug in slugs}
