"""Entries that say what they said: their articles are seen again, and no word of them is read."""

from dataclasses import replace
from typing import Any

import pytest
from fakes import START, FakeClock

from monitor import identify
from monitor.engine.workers import InlineWorkers
from monitor.model import Matched, PollOutcome, Response, Revision
from monitor.poll import learn
from monitor.ports import Doors, Store
from monitor.settings import Feed, ScheduleSettings

URL = "http://harbour.example/feed"


def a_feed(*items: tuple[str, str]) -> bytes:
    said = "".join(f"<item><guid>{name}</guid><title>{name}</title><description>{words}</description></item>" for name, words in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour</title>{said}</channel></rss>'.encode()


class Harbour:
    """One feed without pages, polled again every hour."""

    def __init__(self, store: Store, *feeds: Feed) -> None:
        self.store, self.clock = store, FakeClock()
        self.doors = Doors(store, InlineWorkers(), self.clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
        store.sync_feeds(feeds or [Feed("harbour", URL, pages=False)], START)

    def poll(self, body: bytes, slug: str = "harbour") -> PollOutcome:
        now = self.clock.move(hours=1)
        outcome = learn(self.store.feed_task(slug, now), Response(URL, URL, 200, (), body, now, now), self.doors)
        assert self.store.save_poll(outcome).stored
        return outcome

    def head(self, article: int) -> Revision:
        return list(self.store.revisions(article))[-1]


@pytest.fixture
def harbour(store: Store) -> Harbour:
    return Harbour(store)


def test_only_the_entry_that_changed_is_read_beside_those_that_did_not(harbour: Harbour) -> None:
    harbour.poll(a_feed(("ferry", "It sank."), ("quay", "It is closed."), ("crane", "It stands.")))

    outcome = harbour.poll(a_feed(("new", "A whale."), ("ferry", "It did not sink."), ("quay", "It is closed."), ("crane", "It stands.")))

    assert [update.listing.title for update in outcome.articles if update.listing] == ["new", "ferry"]
    assert [(entry.listing_key, entry.position) for entry in outcome.same] == [("guid quay", 2), ("guid crane", 3)]


def test_an_entry_that_says_what_it_said_is_seen_again_and_confirmed(harbour: Harbour) -> None:
    harbour.poll(a_feed(("ferry", "It sank."), ("quay", "It is closed.")))
    first = harbour.head(2)

    harbour.poll(a_feed(("quay", "It is closed."), ("ferry", "It did not sink.")))

    again = harbour.head(2)
    assert (first.confirmed, again.confirmed) == (False, True)
    assert again == replace(first, confirmed=True, last_seen_at=harbour.clock.now())
    assert [listing.position for listing in harbour.store.known_feed(1).listings if listing.key == "guid quay"] == [0]


def test_a_fresh_edit_is_settled_by_the_next_sight(harbour: Harbour) -> None:
    harbour.poll(a_feed(("ferry", "It sank."), ("quay", "One.")))
    harbour.poll(a_feed(("ferry", "It did not sink."), ("quay", "One.")))

    settling = harbour.poll(a_feed(("ferry", "It did not sink."), ("quay", "Two.")))
    settled = harbour.poll(a_feed(("ferry", "It did not sink."), ("quay", "Three.")))

    assert [entry.listing_key for entry in settling.same] == []
    assert [entry.listing_key for entry in settled.same] == ["guid ferry"]
    assert harbour.head(1).confirmed


def test_what_another_feed_says_of_the_article_is_weighed_each_time(store: Store) -> None:
    harbour = Harbour(store, Feed("harbour", URL, pages=False), Feed("hills", URL.replace("harbour", "hills"), pages=False))
    shared = (
        b"<item><guid>ferry</guid><link>http://harbour.example/ferry</link><title>Ferry</title><description>It sank.</description></item>"
    )
    both = a_feed(("ferry", "x")).split(b"<item>")[0] + shared
    harbour.poll(both + b"</channel></rss>")
    harbour.poll(both + b"</channel></rss>", "hills")

    outcome = harbour.poll(both + b"<item><guid>new</guid><title>new</title></item></channel></rss>")

    assert outcome.same == ()


def test_an_article_known_from_words_alone_gets_its_page_when_pages_are_followed(harbour: Harbour) -> None:
    page = (
        b"<item><guid>ferry</guid><link>http://harbour.example/ferry</link><title>Ferry</title><description>It sank.</description></item>"
    )
    opening = a_feed(("ferry", "x")).split(b"<item>")[0]
    harbour.poll(opening + page + b"</channel></rss>")
    harbour.store.sync_feeds([Feed("harbour", URL, pages=True)], harbour.clock.now())

    outcome = harbour.poll(opening + page + b"<item><guid>new</guid><title>new</title></item></channel></rss>")

    assert outcome.same == ()
    assert [update.watch is not None for update in outcome.articles] == [True, False]


def test_of_two_entries_of_one_article_the_first_speaks_also_when_the_other_says_what_it_said(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbour.poll(a_feed(("ferry", "It sank."), ("copy", "It sank.")))
    told_apart = identify.match

    def as_one(*known: Any) -> Matched:
        matched = told_apart(*known)
        before = [match.before and replace(match.before, article_id=1) for match in matched.matches]
        return replace(matched, matches=tuple(replace(m, article_id=1, before=b) for m, b in zip(matched.matches, before, strict=True)))

    monkeypatch.setattr(identify, "match", as_one)

    outcome = harbour.poll(a_feed(("ferry", "It did not sink."), ("copy", "It sank.")))

    assert outcome.same == ()
    assert harbour.head(1).content.body == ("It did not sink.",)
