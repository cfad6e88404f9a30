"""What is due and who has it: hosts take turns, a claim durably moves each task by its floor before anything is sent.

Fair is two levels: every ready host gets a turn before any gets its second; inside a host that has no time for all, requests go where an
edit is most likely, and nothing waits for ever.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import cast

from monitor.errors import NotFound
from monitor.model import FeedTask, PageTask, Task, Turn
from monitor.settings import Feed, ScheduleSettings
from monitor.store.codes import SUBSCRIPTION_STATES, WATCH_FEED, WATCH_PAGE
from monitor.store.halves import Halves
from monitor.store.instants import maybe_from_ms, to_ms
from monitor.store.rows import Row, Rows, chunks
from monitor.store.values import PACE_COLUMNS, feed_of, feed_values, host_name, pace_of
from monitor.store.writer import Transaction

MANY = 1_000_000

# the earliest moment at which something may be asked of the host; NULL when nothing is to be asked
READY_AT = """(SELECT CASE WHEN due IS NULL THEN NULL WHEN due >= free_at AND due >= lease_until THEN due
    WHEN free_at >= lease_until THEN free_at ELSE lease_until END
    FROM (SELECT min(next_at) AS due FROM watch WHERE watch.host_id = host.id AND next_at IS NOT NULL) AS earliest)"""


class Asking(Halves):
    """AskingStore over SQL."""

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime, bounds: ScheduleSettings | None = None) -> None:
        self._configured = {feed.slug: feed for feed in feeds}
        known = {row["slug"]: row for row in self._reads.rows("SELECT * FROM feed")}
        if all(_is_same(known.get(feed.slug), feed) for feed in feeds) and not _unlisted(known, self._configured):
            return  # nothing was changed in feeds.toml: nothing is written
        self._write(lambda tx: _sync(tx, feeds, now, bounds))

    def claim(
        self, now: datetime, *, hosts: int, per_host: int, lease: timedelta, feeds: Sequence[str] | None = None, tasks: str = "any"
    ) -> tuple[Turn, ...]:
        if feeds is None and tasks == "any":
            earliest = self._reads.row("SELECT min(ready_at) AS at FROM host WHERE ready_at IS NOT NULL")
            if earliest is None or earliest["at"] is None or earliest["at"] > to_ms(now):
                return ()  # a tick with nothing due writes nothing
            return self._write(lambda tx: _claim(tx, now, hosts, per_host, lease, self._configured))
        return self._write(lambda tx: _claim_some(tx, now, hosts, per_host, lease, feeds, tasks, self._configured))

    def prolong(self, turn: Turn, until: datetime) -> None:
        held = "UPDATE host SET lease_until = :until, ready_at = :until WHERE id = :host AND fence = :fence AND lease_until > 0"
        self._write(lambda tx: tx.run(held, until=until, host=turn.host_id, fence=turn.fence))

    def release(self, turn: Turn, free_at: datetime) -> None:
        self._write(lambda tx: _release(tx, turn, free_at))

    def releasing(self, turn: Turn, free_at: datetime) -> "Future[None]":
        return self._start(lambda tx: _release(tx, turn, free_at))

    def give_back(self, turn: Turn, tasks: Sequence[FeedTask | PageTask], now: datetime) -> None:
        def work(tx: Transaction) -> None:
            for task in tasks:
                put_back(tx, task, now)
            refresh_hosts(tx, [turn.host_id])

        self._write(work)

    def hold_host(self, host: str, until: datetime) -> None:
        def work(tx: Transaction) -> None:
            number = host_id(tx, host)
            tx.run("UPDATE host SET free_at = :until WHERE id = :host AND free_at < :until", until=until, host=number)
            refresh_hosts(tx, [number])

        self._write(work)

    def make_due(self, feeds: Sequence[str] | None, now: datetime) -> None:
        def work(tx: Transaction) -> None:
            which = "" if feeds is None else " AND slug IN (:slugs)"
            given_up = (
                f"kind = {WATCH_FEED} AND next_at IS NULL AND ref_id IN (SELECT id FROM feed WHERE configured = 1 AND paused = 0{which})"
            )
            tx.run(f"UPDATE watch SET next_at = :now WHERE {given_up}", now=now, slugs=list(feeds or ()))
            chosen = _chosen(tx, feeds, "any", now=None, limit=MANY)
            for ids in chunks([row["id"] for row in chosen]):
                tx.run("UPDATE watch SET next_at = :now WHERE id IN (:ids)", now=now, ids=ids)
            for ids in chunks(sorted({row["host_id"] for row in chosen})):
                tx.run("UPDATE host SET free_at = 0, lease_until = 0 WHERE id IN (:ids)", ids=ids)
                refresh_hosts(tx, ids)

        self._write(work)

    def ask_soon(self, slug: str, now: datetime) -> bool:
        def work(tx: Transaction) -> bool:
            hosts = tx.rows(
                f"UPDATE watch SET next_at = :now WHERE kind = {WATCH_FEED} AND next_at IS NOT NULL"
                " AND ref_id IN (SELECT id FROM feed WHERE slug = :slug) RETURNING host_id",
                now=now, slug=slug,
            )  # fmt: skip
            refresh_hosts(tx, [row["host_id"] for row in hosts])
            return bool(hosts)

        return self._write(work)

    def feed_task(self, slug: str, now: datetime) -> FeedTask:
        row = self._reads.row(f"{_FEED_TASK} WHERE feed.slug = :slug", slug=slug, claims=0)
        if row is None:
            raise NotFound(f"no feed is called '{slug}'", hint="monitor feeds ls")
        return _feed_task(row, self._configured)

    def page_task(self, article_id: int, now: datetime) -> PageTask:
        row = self._reads.row(f"{_PAGE_TASK} WHERE article.id = :id", id=article_id, claims=0)
        if row is None:
            raise NotFound(f"article {article_id} has no page that is watched")
        return _page_task(row, _feeds_of_articles(self._reads, [article_id], self._configured))

    def free_leases(self) -> None:
        def work(tx: Transaction) -> None:
            held = tx.rows("UPDATE host SET lease_until = 0 WHERE lease_until > 0 RETURNING id")
            refresh_hosts(tx, [row["id"] for row in held])

        if self._reads.row("SELECT 1 AS held FROM host WHERE lease_until > 0 LIMIT 1") is not None:
            self._write(work)

    def next_due_at(self) -> datetime | None:
        row = self._reads.row("SELECT min(ready_at) AS at FROM host WHERE ready_at IS NOT NULL")
        return maybe_from_ms(row["at"]) if row else None


# --- hosts ----------------------------------------------------------------------------------------------------------


def host_id(tx: Transaction, name: str) -> int:
    """The host's number, made when it is new."""
    row = tx.row("SELECT id FROM host WHERE name = :name", name=name)
    if row is None:
        tx.run("INSERT INTO host (name, free_at, lease_until, fence) VALUES (:name, 0, 0, 0) ON CONFLICT (name) DO NOTHING", name=name)
        row = tx.row("SELECT id FROM host WHERE name = :name", name=name)
    return int(row["id"]) if row else 0


