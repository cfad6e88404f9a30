"""What a feed shows of an edit makes the page due at once, however old the article is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fakes import FakeClock, FakeWeb, drive, run_due
from harbour import HOST, Piece, feed

from monitor.engine.workers import InlineWorkers
from monitor.look import look
from monitor.poll import poll
from monitor.ports import ArticleQuery, Doors, EditQuery, Store
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

    def look_at(self, piece: Piece) -> None:
        """The page says this, and is looked at alone."""
        self.web[piece.url] = piece.page()
        [article] = [row.id for row in self.store.articles(ArticleQuery()) if row.url == piece.url]
        drive(look(self.store.page_task(article, self.clock.now()), self.doors), self.web)

    def stirred_by(self, says: str) -> list[str]:
        """The pages that are to be looked at sooner because the feed says this now."""
        self.web[FEED_URL] = says
        drive(poll(self.store.feed_task("harbour", self.clock.now()), self.doors), self.web)
        articles = [row.id for row in self.store.articles(ArticleQuery())]
        return [task.url for task in (self.store.page_task(article, self.clock.now()) for article in articles) if task.stirred]


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


def test_what_the_page_told_since_the_feed_was_read_is_no_sign_of_another_edit(desk: Desk) -> None:
    headline = "Harbour news of day two"
    desk.look_at(PIECES[2].edited(headline=headline))

    stirred = desk.stirred_by(feed(*PIECES).replace(PIECES[2].headline, headline))
    desk.look_at(PIECES[2].edited(headline=headline))

    told, followed = sorted(desk.store.edits(EditQuery()), key=lambda edit: edit.to_rev)
    assert (stirred, "headline" in told.kinds, followed.kinds) == ([], True, ("feed-headline",))


def test_words_that_the_page_had_when_the_feed_was_read_last_are_a_sign(desk: Desk) -> None:
    headline = "Harbour news of day two"
    desk.look_at(PIECES[2].edited(headline=headline))
    desk.clock.move(minutes=1)
    desk.stirred_by(feed(*PIECES))
    desk.clock.move(minutes=1)

    assert desk.stirred_by(feed(*PIECES).replace(PIECES[2].headline, headline)) == [PIECES[2].url]


def test_an_updated_that_the_page_has_shown_already_is_no_sign(desk: Desk) -> None:
    at = "2023-09-20T12:00:00Z"
    desk.looked_at_within_the_hour(stamped(feed(*PIECES), "2023-09-19T08:00:00Z"))
    desk.look_at(PIECES[2].edited(updated=at))

    assert desk.stirred_by(stamped(feed(*PIECES), at)) == []


def test_an_item_that_scrolls_out_is_no_sign(desk: Desk) -> None:
    assert desk.looked_at_within_the_hour(feed(*PIECES[:4])) == []
