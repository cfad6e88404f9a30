"""What a look or a poll means for an article: nothing, a new revision, a held doubt, a restamp, its end or its return.

Pure: what is known and what was read go in, a `Decision` comes out. The memory that reaches from look to look travels in
`KnownArticle.memo` and is written anew by every decision.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import ArticleState, Content, Event, KnownArticle, Page, Restamp, Revision, Said, Stamp, Verdict
from monitor.proof import folded, text_key
from monitor.revise.memo import Memo, builds_on, held_text
from monitor.times import rfc3339

# How soon to look again: after a doubt (the second look decides), after a suspect or absent page (it may be over soon).
AFTER_DOUBT = timedelta(minutes=15)
AFTER_SUSPECT = timedelta(minutes=20)
AFTER_ABSENCE = timedelta(hours=1)

# An answer that says "not here" makes an article gone when it was seen this often in a row: the status is certain, words are less so.
SIGHTINGS = {"absent": 2, "home_page": 2, "soft_404": 3}

NO_CONTENT = Content("")

_STATUS_GONE = (404, 410)
_EDITS: tuple[Event, ...] = ("edited", "reverted")


@dataclass(frozen=True, slots=True)
class Decision:
    """What one observation means. `event` None: no revision is made; then `content` and the stamps are None too.

    `rev_met` is the revision whose text was met, `reverts_to` the one a `reverted` revision returns to; `first_seen_at` is set when
    the text was held before. `confirms_head` and `seen_head` speak of the newest revision, `discloses` names the one whose edit an Updated
    followed within one look, `sooner` asks for an earlier next look.
    """

    verdict: Verdict
    reason: str | None = None
    event: Event | None = None
    content: Content | None = None
    posted: Stamp | None = None
    updated: Stamp | None = None
    restamp: Restamp | None = None
    first_seen_at: datetime | None = None
    confirmed: bool = False
    confirms_head: bool = False
    seen_head: bool = False
    rev_met: int | None = None
    reverts_to: int | None = None
    discloses: int | None = None
    memo: str = "{}"
    state: ArticleState | None = None
    flapping: bool | None = None
    sooner: timedelta | None = None
    extractor: str = ""


def decide(known: KnownArticle, page: Page, listings: Mapping[str, Said], now: datetime) -> Decision:
    """What a look at the article's page means. `listings` is what each feed says of it now."""
    memo = Memo.read(known.memo)
    if page.verdict == "suspect":
        return _suspect(known, page, memo, now)
    memo = replace(memo, absent=None, met=None, extractor=page.extractor or memo.extractor)
    posted, updated = _stamps(known, page)
    version = _Version(page.content, posted, updated, page.extractor, memo, own_posted=page.posted)
    head = known.head
    if known.state == "gone" or (head is not None and head.event == "gone"):
        return _revision(known, version, listings, "restored", state="watched")
    if head is None or head.source == "feed":
        return _revision(known, version, listings, "new")
    if text_key(page.content) == text_key(head.content):
        return _same_text(known, head, version, listings, now)
    if said := _old_news(known, head, version, now):
        return said
    doubts = page.doubts + _stamp_doubts(head, page)
    if doubts:
        return _doubtful(known, head, version, doubts, listings, now)
    return _changed(known, version, listings)


def decide_feed(
    known: KnownArticle, content: Content, posted: Stamp | None, updated: Stamp | None, listings: Mapping[str, Said], now: datetime
) -> Decision:
    """What a feed's own words mean: the text itself where no page can be had, else only what each feed says beside the page."""
    memo = Memo.read(known.memo)
    head = known.head
    if head is None:
        return _revision(known, _Version(content, posted, updated, "feed", memo), listings, "new")
    if head.event == "gone":
        return Decision("same", rev_met=head.rev, memo=memo.write())
    if head.source == "page":
        version = _Version(head.content, head.stamps[0], head.stamps[1], head.extractor, memo)
        same = Decision("same", rev_met=head.rev, memo=memo.write(), extractor=head.extractor)
        return _resaid(known, head, version, listings) or same
    version = _Version(content, posted or head.stamps[0], updated or head.stamps[1], "feed", memo)
    if text_key(content) == text_key(head.content):
        return _same_text(known, head, version, {}, now)
    if said := _old_news(known, head, version, now):
        return said
    return _changed(known, version, listings)


