"""What a feed shows of an edit makes the page due at once, however old the article is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fakes import FakeClock, FakeWeb, run_due
from harbour import HOST, Piece, feed

from monitor.engine.workers import InlineWorkers
from monitor.ports import Doors, Store
from monitor.settings import Feed, ScheduleSettings

FEED_URL = f"{HOST}/feed.xml"
PIECES = tuple(Piece(f"story-{n}", headline=f"Harbour news of day {n}", posted=None) for n in range(5))


class Desk:
    """Five articles of one feed, all of them days old, and nothing due but the feed."""

    def __init__(self, store: Store) -> None:
        self.clock, self.store = FakeClock(), store
        self.web = FakeWeb(self.clock)
        self.doors = Doors(store, InlineWorkers(), self.clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
        store.sync_feeds([Feed("harbour", FEED_URL, every=timedelta(hours=1))], self.clock.now())
        self.web[FEED_URL] = feed(*PIECES)
        for piece in PIECES:
            self.web[piece.url] = piece.page()
        for _ in range(40):
            run_due(self.store, self.doors, self.web, self.clock)
            self.clock.move(hours=3)
        self.store.make_due(None, self.clock.now())
        run_due(self.store, self.doors, self.web, self.clock)

    def looked_at_within_the_hour(self, says: str) -> list[str]:
        """The pages that are asked for when the feed now says this."""
        self.web[FEED_URL] = says
        self.clock.move(minutes=61)
        asked = len(self.web.asked)
        run_due(self.store, self.doors, self.web, self.clock)
        return [request.url for request in self.web.asked[asked:] if request.kind == "page"]


def stamped(text: str, at: str) -> str:
    """The feed whose third item says when it was updated."""
    guid = f"<guid isPermaLink='false'>{PIECES[2].slug}</guid>"
    return text.replace(guid, f"{guid}<updated xmlns='http://www.w3.org/2005/Atom'>{at}</updated>")


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_nothing_is_looked_at_while_the_feed_says_nothing_new(desk: Desk) -> None:
    assert desk.looked_at_within_the_hour(feed(*PIECES)) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("Harbour news of day 2", "Harbour news of day two"),
        lambda text: stamped(text, "2023-09-19T12:00:00Z"),
        lambda text: feed(*(piece for piece in PIECES if piece is not PIECES[2])),
    ],
    ids=["its entry changes", "its updated stamp moves", "its entry vanishes from the middle"],
)
def test_a_sign_of_an_edit_is_followed_at_once(desk: Desk, change: Callable[[str], str]) -> None:
    desk.looked_at_within_the_hour(stamped(feed(*PIECES), "2023-09-19T08:00:00Z"))

    assert desk.looked_at_within_the_hour(change(feed(*PIECES))) == [PIECES[2].url]


def test_an_item_that_scrolls_out_is_no_sign(desk: Desk) -> None:
    assert desk.looked_at_within_the_hour(feed(*PIECES[:4])) == []
