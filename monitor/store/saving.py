"""Saving what a poll or a look learnt: one transaction for each outcome, checked against the claim and against every article's head.

Twice is once: a late outcome meets a newer fence, a second look its own key, an edit its revision, a mail its delivery key.
"""

import json
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.model import ArticleUpdate, Edit, Habit, Key, Listing, Look, LookOutcome, Pace, PollOutcome, Restamp, Saved
from monitor.store.asking import host_id, refresh_hosts
from monitor.store.codes import EVERY_ARTICLE, KEY_KINDS, STATES, VERDICTS, WATCH_PAGE
from monitor.store.halves import Halves, key_shas
from monitor.store.hubs import keep_hub
from monitor.store.instants import span_ms
from monitor.store.merging import merge
from monitor.store.outbox import tell_again
from monitor.store.revising import add_revision
from monitor.store.rows import Row
from monitor.store.trusting import count_trust
from monitor.store.values import host_name, pace_values, restamp_sha, stamps_text, text_sha
from monitor.store.writer import Transaction, Undone

STRONG = ("url", "canonical")  # names that are one article wherever they are met
FIRST_FLOOR = timedelta(minutes=5)


class Stale(Undone):
    """Somebody saved something newer first: this outcome is not written, and its caller thinks again."""

    def __init__(self) -> None:
        super().__init__(Saved(False))


@dataclass(slots=True)
class _Learnt:
    """What a transaction made of an outcome so far."""

    new_articles: list[int] = field(default_factory=list)
    revisions: int = 0
    edits: list[Edit] = field(default_factory=list)
    hosts: set[int] = field(default_factory=set)

    def saved(self) -> Saved:
        return Saved(True, tuple(self.new_articles), self.revisions, tuple(self.edits))


class Saving(Halves):
    """The writing part of LearningStore over SQL."""

    def save_poll(self, outcome: PollOutcome) -> Saved:
        return self._write(lambda tx: self._poll(tx, outcome))

    def save_look(self, outcome: LookOutcome) -> Saved:
        return self._write(lambda tx: self._look(tx, outcome))

    def saving(self, outcome: PollOutcome | LookOutcome) -> "Future[Saved]":
        if isinstance(outcome, PollOutcome):
            return self._start(lambda tx: self._poll(tx, outcome))
        return self._start(lambda tx: self._look(tx, outcome))

    def watch(self, url: str, keys: Sequence[Key], now: datetime, *, due_at: datetime | None = None) -> int:
        pace = Pace(due_at or now, FIRST_FLOOR)

        def work(tx: Transaction) -> int:
            learnt = _Learnt()
            article = _named(tx, keys)
            if article is None:
                article = _new_article(tx, ArticleUpdate(None, 0, url, keys=tuple(keys)), now, learnt)
            _watch_page(tx, article, url, pace, learnt)
            tx.run("UPDATE article SET state = :watched WHERE id = :id AND state = 1", watched=STATES.index("watched"), id=article)
            refresh_hosts(tx, sorted(learnt.hosts))
            return article

        return self._write(work)

    def unwatch(self, article_id: int) -> None:
        def work(tx: Transaction) -> None:
            let_go = f"UPDATE watch SET next_at = NULL, fence = fence + 1 WHERE kind = {WATCH_PAGE} AND ref_id = :id RETURNING host_id"
            rows = tx.rows(let_go, id=article_id)
            tx.run("UPDATE article SET state = 1 WHERE id = :id AND state = 0", id=article_id)
            refresh_hosts(tx, [row["host_id"] for row in rows])

        self._write(work)

    def merge(self, loser: int, winner: int, reason: str, now: datetime) -> None:
        """Tells that two articles are one: no revision moves, and `unmerge` undoes it."""
        self._write(lambda tx: merge(tx, loser, winner, reason, now))

    def _poll(self, tx: Transaction, outcome: PollOutcome) -> Saved:
        learnt = _Learnt()
        _keep_pace(tx, outcome.task.watch_id, outcome.task.fence, outcome.pace, learnt)
        _keep_feed(tx, outcome)
        keep_hub(tx, outcome)
        for update in outcome.articles:
            self._apply(tx, update, outcome.at, outcome.task.feed_id, learnt)
        _keep_same(tx, outcome)
        for listing in outcome.left:
            tx.run(
                "UPDATE listing SET gone_at = :gone WHERE feed_id = :feed AND key_sha = :key AND gone_at IS NULL",
                gone=listing.gone_at or outcome.at, feed=outcome.task.feed_id, key=text_sha(listing.key),
            )  # fmt: skip
        _keep_notes(tx, outcome.notes, f"feed:{outcome.task.feed.slug}", outcome.at)
        refresh_hosts(tx, sorted(learnt.hosts))
        return learnt.saved()

    def _look(self, tx: Transaction, outcome: LookOutcome) -> Saved:
        learnt = _Learnt()
        _keep_pace(tx, outcome.task.watch_id, outcome.task.fence, outcome.pace, learnt)
        self._apply(tx, outcome.update, outcome.at, None, learnt)
        if outcome.merge_into is not None:
            merge(tx, outcome.task.article_id, outcome.merge_into, "the page names the other article's address", outcome.at)
        if outcome.lesson is not None:
            _keep_lesson(tx, host_name(outcome.task.url), outcome.lesson)
        _keep_notes(tx, outcome.notes, f"article:{outcome.task.article_id}", outcome.at)
        refresh_hosts(tx, sorted(learnt.hosts))
        return learnt.saved()

    def _apply(self, tx: Transaction, update: ArticleUpdate, at: datetime, feed_id: int | None, learnt: _Learnt) -> None:
        article = _article_of(tx, update, at, feed_id, learnt)
        head = tx.row("SELECT id, rev FROM revision WHERE article_id = :id ORDER BY rev DESC LIMIT 1", id=article)
        if (head["rev"] if head else 0) != update.after_rev:
            raise Stale
        keep_name(tx, article, update.keys, at)
        _keep_article(tx, article, update)
        if update.listing is not None and feed_id is not None:
            _keep_listing(tx, article, feed_id, update.listing)
        if update.watch is not None:
            _watch_page(tx, article, update.url, update.watch, learnt)
        if head is not None:
            _keep_head(tx, article, head, update, at)
        if update.revision is not None:
            edit = add_revision(tx, article, head, update, at, self._settings)
            learnt.revisions += 1
            learnt.edits += [edit] if edit else []
        if update.look is not None:
            _keep_look(tx, article, update.look)
        if update.blocks:
            _count_blocks(tx, article, update.blocks, at)
        if update.pull_forward_to is not None:
            _pull_forward(tx, article, update.pull_forward_to, learnt)


