"""An article in several pages: one text, and an edit on any page is an edit, told at once."""

from contextlib import suppress
from datetime import timedelta

import pytest
from harbour import HOST, Piece
from test_stories import FEED_URL, World

from monitor.look import look
from monitor.model import Pace, PageTask, Response
from monitor.ports import Store
from monitor.settings import Feed

FIRST = Piece()
PARTS = tuple(
    (
        f"On sailing day {day} the crew of the northern boat counted {40 + day} passengers and {day + 3} bicycles before the rain set in.",
        f"The harbour office wrote down {day + 7} complaints that evening, most of them about the price of the return ticket and the wind.",
        f"A teacher from the island school crossed with {day + 11} children and said that the late boat had saved her class a whole night.",
    )
    for day in range(2, 5)
)


def publish(world: World, *parts: tuple[str, ...], links: tuple[str, ...] = ("Market square gets new lamps",)) -> None:
    """The piece with its further pages, each naming the next."""
    world.publish(FIRST)
    bodies = [FIRST.body, *parts]
    for number, body in enumerate(bodies, 1):
        following = f'<link rel="next" href="{FIRST.url}?page={number + 1}"></head>' if number < len(bodies) else "</head>"
        url = FIRST.url if number == 1 else f"{FIRST.url}?page={number}"
        world.web[url] = FIRST.edited(body=body, links=links).page().replace("</head>", following)


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    publish(world, *PARTS)
    world.work(hours=3)
    return world


def test_all_pages_are_one_text(world: World) -> None:
    [revision] = world.history()

    assert revision.content.body == (*FIRST.body, *(paragraph for part in PARTS for paragraph in part))


def test_boilerplate_that_moves_on_every_page_is_no_edit(world: World) -> None:
    publish(world, *PARTS, links=("Lost dog found on the pier", "Tide tables for October"))

    assert world.work(days=1) == []


def test_an_edit_on_the_last_page_is_told_at_once(world: World) -> None:
    edited = (*PARTS[2][:2], PARTS[2][2].replace("whole night", "whole day"))
    publish(world, PARTS[0], PARTS[1], edited, links=("Lost dog found on the pier",))

    [edit] = world.work(days=1)

    assert (edit.stats.words_added, edit.stats.words_removed) == (1, 1)
    assert [look.verdict for look in world.store.looks(1)].count("held") == 0


def test_an_edit_on_the_last_page_alone_is_told_though_the_first_is_the_same_to_the_byte(world: World) -> None:
    edited = (*PARTS[2][:2], PARTS[2][2].replace("whole night", "whole day"))
    publish(world, PARTS[0], PARTS[1], edited)

    [edit] = world.work(days=1)

    assert (edit.stats.words_added, edit.stats.words_removed) == (1, 1)


def test_a_page_that_fails_is_half_an_article_and_no_edit(world: World) -> None:
    publish(world, *PARTS, links=("Lost dog found on the pier",))
    world.web[f"{FIRST.url}?page=3"] = 503

    assert world.work(days=1) == []
    assert {look.reason for look in world.store.looks(1) if look.verdict == "suspect"} == {"truncated"}


def test_no_more_than_ten_pages_of_an_article_are_asked_for(store: Store) -> None:
    world = World(store)
    day = PARTS[0][0].split()[3]
    publish(world, *[(PARTS[0][0].replace(f"day {day}", f"day {number} of thirty"),) for number in range(30)])

    world.work(hours=1)

    asked = {request.url for request in world.web.asked if request.url.startswith(FIRST.url)}
    assert asked == {FIRST.url, *(f"{FIRST.url}?page={number}" for number in range(2, 11))}
    [revision] = world.history()
    assert len(revision.content.body) == len(FIRST.body) + 9


def test_a_first_page_that_redirects_counts_once(world: World) -> None:
    asking, first = look(PageTask(1, 1, 1, FIRST.url, Pace(None, timedelta(minutes=5))), world.doors), f"{FIRST.url}?utm_source=rss"
    url, asked = next(asking).url, []
    now = world.clock.now()

    with suppress(StopIteration):
        while True:
            asked.append(url)
            text = PARTS[0][0].replace("day 2", f"day {len(asked)} of thirty")
            following = f'<link rel="next" href="{FIRST.url}?page={len(asked) + 1}"></head>'
            page = FIRST.edited(body=(text,) if len(asked) > 1 else FIRST.body).page().replace("</head>", following)
            url = asking.send(Response(url, first if len(asked) == 1 else url, 200, (), page.encode(), now, now)).url

    assert asked == [FIRST.url, *(f"{FIRST.url}?page={number}" for number in range(2, 11))]


def test_a_wall_that_names_a_next_page_is_not_read_on(world: World) -> None:
    consent = "<main><h1>Before you continue</h1><p>We and our 843 partners store cookies. Accept all or manage your choices.</p></main>"
    world.web[FIRST.url] = (
        f'<html><head><title>Consent</title><link rel="next" href="{FIRST.url}?page=2"></head><body>{consent}</body></html>'
    )
    before = len(world.web.asked)

    world.work(hours=1)

    assert {look.verdict for look in world.store.looks(1)} >= {"suspect"}
    assert not [request.url for request in world.web.asked[before:] if "page=" in request.url]


def test_what_opens_a_feed_is_not_sent_to_further_pages_elsewhere(world: World) -> None:
    feed, now = Feed("harbour", FEED_URL, headers=(("Cookie", "id=1"),)), world.clock.now()
    asking = look(PageTask(1, 1, 1, FIRST.url, Pace(None, timedelta(minutes=5)), (feed,)), world.doors)
    away = FIRST.url.replace(HOST, "https://trap.example")
    page = FIRST.page().replace("</head>", f'<link rel="next" href="{away}?page=2"></head>')

    first = next(asking)
    further = asking.send(Response(FIRST.url, away, 200, (), page.encode(), now, now))

    assert first.headers == feed.headers
    assert (further.url, further.headers) == (f"{away}?page=2", ())
