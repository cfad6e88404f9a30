"""Feeds at their hubs, over SQL."""

import secrets
from datetime import datetime, timedelta

from monitor.model import Hub, PollOutcome, Subscription
from monitor.store.asking import refresh_hosts
from monitor.store.codes import SUBSCRIPTION_STATES, WATCH_FEED
from monitor.store.halves import Halves
from monitor.store.instants import from_ms, maybe_from_ms, to_ms
from monitor.store.rows import Row, Rows
from monitor.store.values import feed_of
from monitor.store.writer import Transaction

_LEAVING = SUBSCRIPTION_STATES.index("leaving")
_ALL = (
    "SELECT subscription.*, CASE WHEN feed.configured = 1 AND feed.paused = 0 THEN 1 ELSE 0 END AS followed"
    " FROM subscription JOIN feed ON feed.id = subscription.feed_id"
)


class Hubs(Halves):
    """HubStore over SQL."""

    def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(_read(row) for row in self._reads.rows(f"{_ALL} ORDER BY feed_id"))

    def subscriptions_due(self, now: datetime) -> tuple[Subscription, ...]:
        dropped = f"(subscription.state <> {_LEAVING} AND (feed.configured = 0 OR feed.paused = 1))"
        rows = self._reads.rows(f"{_ALL} WHERE subscription.due_at <= :now OR {dropped} ORDER BY feed_id", now=now)
        return tuple(_read(row) for row in rows)

    def subscription(self, token: str) -> Subscription | None:
        row = self._reads.row(f"{_ALL} WHERE subscription.token = :token", token=token)
        return _read(row) if row else None

    def keep_subscription(self, was: Subscription, now_is: Subscription, now: datetime) -> bool:
        return self._write(lambda tx: _keep(tx, was, now_is, now))

    def drop_subscription(self, subscription: Subscription) -> None:
        self._write(lambda tx: tx.run("DELETE FROM subscription WHERE token = :token", token=subscription.token))

    def pushed(self, token: str, now: datetime, feed_min: timedelta | None = None) -> bool:
        def work(tx: Transaction) -> bool:
            row = tx.row(
                "UPDATE subscription SET pushed_at = :now WHERE token = :token RETURNING feed_id", now=now, token=token
            )  # fmt: skip
            if row is not None:
                _poll_from(tx, row["feed_id"], now, feed_min)
            return row is not None

        return self._write(work)


def keep_hub(tx: Transaction, outcome: PollOutcome) -> None:
    """What a poll says of the feed's hub, and how well the hub tells."""
    from monitor.schedule import hubs as agreed

    feed_id, now = outcome.task.feed_id, outcome.at
    if not outcome.usable and outcome.task.told_until is None:
        return  # most polls: nothing new was read, and no hub has promised anything
    sub = _of_feed(tx, feed_id)
    if outcome.usable and (sub is None or sub.hub != outcome.hub):
        _follow(tx, sub, outcome)
    elif sub is not None:
        kept = agreed.after_poll_of(sub, news=outcome.news, asked_before=outcome.task.pace.asked_at, now=now)
        if kept != sub:
            _keep(tx, sub, kept, now)
        elif sub.pushed_at is not None and outcome.pace.asked_at is not None and sub.pushed_at > outcome.pace.asked_at:
            _poll_from(tx, feed_id, now, outcome.feed_min)  # the hub told of more while this poll was under way


def _follow(tx: Transaction, sub: Subscription | None, outcome: PollOutcome) -> None:
    from monitor.schedule import hubs as agreed

    if sub is not None and sub.state in ("asked", "active"):
        _keep(tx, sub, agreed.leaving(sub, outcome.at), outcome.at)  # the new hub is asked once the old one is left
        return
    if sub is not None and sub.state == "leaving":
        return
    tx.run("DELETE FROM subscription WHERE feed_id = :feed", feed=outcome.task.feed_id)
    if outcome.hub is not None:
        tx.run(
            "INSERT INTO subscription (feed_id, topic, hub, token, secret, state, due_at, failures)"
            " VALUES (:feed, :topic, :hub, :token, :secret, 0, :now, 0)",
            feed=outcome.task.feed_id, topic=outcome.hub.topic, hub=outcome.hub.url, token=secrets.token_urlsafe(32),
            secret=secrets.token_urlsafe(48), now=outcome.at,
        )  # fmt: skip


def _keep(tx: Transaction, was: Subscription, now_is: Subscription, now: datetime) -> bool:
    from monitor.schedule import hubs as agreed

    kept = tx.run(
        "UPDATE subscription SET state = :state, due_at = :due, until = :until, failures = :failures"
        " WHERE token = :token AND state = :was AND COALESCE(until, 0) = :was_until",
        state=SUBSCRIPTION_STATES.index(now_is.state), due=now_is.due_at, until=now_is.until, failures=now_is.failures,
        token=was.token, was=SUBSCRIPTION_STATES.index(was.state), was_until=to_ms(was.until) if was.until else 0,
    )  # fmt: skip
    if kept and agreed.is_alive(was, now) and not agreed.is_alive(now_is, now):
        _poll_from(tx, was.feed_id, now, polite=True)
    return bool(kept)


def _poll_from(tx: Transaction, feed_id: int, now: datetime, feed_min: timedelta | None = None, *, polite: bool = False) -> None:
    """The feed is polled soon: after its floor, or where the publisher himself says that there is news, after a short rest."""
    from monitor.schedule import hubs as agreed

    watch = tx.row(
        "SELECT feed.*, watch.id AS watch_id, watch.host_id AS asked_host, next_at, asked_at, floor_ms, failures"
        f" FROM watch JOIN feed ON feed.id = watch.ref_id WHERE kind = {WATCH_FEED} AND ref_id = :feed",
        feed=feed_id,
    )
    if watch is None or watch["next_at"] is None or (watch["failures"] and not polite):
        return  # who wants to be left alone after a failure is not asked because a hub says so
    rest = watch["floor_ms"] if polite else round(agreed.rest_of_push(feed_of(watch), feed_min).total_seconds() * 1000)
    soonest = max(to_ms(now), (watch["asked_at"] or 0) + rest)
    if soonest < watch["next_at"]:
        tx.run("UPDATE watch SET next_at = :next WHERE id = :id", next=from_ms(soonest), id=watch["watch_id"])
        refresh_hosts(tx, [watch["asked_host"]])


def _of_feed(rows: Rows, feed_id: int) -> Subscription | None:
    row = rows.row(f"{_ALL} WHERE subscription.feed_id = :feed", feed=feed_id)
    return _read(row) if row else None


def _read(row: Row) -> Subscription:
    return Subscription(
        row["feed_id"], Hub(row["hub"], row["topic"]), row["token"], row["secret"], SUBSCRIPTION_STATES[row["state"]],
        maybe_from_ms(row["due_at"]), maybe_from_ms(row["until"]), row["failures"], maybe_from_ms(row["pushed_at"]), bool(row["followed"]),
    )  # fmt: skip
