"""Recipes that leave the saving to who drives them, and need not stand still meanwhile."""

from collections.abc import Generator
from typing import Any

from monitor.model import LookOutcome, PollOutcome, Request, Saved
from monitor.ports.doors import Recipe
from monitor.ports.store import LearningStore

Outcome = PollOutcome | LookOutcome
# beside its questions it yields what it learnt, and is sent what was saved of that
Steps = Generator[Request | Outcome, Any, Saved]


def waiting(steps: Steps, store: LearningStore) -> Recipe:
    """The steps as a recipe that waits until each of its outcomes is saved."""
    onward = next(steps)
    try:
        while True:
            onward = steps.send((yield onward) if isinstance(onward, Request) else _save(store, onward))
    except StopIteration as end:
        saved: Saved = end.value
        return saved


def _save(store: LearningStore, outcome: Outcome) -> Saved:
    return store.save_poll(outcome) if isinstance(outcome, PollOutcome) else store.save_look(outcome)
