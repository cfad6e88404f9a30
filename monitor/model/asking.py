"""Questions to the world, its answers, and who asks what when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.settings import Feed

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional, byte for byte as received, and the final address it belongs to."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the world. `kind` tells which manners apply (robots.txt is for pages). A `form` is posted, redirects unfollowed.

    Of a `robots` answer only the beginning is read.
    """

    url: str
    kind: Literal["feed", "page", "hub", "robots"] = "page"
    validators: Validators | None = None
    headers: Headers = ()
    proxy: str | None = None
    ca_file: str | None = None
    form: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed: its status and the address it led to."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole: `body` is decoded of its content encoding, complete, and within the caps.

    `url` is the address asked, `final_url` the one that answered. `asked_at` is when it was sent, `at` when the answer was complete.
    A 304 is a Response with an empty body.
    """

    url: str
    final_url: str
    status: int
    headers: Headers
    body: bytes
    asked_at: datetime
    at: datetime
    hops: tuple[Hop, ...] = ()

    def header(self, name: str) -> str | None:
        """The first header of that name, case folded; None when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Failure:
    """The world failed, which is normal. `code` is the contract's (`timeout`, `http_404`, …) without `error:`."""

    url: str
    code: str
    message: str
    at: datetime
    status: int | None = None
    headers: Headers = ()
    final_url: str | None = None
    hops: tuple[Hop, ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name, case folded; None when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


Answer = Response | Failure


@dataclass(frozen=True, slots=True)
class Pace:
    """When to ask next and with what. Kept by the store for each watched feed or page, thought out by `schedule`.

    `floor` is what a claim moves `next_at` by before anything is sent, so that a crash never asks twice within it.
    `next_at` None: retired, never asked again by itself. `memo` is schedule's own memory (JSON), opaque to everybody else.
    """

    next_at: datetime | None
    floor: timedelta
    validators: Validators | None = None
    body_sha: bytes | None = None
    asked_at: datetime | None = None
    failures: int = 0
    memo: str = "{}"

    @property
    def soonest(self) -> datetime | None:
        """When it may be asked again with a reason to: the floor after it was asked last, never later than `next_at`."""
        if self.asked_at is None:
            return self.next_at
        return min(self.next_at or self.asked_at + self.floor, self.asked_at + self.floor)


@dataclass(frozen=True, slots=True)
class FeedTask:
    """A claimed poll. `url` is the configured address or the one it moved to for good. `told_until`: a hub tells what is new until then."""

    watch_id: int
    fence: int
    feed_id: int
    feed: Feed
    url: str
    pace: Pace
    told_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageTask:
    """A claimed look at an article's page, by the feeds it belongs to, as configured. `stirred`: there were signs of an edit."""

    watch_id: int
    fence: int
    article_id: int
    url: str
    pace: Pace
    feeds: tuple[Feed, ...] = ()
    stirred: bool = False


Task = FeedTask | PageTask


@dataclass(frozen=True, slots=True)
class Turn:
    """A claimed host with its due tasks. Nobody else asks this host until it is released or `lease_until` has passed."""

    host_id: int
    host: str
    fence: int
    lease_until: datetime
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Habit:
    """How an outlet edits: edits that were found, and those expected, by stage of age, part of the day and edits the article had.

    `follows`: the same of edits that follow another. All count what looks have seen: an hour in which nobody looked teaches nothing.
    A look's own lesson has the same shape.
    """

    stages: tuple[tuple[float, float], ...]
    parts: tuple[tuple[float, float], ...]
    counts: tuple[tuple[float, float], ...]
    follows: tuple[tuple[float, float], ...]

    @property
    def totals(self) -> tuple[float, float]:
        """All edits found, and all that were expected."""
        return sum(edits for edits, _ in self.stages), sum(expected for _, expected in self.stages)
