"""Posted and Updated wherever pages write them; the address last."""

import json

import pytest

from monitor.times import rfc3339
from tests.extract.pages import NOW, TITLE, URL, html, read

NEUTRAL = "https://paper.example/news/cranes"
WHEN = "2024-03-04T10:15:00Z"
ARTICLE = {"@type": "Article", "datePublished": WHEN}
BROKEN = (
    '{"@type": "NewsArticle", "headline": "It said "no" again", "datePublished": "2024-03-04T10:15:00Z",'
    ' "dateModified": "2024-03-05T08:00:00Z",}'
)
SCRIPT = '<script type="application/ld+json">{}</script>'


def ld(told: object) -> str:
    return SCRIPT.format(json.dumps(told))


def at(line: str, lang: str = "en") -> str:
    return html(lang=lang).replace("</h1>", f"</h1>{line}")


def posted(page: str, *, url: str = NEUTRAL, **context: object) -> str | None:
    stamp = read(page, url=url, **context).posted
    return rfc3339(stamp.at) if stamp else None


MACHINES = {
    "json-ld": ld(ARTICLE),
    "json-ld in a graph": ld({"@graph": [{"@type": "WebSite"}, ARTICLE | {"@type": ["ReportageNewsArticle"]}]}),
    "json-ld below the page's main entity": ld({"@type": "WebPage", "mainEntity": ARTICLE}),
    "json-ld of another letter case and a charset": ld(ARTICLE).replace("ld+json", "LD+JSON; charset=utf-8"),
    "json-ld that is broken": SCRIPT.format(BROKEN),
    "json-ld in a comment": SCRIPT.format(f"<!-- {json.dumps(ARTICLE)} -->"),
    "opengraph": f'<meta property="article:published_time" content="{WHEN}">',
    "parsely": f'<meta name="parsely-pub-date" content="{WHEN}">',
    "dublin core": f'<meta name="DC.date.issued" content="{WHEN}">',
    "microdata": f'<meta itemprop="datePublished" content="{WHEN}">',
    "a data layer": '<script>window.dataLayer = [{"pageType": "story", "publishDate": "2024-03-04T10:15:00Z"}]</script>',
}


@pytest.mark.parametrize("head", MACHINES.values(), ids=MACHINES)
def test_posted_is_read_from_what_machines_are_told(head: str) -> None:
    assert posted(html(head=head)) == WHEN


VISIBLE = {
    "a label behind it": ("<p>2024年3月4日 19時15分公開</p>", "ja", WHEN),
    "hours and minutes in words": ("<p>2024년 3월 4일 오후 7시 15분</p>", "ko", WHEN),
    "chinese afternoon": ("<p>2024年3月4日 下午6:15</p>", "zh", WHEN),
    "a label that is only the word for date": ("<ul><li>Datum 04.03.2024</li></ul>", "de", "2024-03-03T23:00:00Z"),
    "portuguese": ("<p>Publicado em 04/03/2024 às 10h15</p>", "pt", "2024-03-04T10:15:00Z"),
    "arabic": ("<p>نشر في 4 مارس 2024 10:15</p>", "ar", "2024-03-04T10:15:00Z"),
    "a time element": ('<p><time datetime="2024-03-04T11:15:00+01:00">11:15</time></p>', "en", WHEN),
}


@pytest.mark.parametrize(("line", "lang", "when"), VISIBLE.values(), ids=VISIBLE)
def test_posted_is_read_from_what_readers_see(line: str, lang: str, when: str) -> None:
    assert posted(at(line, lang)) == when


@pytest.mark.parametrize(
    ("name", "shown", "when"),
    [
        ("date", "5 March 2024", "2024-03-05T00:00:00Z"),
        ("DC.date", "4 March 2024", "2024-03-04T00:00:00Z"),
        ("date", "6 March 2024", "2024-03-06T00:00:00Z"),
        ("DC.date.issued", "4 March 2024", "2024-03-06T00:00:00Z"),
    ],
)
def test_a_bare_date_is_believed_unless_the_page_shows_an_earlier_day(name: str, shown: str, when: str) -> None:
    page = at(f"<p>{shown}</p>").replace("<head>", f'<head><meta name="{name}" content="2024-03-06">')

    assert posted(page, now=NOW) == when


def test_the_updates_of_a_live_blog_are_not_the_article() -> None:
    update = {
        "@type": "BlogPosting",
        "headline": "Boat two is in",
        "datePublished": "2024-03-05T08:00:00Z",
        "articleBody": "It is in.",
        "author": {},
    }
    blog = {"@type": "LiveBlogPosting", "datePublished": WHEN, "liveBlogUpdate": [update]}

    assert posted(html(head=ld(blog))) == WHEN


def test_a_linked_line_speaks_of_another_page() -> None:
    lines = '<p>4 March 2024</p><p><a href="https://other.example/x">Original (posted: 2024-02-16)</a></p>'

    assert posted(at(lines)) == "2024-03-04T00:00:00Z"


def test_a_named_line_far_below_the_headline_is_read() -> None:
    menu = "".join(f'<div class="share"><a href="/{k}">Send it by way {k}</a></div>' for k in range(60))

    assert posted(at(f'{menu}<div class="story-meta">Lunes, 4 de marzo de 2024</div>', "es")) == "2024-03-04T00:00:00Z"


def test_a_long_line_below_the_text_that_begins_with_a_label_is_read() -> None:
    rights = "Alle Rechte bei der Autorin und dem Blatt. " * 6
    line = f"<p>Letzte Änderung: 05.03.2024 - 14:49 Erschienen am: 04.03.2024 Lesungen: 61 © {rights}</p>"
    page = read(html(after=line, lang="de"), url=NEUTRAL)

    assert page.posted is not None
    assert page.updated is not None
    assert (rfc3339(page.posted.at), rfc3339(page.updated.at)) == ("2024-03-03T23:00:00Z", "2024-03-05T13:49:00Z")
    assert page.posted.source == page.updated.source == "visible"


def test_the_day_in_the_address_is_taken_where_nothing_else_tells_one() -> None:
    assert posted(html(), url=URL) == "2024-03-04T00:00:00Z"
    assert posted(at("<p>Posted: 2 March 2024 10:00</p>"), url=URL) == "2024-03-02T10:00:00Z"


def test_broken_json_tells_its_stamps_and_not_half_a_headline() -> None:
    page = read(html(head=SCRIPT.format(BROKEN)), url=NEUTRAL)

    assert page.updated is not None
    assert (page.updated.source, rfc3339(page.updated.at)) == ("json-ld", "2024-03-05T08:00:00Z")
    assert page.content.title == TITLE
