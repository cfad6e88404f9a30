"""A newsroom of the tests of telling: edits come in, rounds go out, the clock is moved by hand."""

from datetime import timedelta
from pathlib import Path

from desk_store import DeskStore, HandClock, Postbox
from newsdesk import NOON

from monitor import deliver
from monitor.model import Diff, Report
from monitor.report import addressees, route
from monitor.settings import Quiet, Rule, Settings, Target

DESK = Target("desk", "mailto:desk@example.org")
MORNING = Target("editors", "mailto:editors@example.org", mode="digest", at="07:30")
MINUTE = timedelta(minutes=1)


class Newsroom:
    """A store, targets and a clock; edits come in, rounds go out."""

    def __init__(self, *targets: Target, quiet: Quiet | None = None, rules: tuple[Rule, ...] = ()) -> None:
        self.settings = Settings(Path("config"), Path("state"), targets=targets or (DESK,), quiet=quiet, rules=rules)
        self.store, self.clock, self.box = DeskStore(), HandClock(NOON), Postbox()

    def happens(self, *diffs: Diff) -> None:
        settings = self.settings
        for diff in diffs:
            dispatches = route(
                diff,
                frozenset(),
                rules=settings.rules,
                targets=settings.targets,
                quiet=settings.quiet,
                mutes=self.store.mutes(self.clock.now()),
                timezone=settings.timezone,
                now=self.clock.now(),
            )
            self.store.put(diff, dispatches)

    def round(self, *, after: timedelta = timedelta(0), settled: bool = False) -> list[Report]:
        """What a round tells, after that time."""
        self.clock.pass_(after)
        before = len(self.box.got)
        notifiers = {target.name: self.box for target in addressees(self.settings.targets)}
        deliver.round(self.store, notifiers, self.settings, self.clock, settled=settled)  # type: ignore[arg-type]
        return [delivery.report for delivery in self.box.got[before:] if delivery.report]
