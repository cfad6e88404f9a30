"""Whole stories through the real recipes: a feed and its pages over time, and what was remembered of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from fakes import FakeClock, FakeWeb, run_due
from harbour import HOST, Piece, feed

from monitor.engine.workers import InlineWorkers
from monitor.identify import url_keys
from monitor.model import Revision
from monitor.ports import ArticleQuery, Doors, EditQuery, Store, WorkerKilled
from monitor.settings import Feed, ScheduleSettings

FEED_URL = f"{HOST}/feed.xml"
T = TypeVar("T")


class World:
    """A store, a web and a clock, with one feed."""

    def __init__(self, store: Store, *, pages: bool = True) -> None:
        self.clock = FakeClock()
        self.web = FakeWeb(self.clock)
        self.store = store
        self.doors = Doors(store, InlineWorkers(), self.clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
        store.sync_feeds([Feed("harbour", FEED_URL, pages=pages, timezone="Asia/Seoul", tags=("sea",))], self.clock.now())

    def publish(self, *pieces: Piece) -> None:
        self.web[FEED_URL] = feed(*pieces)
        for piece in pieces:
            self.web[piece.url] = piece.page()

    def edit(self, piece: Piece) -> None:
        """The page alone changes; the feed goes on saying what it said."""
        self.web[piece.url] = piece.page()

    def work(self, **by: float) -> list:
        """Moves the clock in steps of ten minutes, working off what is due."""
        end = self.clock.at + timedelta(**by)
        edits = run_due(self.store, self.doors, self.web, self.clock)
        while self.clock.at < end:
            self.clock.move(minutes=10)
            edits += run_due(self.store, self.doors, self.web, self.clock)
        return edits

    def history(self, article: int = 1) -> list[Revision]:
        return list(self.store.revisions(article))


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_an_article_is_stored_once_and_nothing_is_announced(world: World) -> None:
    world.publish(Piece())

    edits = world.work(days=1)

    assert edits == []
    [revision] = world.history()
    assert (revision.event, revision.source, revision.content.title) == ("new", "page", Piece().headline)
    assert revision.content.body == Piece().body
    assert revision.confirmed


def test_moving_boilerplate_is_no_edit(world: World) -> None:
    world.publish(Piece())
    world.work(hours=3)

    world.publish(Piece(links=("Tide tables for October", "Lost dog found on the pier", "Seven soups for cold evenings")))

    assert world.work(days=1) == []
    assert len(world.history()) == 1


def test_a_disclosed_edit_is_reported_once_with_its_kinds(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)

    body = (*Piece().body[:1], Piece().body[1].replace("30", "45"), *Piece().body[2:])
    world.edit(Piece(headline="Harbour council scraps the night ferry", body=body, updated="2023-09-20T09:34:00+09:00"))
    edits = world.work(days=2)

    [edit] = edits
    assert {"headline", "body", "number"} <= set(edit.kinds)
    assert edit.disclosed is True
    assert [r.event for r in world.history()] == ["new", "edited"]
    assert next(iter(world.store.edits(EditQuery()))).id == edit.id


def test_a_silent_edit_is_undisclosed(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)

    world.publish(Piece(body=(Piece().body[0].replace("spring", "summer"), *Piece().body[1:])))
    [edit] = world.work(days=1)

    assert edit.disclosed is False


def test_an_updated_stamp_that_moves_alone_makes_no_revision(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)

    world.publish(Piece(updated="2023-09-20T09:34:00+09:00"))

    assert world.work(days=2) == []
    [revision] = world.history()
    assert [restamp.updated.at.isoformat() for restamp in revision.restamps if restamp.updated] == ["2023-09-20T00:34:00+00:00"]


def test_a_headline_taken_back_is_one_revert(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)
    world.edit(Piece(headline="Ferry chaos: council sinks the night boat"))
    world.work(hours=8)
    world.edit(Piece())
    world.work(days=1)

    assert [r.event for r in world.history()] == ["new", "edited", "reverted"]
    assert [edit.reverts_to for edit in world.store.edits(EditQuery())] == [None, 1]


def test_a_page_taken_down_is_gone_and_its_return_is_restored(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)
    world.web[Piece().url] = 404
    world.work(days=2)
    assert [r.event for r in world.history()] == ["new", "gone"]

    world.web[Piece().url] = Piece().page()
    world.work(days=4)

    assert [r.event for r in world.history()] == ["new", "gone", "restored"]
    assert [article.state for article in world.store.articles(ArticleQuery())] == ["watched"]


def test_a_feed_that_changes_its_own_words_is_an_edit_beside_the_page(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)
    world.web[FEED_URL] = feed(Piece(headline="Night ferry delayed"))

    [edit] = world.work(days=1)

    assert edit.kinds[0] == "feed-headline"
    assert world.history()[-1].content == world.history()[0].content


def test_a_revision_of_a_feeds_words_keeps_the_page_they_stand_beside(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)
    world.web[FEED_URL] = feed(Piece(headline="Night ferry delayed"))
    world.work(days=1)

    known = world.store.known_article(1)

    assert known.head is not None
    assert (known.head.rev, known.head_raw) == (2, world.store.raw(1, 1))


def test_a_feed_that_changes_its_own_words_teaches_nothing_of_when_pages_are_edited(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)
    world.web[FEED_URL] = feed(Piece(headline="Night ferry delayed"))
    world.work(days=1)

    habit = world.store.habit("harbour.example")

    assert habit is not None
    assert habit.totals[0] == 0


def test_without_pages_the_feeds_words_are_the_versions(store: Store) -> None:
    world = World(store, pages=False)
    world.publish(Piece())
    world.work(hours=2)
    world.web[FEED_URL] = feed(Piece(summary="The late boats will not sail before summer."))

    [edit] = world.work(days=1)

    assert edit.kinds[0] == "body"
    assert [r.source for r in world.history()] == ["feed", "feed"]
    assert world.web.requests_of(Piece().url) == []


def test_robots_leave_the_feeds_own_text(world: World) -> None:
    world.publish(Piece())
    world.web[Piece().url] = "error:robots"
    world.work(hours=3)

    [revision] = world.history()

    assert (revision.source, revision.content.body) == ("feed", (Piece().summary,))


def test_a_feed_that_fails_or_breaks_harms_nothing(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)
    for broken in (500, "", "<html><body>Sorry</body></html>", "error:timeout", "<?xml version='1.0'?><rss><channel><item>"):
        world.web[FEED_URL] = broken
        world.work(days=2)
    world.publish(Piece())
    world.work(days=2)

    assert [r.event for r in world.history()] == ["new"]
    assert len(list(world.store.articles(ArticleQuery()))) == 1


def test_a_second_look_is_conditional(world: World) -> None:
    world.publish(Piece())
    world.work(days=1)

    first, *later = world.web.requests_of(Piece().url)

    assert first.validators is None
    assert later
    assert all(request.validators for request in later)


class ImpatientWorkers(InlineWorkers):
    """Kills every comparison, as a hostile pair of texts would have it."""

    def run(self, function: Callable[..., T], *args: object) -> T:
        if function.__name__ == "diff_of":
            raise WorkerKilled
        return super().run(function, *args)


def test_texts_that_cannot_be_compared_in_time_still_make_a_lawful_edit(world: World) -> None:
    world.doors = replace(world.doors, workers=ImpatientWorkers())
    world.publish(Piece())
    world.work(hours=2)

    world.edit(Piece(headline="Night ferry sails after all"))
    [edit] = world.work(days=1)

    assert edit.kinds == ("headline", "rewritten")
    [change] = world.store.changes(edit.id)
    assert change.segments == (("-", Piece().headline), ("+", "Night ferry sails after all"))


@pytest.mark.parametrize(("updated", "disclosed"), [("2023-09-19T18:00:00+09:00", True), (None, None)], ids=["it moved", "it did not"])
def test_where_texts_cannot_be_compared_in_time_the_stamp_alone_discloses(
    world: World, updated: str | None, disclosed: bool | None
) -> None:
    world.doors = replace(world.doors, workers=ImpatientWorkers())
    world.publish(Piece())
    world.work(hours=2)

    world.edit(Piece(headline="Night ferry sails after all", updated=updated))
    [edit] = world.work(days=1)

    assert edit.disclosed is disclosed


def test_a_page_that_says_it_is_another_article_joins_it(world: World) -> None:
    world.publish(Piece())
    world.work(hours=2)
    twin = f"{HOST}/print?story=ferry"
    world.web[twin] = Piece().page()

    article = world.store.watch(twin, url_keys(twin), world.clock.now(), due_at=world.clock.now())
    world.work(hours=1)

    joined = world.store.article(article)
    assert joined is not None
    assert (joined.merged_into, article) == (1, 2)
    assert [listed.id for listed in world.store.articles(ArticleQuery())] == [1]