# --- the task's own rows --------------------------------------------------------------------------------------------


def _keep_pace(tx: Transaction, watch_id: int, fence: int, pace: Pace, learnt: _Learnt) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in pace_values(pace) if name not in ("asked_at", "next_at"))
    # a sign of an edit that came while the page was asked may be younger than the answer
    next_at = "CAST(CASE WHEN stirred = 1 THEN :soonest ELSE :next_at END AS BIGINT)"
    rows = tx.rows(
        f"UPDATE watch SET {columns}, next_at = {next_at}, asked_at = COALESCE(:asked_at, asked_at)"
        " WHERE id = :id AND fence = :fence RETURNING host_id",
        id=watch_id, fence=fence, soonest=pace.soonest, **pace_values(pace),
    )  # fmt: skip
    if not rows:
        raise Stale
    learnt.hosts.add(rows[0]["host_id"])


def _keep_lesson(tx: Transaction, host: str, lesson: Habit) -> None:
    from monitor.schedule import read_habit, with_lesson, written_habit  # not needed by commands that only read

    number = host_id(tx, host)
    tx.run("INSERT INTO habit (host_id, said) VALUES (:host, '') ON CONFLICT (host_id) DO NOTHING", host=number)
    lock = "" if tx.dialect == "sqlite" else " FOR NO KEY UPDATE"
    row = tx.row(f"SELECT said FROM habit WHERE host_id = :host{lock}", host=number)
    habit = with_lesson(read_habit(row["said"]) if row else None, lesson)
    tx.run("UPDATE habit SET said = :said WHERE host_id = :host", said=written_habit(habit), host=number)