def refresh_hosts(tx: Transaction, hosts: Sequence[int]) -> None:
    """Sets when each host has its next turn, from what is due there; in order of their numbers, so that no two writers wait in a circle."""
    for number in sorted(set(hosts)):
        tx.run(f"UPDATE host SET ready_at = {READY_AT} WHERE id = :host", host=number)


def put_back(tx: Transaction, task: Task, now: datetime) -> None:
    """The watch as it was before this claim, due by now."""
    pace = task.pace
    tx.run(
        "UPDATE watch SET next_at = :due, asked_at = :asked, failures = :failures, memo = :memo,"
        " stirred = CASE WHEN :stirred = 1 THEN 1 ELSE stirred END WHERE id = :id AND fence = :fence",
        due=min(now, pace.next_at or now), asked=pace.asked_at, failures=pace.failures, memo=pace.memo,
        stirred=isinstance(task, PageTask) and task.stirred, id=task.watch_id, fence=task.fence,
    )  # fmt: skip


_FREE = "CASE WHEN free_at > :free THEN free_at ELSE :free END"
_RELEASE = (
    f"UPDATE host SET lease_until = 0, free_at = {_FREE},"
    f" ready_at = (SELECT CASE WHEN due > {_FREE} THEN due WHEN due IS NOT NULL THEN {_FREE} END"
    " FROM (SELECT min(next_at) AS due FROM watch WHERE watch.host_id = host.id AND next_at IS NOT NULL) AS earliest)"
    " WHERE id = :host AND fence = :fence"
)


