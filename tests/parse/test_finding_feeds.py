"""What a home page names as its feeds, and subscription lists of other readers."""

from datetime import UTC, datetime

import pytest

from monitor.errors import ParseError
from monitor.parse.discover import common_places, feed_links
from monitor.parse.opml import Subscription, read_opml, write_opml

HOME = "https://www.gazette.example.org/front/"


def links(markup: str) -> list[str]:
    return [link.url for link in feed_links(markup.encode(), url=HOME, content_type="text/html; charset=utf-8")]


def test_declared_feeds_come_first_and_those_of_comments_last() -> None:
    markup = """<head><link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
    <LINK REL='alternate' TYPE='application/atom+xml' HREF='atom.xml?a=1&amp;b=2'><link rel="stylesheet" href="/x.css"></head>
    <a href="/rss/">RSS</a> <a href="/about">about</a>"""

    assert links(markup) == [
        "https://www.gazette.example.org/front/atom.xml?a=1&b=2",
        "https://www.gazette.example.org/comments/feed",
        "https://www.gazette.example.org/rss/",
    ]


def test_the_pages_base_counts() -> None:
    assert links('<base href="https://cdn.example.org/x/"><link rel=alternate type=application/rss+xml href=feed>') == [
        "https://cdn.example.org/x/feed"
    ]


def test_other_alternates_are_no_feeds() -> None:
    assert links('<link rel="alternate" hreflang="de" type="text/xml" href="/de"><link rel="alternate" media="handheld" href="/m">') == []


def test_an_address_that_nobody_may_ask_is_no_feed() -> None:
    assert links('<link rel="alternate" type="application/rss+xml" href="javascript:x()"><link rel="feed" href="file:///etc/passwd">') == []


def test_common_places_are_on_the_same_host() -> None:
    assert all(place.startswith("https://www.gazette.example.org/") for place in common_places(HOME))


def test_a_list_goes_out_and_comes_back() -> None:
    feeds = (
        Subscription("https://a.example.org/rss?x=1&y=2", 'A & "B"', ("news", "uk")),
        Subscription("https://b.example.org/feed", "서울", ()),
        Subscription("https://c.example.org/feed", "<C>", ("news",)),
    )

    again = read_opml(write_opml(feeds, datetime(2024, 1, 1, tzinfo=UTC)).encode())

    assert {one.url: (one.title, one.tags) for one in again} == {one.url: (one.title, one.tags) for one in feeds}


def test_nested_folders_become_tags() -> None:
    body = b"""<opml version="1.0"><body><outline text="World"><outline title="Asia">
    <outline type="rss" text="K" xmlUrl="https://k.example.org/"/></outline></outline>
    <outline text="K again" xmlurl="https://k.example.org/"/></body></opml>"""

    (feed,) = read_opml(body)

    assert feed.tags == ("World", "Asia")
    assert feed.title == "K"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"http://127.0.0.1/opml",
        b'<!DOCTYPE o [<!ENTITY x "y">]><opml/>',
        b"<opml><outline><rdf:RDF/></outline></opml>",
    ],
)
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        read_opml(body)
