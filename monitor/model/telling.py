"""Who is told what, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from monitor.model.differing import Diff, Edit

DispatchState = Literal["waiting", "held", "merged", "muted", "sent", "dropped", "dead"]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One edit for one target: an outbox row, saved in the transaction of the edit. A "no" is a row too, with its reason."""

    target: str
    state: DispatchState
    reason: str
    due_at: datetime
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class QueuedEdit:
    """An outbox row that is due, with what it is about."""

    id: int
    dispatch: Dispatch
    diff: Diff
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An outbox row that was not told yet, with its edit but without the words: enough to decide by, small enough for ten thousand."""

    id: int
    dispatch: Dispatch
    edit: Edit


@dataclass(frozen=True, slots=True)
class Story:
    """One article in a report. `diff` is the net difference over `edits` (oldest first), with the worst of their severities.

    `title` is the headline the article was first seen with, `outlet` who publishes it, `also` the same edit in other articles.
    `held` says since when and why it waited, `rules` which rules wanted it told. `correction`: it was told before, as undisclosed, and
    was not. `told_before`: it was told before too, and only `also` is new.
    """

    diff: Diff
    edits: tuple[Edit, ...]
    title: str
    outlet: str
    also: tuple[Edit, ...] = ()
    held: str | None = None
    rules: tuple[str, ...] = ()
    correction: bool = False
    told_before: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """The same change in many articles of one host, most likely a template: told in one sentence, `sample` shows it."""

    host: str
    edits: tuple[Edit, ...]
    sample: Diff


@dataclass(frozen=True, slots=True)
class OutletCount:
    """One outlet in a report, in numbers. `outlet` is its title, `slug` its feed."""

    slug: str
    outlet: str
    edits: int
    headlines: int
    undisclosed: int


@dataclass(frozen=True, slots=True)
class OutletTally:
    """One outlet: edits by day (as many as `Tally.days`), and of them those of headlines, and by whether they were disclosed.

    `first_edit` is the median time from publication to the first edit; None where no article has both.
    """

    outlet: str
    by_day: tuple[int, ...]
    edits: int
    headlines: int
    disclosed: int
    undisclosed: int
    corrections: int
    first_edit: timedelta | None = None

    @property
    def undisclosed_share(self) -> float | None:
        """Of the edits that can be judged, 0 to 1; None when none can."""
        judged = self.disclosed + self.undisclosed
        return self.undisclosed / judged if judged else None


@dataclass(frozen=True, slots=True)
class Tally:
    """A period in counts. `hours` are local hours 0 to 23; `first_edits` pairs of a time after publication and a count.

    `first_edit` is their median over all outlets.
    """

    days: tuple[date, ...]
    edits: int
    outlets: tuple[OutletTally, ...]
    hours: tuple[int, ...]
    kinds: tuple[tuple[str, int], ...]
    levels: tuple[tuple[str, int], ...]
    first_edits: tuple[tuple[str, int], ...]
    first_edit: timedelta | None = None

    @property
    def judged(self) -> int:
        """Edits of which it can be said whether they were disclosed."""
        return sum(outlet.disclosed + outlet.undisclosed for outlet in self.outlets)

    @property
    def undisclosed(self) -> int:
        """Of the judged ones, those made in silence."""
        return sum(outlet.undisclosed for outlet in self.outlets)

    @property
    def by_day(self) -> tuple[int, ...]:
        """Edits of all outlets, day by day."""
        return tuple(sum(counts) for counts in zip(*(outlet.by_day for outlet in self.outlets), strict=True)) or (0,) * len(self.days)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a reader of a digest should mend: a feed that fails, a message that nobody took. `since` where it is known."""

    subject: str
    message: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What is told in one piece: stories, the gravest first, and the numbers behind them.

    `edits` counts everything, `more` those that are neither in a story nor in a notice. `reason` says why they come together
    ('', 'digest', 'quiet hours', 'limit 6/h'). `figures` are there where a longer time is reported, of all its edits. `held`:
    for which other target how many edits wait, and why.
    """

    since: datetime | None
    until: datetime
    stories: tuple[Story, ...] = ()
    notices: tuple[Notice, ...] = ()
    counts: tuple[OutletCount, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    edits: int = 0
    more: int = 0
    reason: str = ""
    timezone: str = "UTC"
    figures: Tally | None = None
    held: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one target. `key` is sha256 over target and edit ids: the same edits always make the same message id.

    `attempts` counts this one too. `report` is what the message says: set by deliver, None as the store hands it out.
    """

    id: int
    key: str
    target: str
    rows: tuple[int, ...]
    fence: int
    attempts: int
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A target took a message. `reference` is its Message-ID or delivery id."""

    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A target did not take a message. `permanent`: it never will (dead letter); else it is tried again."""

    at: datetime
    permanent: bool
    message: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What became of one edit for one target, as `notify log` shows it."""

    id: int
    edit_id: int
    article: int
    from_rev: int
    to_rev: int
    title: str
    target: str
    state: DispatchState
    reason: str
    due_at: datetime
    attempts: int = 0
    sent_at: datetime | None = None
    reference: str | None = None
