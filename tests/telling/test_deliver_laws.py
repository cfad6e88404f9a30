"""Laws of telling: whatever comes in and whatever fails, every edit is told, and told in one message only."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from desk_store import Crash, DeskStore, HandClock, Postbox
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from newsdesk import NEW, NOON, OLD, edited

from monitor import deliver
from monitor.model import Delivery, Refusal
from monitor.report import addressees, route
from monitor.settings import Quiet, Settings, Target

TARGETS = (
    Target("desk", "mailto:ann@example.org,bob@example.org", max_per=(3, timedelta(hours=1))),
    Target("room", "ntfy://room", wait=timedelta(0)),
    Target("hook", "webhook+https://hooks.example.org/"),
    Target("editors", "mailto:editors@example.org", mode="digest", at="07:30"),
)
SETTINGS = Settings(Path("c"), Path("s"), targets=TARGETS, quiet=Quiet("22:00", "07:00"))

EVENTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("edit"),
            st.integers(1, 5),
            st.sampled_from(["low", "medium", "high"]),
            st.sampled_from([None, b"one", b"two"]),
            st.booleans(),
        ),
        st.tuples(st.just("round"), st.integers(0, 400)),
        st.tuples(st.just("crash"), st.integers(1, 40)),
        st.tuples(st.just("refuse"), st.integers(1, 4)),
    ),
    max_size=30,
)


class World:
    """A newsroom to which things happen."""

    def __init__(self) -> None:
        self.store, self.clock, self.box = DeskStore(), HandClock(NOON), Postbox()
        self.versions: Counter[int] = Counter()
        self.ids = count(1)
        self.crashes = self.refusals = self.steps = 0
        self.store.step = self.box.step = self._step
        self.box.answer = self._answer

    def _step(self, name: str) -> None:
        if self.crashes:
            self.crashes -= 1
            if not self.crashes:
                raise Crash

    def _answer(self, delivery: Delivery) -> Refusal | None:
        if self.refusals:
            self.refusals -= 1
            return Refusal(self.clock.now(), False, "451 try later")
        return None

    def edit(self, article: int, level: str, fingerprint: bytes | None, template: bool) -> None:
        self.versions[article] += 1
        rev = self.versions[article]
        old, new = (replace(base, title=f"{base.title} {article}.{at}") for base, at in ((OLD, rev), (NEW, rev + 1)))
        diff = edited(
            article,
            old=old,
            new=new,
            from_rev=rev,
            at=self.clock.now(),
            level=level,
            fingerprint=fingerprint,
            held_by="template change" if template and fingerprint else None,
            edit_id=next(self.ids),
            feeds=(f"paper{article}",),
        )
        now = self.clock.now()
        dispatches = route(diff, frozenset(), rules=(), targets=TARGETS, quiet=SETTINGS.quiet, mutes=frozenset(), timezone="UTC", now=now)
        self.store.put(diff, dispatches)

    def round(self, minutes: int) -> None:
        self.clock.pass_(timedelta(minutes=minutes))
        notifiers = {target.name: self.box for target in addressees(TARGETS)}
        try:
            deliver.round(self.store, notifiers, SETTINGS, self.clock)  # type: ignore[arg-type]  # the part of Store that telling needs
        except Crash:
            return


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS)
def test_every_edit_is_told_to_everybody_in_one_message(events: list[tuple[object, ...]]) -> None:
    world = World()
    for what, *rest in events:
        if what == "edit":
            world.edit(*rest)  # type: ignore[arg-type]
        elif what == "round":
            world.round(*rest)  # type: ignore[arg-type]
        elif what == "crash":
            world.crashes = int(rest[0])  # type: ignore[call-overload]
        else:
            world.refusals = int(rest[0])  # type: ignore[call-overload]
    world.crashes = world.refusals = 0
    for _ in range(60):
        world.round(180)

    assert {row.state for row in world.store.states.values()} <= {"sent"}
    keys: dict[tuple[str, int], set[str]] = {}
    for delivery in world.box.got:
        report = delivery.report
        assert report is not None
        told = [edit for story in report.stories for edit in (*(() if story.told_before else story.edits), *story.also)]
        told += [edit for notice in report.notices for edit in notice.edits]
        assert len(told) + report.more == report.edits == len(delivery.rows)
        for edit in told:
            keys.setdefault((delivery.target, edit.id), set()).add(delivery.key)
    assert all(len(found) == 1 for found in keys.values())
    assert len(keys) == len(world.store.states)


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_a_limit_is_never_passed(events: list[tuple[object, ...]]) -> None:
    world = World()
    taken: list[tuple[object, str]] = []
    for what, *rest in events:
        if what == "edit":
            world.edit(*rest)  # type: ignore[arg-type]
        elif what == "round":
            before = len(world.box.got)
            world.round(*rest)  # type: ignore[arg-type]
            taken += [(world.clock.now(), delivery.target) for delivery in world.box.got[before:]]

    for at, target in taken:
        if target.startswith("desk/"):
            within = [then for then, other in taken if other == target and timedelta(0) <= at - then < timedelta(hours=1)]  # type: ignore[operator]
            assert len(within) <= 3
