"""The doors: what the recipes need of the world. Implementations are named in `app` alone; tests bring fakes.

A recipe is a generator: it yields a `Request`, is sent the `Answer`, and returns what was saved. Whoever drives it (an engine, a
backfill, a test) does the asking, so that a recipe knows neither network nor event loop. Its `Steps` leave the saving to the driver
too, who need not stand still meanwhile.
"""

from monitor.ports.doors import Clock, Fetcher, Notifier, Recipe, T, WorkerKilled, Workers
from monitor.ports.outbox import OutboxStore
from monitor.ports.steps import Outcome, Steps, waiting
from monitor.ports.store import (
    ArticleQuery,
    AskingStore,
    Counts,
    DayTally,
    Doors,
    EditListener,
    EditQuery,
    Fault,
    FeedState,
    Hit,
    KeepingStore,
    LearningStore,
    OutletDay,
    PollRun,
    ReadingStore,
    Store,
    Told,
)

__all__ = [
    "ArticleQuery",
    "AskingStore",
    "Clock",
    "Counts",
    "DayTally",
    "Doors",
    "EditListener",
    "EditQuery",
    "Fault",
    "FeedState",
    "Fetcher",
    "Hit",
    "KeepingStore",
    "LearningStore",
    "Notifier",
    "OutboxStore",
    "Outcome",
    "OutletDay",
    "PollRun",
    "ReadingStore",
    "Recipe",
    "Steps",
    "Store",
    "T",
    "Told",
    "WorkerKilled",
    "Workers",
    "waiting",
]
