"""Pages that cannot be had as they are: a paywall, an older copy, the home page in an article's place."""

import pytest
from harbour import HOST, Piece
from test_stories import World

from monitor.ports import Store

OFFER = "<p>Subscribe to continue reading this story. Already a subscriber? Go on here.</p>"


def walled(piece: Piece) -> str:
    """The piece as readers see it who do not pay: its first sentence and an offer."""
    page = piece.edited(body=piece.body[:1]).page()
    return page.replace("</article>", f"{OFFER}</article>").replace(
        "<head>", '<head><script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    )


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_behind_a_paywall_the_feeds_own_text_is_the_version_and_its_change_an_edit(world: World) -> None:
    world.publish(Piece())
    world.web[Piece().url] = walled(Piece())
    assert world.work(hours=3) == []

    changed = Piece(summary="The late boats will not sail before summer.")
    world.publish(changed)
    world.web[Piece().url] = walled(Piece())
    [edit] = world.work(days=2)

    first, second = world.history()
    assert (first.source, first.content.body) == ("feed", (Piece().summary,))
    assert (second.source, second.content.body) == ("feed", (changed.summary,))
    assert "body" in edit.kinds
    assert {look.reason for look in world.store.looks(1)} == {"paywall"}


def test_a_wall_that_comes_later_is_a_suspect_look_and_the_text_that_is_known_stays(world: World) -> None:
    world.publish(Piece())
    world.work(hours=3)

    world.web[Piece().url] = walled(Piece())

    assert world.work(days=1) == []
    assert [revision.content.body for revision in world.history()] == [Piece().body]
    assert {look.reason for look in world.store.looks(1) if look.verdict == "suspect"} == {"paywall"}


def test_an_article_that_leads_to_the_home_page_twice_is_gone_and_restored_when_it_is_back(world: World) -> None:
    world.publish(Piece())
    world.work(hours=3)
    cards = "".join(f'<article><h2><a href="/{k}">Headline number {k} of today</a></h2><p>Teaser {k}.</p></article>' for k in range(12))
    home = f'<!doctype html><html><head><title>Harbour Post</title><link rel="canonical" href="{HOST}/"></head><body>{cards}</body></html>'

    world.web[Piece().url] = home
    [gone] = world.work(days=1)
    world.web[Piece().url] = Piece().page()
    [restored] = world.work(days=4)

    assert (gone.kinds, restored.kinds) == (("gone",), ("restored",))
    assert [revision.content.body for revision in world.history()] == [Piece().body] * 3


def test_an_older_copy_from_a_stale_cache_is_no_edit_and_no_return(world: World) -> None:
    old = Piece(updated="2023-09-19T17:00:00+09:00")
    new = old.edited(updated="2023-09-19T19:00:00+09:00", body=(old.body[0].replace("spring", "summer"), *old.body[1:]))
    world.publish(old)
    world.work(hours=3)
    world.edit(new)
    [edit] = world.work(hours=6)

    world.edit(old)
    assert world.work(hours=3) == []
    world.edit(new)
    assert world.work(days=1) == []

    assert (edit.to_rev, len(world.history())) == (2, 2)
    assert "stale" in {look.reason for look in world.store.looks(1) if look.verdict == "suspect"}
