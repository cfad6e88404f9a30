"""What thinking needs to know of a feed and of an article, as the store holds it now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.errors import NotFound
from monitor.model import Glimpse, Habit, Key, KnownArticle, KnownFeed
from monitor.store.codes import EVERY_ARTICLE, WATCH_PAGE
from monitor.store.halves import Halves, key_shas
from monitor.store.instants import from_ms, maybe_from_ms, to_ms
from monitor.store.rows import chunks
from monitor.store.stored import raw_of, revision_of
from monitor.store.values import event_of, host_name, listing_of, source_of, state_of

GONE_LATELY = timedelta(days=30)  # an entry that comes back within that time is the same listing
MOST_GONE = 2000
BOILERPLATE_FROM = 3  # articles of one host with the same block
# and at least one in so many: a sentence that a few of hundreds share (a wire's, a correction's) belongs to them
BOILERPLATE_SHARE = 8


_GLIMPSES = (
    "SELECT article.id, article.head_rev, article.memo, revision.source, revision.event,"
    " CASE WHEN EXISTS (SELECT 1 FROM listing WHERE listing.article_id = article.id AND listing.feed_id <> :feed)"
    f" OR EXISTS (SELECT 1 FROM watch WHERE watch.kind = {WATCH_PAGE} AND watch.ref_id = article.id) THEN 0 ELSE 1 END AS alone"
    " FROM article LEFT JOIN revision ON revision.article_id = article.id AND revision.rev = article.head_rev"
    " WHERE article.id IN (:articles) AND article.merged_into IS NULL"
)


class Learning(Halves):
    """The reading part of LearningStore over SQL."""

    def known_feed(self, feed_id: int) -> KnownFeed:
        feed = self._reads.row("SELECT slug, memo, usable_at FROM feed WHERE id = :id", id=feed_id)
        if feed is None:
            raise NotFound(f"feed {feed_id} is not there")
        since = (feed["usable_at"] or 0) - to_ms(from_ms(0) + GONE_LATELY)
        columns = "SELECT listing.*, :slug AS slug FROM listing WHERE feed_id = :id AND"
        if self._reads.dialect == "postgresql":
            columns = columns.replace(":slug", "CAST(:slug AS TEXT)")
        present = self._reads.rows(f"{columns} gone_at IS NULL ORDER BY position", slug=feed["slug"], id=feed_id)
        gone = self._reads.rows(
            f"{columns} gone_at >= :since ORDER BY gone_at DESC LIMIT :most", slug=feed["slug"], id=feed_id, since=since, most=MOST_GONE
        )
        listings = tuple(listing_of(row) for row in [*present, *gone])
        return KnownFeed(feed_id, feed["slug"], listings, feed["memo"], maybe_from_ms(feed["usable_at"]))

    def find_articles(self, keys: Iterable[Key]) -> Mapping[Key, int]:
        shas = key_shas(self._reads, keys)
        found: dict[bytes, int] = {}
        for part in chunks(list(shas.values())):
            for row in self._reads.rows("SELECT key, article_id FROM alias WHERE key IN (:keys)", keys=part):
                found[bytes(row["key"])] = row["article_id"]
        return {key: found[sha] for key, sha in shas.items() if sha in found}

    def known_article(self, article_id: int, *, raw: bool = True) -> KnownArticle:
        row = self._reads.row("SELECT * FROM article WHERE id = :id", id=article_id)
        if row is None:
            raise NotFound(f"article {article_id} is not there")
        texts = self._reads.rows("SELECT text_key, rev FROM revision WHERE article_id = :id ORDER BY rev", id=article_id)
        head_rev = texts[-1]["rev"] if texts else 0
        head = revision_of(self._reads, article_id, head_rev) if head_rev else None
        listed = self._reads.rows(
            "SELECT listing.*, feed.slug FROM listing JOIN feed ON feed.id = listing.feed_id"
            " WHERE listing.article_id = :id ORDER BY listing.changed_at DESC, feed.slug, listing.key",
            id=article_id,
        )  # fmt: skip
        return KnownArticle(
            id=article_id,
            url=row["url"],
            canonical_url=row["canonical_url"],
            state=state_of(row["state"]),
            head=head,
            texts={bytes(text["text_key"]): text["rev"] for text in texts},
            listed=tuple(listing_of(one) for one in listed),
            memo=row["memo"],
            head_raw=raw_of(self._reads, article_id, head_rev) if raw and head_rev else None,
            head_rev=head_rev,
            first_seen_at=from_ms(row["first_seen_at"]),
            last_edit_at=maybe_from_ms(row["last_edit_at"]),
            flapping=bool(row["flapping"]),
        )

    def glimpses(self, feed_id: int, articles: Sequence[int]) -> Mapping[int, Glimpse]:
        found: dict[int, Glimpse] = {}
        for part in chunks(articles):
            for row in self._reads.rows(_GLIMPSES, feed=feed_id, articles=part):
                source = None if row["source"] is None else source_of(row["source"])
                event = None if row["event"] is None else event_of(row["event"])
                found[row["id"]] = Glimpse(row["head_rev"], source, event, row["memo"], bool(row["alone"]))
        return found

    def boilerplate(self, host: str) -> frozenset[int]:
        rows = self._reads.rows(
            "SELECT block.fp FROM block JOIN host ON host.id = block.host_id WHERE host.name = :host AND block.articles >= :many"
            " AND block.fp <> :every AND block.articles * :share >="
            " (SELECT coalesce(max(counted.articles), 0) FROM block AS counted WHERE counted.host_id = host.id AND counted.fp = :every)",
            host=host_name(f"//{host}"), many=BOILERPLATE_FROM, share=BOILERPLATE_SHARE, every=EVERY_ARTICLE,
        )  # fmt: skip
        return frozenset(row["fp"] & 2**64 - 1 for row in rows)

    def habit(self, host: str) -> Habit | None:
        from monitor.schedule import read_habit  # not needed by commands that only read

        row = self._reads.row(
            "SELECT habit.said FROM habit JOIN host ON host.id = habit.host_id WHERE host.name = :host", host=host_name(f"//{host}")
        )
        return read_habit(row["said"]) if row else None

    def similar_edits(self, host: str, fingerprint: bytes, since: datetime) -> int:
        row = self._reads.row(
            "SELECT count(DISTINCT edit.article_id) AS n FROM edit JOIN host ON host.id = edit.host_id"
            " WHERE host.name = :host AND edit.fingerprint = :fingerprint AND edit.seen_before >= :since",
            host=host_name(f"//{host}"), fingerprint=fingerprint, since=since,
        )  # fmt: skip
        return int(row["n"]) if row else 0
