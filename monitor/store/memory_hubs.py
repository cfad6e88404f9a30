"""Feeds at their hubs, in memory."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import PollOutcome, Subscription
from monitor.schedule import hubs as agreed
from monitor.store.memory_state import NEVER, MemoryState


class MemoryHubs(MemoryState):
    """HubStore in memory."""

    def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(self._followed(sub) for _, sub in sorted(self.subscription_rows.items()))

    def subscriptions_due(self, now: datetime) -> tuple[Subscription, ...]:
        return tuple(
            sub
            for sub in self.subscriptions()
            if (sub.due_at is not None and sub.due_at <= now) or (not sub.is_followed and sub.state != "leaving")
        )

    def subscription(self, token: str) -> Subscription | None:
        return next((sub for sub in self.subscriptions() if sub.token == token), None)

    def keep_subscription(self, was: Subscription, now_is: Subscription, now: datetime) -> bool:
        known = self.subscription(was.token)
        if known is None or (known.state, known.until) != (was.state, was.until):
            return False
        kept = replace(known, state=now_is.state, due_at=now_is.due_at, until=now_is.until, failures=now_is.failures)
        self.subscription_rows[was.feed_id] = kept
        if agreed.is_alive(was, now) and not agreed.is_alive(now_is, now):
            self._poll_from(was.feed_id, now, polite=True)
        return True

    def drop_subscription(self, subscription: Subscription) -> None:
        if self.subscription(subscription.token) is not None:
            del self.subscription_rows[subscription.feed_id]

    def pushed(self, token: str, now: datetime, feed_min: timedelta | None = None) -> bool:
        sub = self.subscription(token)
        if sub is not None:
            self.subscription_rows[sub.feed_id] = replace(sub, pushed_at=now)
            self._poll_from(sub.feed_id, now, feed_min)
        return sub is not None

    def keep_hub(self, outcome: PollOutcome) -> None:
        """What a poll says of the feed's hub, and how well the hub tells."""
        feed_id, now = outcome.task.feed_id, outcome.at
        if not outcome.usable and outcome.task.told_until is None:
            return
        sub = self.subscription_rows.get(feed_id)
        if outcome.usable and (sub is None or sub.hub != outcome.hub):
            self._follow(sub, outcome)
        elif sub is not None:
            kept = agreed.after_poll_of(sub, news=outcome.news, asked_before=outcome.task.pace.asked_at, now=now)
            if kept != sub:
                self.keep_subscription(sub, kept, now)
            elif sub.pushed_at is not None and outcome.pace.asked_at is not None and sub.pushed_at > outcome.pace.asked_at:
                self._poll_from(feed_id, now, outcome.feed_min)

    def _follow(self, sub: Subscription | None, outcome: PollOutcome) -> None:
        if sub is not None and sub.state in ("asked", "active"):
            self.keep_subscription(sub, agreed.leaving(sub, outcome.at), outcome.at)
            return
        if sub is not None and sub.state == "leaving":
            return
        self.subscription_rows.pop(outcome.task.feed_id, None)
        if outcome.hub is not None:
            token, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
            self.subscription_rows[outcome.task.feed_id] = Subscription(
                outcome.task.feed_id, outcome.hub, token, secret, due_at=outcome.at
            )  # fmt: skip

    def _poll_from(self, feed_id: int, now: datetime, feed_min: timedelta | None = None, *, polite: bool = False) -> None:
        watch = self.watch_of("feed", feed_id)
        if watch is None or watch.pace.next_at is None or (watch.pace.failures and not polite):
            return
        rest = watch.pace.floor if polite else agreed.rest_of_push(self.feed_rows[feed_id].feed, feed_min)
        soonest = max(now, (watch.pace.asked_at or NEVER) + rest)
        if soonest < watch.pace.next_at:
            watch.pace = replace(watch.pace, next_at=soonest)

    def _followed(self, sub: Subscription) -> Subscription:
        row = self.feed_rows[sub.feed_id]
        return replace(sub, is_followed=row.configured and not row.feed.paused)
