"""Which article and revisions a REF names, asked of what is remembered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Literal

from monitor.errors import Ambiguous, NotFound, UsageError
from monitor.model import Article, Key, Revision, Stamp
from monitor.ports import EditQuery, ReadingStore
from monitor.refs.grammar import MIN_HASH, ArticleName, Range, Ref, RevName, parse_ref

Purpose = Literal["diff", "show", "log"]
Fits = Callable[[datetime], bool]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a REF names. `new` is the one shown, or the newer side of the difference; `old` its other side, None where there is none.

    `revisions` are those that `log` lists, oldest first. `notes` are sentences on how it was read, for stderr.
    """

    article: Article
    old: Revision | None
    new: Revision
    revisions: tuple[Revision, ...]
    notes: tuple[str, ...] = ()


def resolve(
    store: ReadingStore,
    ref: Ref | str,
    *,
    purpose: Purpose,
    timezone: str = "UTC",
    now: datetime,
    timezone_of: Callable[[Article], str | None] | None = None,
) -> Resolved:
    """The article and the revisions that `ref` names.

    `42` is its latest edit for diff, its latest revision for show, all of it for log. Clock times are the publisher's, in the feed's
    zone (`timezone_of`, the store's feeds by default), else the zone the stamp was read in, else `timezone`.
    Raises NotFound; Ambiguous where several days fit; UsageError for a range where one revision is wanted.
    """
    ref = parse_ref(ref) if isinstance(ref, str) else ref
    article, span = _article_and_range(store, ref)
    chain = _Chain(store, article, now, timezone, (timezone_of or _feed_zone(store))(article), [])
    if purpose == "diff":
        old, new = _sides(chain, span)
        return Resolved(article, old, new, tuple(filter(None, (old, new))), tuple(chain.notes))
    if purpose == "show":
        if span and not span.is_single:
            raise UsageError(f"'{ref.typed}' names several revisions, and one is shown", hint=f"monitor diff {ref.typed}")
        new = chain.find(span.last, "last") if span and span.last else chain.last
        return Resolved(article, None, new, (new,), tuple(chain.notes))
    listed = _listed(chain, span)
    return Resolved(article, None, listed[-1], listed, tuple(chain.notes))


def resolve_article(store: ReadingStore, ref: Ref | str) -> Article:
    """The article alone, for commands that act on one. Raises NotFound, UsageError where a revision is named too."""
    ref = parse_ref(ref) if isinstance(ref, str) else ref
    article, span = _article_and_range(store, ref)
    if span:
        raise UsageError(f"'{ref.typed}' names a revision, and an article is wanted", hint=f"use {article.id}")
    return article


def _article_and_range(store: ReadingStore, ref: Ref) -> tuple[Article, Range | None]:
    # an @ in an address may be part of it: the reading that names something known wins
    if ref.whole and (found := _article_id(store, ref.whole)) is not None:
        return _article(store, found), None
    found = _article_id(store, ref.article)
    if found is None:
        raise NotFound(_unknown(ref), hint="monitor ls lists the articles")
    return _article(store, found), ref.range


def _article_id(store: ReadingStore, name: ArticleName) -> int | None:
    if name.by == "id":
        return name.number
    if name.by == "last":
        return store.last_edited(name.number)
    if name.by == "guid":
        return store.article_by_url(_guid_keys(name))
    from monitor.identify import url_keys

    return store.article_by_url(url_keys(name.text))


def _guid_keys(name: ArticleName) -> Sequence[Key]:
    from monitor.identify.names import names_of
    from monitor.model import Entry

    return names_of(name.slug, Entry(id=name.text, url=None, title=""))


def _article(store: ReadingStore, number: int) -> Article:
    article = store.article(number)
    if article is None:
        raise NotFound(f"there is no article {number}", hint="monitor ls lists the articles")
    return article


def _unknown(ref: Ref) -> str:
    if ref.article.by == "last":
        return (
            f"no article has been edited yet, so '{ref.typed}' names none" if not ref.article.number else f"'{ref.typed}' goes too far back"
        )
    if ref.article.by == "guid":
        return f"feed '{ref.article.slug}' has no entry '{ref.article.text}'"
    return f"no article is known by {ref.article.text}"