def _release(tx: Transaction, turn: Turn, free_at: datetime) -> None:
    tx.run(_RELEASE, free=free_at, host=turn.host_id, fence=turn.fence)


# --- claiming -------------------------------------------------------------------------------------------------------

_WATCH = ", ".join(f"watch.{name.strip()} AS {name.strip()}" for name in PACE_COLUMNS.split(",") if name.strip() != "memo")
_FEED_TASK = (
    f"SELECT watch.id AS watch_id, watch.fence + :claims AS fence, {_WATCH}, watch.memo AS memo, feed.id AS feed_id, feed.slug, feed.url,"
    " feed.every_ms, feed.min_interval_ms, feed.pages, feed.paused, feed.timezone, feed.tags, feed.moved_to,"
    " subscription.until AS told_until"
    f" FROM feed JOIN watch ON watch.kind = {WATCH_FEED} AND watch.ref_id = feed.id"
    f" LEFT JOIN subscription ON subscription.feed_id = feed.id AND subscription.state = {SUBSCRIPTION_STATES.index('active')}"
)
_PAGE_TASK = (
    f"SELECT watch.id AS watch_id, watch.fence + :claims AS fence, {_WATCH}, watch.memo AS memo, watch.stirred, article.id AS article_id,"
    f" article.url FROM article JOIN watch ON watch.kind = {WATCH_PAGE} AND watch.ref_id = article.id"
)


# a host's due rows, of very many the oldest, and what has shown signs of an edit
_DUE = (
    "next_at <= :now AND id IN (SELECT id FROM (SELECT id FROM watch AS late WHERE late.host_id = host.id AND late.next_at <= :now"
    " ORDER BY late.next_at LIMIT 1000) AS oldest"
    " UNION ALL SELECT id FROM watch AS moved WHERE moved.host_id = host.id AND moved.stirred = 1)"
)
# feeds, pages never seen and signs of an edit come first; then what has waited longest for its own pace: there an edit is likeliest
_WANTED = (
    f"CASE WHEN kind = {WATCH_FEED} OR stirred = 1 OR asked_at IS NULL OR next_at <= asked_at THEN 0 ELSE 1 END,"
    " CASE WHEN next_at > asked_at THEN (:now - asked_at) * 1.0 / (next_at - asked_at) ELSE 0 END DESC, next_at"
)


def _claim(tx: Transaction, now: datetime, hosts: int, per_host: int, lease: timedelta, configured: Mapping[str, Feed]) -> tuple[Turn, ...]:
    skip = "" if tx.dialect == "sqlite" else "FOR UPDATE SKIP LOCKED"
    claimed = tx.rows(
        "UPDATE host SET fence = fence + 1, lease_until = :until, ready_at = :until WHERE id IN"
        f" (SELECT id FROM host WHERE ready_at <= :now ORDER BY ready_at LIMIT :hosts {skip}) RETURNING id, name, fence",
        now=now, until=now + lease, hosts=hosts,
    )  # fmt: skip
    by_number = {row["id"]: row for row in sorted(claimed, key=lambda row: cast(int, row["id"]))}
    turns = _turns(tx, by_number, _due_of(tx, list(by_number), now, per_host), now, lease, configured)
    empty = sorted(by_number.keys() - {turn.host_id for turn in turns})
    if empty:
        tx.run("UPDATE host SET lease_until = 0 WHERE id IN (:ids)", ids=empty)
        refresh_hosts(tx, empty)
    return turns


