"""What is kept for a while: nobody waits for it twice, and it cannot grow without end."""

import threading
from pathlib import Path

from seeding import SeededApp, StandingClock, seeded_app

from monitor.errors import StoreError
from monitor.store.memory import MemoryStore
from monitor.web.app import create_app
from monitor.web.site import KEPT_MOST, Remembered, Site


def site_of(folder: Path) -> tuple[Site, StandingClock]:
    program: SeededApp = seeded_app(MemoryStore(), folder)
    clock = program.clock_override
    assert isinstance(clock, StandingClock)
    return create_app(program).state.site, clock


def test_a_value_is_made_once_until_its_time_has_passed(tmp_path: Path) -> None:
    from datetime import timedelta

    site, clock = site_of(tmp_path)
    made = iter(range(9))
    done = threading.Event()

    def make() -> int:
        value = next(made)
        if value:
            done.set()
        return value

    first = [site.kept("x", 10, make) for _ in range(3)]
    clock.at += timedelta(seconds=11)
    stale = site.kept("x", 10, make)
    done.wait(5)
    for thread in threading.enumerate():
        if thread.name == "again":
            thread.join(5)

    assert first == [0, 0, 0]
    assert stale == 0
    assert site.kept("x", 10, make) == 1


def test_a_store_that_fails_leaves_the_last_value(tmp_path: Path) -> None:
    site, _ = site_of(tmp_path)
    site.kept("x", 10, lambda: 1)

    def fail() -> int:
        raise StoreError("out of reach")

    site._make_again("x", 10, fail)

    assert site.kept("x", 10, fail) == 1


def test_made_up_addresses_do_not_fill_the_memory(tmp_path: Path) -> None:
    site, _ = site_of(tmp_path)
    for number in range(3 * KEPT_MOST):
        site.kept(f"feed {number}", 10, lambda: b"")

    assert len(site._kept) <= KEPT_MOST


def test_only_so_many_values_are_remembered() -> None:
    remembered = Remembered(2)
    values = [remembered.get(key, lambda key=key: key * 2) for key in (1, 2, 1, 3, 1)]

    assert values == [2, 4, 2, 6, 2]
    assert remembered.get(2, lambda: 99) == 99
