"""What a digest says beside its edits: feeds that fail, messages that nobody took, and what waits for others. Pure."""

from collections.abc import Sequence

from monitor.model import OutboxRow, Trouble
from monitor.ports import FeedState

FAILING = 3  # polls in a row; one or two are weather
TROUBLES_MAX = 30


def troubles(states: Sequence[FeedState], dead: Sequence[OutboxRow]) -> tuple[Trouble, ...]:
    """Feeds that fail, the longest first, then the dead letters."""
    failing = sorted((state for state in states if state.configured and state.failures >= FAILING), key=lambda state: -state.failures)
    failures = [
        Trouble(f"feed {state.feed.slug}", f"{state.error or state.outcome or 'fails'}, {state.failures} times in a row")
        for state in failing
    ]
    letters = [Trouble(f"target {row.target}", f"article {row.article} was not told: {row.reason}") for row in dead]
    return tuple((*failures, *letters)[:TROUBLES_MAX])


def held_for_others(waiting: Sequence[tuple[str, str, int]], digest: str) -> tuple[Trouble, ...]:
    """What waits for other targets than this digest's, and why; for a digest's hour is no waiting."""
    others = [row for row in waiting if row[0] != digest and not row[1].startswith("digest")]
    return tuple(
        Trouble(f"target {target}", f"{number} edit{'s' * (number != 1)}: {reason}") for target, reason, number in others[:TROUBLES_MAX]
    )