def _feed_zone(store: ReadingStore) -> Callable[[Article], str | None]:
    def zone(article: Article) -> str | None:
        zones = {state.feed.slug: state.feed.timezone for state in store.feeds()} if article.feeds else {}
        return next((zones[slug] for slug in article.feeds if zones.get(slug)), None)

    return zone


def _sides(chain: "_Chain", span: Range | None) -> tuple[Revision | None, Revision]:
    if span is None:
        edit = next(iter(chain.store.edits(EditQuery(article=chain.article.id, newest=True, limit=1))), None)
        return (chain.number(edit.from_rev), chain.number(edit.to_rev)) if edit else (None, chain.last)
    if span.is_single and span.last:
        new = chain.find(span.last, "last")
        return (chain.number(new.rev - 1) if new.rev > 1 else None), new
    old = chain.find(span.first, "first") if span.first else chain.number(1)
    new = chain.find(span.last, "last") if span.last else chain.last
    if old.rev > new.rev:
        chain.notes.append(f"revision {old.rev} is newer than revision {new.rev}: the change is shown backwards")
    return old, new


def _listed(chain: "_Chain", span: Range | None) -> tuple[Revision, ...]:
    if span is None:
        return chain.all
    if span.is_single and span.last:
        return (chain.find(span.last, "last"),)
    first = chain.find(span.first, "first").rev if span.first else 1
    last = chain.find(span.last, "last").rev if span.last else chain.article.revisions
    return tuple(revision for revision in chain.all if min(first, last) <= revision.rev <= max(first, last))


