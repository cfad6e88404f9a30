"""When two addresses are one, and what in them stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.urls import host_of, is_home, is_web, resolve, same_site, stable_token, url_key

STORY = "https://example.org/2023/09/story?id=7"


@pytest.mark.parametrize(
    "other",
    [
        "http://example.org/2023/09/story?id=7",
        "https://www.example.org/2023/09/story/?id=7",
        "https://m.example.org/2023/09/story?id=7",
        "https://amp.example.org/2023/09/story?id=7",
        "https://EXAMPLE.org:443/2023/09/story?id=7#top",
        "https://example.org/2023/09/story?utm_source=rss&id=7&fbclid=x",
        "https://example.org/2023/09/story?id=7&at_medium=RSS&at_campaign=rss",
        "https://example.org/2023/09/story/amp/?id=7",
        "https://example.org/2023/09/s%74ory?id=7",
        "https://example.org/2023//09/story?id=7&ref=rss",
        "https://www.google.com/amp/s/www.example.org/2023/09/story?id=7",
        "https://example.org/2023/09/story?amp;id=7".replace("amp;", ""),
    ],
)
def test_spellings_of_one_address_have_one_key(other: str) -> None:
    assert url_key(other) == url_key(STORY)


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/2023/09/story?id=8",
        "https://example.org/2023/09/Story?id=7",
        "https://example.net/2023/09/story?id=7",
        "https://news.example.org/2023/09/story?id=7",
        "https://example.org:8080/2023/09/story?id=7",
        "https://example.org/2023/09/story?id=7&page=2",
        "https://example.org/2023/09/story?id=7#!/part/2",
    ],
)
def test_other_addresses_have_other_keys(other: str) -> None:
    assert url_key(other) != url_key(STORY)


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("/feed?", "https://example.org/feed?"),
        ("feed?#top", "https://example.org/a/feed?#top"),
        ("https://other.example/x?", "https://other.example/x?"),
        ("/feed?q=?", "https://example.org/feed?q=?"),
        ("/feed", "https://example.org/feed"),
        ("http://[", "http://["),
    ],
)
def test_a_reference_keeps_its_empty_query(reference: str, address: str) -> None:
    assert resolve("https://example.org/a/b", reference) == address


def test_the_mobile_label_may_stand_second() -> None:
    assert url_key("https://en.m.wikipedia.org/wiki/%ed%95%9c") == url_key("https://en.wikipedia.org/wiki/한")


def test_the_order_of_parameters_does_not_count() -> None:
    assert url_key("https://example.org/v.php?b=2&a=1") == url_key("https://example.org/v.php?a=1&b=2")


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("https://www.example.org/news/some-slug-123456.html", "example.org:123456"),
        ("https://www.example.org/123456/some-slug", "example.org:123456"),
        ("https://paper.example.co.kr/www/nation/2023/09/113_359386.html", "paper.example.co.kr:359386"),
        ("https://www.example.com/news/articles/c4gk1x2y3z4o", "example.com:c4gk1x2y3z4o"),
        ("https://www.example.de/slug/a-64912345", "example.de:64912345"),
        ("https://example.org/x/0b7c1d2e-1111-4222-8333-444455556666", "example.org:0b7c1d2e-1111-4222-8333-444455556666"),
        ("https://example.org/2023/20230919/slug", None),
        ("https://example.org/a/b/c", None),
        ("no address", None),
    ],
)
def test_the_part_of_a_path_that_stays(url: str, token: str | None) -> None:
    assert stable_token(url) == token


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "//example.org/x", "http://[::1", "http://a b/", "http://x\r\ny/", "", None]
)
def test_what_nobody_may_ask_is_no_web_address(url: str | None) -> None:
    assert not is_web(url)


def test_front_pages_and_sites() -> None:
    assert is_home("https://www.example.org/")
    assert is_home("https://m.example.org/index.html")
    assert not is_home("https://example.org/a")
    assert same_site("https://news.example.co.kr/a", "https://m.example.co.kr/b")
    assert not same_site("https://a.co.kr/", "https://b.co.kr/")
    assert host_of("https://M.Exämple.org/") == "xn--exmple-cua.org"


@given(st.text(max_size=80))
def test_any_text_has_a_key_or_none(text: str) -> None:
    key = url_key(text)
    stable_token(text)

    if key is not None:
        assert url_key("https://" + key) in (key, None)
