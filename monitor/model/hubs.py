"""Feeds that tell by themselves when they have news: their hub, and what was agreed with it (WebSub, W3C Recommendation 2018)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Hub:
    """Where a feed can be subscribed, and the address it goes by there."""

    url: str
    topic: str


SubscriptionState = Literal["wanted", "asked", "active", "leaving"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed at its hub. `token` is the unguessable part of our address, `secret` what the hub signs with.

    `due_at`: when something is to be done about it next. `until`: the end of the lease. `is_followed`: whether the feed is still
    configured and not paused. `failures` in a row, of asking or of telling.
    """

    feed_id: int
    hub: Hub
    token: str
    secret: str
    state: SubscriptionState = "wanted"
    due_at: datetime | None = None
    until: datetime | None = None
    failures: int = 0
    pushed_at: datetime | None = None
    is_followed: bool = True
