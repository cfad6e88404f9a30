"""One snapshot of a feed against what is known: which article each of its entries speaks of. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.identify.likeness import is_same_text, likeness, words_of
from monitor.identify.names import by_kind, names_of
from monitor.identify.trust import Trust
from monitor.model import Entry, FeedDocument, Key, KeyKind, KnownFeed, Listing, Match, Matched, SameItem
from monitor.settings import Feed
from monitor.text import plain

# The same story under another guid and address, when the old one left in the same poll (research on identity, rule 4).
FUZZY_TITLE, FUZZY_BODY, FUZZY_WORDS, FUZZY_GAP = 0.75, 0.9, 48, timedelta(hours=48)
# From this likeness on two texts may be one story that was edited; below it a known guid or address carries another story.
SAME_STORY = 0.3


@dataclass(slots=True)
class _Row:
    """One entry on its way to its article."""

    entry: Entry
    names: dict[KeyKind, Key]
    article_id: int | None = None
    before: Listing | None = None
    settled: bool = False
    by: str = ""


def match(
    feed: Feed, known: KnownFeed, document: FeedDocument, keys: Sequence[Sequence[Key]], found: Mapping[Key, int], now: datetime
) -> Matched:
    """Which article each entry speaks of. `keys` are those of `entry_keys`, `found` what the store knows of them.

    A duplicate row of an entry is left out. Items whose bytes are known (SameItem) come back as the entry they were.
    """
    rows = _rows(feed, known, document, keys)
    trust = Trust.read(known.memo)
    trust = trust.learn([(_value(row, "guid"), _value(row, "url"), _value(row, "token")) for row in rows])
    snapshot = _Snapshot(feed, known, rows, found, trust)
    snapshot.settle()
    usable = document.complete and trust.is_usual(len(rows))
    left = snapshot.left() if usable else ()
    return Matched(
        matches=tuple(snapshot.matched(row) for row in rows),
        left=left,
        vanished=_vanished(left, rows),
        memo=trust.counted(len(rows)).memo(),
        notes=snapshot.notes(),
    )


def _rows(feed: Feed, known: KnownFeed, document: FeedDocument, keys: Sequence[Sequence[Key]]) -> list[_Row]:
    by_sha = {listing.item_sha: listing for listing in sorted(known.listings, key=lambda listing: listing.gone_at is None)}
    rows: list[_Row] = []
    seen: set[tuple[str, ...]] = set()
    articles: set[int] = set()
    for item, names in zip(document.items, keys, strict=True):
        if isinstance(item, SameItem):
            listing = by_sha.get(item.item_sha)
            if listing is None or listing.article_id in articles:
                continue
            articles.add(listing.article_id)
            row = _Row(_as_it_was(listing, item.position), {}, listing.article_id, listing, settled=True, by="bytes")
            row.names = by_kind(names_of(feed.slug, listing))
        else:
            row = _Row(item, by_kind(names))
        if row.names and not _is_copy(row, seen):
            rows.append(row)
    return rows


def _is_copy(row: _Row, seen: set[tuple[str, ...]]) -> bool:
    """Whether this row stands in the feed a second time: same guid with the same address or title, or all the same without a guid."""
    guid, url = _value(row, "guid") or "", _value(row, "url") or ""
    title = plain(row.entry.title) or (_value(row, "title") or "")
    marks = {("url", guid, url or title), ("title", guid, title or url)} if guid else {("all", url, title)}
    if marks & seen and (guid or url or title):
        return True
    seen |= marks
    return False


def _as_it_was(listing: Listing, position: int) -> Entry:
    return Entry(
        id=listing.guid,
        url=listing.url,
        title=listing.title,
        authors=listing.authors,
        published_at=listing.published_at,
        updated_at=listing.updated_at,
        summary=listing.summary,
        content=listing.content,
        item_sha=listing.item_sha,
        position=position,
    )


def _value(row: _Row, kind: KeyKind) -> str | None:
    name = row.names.get(kind)
    return name.value if name else None


class _Snapshot:
    """All rows of one poll against what is known; every step takes only articles that no surer step took."""

    def __init__(self, feed: Feed, known: KnownFeed, rows: list[_Row], found: Mapping[Key, int], trust: Trust) -> None:
        self._feed, self._known, self._rows, self._found, self._trust = feed, known, rows, found, trust
        self._taken = {row.article_id for row in rows if row.settled}
        self._reused = 0
        self._keys_in_use = {listing.key for listing in known.listings}
        self._listed: dict[tuple[KeyKind, str], list[Listing]] = {}
        self._names_of: dict[str, dict[KeyKind, Key]] = {}
        for listing in sorted(known.listings, key=lambda row: (row.gone_at is not None, -row.changed_at.timestamp())):
            names = by_kind(names_of(feed.slug, listing))
            self._names_of[listing.key] = names
            for kind, name in names.items():
                self._listed.setdefault((kind, name.value), []).append(listing)
        present = [guid for row in rows if (guid := _value(row, "guid"))]
        self._present_guids = {guid for guid in present if trust.guid(guid)}
        self._titles = Counter(row.names["title"] for row in rows if "title" in row.names)
        self._by_article = {listing.article_id: listing for listing in reversed(known.listings)}

    def settle(self) -> None:
        """Gives every row its article, where it has one."""
        for step in (self._by_guid, self._by_url, self._by_token, self._by_title):
            for row in self._rows:
                if not row.settled:
                    step(row)
        self._by_likeness()

    # --- the steps, surest first ---

    def _by_guid(self, row: _Row) -> None:
        name = row.names.get("guid")
        if name is None or not self._trust.guid(name.value):
            return
        listings = self._free(self._listed.get(("guid", name.value), ()))
        if listings:
            same_url = [one for one in listings if self._url_of(one) == _value(row, "url")]
            listing = (same_url or listings)[0]
            if same_url or self._is_one_story(row, listing, by_guid=True):
                self._take(row, listing.article_id, listing, "guid")
            else:
                self._reused += 1
                del row.names["guid"]
        elif self._is_free(self._found.get(name)) and not self._known_url_says_otherwise(row, self._found[name]):
            self._take(row, self._found[name], None, "guid")

    def _by_url(self, row: _Row) -> None:
        name = row.names.get("url")
        if name is None or not self._trust.url(name.value):
            return
        for listing in self._free(self._listed.get(("url", name.value), ())):
            if not self._stands_apart(row, listing) and (self._same_guid(row, listing) or self._is_one_story(row, listing)):
                self._take(row, listing.article_id, listing, "url")
                return
        if not self._listed.get(("url", name.value)):
            for alias in (name, Key("canonical", "", name.value)):
                if self._is_free(self._found.get(alias)):
                    self._take(row, self._found[alias], None, "url")
                return

    def _by_token(self, row: _Row) -> None:
        name = row.names.get("token")
        if name is None or not self._trust.token(name.value):
            return
        for listing in self._free(self._listed.get(("token", name.value), ())):
            if not self._stands_apart(row, listing) and self._is_one_story(row, listing):
                self._take(row, listing.article_id, listing, "token")
                return
        if not self._listed.get(("token", name.value)) and self._is_free(self._found.get(name)):
            self._take(row, self._found[name], None, "token")

    def _by_title(self, row: _Row) -> None:
        name = row.names.get("title")
        if name is None or self._titles[name] > 1:
            return
        for listing in self._free(self._listed.get(("title", name.value), ())):
            if not self._stands_apart(row, listing):
                self._take(row, listing.article_id, listing, "title")
                return
        # an address with a number that nobody knows is another story of the outlet, however alike the headline and the minute
        is_numbered = (token := row.names.get("token")) is not None and self._trust.token(token.value)
        if self._is_free(self._found.get(name)) and not self._listed.get(("title", name.value)) and not is_numbered:
            self._take(row, self._found[name], None, "title")

    def _by_likeness(self) -> None:
        """Rows that nothing named against listings that left in this very poll."""
        rows = [row for row in self._rows if not row.settled][:50]
        gone = [one for one in self._known.listings if one.gone_at is None and self._is_free(one.article_id)][:50]
        for row in rows:
            for listing in gone:
                if self._is_free(listing.article_id) and not self._stands_apart(row, listing) and _is_alike(row.entry, listing):
                    self._take(row, listing.article_id, listing, "likeness")
                    break

    # --- what a step asks ---

    def _take(self, row: _Row, article_id: int, before: Listing | None, by: str) -> None:
        if before is None:
            before = self._by_article.get(article_id)
        row.article_id, row.before, row.settled, row.by = article_id, before, True, by
        self._taken.add(article_id)

    def _is_free(self, article_id: int | None) -> bool:
        return article_id is not None and article_id not in self._taken

    def _free(self, listings: Sequence[Listing]) -> list[Listing]:
        return [listing for listing in listings if listing.article_id not in self._taken]

    def _url_of(self, listing: Listing) -> str | None:
        name = self._names_of[listing.key].get("url")
        return name.value if name else None

    def _same_guid(self, row: _Row, listing: Listing) -> bool:
        own, other = _value(row, "guid"), self._names_of[listing.key].get("guid")
        return own is None or other is None or own == other.value or not self._trust.guid(own)

    def _stands_apart(self, row: _Row, listing: Listing) -> bool:
        """Whether the listing's own entry stands in this snapshot beside the row, under another trusted guid."""
        other = self._names_of[listing.key].get("guid")
        own = _value(row, "guid")
        return other is not None and other.value in self._present_guids and other.value != own

    def _is_one_story(self, row: _Row, listing: Listing, *, by_guid: bool = False) -> bool:
        """Whether the row may be an edit of what the listing said: same minute, or texts that are not strangers."""
        entry = row.entry
        if entry.published_at and entry.published_at == listing.published_at:
            return True
        if by_guid and (token := _value(row, "token")) and (other := self._names_of[listing.key].get("token")) and token == other.value:
            return True
        if by_guid and row.names.get("url") is None and entry.published_at is None:
            return True
        return is_same_text(_text(entry), _text(listing), SAME_STORY) or likeness(entry.title, listing.title) >= SAME_STORY

    def _known_url_says_otherwise(self, row: _Row, article_id: int) -> bool:
        """A guid found in the store alone, while the address belongs to an article that this feed lists now."""
        name = row.names.get("url")
        listed = self._listed.get(("url", name.value), ()) if name else ()
        return (
            any(one.gone_at is None and one.article_id != article_id for one in listed) and name is not None and self._trust.url(name.value)
        )

    # --- what comes of it ---

    def matched(self, row: _Row) -> Match:
        """The row as it goes on: its article, its names that no other article has, and its listing's key."""
        names = tuple(
            name
            for kind, name in row.names.items()
            if self._trust.name(kind, name.value) and self._found.get(name) in (None, row.article_id)
        )
        return Match(row.entry, row.article_id, self._listing_key(row), names, row.before)

    def _listing_key(self, row: _Row) -> str:
        if row.before is not None:
            return row.before.key
        guid, url = _value(row, "guid"), _value(row, "url")
        if guid and self._trust.guid(guid):
            key = f"guid {guid}"
        elif url and self._trust.url(url):
            key = f"url {url}"
        else:
            key = f"text {url or ''} {_value(row, 'title') or plain(row.entry.title)[:200]}"
        if key in self._keys_in_use:
            mark = f"{row.entry.id}\0{row.entry.url}\0{row.entry.title}\0{row.entry.published_at}"
            key = f"{key} {sha256(mark.encode('utf-8', 'replace')).hexdigest()[:16]}"
        self._keys_in_use.add(key)
        return key

    def left(self) -> tuple[Listing, ...]:
        """Listings that stood in the feed and do not any more."""
        kept = {row.before.key for row in self._rows if row.before is not None}
        return tuple(one for one in self._known.listings if one.gone_at is None and one.key not in kept)

    def notes(self) -> tuple[str, ...]:
        """What a user may want to know of this snapshot's identities."""
        notes = []
        known = [row for row in self._rows if row.before is not None and row.before.guid]
        moved = [row for row in known if row.by in ("url", "token", "title") and row.before and row.entry.id != row.before.guid]
        if len(known) >= 5 and len(moved) * 5 > len(known):
            notes.append(f"the feed gave new guids to {len(moved)} of {len(known)} articles")
        if self._reused:
            notes.append(f"{self._reused} guids were given to another story")
        return tuple(notes)


def _vanished(left: Sequence[Listing], rows: Sequence[_Row]) -> tuple[Listing, ...]:
    """Those that did not scroll out: something older, or something that stood below them, is still there."""
    stamps = [row.entry.published_at for row in rows if row.entry.published_at]
    oldest = min(stamps, default=None)
    lowest = max((row.before.position for row in rows if row.before is not None), default=-1)
    return tuple(
        one for one in left if (one.published_at > oldest if one.published_at is not None and oldest is not None else one.position < lowest)
    )


def _text(said: Entry | Listing) -> str:
    return " ".join(part for part in (said.title, said.summary, said.content) if part)


def _is_alike(entry: Entry, listing: Listing) -> bool:
    if entry.published_at and listing.published_at and abs(entry.published_at - listing.published_at) > FUZZY_GAP:
        return False
    if likeness(entry.title, listing.title) < FUZZY_TITLE:
        return False
    new, old = words_of(_text(entry)), words_of(_text(listing))
    fewer = min(new.total(), old.total())
    return fewer >= FUZZY_WORDS and (new & old).total() >= FUZZY_BODY * fewer
