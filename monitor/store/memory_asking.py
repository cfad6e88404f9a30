"""What is due, in memory."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import NotFound
from monitor.model import FeedTask, Pace, PageTask, Turn
from monitor.schedule import first_poll
from monitor.settings import Feed, ScheduleSettings
from monitor.store.memory_state import NEVER, FeedRow, MemoryState, WatchState
from monitor.store.values import host_name


class MemoryAsking(MemoryState):
    """AskingStore in memory."""

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime, bounds: ScheduleSettings | None = None) -> None:
        slugs = {feed.slug for feed in feeds}
        free = {row.feed.url: row for row in self.feed_rows.values() if row.feed.slug not in slugs}
        for feed in feeds:
            row = self.feed_by_slug(feed.slug) or free.pop(feed.url, None)
            if row is None:
                number = len(self.feed_rows) + 1
                self.feed_rows[number] = FeedRow(number, feed)
                floor = first_poll(feed, now, bounds).floor
                self.start_watch("feed", number, feed.url, Pace(None if feed.paused else now, floor))
            elif row.feed != feed or not row.configured:
                self._change_feed(row, feed, now)
        for row in self.feed_rows.values():
            if row.configured and row.feed.slug not in slugs:
                row.configured = False
                self._set_next(row.id, None)

    def claim(
        self, now: datetime, *, hosts: int, per_host: int, lease: timedelta, feeds: Sequence[str] | None = None, tasks: str = "any"
    ) -> tuple[Turn, ...]:
        due: dict[int, list[WatchState]] = {}
        for watch in sorted(self._chosen(feeds, tasks), key=lambda watch: _wanted(watch, now)):
            host = self.host_of(watch)
            if _next_at(watch) <= now and host.lease_until <= now and host.free_at <= now:
                due.setdefault(host.id, []).append(watch)
        turns = []
        for number, watches in list(due.items())[:hosts]:
            host = next(host for host in self.hosts.values() if host.id == number)
            host.fence, host.lease_until = host.fence + 1, now + lease
            for watch in watches[:per_host]:
                watch.fence += 1
            turns.append(Turn(host.id, host.name, host.fence, host.lease_until, tuple(self.task_of(watch) for watch in watches[:per_host])))
            for watch in watches[:per_host]:
                watch.pace, watch.stirred = replace(watch.pace, asked_at=now, next_at=now + watch.pace.floor), False
        return tuple(turns)

    def prolong(self, turn: Turn, until: datetime) -> None:
        host = self.host(turn.host)
        if host.fence == turn.fence and host.lease_until != NEVER:
            host.lease_until = until

    def release(self, turn: Turn, free_at: datetime) -> None:
        host = self.host(turn.host)
        if host.fence == turn.fence:
            host.lease_until, host.free_at = NEVER, max(host.free_at, free_at)

    def releasing(self, turn: Turn, free_at: datetime) -> "Future[None]":
        done: Future[None] = Future()
        self.release(turn, free_at)
        done.set_result(None)
        return done

    def give_back(self, turn: Turn, tasks: Sequence[FeedTask | PageTask], now: datetime) -> None:
        for task in tasks:
            watch = self.watches[task.watch_id]
            if watch.fence == task.fence:
                due_at = min(now, task.pace.next_at or now)
                watch.pace = replace(
                    watch.pace, next_at=due_at, asked_at=task.pace.asked_at, failures=task.pace.failures, memo=task.pace.memo
                )
                watch.stirred |= isinstance(task, PageTask) and task.stirred

    def hold_host(self, host: str, until: datetime) -> None:
        held = self.host(host)
        held.free_at = max(held.free_at, until)

    def make_due(self, feeds: Sequence[str] | None, now: datetime) -> None:
        for row in self.feed_rows.values():
            if row.configured and not row.feed.paused and (feeds is None or row.feed.slug in feeds):
                self._set_next(row.id, now)
        for watch in self._chosen(feeds, "any"):
            watch.pace = replace(watch.pace, next_at=now)
            host = self.host_of(watch)
            host.free_at = host.lease_until = NEVER

    def ask_soon(self, slug: str, now: datetime) -> bool:
        row = self.feed_by_slug(slug)
        watch = self.watch_of("feed", row.id) if row else None
        if watch is None or watch.pace.next_at is None:
            return False
        watch.pace = replace(watch.pace, next_at=now)
        return True

    def feed_task(self, slug: str, now: datetime) -> FeedTask:
        row = self.feed_by_slug(slug)
        watch = self.watch_of("feed", row.id) if row else None
        task = self.task_of(watch) if watch else None
        if not isinstance(task, FeedTask):
            raise NotFound(f"no feed is called '{slug}'", hint="monitor feeds ls")
        return task

    def page_task(self, article_id: int, now: datetime) -> PageTask:
        watch = self.watch_of("page", article_id)
        task = self.task_of(watch) if watch else None
        if not isinstance(task, PageTask):
            raise NotFound(f"article {article_id} has no page that is watched")
        return task

    def right_times(self, now: datetime) -> None:
        for watch in self.watches.values():
            asked_at, next_at = watch.pace.asked_at, watch.pace.next_at
            if asked_at is not None and asked_at > now + timedelta(seconds=2):
                waits = next_at - asked_at if next_at is not None and next_at > asked_at else None
                watch.pace = replace(watch.pace, asked_at=now, next_at=now + waits if waits is not None else next_at)
        latest = now + timedelta(hours=24)
        for host in self.hosts.values():
            host.free_at = now if host.free_at > latest else host.free_at
            host.lease_until = NEVER if host.lease_until > latest else host.lease_until

    def free_leases(self) -> None:
        for host in self.hosts.values():
            host.lease_until = NEVER

    def next_due_at(self) -> datetime | None:
        moments = []
        for watch in self.watches.values():
            if watch.pace.next_at is not None:
                host = self.host_of(watch)
                moments.append(max(watch.pace.next_at, host.free_at, host.lease_until))
        return min(moments, default=None)

    def _chosen(self, feeds: Sequence[str] | None, tasks: str) -> list[WatchState]:
        def fits(watch: WatchState) -> bool:
            if watch.pace.next_at is None or (tasks != "any" and watch.kind != tasks):
                return False
            if feeds is None:
                return True
            mine = (self.feed_rows[watch.ref].feed.slug,) if watch.kind == "feed" else self.feeds_of(watch.ref)
            return bool(set(mine) & set(feeds))

        return [watch for watch in self.watches.values() if fits(watch)]

    def _change_feed(self, row: FeedRow, feed: Feed, now: datetime) -> None:
        old_url, row.feed, row.configured = row.feed.url, feed, True
        watch = self.watch_of("feed", row.id)
        assert watch is not None
        floor = feed.every or feed.min_interval or watch.pace.floor
        watch.pace = replace(watch.pace, floor=floor)
        if feed.url != old_url:
            row.moved_to, watch.host = None, self.host(host_name(feed.url)).id
            watch.pace = replace(watch.pace, validators=None, body_sha=None, failures=0)
            self._set_next(row.id, None if feed.paused else now)
        elif feed.paused:
            self._set_next(row.id, None)
        elif watch.pace.next_at is None:
            self._set_next(row.id, max(now, (watch.pace.asked_at or NEVER) + watch.pace.floor))
        elif feed.every is not None:
            self._set_next(row.id, max(now, (watch.pace.asked_at or NEVER) + feed.every))

    def _set_next(self, feed: int, next_at: datetime | None) -> None:
        watch = self.watch_of("feed", feed)
        if watch is not None:
            watch.pace, watch.fence = replace(watch.pace, next_at=next_at), watch.fence + (next_at is None)


def _next_at(watch: WatchState) -> datetime:
    return watch.pace.next_at or datetime.max.replace(tzinfo=NEVER.tzinfo)


def _wanted(watch: WatchState, now: datetime) -> tuple[bool, float, datetime]:
    """The least is asked first, as the SQL store has it."""
    asked_at, next_at = watch.pace.asked_at, _next_at(watch)
    if asked_at is None or next_at <= asked_at:
        return False, 0.0, next_at
    return watch.kind != "feed" and not watch.stirred, -((now - asked_at) / (next_at - asked_at)), next_at
