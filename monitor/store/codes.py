"""The small numbers that stand for words in the tables. A number is given once and never used again for another word."""

from collections.abc import Iterable
from functools import lru_cache

from monitor.model import SubscriptionState

EVENTS = ("new", "edited", "reverted", "gone", "restored")
SOURCES = ("page", "feed")
STATES = ("watched", "retired", "gone")
VERDICTS = ("same", "restamped", "edited", "new", "held", "suspect", "failed", "gone")
KEY_KINDS = ("guid", "url", "token", "canonical", "title")
SUBSCRIPTION_STATES: tuple[SubscriptionState, ...] = ("wanted", "asked", "active", "leaving")
LEVELS = ("noise", "low", "medium", "high")
WATCH_FEED, WATCH_PAGE = 0, 1
# due are the states up to HELD: an index depends on it
DISPATCH_STATES = ("waiting", "held", "merged", "muted", "sent", "dropped", "dead")
HELD = 1
SENDING, SENT, FAILED, GIVEN_UP = 0, 1, 2, 3

# bits of edit.kinds; the order is this table's own, not that in which kinds are shown
KIND_BITS = {
    "headline": 0, "subheading": 1, "byline": 2, "section": 3, "caption": 4, "body": 5, "feed-headline": 6, "feed-summary": 7,
    "typography": 8, "typo": 9, "number": 10, "quote": 11, "name": 12, "hedge": 13, "date": 14,
    "paragraph-added": 15, "paragraph-removed": 16, "paragraph-moved": 17, "paragraph-split": 18, "paragraph-merged": 19,
    "correction-note": 20, "rewritten": 21, "reverted": 22, "gone": 23, "restored": 24,
}  # fmt: skip


def kind_mask(kinds: Iterable[str]) -> int:
    """Kinds as bits. Kinds that do not exist have none."""
    return sum(1 << KIND_BITS[kind] for kind in set(kinds) if kind in KIND_BITS)


@lru_cache(maxsize=4096)  # few sets of kinds are met again and again
def kinds_of(mask: int, order: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of these bits, in the order given."""
    return tuple(kind for kind in order if mask >> KIND_BITS[kind] & 1)


# the fingerprint under which a host's counted articles are counted; no block of text has it
EVERY_ARTICLE = 0