def _keep_feed(tx: Transaction, outcome: PollOutcome) -> None:
    feed_id, at = outcome.task.feed_id, outcome.at
    tx.run(
        "UPDATE feed SET outcome = :outcome, status = :status, error = :error, polled_at = :at, title = COALESCE(:title, title),"
        " moved_to = COALESCE(:moved_to, moved_to), memo = COALESCE(:memo, memo),"
        " usable_at = CASE WHEN :usable = 1 THEN :at ELSE usable_at END WHERE id = :id",
        outcome=outcome.outcome, status=outcome.status, error=outcome.error, at=at, title=outcome.title,
        moved_to=outcome.moved_to, memo=outcome.known_memo, usable=outcome.usable, id=feed_id,
    )  # fmt: skip
    goes_on = tx.run(
        "UPDATE poll SET to_at = :at, n = n + 1 WHERE feed_id = :feed AND outcome = :outcome AND COALESCE(status, 0) = :status"
        " AND from_at = (SELECT max(from_at) FROM poll WHERE feed_id = :feed)",
        at=at, feed=feed_id, outcome=outcome.outcome, status=outcome.status or 0,
    )  # fmt: skip
    if not goes_on:
        tx.run(
            "INSERT INTO poll (feed_id, from_at, to_at, n, outcome, status) VALUES (:feed, :at, :at, 1, :outcome, :status)"
            " ON CONFLICT (feed_id, from_at) DO UPDATE SET outcome = excluded.outcome, status = excluded.status",
            feed=feed_id, at=at, outcome=outcome.outcome, status=outcome.status,
        )  # fmt: skip


def _keep_same(tx: Transaction, outcome: PollOutcome) -> None:
    """Entries that say what they said: their places, and that they were seen."""
    feed_id, at, same = outcome.task.feed_id, outcome.at, outcome.same
    tx.run_many(
        "UPDATE listing SET position = :position WHERE feed_id = :feed AND key_sha = :key AND position <> :position",
        [{"feed": feed_id, "key": text_sha(entry.listing_key), "position": entry.position} for entry in same],
    )
    tx.run_many(
        "UPDATE revision SET last_seen_at = :at, confirmed = 1 WHERE article_id = :article AND rev = :rev AND last_seen_at < :at"
        " AND NOT EXISTS (SELECT 1 FROM revision AS newer WHERE newer.article_id = :article AND newer.rev > :rev)",
        [{"article": entry.article_id, "rev": entry.rev, "at": at} for entry in same if entry.rev is not None],
    )
    _keep_names(tx, [(key, entry.article_id) for entry in same for key in entry.keys], at)


def _keep_notes(tx: Transaction, notes: Sequence[str], about: str, at: datetime) -> None:
    for note in notes:
        tx.insert("note", at=at, about=about, text=note)


# --- the article ----------------------------------------------------------------------------------------------------


def _article_of(tx: Transaction, update: ArticleUpdate, at: datetime, feed_id: int | None, learnt: _Learnt) -> int:
    if update.article_id is None:
        met = _met_meanwhile(tx, update, feed_id, learnt)
        return met if met is not None else _new_article(tx, update, at, learnt)
    lock = "" if tx.dialect == "sqlite" else " FOR NO KEY UPDATE"
    row = tx.row(f"SELECT merged_into FROM article WHERE id = :id{lock}", id=update.article_id)
    if row is None or row["merged_into"] is not None:
        raise Stale
    return update.article_id


def _met_meanwhile(tx: Transaction, update: ArticleUpdate, feed_id: int | None, learnt: _Learnt) -> int | None:
    """The article of this address, when another feed brought it in between asking and saving: then it is no second article.

    One that this feed lists already, or that came with this very outcome, was told apart on purpose.
    """
    article = _named(tx, [key for key in update.keys if key.kind in STRONG])
    if article is None or article in learnt.new_articles:
        return None
    listed = tx.row("SELECT 1 AS yes FROM listing WHERE feed_id = :feed AND article_id = :id AND gone_at IS NULL", feed=feed_id, id=article)
    return None if listed else article


def _named(tx: Transaction, keys: Sequence[Key]) -> int | None:
    shas = list(key_shas(tx, keys).values())
    row = tx.row("SELECT article_id FROM alias WHERE key IN (:keys) ORDER BY first_seen_at, article_id LIMIT 1", keys=shas)
    return int(row["article_id"]) if row else None


