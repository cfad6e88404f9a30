"""Reading what is remembered: plain SQL on connections that only read, so that a reader never waits and a command starts fast."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model import Article, Change, Edit, Key, Look, RawPage, Restamp, Revision
from monitor.ports import ArticleQuery, Counts, EditQuery, FeedState, PollRun
from monitor.store.codes import LEVELS, STATES, WATCH_FEED, WATCH_PAGE, kind_mask
from monitor.store.halves import Halves, key_shas
from monitor.store.instants import from_ms, maybe_from_ms, to_ms
from monitor.store.rows import Row, Rows, chunks
from monitor.store.stored import changes_of, raw_of, revision_of, revisions_of
from monitor.store.values import (
    edit_of,
    feed_of,
    look_of,
    restamp_of,
    state_of,
)
from monitor.store.writer import Transaction

MANY_EDITS = 10_000  # of one feed: as many are passed in 20 ms
PAGE = 1000  # rows of one statement when all are asked for: rows never change and ids ascend, so pages fit together


class Reading(Halves):
    """ReadingStore over SQL, without search."""

    def feeds(self) -> tuple[FeedState, ...]:
        rows = self._reads.rows(
            "SELECT feed.*, watch.next_at, watch.failures FROM feed"
            f" LEFT JOIN watch ON watch.kind = {WATCH_FEED} AND watch.ref_id = feed.id ORDER BY feed.configured DESC, feed.slug"
        )
        articles = _counted(self._reads, "SELECT feed_id AS id, count(DISTINCT article_id) AS n FROM listing GROUP BY feed_id")
        newest = max((row["polled_at"] or 0 for row in rows), default=0)
        week = newest - int(timedelta(days=7) / timedelta(milliseconds=1))
        edits = _counted(
            self._reads,
            "SELECT edit_feed.feed_id AS id, count(*) AS n FROM edit CROSS JOIN edit_feed"
            " WHERE edit_feed.edit_id = edit.id AND edit.seen_before >= :week GROUP BY edit_feed.feed_id",
            week=week,
        )
        return tuple(_feed_state(row, self._configured.get(row["slug"]), articles, edits) for row in rows)

    def polls(self, slug: str, limit: int = 50) -> tuple[PollRun, ...]:
        rows = self._reads.rows(
            "SELECT poll.* FROM poll JOIN feed ON feed.id = poll.feed_id WHERE feed.slug = :slug ORDER BY poll.from_at DESC LIMIT :most",
            slug=slug, most=limit,
        )  # fmt: skip
        return tuple(PollRun(from_ms(row["from_at"]), from_ms(row["to_at"]), row["n"], row["outcome"], row["status"]) for row in rows)

    def articles(self, query: ArticleQuery) -> Iterator[Article]:
        conditions, values = _article_conditions(query)
        order = "DESC" if query.newest else "ASC"
        after: int | None = None
        left = query.limit
        while left is None or left > 0:
            where = [*conditions, f"article.id {'<' if query.newest else '>'} :last"] if after is not None else conditions
            size = PAGE if left is None else min(PAGE, left)
            rows = self._reads.rows(
                f"SELECT article.*, watch.next_at FROM article LEFT JOIN watch ON watch.kind = {WATCH_PAGE} AND watch.ref_id = article.id"
                f" WHERE {' AND '.join(where) or '1 = 1'} ORDER BY article.id {order} LIMIT :size",
                size=size, **values, **({"last": after} if after is not None else {}),
            )  # fmt: skip
            feeds = _feeds_of(self._reads, [row["id"] for row in rows])
            yield from (_article(row, feeds.get(row["id"], ())) for row in rows)
            if len(rows) < size:
                return
            after, left = rows[-1]["id"], None if left is None else left - len(rows)

    def article(self, article_id: int) -> Article | None:
        row = self._reads.row(
            f"SELECT article.*, watch.next_at FROM article LEFT JOIN watch ON watch.kind = {WATCH_PAGE} AND watch.ref_id = article.id"
            " WHERE article.id = :id",
            id=article_id,
        )  # fmt: skip
        return _article(row, _feeds_of(self._reads, [article_id]).get(article_id, ())) if row else None

    def article_by_url(self, url_keys: Sequence[Key]) -> int | None:
        shas = key_shas(self._reads, url_keys)
        rows = self._reads.rows("SELECT key, article_id FROM alias WHERE key IN (:keys)", keys=list(shas.values()))
        found = {bytes(row["key"]): int(row["article_id"]) for row in rows}
        return next((found[shas[key]] for key in url_keys if shas[key] in found), None)

    def last_edited(self, back: int = 0) -> int | None:
        row = self._reads.row(
            "SELECT id FROM article WHERE last_edit_at IS NOT NULL ORDER BY last_edit_at DESC, id DESC LIMIT 1 OFFSET :back", back=back
        )
        return int(row["id"]) if row else None

    def revisions(self, article_id: int) -> tuple[Revision, ...]:
        return revisions_of(self._reads, article_id)

    def revision(self, article_id: int, rev: int) -> Revision | None:
        return revision_of(self._reads, article_id, rev)

    def find_revisions(self, hash_prefix: str, article_id: int | None = None) -> tuple[tuple[int, int], ...]:
        prefix = hash_prefix.lower()
        low, high = _hash_range(prefix)
        mine = "" if article_id is None else " AND article_id = :article"
        rows = self._reads.rows(
            f"SELECT article_id, rev, hash FROM revision WHERE substr(hash, 1, 8) >= :low AND substr(hash, 1, 8) <= :high{mine}"
            " ORDER BY article_id, rev",
            low=low, high=high, **({} if article_id is None else {"article": article_id}),
        )  # fmt: skip
        return tuple((row["article_id"], row["rev"]) for row in rows if bytes(row["hash"]).hex().startswith(prefix))

    def edits(self, query: EditQuery) -> Iterator[Edit]:
        conditions, values = _edit_conditions(query)
        source, number = _edit_source(self._reads, query)
        after, left = query.after, query.limit
        below: int | None = query.before or None
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            where = [*conditions, f"{number} > :after"] + ([f"{number} < :below"] if below is not None else [])
            rows = self._reads.rows(
                f"SELECT edit.*, article.url FROM {source} JOIN article ON article.id = edit.article_id"
                f" WHERE {' AND '.join(where)} ORDER BY {number} {'DESC' if query.newest else 'ASC'} LIMIT :size",
                size=size, after=after, **values, **({} if below is None else {"below": below}),
            )  # fmt: skip
            yield from edits_of(self._reads, rows)
            if len(rows) < size:
                return
            left = None if left is None else left - len(rows)
            if query.newest:
                below = rows[-1]["id"]
            else:
                after = rows[-1]["id"]

    def edit(self, article_id: int, to_rev: int) -> Edit | None:
        rows = self._reads.rows(
            "SELECT edit.*, article.url FROM edit JOIN article ON article.id = edit.article_id"
            " WHERE edit.article_id = :id AND edit.to_rev = :rev",
            id=article_id, rev=to_rev,
        )  # fmt: skip
        return next(edits_of(self._reads, rows), None)

    def changes(self, edit_id: int) -> tuple[Change, ...]:
        return changes_of(self._reads, edit_id)

    def looks(self, article_id: int) -> Iterator[Look]:
        after = -(2**62)
        while True:
            rows = self._reads.rows(
                "SELECT look.at, look.verdict, look.status, look.reason, look.rev, look.ms, look.bytes,"
                " COALESCE(look.url, article.url) AS url"
                " FROM look JOIN article ON article.id = look.article_id WHERE look.article_id = :id AND look.at > :after"
                " ORDER BY look.at LIMIT :size",
                id=article_id, after=after, size=PAGE,
            )  # fmt: skip
            yield from (look_of(row) for row in rows)
            if len(rows) < PAGE:
                return
            after = rows[-1]["at"]

    def restamps(self, since: datetime | None, feeds: Sequence[str] = ()) -> Iterator[tuple[int, int, Restamp]]:
        conditions = ["restamp.at >= :since"]
        if feeds:
            conditions.append(_IN_FEEDS.format(article="revision.article_id"))
        rows = self._reads.rows(
            "SELECT restamp.*, revision.article_id, revision.rev FROM restamp JOIN revision ON revision.id = restamp.revision_id"
            f" WHERE {' AND '.join(conditions)} ORDER BY restamp.at, restamp.revision_id",
            since=-(2**62) if since is None else since, slugs=list(feeds),
        )  # fmt: skip
        yield from ((row["article_id"], row["rev"], restamp_of(row)) for row in rows)

    def raw(self, article_id: int, rev: int) -> RawPage | None:
        return raw_of(self._reads, article_id, rev)

    def counts(self, now: datetime) -> Counts:
        return _counts(self._reads, now)

    def get_meta(self, key: str) -> str | None:
        row = self._reads.row("SELECT value FROM meta WHERE key = :key", key=f"user:{key}")
        return str(row["value"]) if row else None

    def set_meta(self, key: str, value: str) -> None:
        def work(tx: Transaction) -> None:
            tx.run(
                "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                key=f"user:{key}", value=value,
            )  # fmt: skip

        self._write(work)


# --- feeds and articles ---------------------------------------------------------------------------------------------

_IN_FEEDS = "{article} IN (SELECT article_id FROM listing WHERE feed_id IN (SELECT id FROM feed WHERE slug IN (:slugs)))"


def _counted(rows: Rows, sql: str, **values: object) -> dict[int, int]:
    return {row["id"]: row["n"] for row in rows.rows(sql, **values)}


def _feed_state(row: Row, configured: object, articles: Mapping[int, int], edits: Mapping[int, int]) -> FeedState:
    from monitor.settings import Feed

    feed = configured if isinstance(configured, Feed) else feed_of(row)
    return FeedState(
        feed_id=row["id"],
        feed=feed,
        url=row["moved_to"] or row["url"],
        title=row["title"],
        configured=bool(row["configured"]),
        outcome=row["outcome"],
        error=row["error"],
        polled_at=maybe_from_ms(row["polled_at"]),
        next_at=maybe_from_ms(row["next_at"]),
        failures=row["failures"] or 0,
        articles=articles.get(row["id"], 0),
        edits_7d=edits.get(row["id"], 0),
    )


def _article_conditions(query: ArticleQuery) -> tuple[list[str], dict[str, object]]:
    conditions: list[str] = []
    values: dict[str, object] = {}
    if query.feeds:
        conditions.append(_IN_FEEDS.format(article="article.id"))
        values["slugs"] = list(query.feeds)
    if query.states:
        conditions.append("article.state IN (:states)")
        values["states"] = [STATES.index(state) for state in query.states if state in STATES]
    if query.after:
        conditions.append("article.id > :after")
        values["after"] = query.after
    if query.before:
        conditions.append("article.id < :before")
        values["before"] = query.before
    if not query.merged:
        conditions.append("article.merged_into IS NULL")
    if query.edited:
        conditions.append("article.last_edit_at IS NOT NULL")
    if query.since is not None:
        seen = "" if query.edited else " OR article.first_seen_at >= :since"
        conditions.append(f"(article.last_edit_at >= :since{seen})")
        values["since"] = query.since
    return conditions, values


def _feeds_of(rows: Rows, articles: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for ids in chunks(articles):
        for row in rows.rows(
            "SELECT DISTINCT listing.article_id, feed.slug FROM listing JOIN feed ON feed.id = listing.feed_id"
            " WHERE listing.article_id IN (:ids) ORDER BY listing.article_id, feed.slug",
            ids=ids,
        ):
            found[row["article_id"]] = (*found.get(row["article_id"], ()), row["slug"])
    return found


def _article(row: Row, feeds: tuple[str, ...]) -> Article:
    return Article(
        id=row["id"],
        url=row["url"],
        canonical_url=row["canonical_url"],
        feeds=feeds,
        title=row["title"],
        state=state_of(row["state"]),
        revisions=row["head_rev"],
        first_seen_at=from_ms(row["first_seen_at"]),
        posted_at=maybe_from_ms(row["posted_at"]),
        updated_at=maybe_from_ms(row["updated_at"]),
        last_edit_at=maybe_from_ms(row["last_edit_at"]),
        next_look_at=maybe_from_ms(row["next_at"]),
        language=row["language"],
        merged_into=row["merged_into"],
        flapping=bool(row["flapping"]),
    )


def _counts(rows: Rows, now: datetime) -> Counts:
    def one(sql: str) -> int:
        row = rows.row(sql, now=now, day=to_ms(now) - 86_400_000)
        return int(row["n"]) if row else 0

    due = rows.row("SELECT count(*) AS n, min(next_at) AS at FROM watch WHERE next_at <= :now", now=now)
    polled = rows.row("SELECT max(polled_at) AS at FROM feed")
    return Counts(
        feeds=one("SELECT count(*) AS n FROM feed WHERE configured = 1"),
        feeds_failing=one("SELECT count(*) AS n FROM feed WHERE configured = 1 AND outcome LIKE 'error:%'"),
        articles=one("SELECT count(*) AS n FROM article WHERE merged_into IS NULL"),
        watched=one(f"SELECT count(*) AS n FROM watch WHERE kind = {WATCH_PAGE} AND next_at IS NOT NULL"),
        revisions=one("SELECT count(*) AS n FROM revision"),
        edits=one("SELECT count(*) AS n FROM edit"),
        edits_24h=one("SELECT count(*) AS n FROM edit WHERE seen_before >= :day"),
        due=due["n"] if due else 0,
        oldest_due_at=maybe_from_ms(due["at"]) if due else None,
        last_poll_at=maybe_from_ms(polled["at"]) if polled else None,
        outbox_waiting=one("SELECT count(*) AS n FROM outbox WHERE state <= 1"),
        outbox_dead=one("SELECT count(*) AS n FROM outbox WHERE state = 6"),
    )


# --- edits ----------------------------------------------------------------------------------------------------------


def _edit_conditions(query: EditQuery) -> tuple[list[str], dict[str, object]]:
    conditions: list[str] = []
    values: dict[str, object] = {}

    def add(condition: str, **more: object) -> None:
        conditions.append(condition)
        values.update(more)

    if query.article is not None:
        add("edit.article_id = :article", article=query.article)
    if len(query.feeds) == 1:
        add("edit_feed.edit_id = edit.id AND edit_feed.feed_id = (SELECT id FROM feed WHERE slug = :slug)", slug=query.feeds[0])
    elif query.feeds:
        add(
            "edit.id IN (SELECT edit_id FROM edit_feed WHERE feed_id IN (SELECT id FROM feed WHERE slug IN (:slugs)))",
            slugs=list(query.feeds),
        )
    # kinds and levels are spelled out, not given as values: so their partial indexes are seen to fit
    if query.kinds:
        add(f"(edit.kinds & {kind_mask(query.kinds)}) <> 0")
    if query.min_level != "noise":
        add(f"edit.level >= {LEVELS.index(query.min_level)}")
    if query.undisclosed:
        add("edit.disclosed = 0")
    if query.since is not None:
        # the second condition adds nothing but a place to start: a walk by id would else pass every older edit. The plus keeps
        # the least id from being sought in order of ids, past the same edits
        add(
            "edit.seen_before >= :since AND edit.id >= (SELECT coalesce(min(+id), 0) FROM edit WHERE seen_before >= :since)",
            since=query.since,
        )
    if query.until is not None:
        add("edit.seen_before < :until", until=query.until)
    if not query.held:
        add("edit.held_by IS NULL")
    return conditions, values


def _edit_source(rows: Rows, query: EditQuery) -> tuple[str, str]:
    """The tables an edit query walks through, and the column that it walks along; CROSS JOIN keeps SQLite to this order.

    One feed's edits stand in order under the feed. Where a feed has very many and few of all edits fit, those are walked instead.
    """
    if len(query.feeds) != 1:
        return "edit", "edit.id"
    if query.kinds or query.undisclosed or query.min_level in ("medium", "high"):
        most = rows.row(
            "SELECT count(*) AS n FROM"
            " (SELECT 1 FROM edit_feed WHERE feed_id = (SELECT id FROM feed WHERE slug = :slug) LIMIT :most) AS some",
            slug=query.feeds[0], most=MANY_EDITS,
        )  # fmt: skip
        if most is not None and most["n"] == MANY_EDITS:
            return "edit CROSS JOIN edit_feed", "edit.id"
    return "edit_feed CROSS JOIN edit", "edit_feed.edit_id"


def edits_of(rows: Rows, found: Sequence[Row]) -> Iterator[Edit]:
    """Edits of their rows, with the feeds each article stood in."""
    feeds: dict[int, tuple[str, ...]] = {}
    for ids in chunks([row["id"] for row in found]):
        for row in rows.rows(
            "SELECT edit_feed.edit_id, feed.slug FROM edit_feed JOIN feed ON feed.id = edit_feed.feed_id"
            " WHERE edit_feed.edit_id IN (:ids) ORDER BY feed.slug",
            ids=ids,
        ):
            feeds[row["edit_id"]] = (*feeds.get(row["edit_id"], ()), row["slug"])
    for row in found:
        yield edit_of(row, feeds.get(row["id"], ()))


def _hash_range(prefix: str) -> tuple[bytes, bytes]:
    head = prefix[:16]
    try:
        return bytes.fromhex(head.ljust(16, "0")), bytes.fromhex(head.ljust(16, "f"))
    except ValueError:
        return b"\xff" * 9, b""