@dataclass
class _Chain:
    """The revisions of one article, read only as far as a name needs them."""

    store: ReadingStore
    article: Article
    now: datetime
    timezone: str
    feed_zone: str | None
    notes: list[str]

    @cached_property
    def all(self) -> tuple[Revision, ...]:
        revisions = self.store.revisions(self.article.id)
        if not revisions:
            raise NotFound(f"article {self.article.id} has no revision yet", hint="its page has not been looked at")
        return revisions

    @property
    def last(self) -> Revision:
        return self.number(self.article.revisions) if self.article.revisions else self.all[-1]

    def number(self, number: int) -> Revision:
        """The revision with that number. Raises NotFound."""
        known = self.article.revisions
        found = self.store.revision(self.article.id, number) if 1 <= number <= known else None
        if found is None:
            have = f"1 to {known}" if known > 1 else "1" if known else "none yet"
            raise NotFound(f"article {self.article.id} has no revision {number} (it has {have})", hint=f"monitor log {self.article.id}")
        return found

    def find(self, name: RevName, end: Literal["first", "last"]) -> Revision:
        """The revision a name means at this end of a range. Raises NotFound, Ambiguous."""
        if name.by == "number":
            return self._numbered(name)
        if name.by == "first":
            return self.number(1)
        if name.by == "back":
            return self.number(self.article.revisions - name.number)
        if name.by == "hash":
            return self._hashed(name.typed)
        if name.by == "ago":
            return self._current(self._ago(name), name)
        return self._timed(name, end)

    def _numbered(self, name: RevName) -> Revision:
        if name.number > self.article.revisions and len(name.typed) >= MIN_HASH:
            return self._hashed(name.typed)
        return self.number(name.number)

    def _hashed(self, prefix: str) -> Revision:
        found = self.store.find_revisions(prefix, self.article.id)
        if len(found) > 1:
            raise Ambiguous(f"{len(found)} revisions have a hash that starts with {prefix}", [f"{a}@{rev}" for a, rev in found])
        if not found:
            raise NotFound(
                f"article {self.article.id} has no revision whose hash starts with {prefix}", hint=f"monitor log {self.article.id}"
            )
        return self.number(found[0][1])

    def _ago(self, name: RevName) -> datetime:
        try:
            return self.now - name.ago
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)

    def _timed(self, name: RevName, end: Literal["first", "last"]) -> Revision:
        """The publisher's own stamp, then restamps, then when we saw it."""
        ranks: tuple[list[tuple[datetime, Revision]], ...] = (
            [(at, r) for r in self.all if (at := self._local(r.updated or r.posted))],
            [(at, r) for r in self.all for again in r.restamps if (at := self._local(again.updated or again.posted))],
            [(r.first_seen_at.astimezone(self._zone(None)), r) for r in self.all],
        )
        for told in ranks:
            fitting = [(at, revision) for at, revision in told if self._fits(name, at)]
            if fitting:
                return self._one_day(name, fitting, end)
        return self._in_between(name)

    def _fits(self, name: RevName, at: datetime) -> bool:
        if name.by == "clock":
            return at.time().replace(second=0, microsecond=0) == name.clock
        if name.by == "day":
            return at.date() == name.day
        assert name.at
        asked = name.at if name.at.tzinfo else name.at.replace(tzinfo=at.tzinfo)
        return asked.replace(second=0) == at.replace(second=0, microsecond=0)

    def _one_day(self, name: RevName, fitting: list[tuple[datetime, Revision]], end: Literal["first", "last"]) -> Revision:
        if len({at.date() for at, _ in fitting}) > 1:
            raise self._several(name, fitting)
        if name.by == "day":
            return fitting[0 if end == "first" else -1][1]
        if len({revision.rev for _, revision in fitting}) > 1:
            numbers = ", ".join(str(revision.rev) for _, revision in fitting)
            self.notes.append(f"revisions {numbers} carry the stamp {name.typed}; the first is taken")
        return fitting[0][1]

    def _in_between(self, name: RevName) -> Revision:
        """No stamp and no first sight fits: the revision that stood at that time."""
        zone = self._zone(None)
        if name.by == "minute" and name.at:
            return self._current(name.at if name.at.tzinfo else name.at.replace(tzinfo=zone), name)
        if name.by == "day" and name.day:
            return self._current(datetime(name.day.year, name.day.month, name.day.day, 23, 59, 59, tzinfo=zone), name)
        assert name.clock
        standing: dict[int, tuple[datetime, Revision]] = {}
        for revision in self.all:
            start, stop = (at.astimezone(zone) for at in (revision.first_seen_at, revision.last_seen_at))
            at = datetime.combine(start.date(), name.clock, zone)
            at = at if at >= start else datetime.combine(start.date() + timedelta(days=1), name.clock, zone)
            if at <= stop:
                standing[revision.rev] = (at, revision)
        if not standing:
            raise NotFound(f"article {self.article.id} has no revision of {name.typed} ({zone})", hint=f"monitor log {self.article.id}")
        if len(standing) > 1:
            raise self._several(name, list(standing.values()))
        revision = next(iter(standing.values()))[1]
        self.notes.append(f"no revision carries the stamp {name.typed}; revision {revision.rev} stood then")
        return revision

    def _current(self, at: datetime, name: RevName) -> Revision:
        standing = [revision for revision in self.all if revision.first_seen_at <= at]
        if not standing:
            seen = self.all[0].first_seen_at.astimezone(self._zone(None))
            raise NotFound(
                f"article {self.article.id} was first seen at {seen:%Y-%m-%d %H:%M}, after {name.typed}",
                hint=f"monitor log {self.article.id}",
            )
        if name.by != "ago":
            self.notes.append(f"no revision carries the stamp {name.typed}; revision {standing[-1].rev} stood then")
        return standing[-1]

    def _several(self, name: RevName, fitting: list[tuple[datetime, Revision]]) -> Ambiguous:
        days = {at.date(): revision for at, revision in reversed(fitting)}
        candidates = [
            f"{self.article.id}@{day}T{at:%H:%M}   revision {revision.rev}, {at.tzinfo}"
            for at, revision in fitting
            if days.get(day := at.date()) is revision
        ]
        return Ambiguous(f"{self.article.id}@{name.typed} fits {len(days)} days", candidates, hint="name the day too, as above")

    def _local(self, stamp: Stamp | None) -> datetime | None:
        return stamp.at.astimezone(self._zone(stamp.zone)) if stamp else None

    def _zone(self, read_in: str | None) -> tzinfo:
        return _zone(self.feed_zone or read_in or self.timezone)


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # stamps keep an offset where the page named one: +09:00
        return datetime.strptime(name, "%z").tzinfo or UTC if name[:1] in "+-" else UTC