def _new_article(tx: Transaction, update: ArticleUpdate, at: datetime, learnt: _Learnt) -> int:
    article = tx.insert(
        "article",
        url=update.url,
        canonical_url=update.canonical_url,
        host_id=host_id(tx, host_name(update.url)),
        title=update.listing.title if update.listing else "",
        first_seen_at=at,
        posted_at=update.listing.published_at if update.listing else None,
        updated_at=update.listing.updated_at if update.listing else None,
    )
    keep_name(tx, article, update.keys, at)
    learnt.new_articles.append(article)
    return article


def keep_name(tx: Transaction, article: int, keys: Sequence[Key], at: datetime) -> None:
    """Keys become names of this article; a name that another article has stays with the older one."""
    _keep_names(tx, [(key, article) for key in keys], at)


def _keep_names(tx: Transaction, named: Sequence[tuple[Key, int]], at: datetime) -> None:
    if named:
        shas = key_shas(tx, [key for key, _ in named])
        tx.run_many(
            "INSERT INTO alias (key, article_id, kind, first_seen_at) VALUES (:key, :article, :kind, :at) ON CONFLICT (key) DO NOTHING",
            [{"key": shas[key], "article": article, "kind": KEY_KINDS.index(key.kind), "at": at} for key, article in named],
        )


def _keep_article(tx: Transaction, article: int, update: ArticleUpdate) -> None:
    changed: dict[str, object] = {
        name: value
        for name, value in (
            ("canonical_url", update.canonical_url),
            ("state", STATES.index(update.state) if update.state else None),
            ("memo", update.memo),
            ("flapping", int(update.flapping) if update.flapping is not None else None),
        )
        if value is not None
    }
    if changed:
        tx.run(f"UPDATE article SET {', '.join(f'{name} = :{name}' for name in changed)} WHERE id = :id", id=article, **changed)


def _keep_listing(tx: Transaction, article: int, feed_id: int, listing: Listing) -> None:
    values: dict[str, object] = {
        "key": listing.key,
        "article_id": article,
        "guid": listing.guid,
        "url": listing.url,
        "title": listing.title,
        "summary": listing.summary,
        "content": listing.content,
        "authors": json.dumps(listing.authors, ensure_ascii=False),
        "published_at": listing.published_at,
        "updated_at": listing.updated_at,
        "item_sha": listing.item_sha,
        "position": listing.position,
        "changed_at": listing.changed_at,
        "gone_at": listing.gone_at,
    }
    names = ", ".join(values)
    tx.run(
        f"INSERT INTO listing (feed_id, key_sha, first_seen_at, {names}) VALUES (:feed_id, :key_sha, :first_seen_at,"
        f" {', '.join(f':{name}' for name in values)}) ON CONFLICT (feed_id, key_sha) DO UPDATE SET"
        f" {', '.join(f'{name} = excluded.{name}' for name in values)}",
        feed_id=feed_id, key_sha=text_sha(listing.key), first_seen_at=listing.first_seen_at, **values,
    )  # fmt: skip


def _watch_page(tx: Transaction, article: int, url: str, pace: Pace, learnt: _Learnt) -> None:
    """Starts to watch the page; one that is watched keeps its pace, one that was retired gets the new one."""
    host = host_id(tx, host_name(url))
    tx.run(
        "INSERT INTO watch (kind, ref_id, host_id, next_at, floor_ms, fence, failures, memo)"
        f" VALUES ({WATCH_PAGE}, :article, :host, :next, :floor, 0, 0, :memo)"
        " ON CONFLICT (kind, ref_id) DO UPDATE SET next_at = excluded.next_at, floor_ms = excluded.floor_ms, memo = excluded.memo"
        " WHERE watch.next_at IS NULL",
        article=article, host=host, next=pace.next_at, floor=pace.floor, memo=pace.memo,
    )  # fmt: skip
    learnt.hosts.add(host)


def _keep_head(tx: Transaction, article: int, head: Row, update: ArticleUpdate, at: datetime) -> None:
    if update.confirm:
        tx.run("UPDATE revision SET confirmed = 1 WHERE id = :id AND confirmed = 0", id=head["id"])
    if update.seen:
        # a watched page's newest sight stands in its watch row, which every look writes anyway
        watched = tx.run(
            f"UPDATE watch SET seen_at = :at WHERE kind = {WATCH_PAGE} AND ref_id = :id AND (seen_at IS NULL OR seen_at < :at)",
            at=at, id=article,
        )  # fmt: skip
        if not watched:
            tx.run("UPDATE revision SET last_seen_at = :at WHERE id = :id AND last_seen_at < :at", at=at, id=head["id"])
    if update.restamp is not None:
        keep_restamp(tx, article, head, update.restamp)
    if update.discloses is not None:
        corrected = (
            "UPDATE edit SET disclosed = 1, corrected_at = :at WHERE disclosed = 0"
            " AND to_id = (SELECT id FROM revision WHERE article_id = :article AND rev = :rev) RETURNING id"
        )
        for edit in tx.rows(corrected, at=at, article=article, rev=update.discloses):
            tell_again(tx, edit["id"], at)