def decide_absence(known: KnownArticle, status: int | None, reason: str, now: datetime) -> Decision:
    """What an answer without a page means. 404 and 410 (or a `reason` of SIGHTINGS) seen often enough make the article `gone`."""
    memo = Memo.read(known.memo)
    sign = "absent" if status in _STATUS_GONE else reason
    if sign not in SIGHTINGS:
        return Decision("failed", reason=reason, memo=memo.write())
    return _absent(known, memo, sign, reason, "failed", now)


def decide_same(known: KnownArticle, now: datetime) -> Decision:
    """What a 304 or the same bytes as last time mean: the text that was met last is still there."""
    memo, head = Memo.read(known.memo), known.head
    if head is None or head.event == "gone" or memo.met is not None:
        return Decision("same", rev_met=memo.met or known.head_rev or None, memo=replace(memo, absent=None).write())
    return Decision(
        "same",
        confirms_head=head.source == "page" and not head.confirmed,
        seen_head=True,
        rev_met=head.rev,
        memo=replace(memo, absent=None, held=None, fresh=None).write(),
        extractor=head.extractor,
    )


def is_at_rest(memo: str) -> bool:
    """Whether an article with this memory waits for nothing: the same text once more teaches nothing about it."""
    return Memo.read(memo).is_at_rest


def unchanged(known: KnownArticle, verdict: Verdict, reason: str) -> Decision:
    """An answer that says nothing of the article: written down, and nothing else moves."""
    return Decision(verdict, reason=reason, memo=known.memo)


@dataclass(frozen=True, slots=True)
class _Version:
    """What was read, and the memory so far. `own_posted` is the Posted that stands on the page itself."""

    content: Content
    posted: Stamp | None
    updated: Stamp | None
    extractor: str
    memo: Memo
    own_posted: Stamp | None = None


# --- decisions ------------------------------------------------------------------------------------------------------


def _revision(
    known: KnownArticle,
    version: _Version,
    listings: Mapping[str, Said],
    event: Event,
    *,
    first_seen_at: datetime | None = None,
    confirmed: bool = False,
    reverts_to: int | None = None,
    left: int | None = None,
    state: ArticleState | None = None,
) -> Decision:
    rev = known.head_rev + 1
    said = _remembered(version.memo.said, listings, rev)
    memo = replace(version.memo, held=None, fresh=rev if event in _EDITS else None, left=left, said=said)
    return Decision(
        "new" if event == "new" else "edited",
        event=event,
        content=version.content,
        posted=version.posted,
        updated=version.updated,
        first_seen_at=first_seen_at,
        confirmed=confirmed,
        rev_met=rev,
        reverts_to=reverts_to,
        memo=memo.write(),
        state=state,
        extractor=version.extractor,
    )


def _same_text(known: KnownArticle, head: Revision, version: _Version, listings: Mapping[str, Said], now: datetime) -> Decision:
    """The head's text was met again: it is confirmed, and stamps that moved alone become a restamp."""
    restamp = _restamp(head, version, now)
    discloses = version.memo.fresh if restamp and _moved_past(head, version.updated) else None
    version = replace(version, memo=replace(version.memo, held=None, fresh=None))
    same = Decision("restamped" if restamp else "same", rev_met=head.rev, memo=version.memo.write(), extractor=head.extractor)
    said = _resaid(known, head, version, listings) or same
    return replace(said, restamp=None if said.event else restamp, confirms_head=not head.confirmed, seen_head=True, discloses=discloses)


