"""Which article an entry speaks of, poll by poll, over a small memory that works as a store does."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.identify import entry_keys, match, page_keys, url_keys
from monitor.identify.names import guid_value
from monitor.model import Content, Entry, FeedDocument, Key, KnownFeed, Listing, Matched, Page, SameItem
from monitor.settings import Feed

START = datetime(2024, 5, 1, 8, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Remembers what feeds said, as the store would; `poll` returns the article of each entry."""

    names: dict[Key, int] = field(default_factory=dict)
    feeds: dict[str, KnownFeed] = field(default_factory=dict)
    next_id: int = 1
    now: datetime = START
    last: Matched | None = None

    def poll(self, *entries: Entry | SameItem, feed: str = "gazette", complete: bool = True) -> list[int]:
        self.now += timedelta(hours=1)
        known = self.feeds.get(feed, KnownFeed(1, feed))
        items = tuple(replace(entry, position=place) for place, entry in enumerate(entries))
        document = FeedDocument("rss20", "utf-8", "T", None, items, complete=complete)
        settings = Feed(feed, f"https://{feed}.example.org/rss")
        keys = entry_keys(settings, known, document)
        found = {key: self.names[key] for row in keys for key in row if key in self.names}
        matched = match(settings, known, document, keys, found, self.now)
        listings = {one.key: one for one in known.listings}
        articles = []
        for one in matched.matches:
            article = one.article_id
            if article is None:
                article, self.next_id = self.next_id, self.next_id + 1
            for name in one.keys:
                self.names.setdefault(name, article)
            listings[one.listing_key] = _listing(feed, one.listing_key, article, one.entry, self.now)
            articles.append(article)
        for gone in matched.left:
            listings[gone.key] = replace(gone, gone_at=self.now)
        self.feeds[feed] = KnownFeed(1, feed, tuple(listings.values()), matched.memo, self.now)
        self.last = matched
        return articles


def _listing(feed: str, key: str, article: int, entry: Entry, now: datetime) -> Listing:
    said = (entry.id, entry.url, entry.title, entry.summary, entry.content, entry.authors, entry.published_at, entry.updated_at)
    return Listing(feed, key, article, *said, entry.item_sha, entry.position, now, now)


TOPICS = [
    "ferry delayed by fog", "council votes on sea wall", "museum finds lost painting", "school roof repaired", "fishing quota cut again",
    "lighthouse opens to visitors", "bakery wins national prize", "storm damages pier",
]  # fmt: skip


def story(number: int, **changes: object) -> Entry:
    topic = TOPICS[number % len(TOPICS)]
    entry = Entry(
        id=f"tag:gazette,{number}",
        url=f"https://gazette.example.org/news/{topic.replace(' ', '-')}-{number}",
        title=f"{topic.capitalize()} ({number})",
        published_at=START - timedelta(minutes=17 * number),
        summary=f"The {topic} was reported on Tuesday by the harbour office, number {number}.",
        item_sha=f"sha{number}".encode(),
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def stories(*numbers: int) -> list[Entry]:
    return [story(number) for number in numbers]


def test_every_first_entry_is_an_article_of_its_own() -> None:
    assert Desk().poll(*stories(1, 2, 3)) == [1, 2, 3]


def test_the_same_again_in_another_order_is_the_same() -> None:
    desk = Desk()
    desk.poll(*stories(1, 2, 3))

    assert desk.poll(*stories(3, 1, 2)) == [3, 1, 2]


def test_known_bytes_are_the_entry_they_were() -> None:
    desk = Desk()
    desk.poll(*stories(1, 2))

    assert desk.poll(SameItem(b"sha2"), SameItem(b"sha1"), story(5)) == [2, 1, 3]
    assert desk.last is not None
    assert desk.last.matches[0].entry.title == story(2).title
    assert not desk.last.left


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "Wholly other words"}, id="another title, as an A/B test shows"),
        pytest.param({"url": "https://gazette.example.org/news/new-slug-1"}, id="another slug"),
        pytest.param({"url": "http://m.gazette.example.org/news/ferry-delayed-by-fog-1?utm_source=x"}, id="the mobile twin"),
        pytest.param({"id": "urn:new:1"}, id="another guid"),
        pytest.param({"id": None}, id="no guid any more"),
        pytest.param({"id": "urn:new:1", "url": "https://gazette.example.org/moved/1"}, id="guid and address, the title and minute stay"),
        pytest.param({"published_at": None, "updated_at": START}, id="another date"),
        pytest.param({"summary": "Something else entirely was said about it later."}, id="another text"),
    ],
)
def test_an_article_survives_a_change_of(changes: dict[str, object]) -> None:
    desk = Desk()
    desk.poll(*stories(0, 1, 2, 3))

    assert desk.poll(story(0), story(1, **changes), story(2), story(3)) == [1, 2, 3, 4]


