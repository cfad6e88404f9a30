"""What an outlet does teaches when its pages are looked at: through the real recipes, over days."""

from collections import Counter
from datetime import timedelta

import pytest
from fakes import FakeClock, FakeWeb, run_due
from harbour import HOST, Piece, feed

from monitor.engine.workers import InlineWorkers
from monitor.ports import Doors
from monitor.settings import Feed, ScheduleSettings
from monitor.store.memory import MemoryStore

QUIET = "https://quiet.example"
DAYS = 8


@pytest.mark.slow
def test_looks_go_to_the_outlet_that_edits_and_to_the_hours_in_which_it_does() -> None:
    clock, store = FakeClock(), MemoryStore()
    web = FakeWeb(clock)
    doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
    store.sync_feeds([Feed("harbour", f"{HOST}/feed.xml"), Feed("quiet", f"{QUIET}/feed.xml")], clock.now())
    loud: list[Piece] = []
    start = clock.now().replace(hour=0, minute=0)
    looks: dict[str, Counter[int]] = {HOST: Counter(), QUIET: Counter()}
    for half_hour in range(DAYS * 48):
        clock.at = start + timedelta(days=1, minutes=30 * half_hour)
        if half_hour % 12 == 0:
            loud.append(Piece(f"tide-{half_hour}", posted=None))
        if clock.at.hour in (19, 20):  # in the evening every article of the last days is worked on
            loud[-8:] = [piece.edited(body=(*piece.body[:5], f"At {clock.at:%H:%M} the council met once more.")) for piece in loud[-8:]]
        for host, pieces in ((HOST, loud), (QUIET, [Piece(piece.slug, posted=None) for piece in loud])):
            web[f"{host}/feed.xml"] = feed(*pieces).replace(HOST, host)
            for piece in pieces:
                web[piece.url.replace(HOST, host)] = piece.page().replace(HOST, host)
        asked = len(web.asked)
        run_due(store, doors, web, clock)
        if half_hour >= DAYS * 24:
            for request in web.asked[asked:]:
                host = next(host for host in looks if request.url.startswith(host))
                looks[host][clock.at.hour] += request.kind == "page"

    of_loud, of_quiet = looks[HOST].total(), looks[QUIET].total()
    assert of_quiet < 0.6 * of_loud
    # from when edits are to be expected until the evening has been seen
    evening = sum(looks[HOST][hour] for hour in range(18, 22)) / 4
    assert evening > 1.5 * (of_loud - 4 * evening) / 20