def _due_of(tx: Transaction, hosts: Sequence[int], now: datetime, per_host: int) -> list[Row]:
    """What is due at these hosts, for each its `per_host` most wanted, as host_id, id, kind."""
    if tx.dialect == "sqlite":  # it has no LATERAL
        return tx.rows(
            "SELECT due.host_id, due.id, due.kind FROM host JOIN watch AS due ON due.id IN"
            f" (SELECT id FROM watch WHERE {_DUE} ORDER BY {_WANTED} LIMIT :most)"
            f" WHERE host.id IN (:hosts) ORDER BY due.host_id, {_WANTED}",
            hosts=list(hosts), now=now, most=per_host,
        )  # fmt: skip
    return tx.rows(
        "SELECT due.host_id, due.id, due.kind FROM host CROSS JOIN LATERAL"
        f" (SELECT watch.*, row_number() OVER () AS place FROM (SELECT host_id, id, kind FROM watch WHERE {_DUE} ORDER BY {_WANTED}"
        " LIMIT :most FOR UPDATE SKIP LOCKED) AS watch) AS due"
        " WHERE host.id IN (:hosts) ORDER BY due.host_id, due.place",
        hosts=list(hosts), now=now, most=per_host,
    )  # fmt: skip


def _claim_some(
    tx: Transaction,
    now: datetime,
    hosts: int,
    per_host: int,
    lease: timedelta,
    feeds: Sequence[str] | None,
    tasks: str,
    configured: Mapping[str, Feed],
) -> tuple[Turn, ...]:
    """A claim among some feeds or one kind of task: rare and small, so that it may look at each due row."""
    due: dict[int, list[Row]] = {}
    for row in _chosen(tx, feeds, tasks, now=now, limit=MANY):
        due.setdefault(row["host_id"], []).append(row)
    hosts_taken: dict[int, Row] = {}
    for number in list(due)[:hosts]:
        host = tx.row(
            "UPDATE host SET fence = fence + 1, lease_until = :until, ready_at = :until"
            " WHERE id = :id AND lease_until <= :now AND free_at <= :now RETURNING id, name, fence",
            id=number, now=now, until=now + lease,
        )  # fmt: skip
        if host is not None:
            hosts_taken[number] = host
    return _turns(tx, hosts_taken, [row for number in hosts_taken for row in due[number][:per_host]], now, lease, configured)


def _chosen(tx: Transaction, feeds: Sequence[str] | None, tasks: str, *, now: datetime | None, limit: int) -> list[Row]:
    """Watches of these feeds and their articles, oldest due first; only those due at `now`, where it is given, on hosts that are free."""
    conditions = ["watch.next_at IS NOT NULL"]
    if now is not None:
        conditions.append("watch.next_at <= :now AND host.lease_until <= :now AND host.free_at <= :now")
    if tasks in ("feed", "page"):
        conditions.append(f"watch.kind = {WATCH_FEED if tasks == 'feed' else WATCH_PAGE}")
    if feeds is not None:
        conditions.append(
            f"((watch.kind = {WATCH_FEED} AND watch.ref_id IN (SELECT id FROM feed WHERE slug IN (:slugs))) OR"
            f" (watch.kind = {WATCH_PAGE} AND watch.ref_id IN (SELECT article_id FROM listing WHERE feed_id IN"
            " (SELECT id FROM feed WHERE slug IN (:slugs)))))"
        )
    return tx.rows(
        "SELECT watch.id, watch.kind, watch.host_id FROM watch JOIN host ON host.id = watch.host_id"
        f" WHERE {' AND '.join(conditions)} ORDER BY watch.next_at LIMIT :most",
        slugs=list(feeds or ()), most=limit, **({"now": now} if now is not None else {}),
    )  # fmt: skip


