"""Bytes of a feed become its entries, whatever the dialect and whatever is wrong with them."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from feed_samples import ALL, ATOM, BROKEN, CUT, JSON, KOREAN, RDF, RSS, SITEMAP

from monitor.errors import ParseError
from monitor.model import Entry, FeedDocument, SameItem
from monitor.parse import feed as feed_module
from monitor.parse.feed import parse_feed

URL = "https://feeds.example.org/dir/feed.xml"


def read(body: bytes | str, **more: object) -> FeedDocument:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, **{"content_type": None, "url": URL, **more})  # type: ignore[arg-type]


def rss(items: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>T</title>{head}{items}</channel></rss>'


def only(items: str) -> Entry:
    (entry,) = read(rss(items)).entries
    return entry


def test_rss_is_read_with_its_modules() -> None:
    document = read(RSS)

    first, second, third = document.entries
    assert (document.format, document.title, document.link) == ("rss20", "Harbour Gazette & Tide", "https://gazette.example.org/")
    assert first.title == "Ferry late again"
    assert first.url == "https://feeds.example.org/a/1?utm_source=rss"
    assert (first.id, first.authors) == ("g-1", ("Mina Holt",))
    assert first.published_at == datetime(2023, 9, 19, 7, 20, tzinfo=UTC)
    assert first.summary == "The ferry was late.\n\nNobody & nothing moved."
    assert first.content is None
    assert (second.url, second.content) == ("https://gazette.example.org/a/2", "First line.\n\nSecond line.")
    assert third.published_at is None
    assert document.complete


def test_what_the_publisher_says_about_asking_is_kept() -> None:
    hints = read(RSS).hints

    assert hints.ttl == timedelta(minutes=30)
    assert hints.period == timedelta(minutes=30)
    assert hints.skip_hours == {1, 2}
    assert hints.skip_days == {6}
    assert (hints.hub, hints.self_url) == ("https://hub.example.org/", "https://gazette.example.org/rss")


def test_atom_is_read_with_its_types_and_base() -> None:
    first, second = read(ATOM).entries

    assert first.title == "Five < six, says board"
    assert first.url == "https://atoll.example.org/news/story-1"
    assert first.updated_at == datetime(2024, 2, 1, 10, tzinfo=UTC)
    assert first.published_at == datetime(2024, 2, 1, 8, tzinfo=UTC)
    assert first.authors == ("Ilse Brandt", "Jo Okafor")
    assert first.summary == "A short one."
    assert first.content == "One & only.\n\nTwo."
    assert (second.id, second.title, second.content) == ("tag:atoll.example.org,2024:2", "Café closes", "Plain words.")


def test_updated_is_never_a_copy_of_published() -> None:
    assert [entry.updated_at for entry in read(RSS).entries] == [None, None, None]
    assert read(ATOM).entries[1].published_at is None


def test_rdf_json_and_sitemaps_are_feeds() -> None:
    (rdf,) = read(RDF).entries
    seventeen, other = read(JSON).entries
    (page,) = read(SITEMAP).entries

    assert (rdf.id, rdf.published_at) == ("https://rdf.example.org/1", datetime(2004, 5, 6, 7, 8, 9, tzinfo=UTC))
    assert (seventeen.id, seventeen.content, seventeen.authors) == ("17", "One.\n\nTwo.", ("Ana",))
    assert seventeen.published_at == datetime(2024, 3, 1, 3, tzinfo=UTC)
    assert (other.url, other.summary) == ("https://elsewhere.example.org/x", "Sum")
    assert (page.url, page.title) == ("https://map.example.org/a?x=1&y=2", "Tower & bridge")
    assert page.updated_at == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_a_sitemap_that_never_closes_an_address_is_read_in_linear_time() -> None:
    assert read(b"<urlset>" + b"<url><loc>https://x.example.org/</loc>" * 50_000 + b"</urlset>").items == ()


def test_korean_declared_as_utf8_is_read_as_korean() -> None:
    document = read(KOREAN, content_type="text/xml; charset=utf-8", timezone="Asia/Seoul")

    (entry,) = document.entries
    assert entry.title == "뷁 강변 산책로 공사 다시 시작"
    assert entry.published_at == datetime(2023, 9, 19, 7, 20, tzinfo=UTC)
    assert document.encoding == "cp949"


def test_one_bad_item_costs_no_other() -> None:
    document = read(BROKEN)

    titles = [entry.title for entry in document.entries]
    assert titles == ["AT&T grows", "Tags cross", "Good one"]
    assert document.entries[0].url == "https://b.example.org/?a=1&b=2"
    assert document.warnings


def test_one_bad_byte_costs_no_other() -> None:
    document = read(ATOM.replace(b"closes", b"\xffcloses"))

    assert document.entries[0].authors == ("Ilse Brandt", "Jo Okafor")
    assert document.entries[1].title.startswith("Caf")


def test_a_feed_cut_short_keeps_its_whole_items_and_says_so() -> None:
    document = read(CUT)

    assert [entry.id for entry in document.entries] == ["g-1", "https://gazette.example.org/a/2"]
    assert not document.complete
    assert document.warnings


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "not_a_feed", id="nothing"),
        pytest.param(b" \n\t ", "not_a_feed", id="white space"),
        pytest.param(b"/etc/passwd", "not_a_feed", id="a path"),
        pytest.param(b"http://127.0.0.1/feed", "not_a_feed", id="an address"),
        pytest.param(b"<!doctype html><html><body><rss></rss></body></html>", "not_a_feed", id="a web page"),
        pytest.param(b'{"error": "quota"}', "not_a_feed", id="another JSON"),
        pytest.param(b"{broken", "malformed", id="no JSON"),
        pytest.param(
            b"<sitemapindex><sitemap><loc>https://x.example.org/s.xml</loc></sitemap></sitemapindex>", "not_a_feed", id="an index"
        ),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_feed", id="another XML"),
        pytest.param(b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>', "xml_dtd_entity", id="an entity"),
        pytest.param(
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss/>'.encode("utf-16"),
            "xml_dtd_entity",
            id="an entity in UTF-16",
        ),
    ],
)
def test_what_is_no_feed_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)

    assert caught.value.code == code


def test_a_public_doctype_is_dropped() -> None:
    body = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://dtd.example.org/rss.dtd">' + rss(
        "<item><title>&eacute;t&eacute;</title></item>"
    )

    assert read(body).entries[0].title == "été"


def test_warnings_printed_before_the_feed_are_passed_over() -> None:
    assert (
        read("<br />\n<b>Warning</b>: mysql in line 3<br />\n" + rss("<item><title>Still here</title></item>")).entries[0].title
        == "Still here"
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("AT&amp;T", "AT&T", id="once"),
        pytest.param("Tom &amp;amp; Jerry", "Tom & Jerry", id="an entity inside"),
        pytest.param("how to write &amp;amp;lt;b&amp;amp;gt;", "how to write &lt;b&gt;", id="not twice"),
        pytest.param("vector&lt;int&gt; &lt;3", "vector<int> <3", id="brackets that are no tags"),
        pytest.param("<![CDATA[Sea <i>wall</i>\n   falls]]>", "Sea wall falls", id="markup in CDATA"),
        pytest.param("&lt;!-- ad --&gt;Words", "Words", id="a comment"),
    ],
)
def test_html_in_titles_becomes_text_once(title: str, expected: str) -> None:
    assert only(f"<item><title>{title}</title></item>").title == expected


@pytest.mark.parametrize(
    ("item", "url"),
    [
        pytest.param("<guid>https://x.example.org/1</guid>", "https://x.example.org/1", id="a permalink"),
        pytest.param("<guid isPermaLink='false'>https://x.example.org/1</guid>", None, id="no permalink"),
        pytest.param("<guid>abc</guid>", None, id="no address"),
        pytest.param("<link>javascript:alert(1)</link>", "javascript:alert(1)", id="a script stays inert"),
        pytest.param("<link>../up?a=1&amp;b=2</link>", "https://feeds.example.org/up?a=1&b=2", id="relative"),
        pytest.param("<link>http://me:secret@x.example.org/p</link>", "http://x.example.org/p", id="without the password"),
    ],
)
def test_the_link_of_an_item(item: str, url: str | None) -> None:
    assert only(f"<item><title>t</title>{item}</item>").url == url


def test_thousands_of_attributes_and_depths_end_in_time() -> None:
    attributes = " ".join(f'a{number}="x"' for number in range(20_000))
    deep = "<a>" * 20_000 + "</a>" * 20_000

    document = read(rss(f"<item><title {attributes}>Wide</title></item><item><title>Deep</title><description>{deep}</description></item>"))

    assert [entry.title for entry in document.entries] == ["Wide", "Deep"]


@pytest.mark.parametrize("piece", ["<!--", "<script>", "<![CDATA[", '<a "', "&#", "<svg "])
def test_what_never_ends_is_read_in_linear_time(piece: str) -> None:
    body = rss(f"<item><title>{piece * 50_000}</title><guid>1</guid></item>")

    with contextlib.suppress(ParseError):
        read(body)


def test_more_items_than_a_feed_has_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MAX_ITEMS", 5)

    document = read(rss("".join(f"<item><guid>{number}</guid></item>" for number in range(9))))

    assert len(document.items) == 5
    assert not document.complete
    assert document.warnings


@pytest.mark.parametrize("name", sorted(ALL))
def test_known_items_are_not_read_again_and_the_rest_reads_the_same(name: str) -> None:
    whole = read(ALL[name])
    shas = [item.item_sha for item in whole.items]

    for chosen in range(len(shas)):
        known = frozenset(sha for place, sha in enumerate(shas) if place != chosen)
        part = read(ALL[name], known=known)
        assert [item.item_sha for item in part.items] == shas
        assert part.entries == (whole.items[chosen],)
    assert all(isinstance(item, SameItem) for item in read(ALL[name], known=frozenset(shas)).items)


def test_an_items_hash_changes_with_all_that_its_reading_depends_on() -> None:
    one = read(RSS).items[0].item_sha

    assert read(RSS.replace(b"<ttl>30", b"<ttl>60")).items[0].item_sha == one
    assert read(RSS, timezone="Asia/Seoul").items[0].item_sha != one
    assert read(RSS, url="https://other.example.org/").items[0].item_sha != one
    assert read(RSS.replace(b"late", b"early")).items[0].item_sha != one
    assert read(RSS.replace(b'version="2.0"', b'version="2.0" xml:base="https://b.example.org/"')).items[0].item_sha != one


def test_a_namespace_of_somebodys_own_is_read_as_none() -> None:
    body = '<rss version="2.0" xmlns="urn:our-cms"><channel><item><title>Ours</title><link>https://o.example.org/1</link></item></channel></rss>'

    (entry,) = read(body).entries

    assert (entry.title, entry.url) == ("Ours", "https://o.example.org/1")
