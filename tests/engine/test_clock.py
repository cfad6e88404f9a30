from datetime import UTC, datetime, timedelta

import pytest

import monitor.clock
from monitor.clock import SystemClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Machine:
    """A wall clock and a monotonic one, moved by hand."""

    def __init__(self) -> None:
        self.wall, self.ticks = NOON, 100.0

    def now(self, zone: object) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(monitor.clock, "datetime", type("Faked", (datetime,), {"now": staticmethod(made.now)}))
    monkeypatch.setattr(monitor.clock.time, "monotonic", made.monotonic)
    return made


def test_time_goes_with_the_wall(machine: Machine) -> None:
    clock = SystemClock()
    machine.passes(90)

    assert clock.now() == NOON + timedelta(seconds=90)


def test_time_follows_the_wall_forward(machine: Machine) -> None:
    clock = SystemClock()
    clock.now()
    machine.wall += timedelta(hours=5)

    assert clock.now() == NOON + timedelta(hours=5)


def test_time_never_steps_back_and_stops_for_nothing(machine: Machine) -> None:
    clock = SystemClock()
    before = clock.now()
    machine.wall -= timedelta(hours=1)
    machine.passes(600)
    later = clock.now()
    for _ in range(20):
        machine.passes(600)
        clock.now()

    assert later == before + timedelta(minutes=5)
    assert clock.now() == machine.wall


def test_a_clock_that_was_plainly_wrong_is_followed(machine: Machine) -> None:
    clock = SystemClock()
    clock.now()
    machine.wall -= timedelta(days=400)

    assert clock.now() == NOON - timedelta(days=400)