def test_a_slug_and_guid_may_change_around_a_number() -> None:
    desk = Desk()
    old = story(1, id="https://g.example.org/world/7536002/first-words", url="https://g.example.org/world/7536002/first-words")
    new = replace(
        old,
        id="https://g.example.org/world/7536002/second-words",
        url="https://g.example.org/world/7536002/second-words",
        title="Fog delays the ferry, again",
    )
    desk.poll(story(0), old)

    assert desk.poll(story(0), new) == [1, 2]


def test_a_guid_that_is_given_to_another_story_makes_another_article() -> None:
    desk = Desk()
    desk.poll(story(1, id="top"), story(2), story(3))
    other = Entry(
        "top",
        "https://gazette.example.org/sports/rowing-final",
        "Rowing team reaches final",
        published_at=START,
        summary="Eight women rowed.",
    )

    assert desk.poll(other, story(2), story(3)) == [4, 2, 3]
    assert desk.last is not None
    assert desk.last.notes
    assert desk.poll(other, story(2), story(3)) == [4, 2, 3]


def test_a_feed_whose_guids_are_all_the_same_is_known_by_its_addresses() -> None:
    desk = Desk()
    desk.poll(*[story(number, id="item") for number in (1, 2, 3)])

    assert desk.poll(*[story(number, id="item") for number in (4, 1, 2, 3)]) == [4, 1, 2, 3]
    # what was learnt stays: alone in the feed, the guid still names nothing
    assert desk.poll(story(6, id="item")) == [5]


def test_a_mass_change_of_guids_is_a_migration_and_is_noted() -> None:
    desk = Desk()
    numbers = list(range(1, 8))
    before = desk.poll(*stories(*numbers))

    assert desk.poll(*[story(number, id=f"urn:cms2:{number}") for number in numbers]) == before
    assert desk.last is not None
    assert any("new guids" in note for note in desk.last.notes)


def test_two_entries_at_once_with_different_guids_are_never_one() -> None:
    desk = Desk()
    live = "https://gazette.example.org/live/storm"
    one, two = story(1, url=live, id="post-1"), story(2, url=live, id="post-2")

    assert desk.poll(one, two) == [1, 2]
    assert desk.poll(two, story(3, url=live, id="post-3")) == [2, 3]
    twin = story(1, id="post-9", url=live)
    assert desk.poll(one, twin, two) == [1, 4, 2]


def test_the_same_row_twice_is_one_entry() -> None:
    assert Desk().poll(story(1), story(2), story(1)) == [1, 2]
    assert Desk().poll(story(1), story(1, title="The same with another headline")) == [1]
    assert Desk().poll(story(1, id=None), story(1, id=None)) == [1]


def test_an_article_that_returns_after_an_absence_is_the_old_one() -> None:
    desk = Desk()
    desk.poll(*stories(1, 2, 3))
    desk.poll(*stories(2, 3))
    desk.poll(*stories(2, 3))

    assert desk.poll(story(2), story(3), story(1, title="Ferry sails again (1)")) == [2, 3, 1]


def test_one_story_in_two_feeds_is_one_article() -> None:
    desk = Desk()
    desk.poll(*stories(1, 2))

    assert desk.poll(story(2, id="other-2", url=story(2).url + "?ns_source=rss"), story(5), feed="section") == [2, 3]
    assert desk.poll(story(2), story(5, id="main-5")) == [2, 3]


def test_a_guid_of_one_feed_says_nothing_in_another() -> None:
    desk = Desk()
    desk.poll(story(1, id="7"))

    assert desk.poll(story(2, id="7"), feed="other") == [2]


def test_the_same_headline_every_morning_is_another_article_each_day() -> None:
    desk = Desk()
    first = story(1, title="Morning briefing from the harbour")
    desk.poll(first, story(2))

    second = story(3, title="Morning briefing from the harbour", published_at=START + timedelta(days=1))
    assert desk.poll(second, first, story(2)) == [3, 1, 2]