def _turns(
    tx: Transaction, hosts: Mapping[int, Row], taken: Sequence[Row], now: datetime, lease: timedelta, configured: Mapping[str, Feed]
) -> tuple[Turn, ...]:
    """Claims the watches that were taken, in a few statements for all hosts; a turn for each host that has any."""
    tasks: dict[int, Task] = {}
    for kind in (WATCH_FEED, WATCH_PAGE):
        for ids in chunks([row["id"] for row in taken if row["kind"] == kind]):
            tasks |= _claimed(tx, kind, ids, now, configured)
    of_host: dict[int, list[Task]] = {}
    for row in taken:
        if row["id"] in tasks:
            of_host.setdefault(row["host_id"], []).append(tasks[row["id"]])
    return tuple(
        Turn(number, hosts[number]["name"], hosts[number]["fence"], now + lease, tuple(found)) for number, found in of_host.items()
    )


def _claimed(tx: Transaction, kind: int, ids: list[int], now: datetime, configured: Mapping[str, Feed]) -> dict[int, Task]:
    # the plus keeps SQLite from reading every watch of the kind when there are more than a few ids
    query = (_FEED_TASK if kind == WATCH_FEED else _PAGE_TASK).replace("watch.kind", "+watch.kind")
    rows = tx.rows(f"{query} WHERE watch.id IN (:ids)", ids=ids, claims=1)  # as it was before, so that thinking sees when it was asked last
    claim = "UPDATE watch SET fence = fence + 1, asked_at = :now, next_at = :now + floor_ms, stirred = 0 WHERE id IN (:ids)"
    tx.run(claim, now=now, ids=ids)
    if kind == WATCH_FEED:
        return {row["watch_id"]: _feed_task(row, configured) for row in rows}
    feeds = _feeds_of_articles(tx, [row["article_id"] for row in rows], configured)
    return {row["watch_id"]: _page_task(row, feeds) for row in rows}


def _feed_task(row: Row, configured: Mapping[str, Feed]) -> FeedTask:
    feed = configured.get(row["slug"]) or feed_of(row)
    told_until = maybe_from_ms(row["told_until"])
    return FeedTask(row["watch_id"], row["fence"], row["feed_id"], feed, row["moved_to"] or feed.url, pace_of(row), told_until)


def _page_task(row: Row, feeds: Mapping[int, tuple[Feed, ...]]) -> PageTask:
    article = row["article_id"]
    return PageTask(row["watch_id"], row["fence"], article, row["url"], pace_of(row), feeds.get(article, ()), bool(row["stirred"]))


def _feeds_of_articles(rows: Rows, articles: Sequence[int], configured: Mapping[str, Feed]) -> dict[int, tuple[Feed, ...]]:
    found: dict[int, tuple[Feed, ...]] = {}
    for row in rows.rows(
        "SELECT DISTINCT listing.article_id, feed.* FROM listing JOIN feed ON feed.id = listing.feed_id"
        " WHERE listing.article_id IN (:articles) ORDER BY feed.id",
        articles=list(articles),
    ):
        feed = configured.get(row["slug"]) or feed_of(row)
        found[row["article_id"]] = (*found.get(row["article_id"], ()), feed)
    return found


# --- feeds.toml -----------------------------------------------------------------------------------------------------


def _is_same(row: Row | None, feed: Feed) -> bool:
    return row is not None and bool(row["configured"]) and {**feed_values(feed), "every_ms": feed.every} == {
        **feed_values(feed_of(row)), "every_ms": feed_of(row).every,
    }  # fmt: skip


def _unlisted(known: Mapping[str, Row], configured: Mapping[str, Feed]) -> list[Row]:
    return [row for slug, row in known.items() if row["configured"] and slug not in configured]