def _old_news(known: KnownArticle, head: Revision, version: _Version, now: datetime) -> Decision | None:
    """The text of an earlier revision: an old copy, a flip between two texts, or a true return. None when the text is new."""
    met = known.texts.get(text_key(version.content))
    if met is None:
        return None
    memo = replace(version.memo, held=None)
    if head.source == "page" and _is_older(version.updated or version.own_posted, head.stamps[1] or head.stamps[0]):
        return Decision("suspect", reason="stale", rev_met=met, memo=memo.write(), sooner=AFTER_SUSPECT)
    if met == memo.left:
        memo = replace(memo, met=met)
        return Decision("same", reason="flapping", rev_met=met, memo=memo.write(), flapping=True, extractor=version.extractor)
    left = known.texts.get(text_key(head.content), head.rev)
    return _revision(known, replace(version, memo=memo), {}, "reverted", reverts_to=met, left=left)


def _changed(known: KnownArticle, version: _Version, listings: Mapping[str, Said]) -> Decision:
    """A change that is believed at once. Had it been held before (in this text), it was first seen then."""
    held = version.memo.held
    if held and held.key == text_key(version.content).hex():
        return _revision(known, version, listings, "edited", first_seen_at=_time(held.at), confirmed=True)
    return _revision(known, version, listings, "edited")


def _doubtful(
    known: KnownArticle, head: Revision, version: _Version, doubts: tuple[str, ...], listings: Mapping[str, Said], now: datetime
) -> Decision:
    """Held at first sight; a revision when a second look shows the same text or one that builds on it."""
    new = held_text(head.content, version.content, rfc3339(now))
    held = version.memo.held
    if held and held.key == new.key:
        return _revision(known, version, listings, "edited", first_seen_at=_time(held.at), confirmed=True)
    if held and builds_on(held, new, version.content):
        return _revision(known, version, listings, "edited", first_seen_at=_time(held.at))
    memo = replace(version.memo, held=new)
    return Decision("held", reason="; ".join(doubts), memo=memo.write(), sooner=AFTER_DOUBT, extractor=version.extractor)


def _suspect(known: KnownArticle, page: Page, memo: Memo, now: datetime) -> Decision:
    reason = page.reason or "empty"
    if reason in SIGHTINGS:
        return _absent(known, memo, reason, reason, "suspect", now)
    return Decision("suspect", reason=reason, memo=memo.write(), sooner=AFTER_SUSPECT, extractor=page.extractor)


def _absent(known: KnownArticle, memo: Memo, sign: str, reason: str, verdict: Verdict, now: datetime) -> Decision:
    head = known.head
    if known.state == "gone" or (head is not None and head.event == "gone"):
        return Decision("gone", reason=reason, rev_met=known.head_rev or None, memo=memo.write())
    seen, since = (memo.absent[1] + 1, memo.absent[2]) if memo.absent and memo.absent[0] == sign else (1, rfc3339(now))
    memo = replace(memo, absent=(sign, seen, since))
    if seen < SIGHTINGS[sign] or head is None or head.source == "feed":
        return Decision(verdict, reason=reason, memo=memo.write(), sooner=AFTER_ABSENCE if seen < SIGHTINGS[sign] else None)
    return Decision(
        "gone",
        reason=reason,
        event="gone",
        content=head.content,
        posted=head.stamps[0],
        updated=head.stamps[1],
        first_seen_at=_time(since),
        confirmed=True,
        rev_met=known.head_rev + 1,
        memo=replace(memo, absent=None, held=None, fresh=None).write(),
        state="gone",
        extractor=head.extractor,
    )


# --- what feeds say beside a page -----------------------------------------------------------------------------------


