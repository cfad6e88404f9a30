import pytest

from monitor.model import FeedHints, Hub
from monitor.parse.feed import parse_feed
from monitor.parse.hub import hub_of

URL = "https://news.example/feed"
RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>N</title>'
    '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://news.example/topic"/>'
    "<item><guid>1</guid><title>T</title></item></channel></rss>"
)
JSON = (
    '{"version":"https://jsonfeed.org/version/1.1","title":"N","feed_url":"https://news.example/topic",'
    '"hubs":[{"type":"WebSub","url":"https://hub.example/"}],"items":[{"id":"1","content_text":"T"}]}'
)
ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><link rel="hub" href="https://hub.example/"/>'
    '<link rel="self" href="https://news.example/topic"/><entry><id>1</id><title>T</title></entry></feed>'
)


@pytest.mark.parametrize("feed", [RSS, ATOM, JSON], ids=["rss", "atom", "json"])
def test_a_feed_of_each_kind_can_name_its_hub(feed: str) -> None:
    document = parse_feed(feed.encode(), content_type=None, url=URL)

    assert hub_of(document.hints, (), URL) == Hub("https://hub.example/", "https://news.example/topic")


@pytest.mark.parametrize(
    ("links", "hub"),
    [
        (['<https://hub.example/>; rel="hub", <https://news.example/topic>; rel="self"'], Hub("https://hub.example/", "https://news.example/topic")),
        (["<https://hub.example/>; rel=hub", "</topic>; rel=self"], Hub("https://hub.example/", "https://news.example/topic")),
        (["</hub?a=1,2;b>; title=\"a, b\"; rel='x'; REL=\"alternate hub\""], None),
        (["<https://hub.example/>; title=\"a, <b>\"; rel=hub"], Hub("https://hub.example/", URL)),
        (["<https://one.example/>; rel=hub, <https://two.example/>; rel=hub"], Hub("https://one.example/", URL)),
        (["<ftp://hub.example/>; rel=hub"], None),
        (["<javascript:alert(1)>; rel=hub"], None),
        (["<https://news.example/style>; rel=preload", "nonsense", "<"], None),
    ],
)  # fmt: skip
def test_link_headers_name_the_hub_first_of_all(links: list[str], hub: Hub | None) -> None:
    assert hub_of(FeedHints(), tuple(("Link", link) for link in links), URL) == hub


def test_headers_go_before_what_stands_in_the_feed() -> None:
    hints = FeedHints(hub="https://old.example/", self_url="https://old.example/topic")

    found = hub_of(hints, (("link", "<https://hub.example/>; rel=hub"),), URL)

    assert found == Hub("https://hub.example/", "https://old.example/topic")