def _sync(tx: Transaction, feeds: Sequence[Feed], now: datetime, bounds: ScheduleSettings | None) -> None:
    known = {row["slug"]: row for row in tx.rows("SELECT * FROM feed")}
    slugs = {feed.slug for feed in feeds}
    free = {row["url_key"]: row for slug, row in known.items() if slug not in slugs}
    hosts: set[int] = set()
    for feed in feeds:
        values = feed_values(feed)
        row = known.get(feed.slug) or free.pop(cast(bytes, values["url_key"]), None)
        if row is None:
            number = tx.insert("feed", **values)
            hosts.add(_watch_feed(tx, number, feed, now, bounds))
        elif not _is_same(row, feed):
            hosts |= _change_feed(tx, row, feed, now, bounds)
    for row in tx.rows("SELECT id, slug FROM feed WHERE configured = 1"):
        if row["slug"] not in slugs:
            tx.run("UPDATE feed SET configured = 0 WHERE id = :id", id=row["id"])
            hosts |= _set_next(tx, row["id"], None)
    refresh_hosts(tx, sorted(hosts))


def _watch_feed(tx: Transaction, feed_id: int, feed: Feed, now: datetime, bounds: ScheduleSettings | None) -> int:
    from monitor.schedule import first_poll  # not needed by commands that only read

    host = host_id(tx, host_name(feed.url))
    floor = first_poll(feed, now, bounds).floor
    tx.insert("watch", kind=WATCH_FEED, ref_id=feed_id, host_id=host, next_at=None if feed.paused else now, floor_ms=floor)
    return host


def _change_feed(tx: Transaction, row: Row, feed: Feed, now: datetime, bounds: ScheduleSettings | None) -> set[int]:
    columns = ", ".join(f"{name} = :{name}" for name in feed_values(feed))
    tx.run(f"UPDATE feed SET {columns} WHERE id = :id", id=row["id"], **feed_values(feed))
    watch = tx.row(f"SELECT id, host_id, next_at, asked_at, floor_ms FROM watch WHERE kind = {WATCH_FEED} AND ref_id = :id", id=row["id"])
    if watch is None:
        return {_watch_feed(tx, row["id"], feed, now, bounds)}
    hosts = {watch["host_id"]}
    floor = feed.every or feed.min_interval
    if floor is not None:
        tx.run("UPDATE watch SET floor_ms = :floor WHERE id = :id", floor=floor, id=watch["id"])
    if feed.url != row["url"]:
        host = host_id(tx, host_name(feed.url))
        hosts.add(host)
        tx.run("UPDATE feed SET moved_to = NULL WHERE id = :id", id=row["id"])
        tx.run(
            "UPDATE watch SET host_id = :host, validators_url = NULL, etag = NULL, modified = NULL, body_sha = NULL, failures = 0"
            " WHERE id = :id",
            host=host, id=watch["id"],
        )  # fmt: skip
        return hosts | _set_next(tx, row["id"], None if feed.paused else now)
    earliest = max(to_ms(now), (watch["asked_at"] or 0) + watch["floor_ms"])
    if feed.paused:
        return hosts | _set_next(tx, row["id"], None)
    if watch["next_at"] is None or feed.every is not None:
        soonest = (watch["asked_at"] or 0) + (feed.every // timedelta(milliseconds=1) if feed.every else 0)
        next_at = earliest if watch["next_at"] is None else max(to_ms(now), soonest)
        return hosts | _set_next(tx, row["id"], maybe_from_ms(next_at))
    return hosts


def _set_next(tx: Transaction, feed_id: int, next_at: datetime | None) -> set[int]:
    """When the feed is polled next; None: never, also when a poll of it is under way now, which then says nothing of the next one."""
    fence = ", fence = fence + 1" if next_at is None else ""
    rows = tx.rows(
        f"UPDATE watch SET next_at = :next{fence} WHERE kind = {WATCH_FEED} AND ref_id = :id RETURNING host_id", next=next_at, id=feed_id
    )
    return {row["host_id"] for row in rows}
