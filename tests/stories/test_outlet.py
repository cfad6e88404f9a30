"""An outlet of forty articles whose boilerplate moves with every look: no false edit, and every true one."""

from dataclasses import replace
from html import escape

import pytest
from harbour import HOST, Piece, feed
from test_stories import FEED_URL, World

from monitor.identify import url_keys
from monitor.model import Edit
from monitor.ports import Store

ARTICLES = 40
TOWNS = ("Alder", "Brine", "Cove", "Dune", "Esk", "Firth", "Gull", "Holm", "Isle", "Jetty")
THINGS = ("tram depot", "salt works", "music school", "fish market", "reading room", "swimming baths", "signal tower", "rope walk")
CORRECTION = "Correction: an earlier version of this article gave the wrong day for the meeting of the harbour council."


def piece(number: int) -> Piece:
    """One of the outlet's articles, in words that no other one has."""
    town, thing = TOWNS[number % len(TOWNS)], THINGS[number % len(THINGS)]
    return Piece(
        slug=f"story-{number}",
        headline=f"{town} Point keeps its {thing} for another {number + 2} years",
        summary=f"What becomes of the {thing} in {town} Point.",
        body=(
            f"The council of {town} Point voted by {number + 11} to {number % 7 + 3} to keep the {thing}, which was to close in spring.",
            f"“Nobody here wanted to see number {number + 100} go,” said the keeper of the {thing}, with the keys since {1950 + number}.",
            f"Repairs to the roof of the {thing} are put at {number * 37 + 210} thousand crowns, to be paid from the town's harbour dues.",
            f"A walk through {town} Point on a wet afternoon found {number + 4} people at the door of the {thing} before it opened.",
            f"The next vote is due in week {number % 50 + 1}, when the members for the upper town of {town} Point are back from the coast.",
        ),
    )


PIECES = {number: piece(number) for number in range(ARTICLES)}


def furniture(number: int, turn: int) -> tuple[str, str]:
    """What stands in the middle of the text and what stands below it, on this look: the same boxes in every article, other contents."""
    headlines = [PIECES[(number * 7 + turn * 13 + k) % ARTICLES].headline for k in range(10)]
    top = "".join(f'<li><a href="/t{k}"><span>{k + 1}</span> {escape(text)}</a></li>' for k, text in enumerate(headlines))
    cards = "".join(
        f'<div class="c"><a href="/r{k}">{escape(text)}</a><p>{k + turn} hours ago</p></div>' for k, text in enumerate(headlines[:3])
    )
    letter = (
        "<div class='b'><p>Every Friday we write down what the tide brought in, in a letter that takes five minutes to read.</p>"
        f"<p>Join {21_000 + turn * 37} readers along the coast who have it with their first cup of coffee.</p><form><input></form></div>"
    )
    appeal = "<p>This report was paid for by the members of the Harbour Post, who meet on the first Monday of every month.</p>"
    counted = (f"{turn * 91 + number} readings", f"{turn * 3} reactions", f"1{turn}:0{number % 10}")
    counters = f"<div class='n'>{' '.join(f'<span>{text}</span>' for text in counted)}</div>"
    middle = (cards, letter, f"<div class='m'>{cards}</div>", "")[(number + turn) % 4]
    return middle, f"{appeal}{counters}<div class='t'><h3>Top 10</h3><ol>{top}</ol></div>{letter if turn % 2 else ''}"


class Outlet(World):
    """A feed of forty articles, whose pages are dressed anew at every turn."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.pieces = dict(PIECES)
        self.turn = 0

    def dress(self, **by: float) -> list[Edit]:
        """Other boilerplate on every page, and time for all of them to be looked at."""
        self.turn += 1
        self.web[FEED_URL] = feed(*(PIECES.get(number, one) for number, one in self.pieces.items()))
        for number, one in self.pieces.items():
            middle, below = furniture(number, self.turn)
            page = one.page().replace("</p>", f"</p>{middle}", 3).replace(f"</p>{middle}", "</p>", 2) if middle else one.page()
            self.web[one.url] = page.replace("</article>", f"{below}</article>")
        return self.work(**(by or {"hours": 7}))

    def change(self, number: int, **fields: object) -> None:
        self.pieces[number] = self.pieces[number].edited(**fields)


@pytest.fixture
def outlet(store: Store) -> Outlet:
    outlet = Outlet(store)
    outlet.dress(hours=12)
    return outlet


def number_of(edit: Edit) -> int:
    return int(edit.url.rsplit("-", 1)[1])


@pytest.mark.slow
def test_boilerplate_that_moves_in_forty_articles_is_no_edit_and_true_edits_among_it_are_all_told(outlet: Outlet) -> None:
    assert outlet.dress() == []
    assert outlet.dress() == []

    body = PIECES[3].body
    more = "Two members who had stayed away sent word that they would have voted the other way, the clerk said on Friday."
    outlet.change(3, body=(body[0].replace("voted", "decided"), *body[1:]))
    outlet.change(11, body=(*PIECES[11].body[:2], more, *PIECES[11].body[2:]))
    outlet.change(17, body=(*PIECES[17].body[:3], *PIECES[17].body[4:]))
    outlet.change(23, headline=PIECES[23].headline.replace("keeps", "sells"))
    outlet.change(29, body=(*PIECES[29].body, f"{PIECES[29].body[0].split()[3]} families have asked for a hearing before the year is out."))
    outlet.change(36, body=tuple(reversed(PIECES[36].body)))
    edits = outlet.dress(days=1)

    assert sorted(number_of(edit) for edit in edits) == [3, 11, 17, 23, 29, 36]
    assert outlet.dress() == []


@pytest.mark.slow
@pytest.mark.parametrize("many", [3, 4])
def test_a_correction_note_that_a_few_articles_share_is_told_in_each_and_never_learnt_as_boilerplate(outlet: Outlet, many: int) -> None:
    outlet.dress()
    for number in range(many):
        outlet.change(number, body=(*PIECES[number].body, CORRECTION))
    edits = outlet.dress(days=1)

    assert sorted(number_of(edit) for edit in edits) == list(range(many))
    assert all("correction-note" in edit.kinds for edit in edits)
    assert outlet.dress() == []

    late = [replace(piece(ARTICLES + k), body=(*piece(ARTICLES + k).body, CORRECTION)) for k in range(3)]
    outlet.pieces |= {ARTICLES + k: one for k, one in enumerate(late)}
    outlet.dress(days=1)
    kept = [
        revision for article in range(1, ARTICLES + 4) for revision in outlet.history(article)[-1:] if CORRECTION in revision.content.body
    ]
    assert len(kept) == many + 3


@pytest.mark.slow
def test_a_paragraph_of_boilerplate_that_comes_to_every_article_of_a_host_is_told_as_one_template_change(outlet: Outlet) -> None:
    outlet.dress()
    line = "The Harbour Post is printed on paper from the mills of the upper valley since the first of this month."
    for number in range(ARTICLES):
        outlet.change(number, body=(*PIECES[number].body, line))

    edits = outlet.dress(days=1)

    assert len([edit for edit in edits if edit.held_by is None]) <= 2
    assert {edit.held_by for edit in edits} <= {None, "template change"}


@pytest.mark.slow
def test_a_new_article_is_stored_without_what_many_others_showed(outlet: Outlet) -> None:
    outlet.dress()
    outlet.pieces[77] = replace(piece(77), slug="story-77")
    outlet.dress(days=1)

    known = outlet.store.article_by_url(url_keys(f"{HOST}/news/story-77"))
    assert known is not None
    assert outlet.history(known)[0].content.body == piece(77).body
