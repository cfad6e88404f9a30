"""Stored pages read again by a better extractor: kept as revisions, told to nobody, provable, and only when asked to be kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from harbour import Piece
from test_stories import World

from monitor.extract.page import EXTRACTOR, extract_page
from monitor.model import Page
from monitor.ports import EditQuery, Store, WorkerKilled
from monitor.reextract import Rereading, reread

T = TypeVar("T")
SECOND = Piece(slug="lamps", headline="Market square gets its new lamps", posted="2023-09-18T09:00:00+09:00")


class OlderReader:
    """Workers with an extractor of before: it lost every last paragraph and ran a label into the headline."""

    def run(self, function: Callable[..., T], *args: object) -> T:
        read = function(*args)
        if function is not extract_page or not isinstance(read, Page) or read.verdict == "suspect":
            return read
        content = replace(read.content, title=f"Town {read.content.title}", body=read.content.body[:-1])
        return replace(read, content=content, extractor="blocks/0")  # type: ignore[return-value]


class NoReader:
    """Workers in which every reading breaks its limits."""

    def run(self, function: Callable[..., T], *args: object) -> T:
        raise WorkerKilled


@pytest.fixture
def world(store: Store) -> World:
    """Two articles as an older extractor read them; today's is at work from now on."""
    world = World(store)
    today = world.doors
    world.doors = replace(today, workers=OlderReader())
    world.publish(Piece(), SECOND)
    world.work(hours=1)
    world.doors = today
    return world


def read_again(world: World, *, save: bool) -> list[Rereading]:
    return list(reread(world.doors, now=world.clock.move(minutes=1), save=save))


def test_a_better_reading_is_kept_as_a_revision_with_its_extractor_and_nobody_is_told(world: World) -> None:
    found = read_again(world, save=True)

    first, second = world.history()
    assert [(reading.article.id, set(reading.fields)) for reading in found] == [(1, {"title", "body"}), (2, {"title", "body"})]
    assert (first.extractor, first.content.body) == ("blocks/0", Piece().body[:-1])
    assert (second.extractor, second.event, second.content.title, second.content.body) == (EXTRACTOR, "new", Piece().headline, Piece().body)
    assert second.parent_hash == first.hash
    assert list(world.store.edits(EditQuery())) == []
    assert list(world.store.verify()) == []


def test_a_dry_run_says_the_same_and_writes_nothing(world: World) -> None:
    before = world.history()

    dry = read_again(world, save=False)

    assert world.history() == before
    assert [reading.new for reading in read_again(world, save=True)] == [reading.new for reading in dry]


def test_reading_again_twice_is_reading_again_once(world: World) -> None:
    read_again(world, save=True)

    assert read_again(world, save=True) == []
    assert len(world.history()) == 2


def test_the_looks_that_follow_find_no_edit_and_then_the_true_one_alone(world: World) -> None:
    read_again(world, save=True)

    world.publish(Piece(links=("Tide tables for October", "Lost dog found on the pier")), SECOND)
    assert world.work(days=1) == []

    world.edit(Piece().edited(body=(Piece().body[0].replace("spring", "summer"), *Piece().body[1:])))
    [edit] = world.work(days=1)
    assert (edit.article, edit.from_rev, edit.to_rev, edit.stats.words_added, edit.stats.words_removed) == (1, 2, 3, 1, 1)
    assert list(world.store.verify()) == []


def test_without_reading_again_today_s_extractor_announces_nothing_either(world: World) -> None:
    world.publish(Piece(links=("Tide tables for October", "Lost dog found on the pier")), SECOND)

    assert world.work(days=1) == []
    assert len(world.history()) == 1


def test_an_article_in_several_pages_is_left_as_it_is(store: Store) -> None:
    world = World(store)
    more = "The second half of the story stands on a page of its own, with the dates of all sailings until the end of May."
    head = f'<link rel="next" href="{Piece().url}?page=2"></head>'
    world.publish(Piece())
    world.web[Piece().url] = Piece().page().replace("</head>", head)
    world.web[f"{Piece().url}?page=2"] = Piece(body=(more,)).page()
    world.work(hours=1)

    [reading] = read_again(world, save=True)

    assert reading.new is None
    assert reading.reason == "in several pages, of which the first is kept"
    assert world.history()[-1].content.body == (*Piece().body, more)


def test_a_page_that_cannot_be_read_within_the_limits_is_named_and_the_others_are_read(world: World) -> None:
    doors = replace(world.doors, workers=NoReader())

    found = list(reread(doors, now=world.clock.now(), save=True))

    assert [reading.reason for reading in found] == ["took too much time or memory"] * 2
