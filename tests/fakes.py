"""Fakes for the doors: a web that answers what a story says, and a clock that is moved by hand."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.model import Answer, Edit, Failure, Request, Response, Saved, Turn
from monitor.ports import Doors, Recipe, Store

START = datetime(2023, 9, 19, 7, 30, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def move(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


@dataclass
class FakeWeb:
    """Answers by address: a text (200, with an ETag over it), a status, a failure's code, or a function that says which."""

    clock: FakeClock
    answers: dict[str, str | bytes | int | Callable[[], str | int]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    validators: bool = True
    kind: str = "text/html; charset=utf-8"

    def __setitem__(self, url: str, answer: str | bytes | int | Callable[[], str | int]) -> None:
        self.answers[url] = answer

    def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        now = self.clock.now()
        answer = self.answers.get(request.url, 404)
        if callable(answer):
            answer = answer()
        if isinstance(answer, str) and answer.startswith("error:"):
            return Failure(request.url, answer.removeprefix("error:"), f"{request.url}: {answer}", now)
        if isinstance(answer, int):
            return Failure(request.url, f"http_{answer}", f"{request.url} answered {answer}", now, answer, (), request.url)
        body = answer if isinstance(answer, bytes) else answer.encode()
        kind = "application/rss+xml; charset=utf-8" if body.lstrip().startswith(b"<?xml") else self.kind
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = (("Content-Type", kind), *((("ETag", etag),) if self.validators else ()))
        if self.validators and request.validators and request.validators.etag == etag:
            return Response(request.url, request.url, 304, headers, b"", now, now)
        return Response(request.url, request.url, 200, headers, body, now, now)

    def requests_of(self, url: str) -> list[Request]:
        return [request for request in self.asked if request.url == url]


def drive(recipe: Recipe, web: FakeWeb) -> Saved:
    """Runs a recipe to its end with the fake web's answers."""
    try:
        request = next(recipe)
        while True:
            request = recipe.send(web.ask(request))
    except StopIteration as end:
        return end.value


def run_due(store: Store, doors: Doors, web: FakeWeb, clock: FakeClock) -> list[Edit]:
    """Claims and works off all that is due now, as an engine would. Returns the edits that were found."""
    from monitor.look import look
    from monitor.model import FeedTask
    from monitor.poll import poll

    edits: list[Edit] = []
    turns: tuple[Turn, ...] = store.claim(clock.now(), hosts=64, per_host=8, lease=timedelta(minutes=5))
    while turns:
        for turn in turns:
            for task in turn.tasks:
                recipe = poll(task, doors) if isinstance(task, FeedTask) else look(task, doors)
                edits += drive(recipe, web).edits
            store.release(turn, clock.now())
        turns = store.claim(clock.now(), hosts=64, per_host=8, lease=timedelta(minutes=5))
    return edits
