"""The small doors: clock, network, workers, targets, and a recipe's whole set of them."""

from collections.abc import Callable, Generator, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from monitor.model import Answer, Delivery, QueuedEdit, Receipt, Refusal, Request, Saved
from monitor.settings import Target

T = TypeVar("T")
Recipe = Generator[Request, Answer, Saved]


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Aware UTC, cut to the millisecond."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step back."""
        ...


class Fetcher(Protocol):
    """Asks one question of the world, politely and within the caps. Never raises for what the world does: a `Failure` is an answer."""

    async def fetch(self, request: Request) -> Answer: ...

    def rest(self, host: str) -> timedelta:
        """How long this host (`host:port`) is left alone between two requests."""
        ...

    async def close(self) -> None: ...


class Workers(Protocol):
    """Runs heavy pure functions where a hostile input can be killed."""

    def run(self, function: Callable[..., T], *args: object) -> T:
        """The function's result; its own exceptions come through. Raises WorkerKilled when it broke a limit."""
        ...


class WorkerKilled(Exception):
    """A heavy function was killed because it took too long, too much memory, or took its process down."""


class Notifier(Protocol):
    """Hands one message to one target."""

    def send(self, target: Target, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal: ...
