"""A doubtful change waits for a second look; it is told once when it stays, and never when it went."""

from datetime import timedelta

import pytest
from harbour import Piece, feed
from test_stories import FEED_URL, World

from monitor.ports import EditQuery, Store

PROSE = "Readers who care for the coast have long paid for the reporting of this paper, and it will not be here tomorrow without them."


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def with_a_note(piece: Piece) -> str:
    """The piece with a paragraph that only one of two extractors takes for a part of it."""
    return piece.page().replace("</p>", f'</p><p class="paid-content">{PROSE}</p>', 1)


def test_a_change_at_which_extractors_are_at_odds_is_told_once_when_a_second_look_shows_it_again(world: World) -> None:
    world.publish(Piece())
    world.work(hours=3)

    world.web[Piece().url] = with_a_note(Piece())
    edits = world.work(hours=6)

    [look] = [look for look in world.store.looks(1) if look.verdict == "held"]
    [edit] = edits
    assert look.reason == "extractors at odds"
    assert (edit.to_rev, edit.seen_before) == (2, look.at)
    assert world.history()[1].confirmed


def test_a_change_at_which_extractors_are_at_odds_is_never_told_when_it_went_again(world: World) -> None:
    world.publish(Piece())
    world.work(hours=3)

    world.web[Piece().url] = with_a_note(Piece())
    world.work(minutes=10)
    while not [look for look in world.store.looks(1) if look.verdict == "held"]:
        world.work(minutes=10)
    world.publish(Piece())

    assert world.work(days=1) == []
    assert len(world.history()) == 1


def test_a_change_at_which_extractors_are_at_odds_is_not_lost_when_a_feed_changes_its_words_with_it(world: World) -> None:
    world.publish(Piece())
    world.work(hours=3)

    world.web[FEED_URL] = feed(Piece(headline="Night ferry delayed"))
    world.web[Piece().url] = with_a_note(Piece())
    world.work(days=1)

    [held] = [look for look in world.store.looks(1) if look.verdict == "held"]
    told, note = world.store.edits(EditQuery())
    assert (held.rev, told.kinds) == (2, ("feed-headline",))
    assert (note.to_rev, note.seen_before) == (3, held.at)
    assert PROSE in world.history()[-1].content.body


def test_a_clear_edit_is_told_by_the_first_look_that_sees_it(world: World) -> None:
    world.publish(Piece())
    world.work(hours=3)
    edited_at = world.clock.now()

    world.edit(
        Piece().edited(body=(*Piece().body, "The owners of two charter boats have offered to fill the gap until the crew is trained."))
    )
    [edit] = world.work(hours=6)

    assert [look.verdict for look in world.store.looks(1)].count("held") == 0
    assert edit.seen_before - edited_at < timedelta(hours=3)
