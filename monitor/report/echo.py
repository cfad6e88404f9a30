"""Edits that tell what was told before, of another outlet: they follow in its thread and alarm nobody again. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Dispatch, WaitingRow
from monitor.report.facts import host_of
from monitor.report.plan import CORRECTION, LIMIT, QUIET

ECHO = "the same edit as article "
FOLLOWING = timedelta(hours=2)  # in which outlets take over an edit of the wire story they share
CANDIDATES = 3  # earlier edits with the same words that one is compared with; they hardly ever tell of more than one story


@dataclass(frozen=True, slots=True)
class Echo:
    """A row and the one told before that it may repeat. `is_sure` where no words need to be compared: one template of one host."""

    row: WaitingRow
    told: WaitingRow
    is_sure: bool

    @property
    def lead(self) -> int:
        """The article whose thread it follows."""
        return lead_of(self.told.dispatch) or self.told.edit.article

    @property
    def until(self) -> datetime:
        """When nobody else is waited for."""
        return self.told.edit.seen_before + FOLLOWING

    @property
    def reason(self) -> str:
        """Why it waits, for the row; `lead_of` reads it."""
        return f"{ECHO}{self.lead}, told before"


def may_echo(rows: Sequence[WaitingRow], now: datetime, *, settled: bool = False) -> list[WaitingRow]:
    """The rows that would go now and could repeat another: not those held back, nor corrections, nor those known to follow."""
    return [
        row
        for row in rows
        if row.edit.fingerprint is not None
        and (row.dispatch.due_at <= now or (settled and row.dispatch.state == "waiting"))
        and not row.dispatch.reason.startswith((QUIET, LIMIT, CORRECTION, ECHO))
    ]


def echoes(rows: Sequence[WaitingRow], told: Sequence[WaitingRow]) -> Iterator[Echo]:
    """What each row may repeat, the earliest first: the same words of another article, seen within two hours."""
    earlier: dict[bytes | None, list[WaitingRow]] = defaultdict(list)
    for one in told:
        earlier[one.edit.fingerprint].append(one)
    for row in rows:
        near = [one for one in earlier[row.edit.fingerprint] if _is_near(row, one)]
        template = next((one for one in near if row.edit.held_by and host_of(one.edit.url) == host_of(row.edit.url)), None)
        if template:
            yield Echo(row, template, True)
        else:
            yield from (Echo(row, one, False) for one in near[:CANDIDATES])


def _is_near(row: WaitingRow, told: WaitingRow) -> bool:
    apart = row.edit.seen_before - told.edit.seen_before
    return told.edit.article != row.edit.article and -FOLLOWING <= apart <= FOLLOWING


def lead_of(dispatch: Dispatch) -> int | None:
    """The article a row follows, read from its reason so that a retry says the same; None when it follows none."""
    number = dispatch.reason.removeprefix(ECHO).partition(",")[0]
    return int(number) if dispatch.reason.startswith(ECHO) and number.isdigit() else None