def _resaid(known: KnownArticle, head: Revision, version: _Version, listings: Mapping[str, Said]) -> Decision | None:
    """A feed that changed its own words is an edit, of the article's text never a return; None when none did.

    A feed that joins or leaves says nothing new. Words that a feed had before are told once, and from then on are flips.
    """
    new = {slug: _words(said) for slug, said in listings.items() if slug in head.listings}
    old = {slug: _words(head.listings[slug]) for slug in new}
    changed = [slug for slug in new if new[slug] != old[slug]]
    if not changed:
        return None
    memo = replace(version.memo, said=_remembered(version.memo.said, head.listings, head.rev, keep=True))
    met = [memo.said.get(slug, {}).get(new[slug]) for slug in changed]
    back = max(rev or 0 for rev in met) if all(met) else None
    if back is not None and (back == memo.left or all(memo.left_words.get(slug) == new[slug] for slug in changed)):
        return Decision("same", reason="flapping", rev_met=back, memo=memo.write(), flapping=True, extractor=head.extractor)
    rev = known.head_rev + 1
    left_words = {slug: old[slug] for slug in changed} if back is not None else {}
    memo = replace(memo, said=_remembered(memo.said, listings, rev), left_words=left_words)
    return replace(_revision(known, version, listings, "edited"), memo=memo.write())


def _remembered(
    said: Mapping[str, Mapping[str, int]], listings: Mapping[str, Said], rev: int, keep: bool = False
) -> dict[str, dict[str, int]]:
    """`said` with these listings as of revision `rev`; with `keep`, words already known stay with their revision."""
    newest = {slug: dict(words) for slug, words in said.items()}
    for slug, words in listings.items():
        known = newest.setdefault(slug, {})
        if not (keep and _words(words) in known):
            known[_words(words)] = rev
        # a headline rarely has more versions; beyond these a return is told as an edit
        newest[slug] = dict(list(known.items())[-12:])
    return newest


def _words(said: Said) -> str:
    return hashlib.sha256(f"{folded(said.title)}\n{folded(said.summary or '')}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


# --- doubts ---------------------------------------------------------------------------------------------------------


def _stamp_doubts(head: Revision, page: Page) -> tuple[str, ...]:
    """A new text under an Updated older than the one read last may be an old copy that was never seen here."""
    return ("updated went back",) if _is_older(page.updated, head.stamps[1]) else ()


# --- stamps ---------------------------------------------------------------------------------------------------------


def _stamps(known: KnownArticle, page: Page) -> tuple[Stamp | None, Stamp | None]:
    """Posted and Updated of the page; a page that names no Posted keeps the one known, or what a feed says."""
    head = known.head
    posted, updated = page.posted, page.updated
    if head is not None and head.source == "page":
        posted = _settled(posted, head.stamps[0])
        updated = _settled(updated, head.stamps[1]) if updated else None
    if posted is None:
        posted = next((Stamp(said.published_at, source="feed") for said in known.listed if said.published_at), None)
    return posted, updated


def _settled(read: Stamp | None, before: Stamp | None) -> Stamp | None:
    """A stamp told only roughly ("2 hours ago") does not replace one that is known; nor does none."""
    if read is None or (read.source == "relative" and before is not None):
        return before
    return read


def _restamp(head: Revision, version: _Version, now: datetime) -> Restamp | None:
    """The stamps that moved alone; None when neither did, or when they went back to what this revision had shown before."""
    posted, updated = _exact(version.posted) or head.stamps[0], _exact(version.updated) or head.stamps[1]
    if _pair(posted, updated) in {_pair(head.posted, head.updated), *(_pair(r.posted, r.updated) for r in head.restamps)}:
        return None
    return Restamp(at=now, posted=posted, updated=updated)


def _exact(stamp: Stamp | None) -> Stamp | None:
    """A stamp that was told to the minute; "2 hours ago" moves with every look."""
    return stamp if stamp is not None and stamp.source != "relative" else None


def _pair(posted: Stamp | None, updated: Stamp | None) -> tuple[datetime | None, datetime | None]:
    return posted.at if posted else None, updated.at if updated else None


def _moved_past(head: Revision, updated: Stamp | None) -> bool:
    last = head.stamps[1] or head.stamps[0]
    return updated is not None and (last is None or updated.at > last.at)


def _is_older(stamp: Stamp | None, newest: Stamp | None) -> bool:
    return stamp is not None and stamp.source != "relative" and newest is not None and stamp.at < newest.at


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
