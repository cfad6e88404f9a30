"""The door to what was agreed with hubs."""

from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import Subscription


class HubStore(Protocol):
    """Feeds at their hubs. A poll makes a subscription wanted by itself, when the feed names a hub."""

    def subscriptions_due(self, now: datetime) -> tuple[Subscription, ...]:
        """Those about which something is to be done now, and those of feeds that are no longer followed."""
        ...

    def subscription(self, token: str) -> Subscription | None:
        """The one that our address with this token belongs to."""
        ...

    def keep_subscription(self, was: Subscription, now_is: Subscription, now: datetime) -> bool:
        """Writes how it stands, unless somebody was faster. When its lease ends by this, the feed is polled as any other."""
        ...

    def drop_subscription(self, subscription: Subscription) -> None:
        """It is over."""
        ...

    def pushed(self, token: str, now: datetime, feed_min: timedelta | None = None) -> bool:
        """The hub told of news: the feed is polled at once, or shortly after its last poll. False for a token that is not ours.

        The feed's own `every` and `min_interval`, a `feed_min` that is set, and the back-off of a feed that fails hold all the same.
        """
        ...