def keep_restamp(tx: Transaction, article: int, head: Row, moved: Restamp) -> None:
    """A stamp that moved alone, beside the revision `head`."""
    posted, updated = (stamp.at if stamp else None for stamp in (moved.posted, moved.updated))
    stamps = stamps_text(moved.posted, moved.updated)
    tx.run(
        "INSERT INTO restamp (revision_id, at, posted_at, updated_at, url, stamps, beside_sha)"
        " VALUES (:id, :at, :posted, :updated, :url, :stamps, :sha) ON CONFLICT (revision_id, at) DO NOTHING",
        id=head["id"], at=moved.at, posted=posted, updated=updated, url=moved.url, stamps=stamps,
        sha=restamp_sha(moved.at, posted, updated, moved.url, stamps),
    )  # fmt: skip
    tx.run("UPDATE article SET posted_at = :posted, updated_at = :updated WHERE id = :id", posted=posted, updated=updated, id=article)


def _keep_look(tx: Transaction, article: int, look: Look) -> None:
    row = tx.row("SELECT url FROM article WHERE id = :id", id=article)
    url = None if row is not None and row["url"] == look.url else look.url
    is_new = tx.run(
        "INSERT INTO look (article_id, at, verdict, status, reason, rev, url, ms, bytes)"
        " VALUES (:id, :at, :verdict, :status, :reason, :rev, :url, :ms, :bytes) ON CONFLICT (article_id, at) DO NOTHING",
        id=article, at=look.at, verdict=VERDICTS.index(look.verdict), status=look.status, reason=look.reason, rev=look.rev, url=url,
        ms=min(span_ms(look.took), 2**31 - 1), bytes=look.bytes,
    )  # fmt: skip
    if is_new:
        count_trust(tx, article, look)


def _count_blocks(tx: Transaction, article: int, blocks: Sequence[int], at: datetime) -> None:
    """Counts the blocks of an article's first page for its host, once."""
    if not tx.run("UPDATE article SET blocks_counted = 1 WHERE id = :id AND blocks_counted = 0", id=article):
        return
    host = tx.row("SELECT host_id FROM article WHERE id = :id", id=article)
    tx.run_many(
        "INSERT INTO block (host_id, fp, articles, last_article, last_at) VALUES (:host, :fp, 1, :article, :at)"
        " ON CONFLICT (host_id, fp) DO UPDATE SET articles = block.articles + 1, last_article = excluded.last_article,"
        " last_at = excluded.last_at WHERE block.last_article <> excluded.last_article",
        [
            {"host": host["host_id"] if host else 0, "fp": signed(fp), "article": article, "at": at}
            for fp in sorted({EVERY_ARTICLE, *blocks})
        ],
    )


def signed(fingerprint: int) -> int:
    """64 bits as both databases keep them."""
    fingerprint &= 2**64 - 1
    return fingerprint - 2**64 if fingerprint >= 2**63 else fingerprint


def _pull_forward(tx: Transaction, article: int, to: datetime, learnt: _Learnt) -> None:
    """Makes the page due as soon as it has rested; never later than it is."""
    rested_at = "CASE WHEN asked_at + floor_ms > :to THEN asked_at + floor_ms ELSE :to END"
    rows = tx.rows(
        f"UPDATE watch SET next_at = CASE WHEN next_at < {rested_at} THEN next_at ELSE {rested_at} END, stirred = 1"
        f" WHERE kind = {WATCH_PAGE} AND ref_id = :id AND (next_at IS NULL OR next_at > :to)"
        " AND EXISTS (SELECT 1 FROM article WHERE article.id = :id AND article.merged_into IS NULL) RETURNING host_id",
        to=to, id=article,
    )  # fmt: skip
    learnt.hosts |= {row["host_id"] for row in rows}
