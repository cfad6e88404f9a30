"""Keeping feeds subscribed at their hubs: asks, renews, leaves (WebSub). Like a poll, a recipe: whoever drives it does the asking.

What a hub pushes is never read as news: it only makes the feed due now. So there is one way from bytes to revisions, with the
publisher's own address, validators and caps, and a stolen secret can do no more than make us poll.
"""

import logging
from collections.abc import Generator
from dataclasses import replace

from monitor.model import Answer, Failure, Request, Response, Subscription
from monitor.ports import Clock, Store
from monitor.schedule import hubs as agreed
from monitor.settings import WebSettings

log = logging.getLogger("monitor.hubs")

PATH = "/w/"


def reachable_at(web: WebSettings) -> str | None:
    """Where hubs can reach us: `public_url`, when the pages are served beside the daemon; None: nowhere."""
    return web.public_url.rstrip("/") if web.listen and web.public_url else None


def tend(store: Store, base: str | None, clock: Clock) -> Generator[Request, Answer, None]:
    """Does what is due about every subscription. `base` None: nobody can reach us, so that no promise of a hub counts any more."""
    if base is None:
        for sub in store.subscriptions():
            if sub.state != "wanted":
                store.keep_subscription(sub, replace(agreed.lapsed(sub, clock.now()), due_at=clock.now()), clock.now())
        return
    for sub in store.subscriptions_due(clock.now()):
        if (not sub.is_followed and sub.state == "wanted") or agreed.has_left(sub, clock.now()):
            store.drop_subscription(sub)
        else:
            yield from _ask(store, sub if sub.is_followed else agreed.leaving(sub, clock.now()), sub, base, clock)


def _ask(store: Store, sub: Subscription, was: Subscription, base: str, clock: Clock) -> Generator[Request, Answer, None]:
    asking = agreed.asking(sub, clock.now())
    if not store.keep_subscription(was, asking, clock.now()):
        return
    mode = "unsubscribe" if asking.state == "leaving" else "subscribe"
    answer = yield Request(asking.hub.url, "hub", form=_form(asking, mode, base))
    found = store.subscription(asking.token)
    if found is not None and (found.state, found.until) == (asking.state, asking.until):  # the hub has not asked back meanwhile
        store.keep_subscription(asking, agreed.answered(asking, answer, clock.now()), clock.now())
    code = answer.code if isinstance(answer, Failure) else f"http_{answer.status}" if isinstance(answer, Response) else ""
    log.info("hub mode=%s feed=%d hub=%s answer=%s", mode, sub.feed_id, sub.hub.url, code)


def _form(sub: Subscription, mode: str, base: str) -> tuple[tuple[str, str], ...]:
    said = (("hub.mode", mode), ("hub.topic", sub.hub.topic), ("hub.callback", f"{base}{PATH}{sub.token}"))
    if mode == "unsubscribe":
        return said
    return (*said, ("hub.lease_seconds", str(round(agreed.LEASE.total_seconds()))), ("hub.secret", sub.secret))