def test_two_stories_with_one_headline_in_one_minute_are_told_apart_by_the_numbers_in_their_addresses() -> None:
    desk = Desk()
    address = "https://gazette.example.org/news/{}-ferry.html"
    desk.poll(story(1, title="Ferry to sail again", url=address.format(4410221)), story(3))

    twin = story(2, title="Ferry to sail again", url=address.format(4410397), published_at=story(1).published_at)

    assert desk.poll(twin, feed="section") == [3]


def test_front_pages_name_no_article() -> None:
    desk = Desk()
    desk.poll(story(1, id=None, url="https://gazette.example.org/"))

    assert desk.poll(story(2, id=None, url="https://gazette.example.org/")) == [2]


def test_a_shared_number_in_addresses_is_no_name() -> None:
    desk = Desk()
    section = "https://gazette.example.org/section-100200/{}"

    assert desk.poll(*[story(number, url=section.format(f"slug-{number}")) for number in (1, 2, 3)]) == [1, 2, 3]
    assert desk.poll(story(5, url=section.format("slug-5"))) == [4]


def test_what_left_from_the_middle_vanished_and_what_scrolled_out_left() -> None:
    desk = Desk()
    desk.poll(*stories(1, 2, 3, 4))

    desk.poll(*stories(0, 1, 3))

    assert desk.last is not None
    assert [one.article_id for one in desk.last.left] == [2, 4]
    assert [one.article_id for one in desk.last.vanished] == [2]


@pytest.mark.parametrize("entries", [[], [story(1)]], ids=["no entries", "far fewer than usual"])
def test_nothing_leaves_in_a_snapshot_that_is_not_whole(entries: Sequence[Entry]) -> None:
    desk = Desk()
    desk.poll(*stories(1, 2, 3, 4))

    desk.poll(*entries)

    assert desk.last is not None
    assert not desk.last.left


def test_nothing_leaves_in_a_feed_that_was_cut_off() -> None:
    desk = Desk()
    desk.poll(*stories(1, 2, 3, 4))

    desk.poll(*stories(1, 2, 3), complete=False)

    assert desk.last is not None
    assert not desk.last.left


def test_guids_are_compared_byte_for_byte_but_for_addresses() -> None:
    assert guid_value("A", None) != guid_value("a", None)
    assert guid_value("caf\u00e9", None) != guid_value("cafe\u0301", None)
    assert guid_value("https://x.example.org/a/#3", None) == guid_value("http://www.x.example.org/a", None)
    assert guid_value("https://x.example.org/a#part-two", None) != guid_value("https://x.example.org/a", None)


def page(url: str, canonical: str | None) -> Page:
    return Page("article", None, url, canonical, Content("T"))


def test_a_page_is_also_known_by_what_it_calls_itself() -> None:
    keys = page_keys(page("https://m.gazette.example.org/a/1", "https://gazette.example.org/story/1"), "https://m.gazette.example.org/a/1")

    assert set(url_keys("https://gazette.example.org/story/1")) <= set(keys)
    assert {key.kind for key in keys} == {"url", "canonical"}


@pytest.mark.parametrize(
    "canonical", ["https://gazette.example.org/", "https://gazette.example.org/news", "https://elsewhere.example.net/story", None]
)
def test_a_canonical_address_that_names_no_article_is_passed_over(canonical: str | None) -> None:
    url = "https://gazette.example.org/news/ferry-delayed"

    assert page_keys(page(url, canonical), url) == url_keys(url)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=20, unique=True), st.integers(0, 10_000))
def test_the_order_of_a_feed_never_decides(numbers: list[int], seed: int) -> None:
    desk = Desk()
    entries = stories(*numbers)
    first = dict(zip([entry.id for entry in entries], desk.poll(*entries), strict=True))

    random.Random(seed).shuffle(entries)

    assert dict(zip([entry.id for entry in entries], desk.poll(*entries), strict=True)) == first


@given(st.data())
def test_no_two_entries_of_a_snapshot_are_one_article(data: st.DataObject) -> None:
    desk = Desk()
    choice = st.sampled_from([None, "a", "b", "c"])
    for _ in range(3):
        entries = [
            Entry(
                data.draw(choice),
                f"https://g.example.org/{url}" if (url := data.draw(choice)) else None,
                data.draw(st.sampled_from(["", "Fog", "Sun"])),
            )
            for _ in range(data.draw(st.integers(0, 6)))
        ]
        articles = desk.poll(*entries)
        assert len(set(articles)) == len(articles)
        assert desk.last is not None
        rows = [one.listing_key for one in desk.last.matches]
        assert len(set(rows)) == len(rows)
