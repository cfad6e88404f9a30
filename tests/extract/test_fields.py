"""Headline, byline, stamps, captions, pages of pages: field by field."""

import json
from datetime import UTC, datetime

import pytest

from monitor.extract.page import append_page
from monitor.times import rfc3339
from tests.extract.pages import BODY, TITLE, html, read

LD = '<script type="application/ld+json">{}</script>'


@pytest.mark.parametrize(
    ("line", "lang", "zone", "posted", "updated"),
    [
        ("Posted : 2024-03-04 19:15 Updated : 2024-03-05 08:02", "en", "Asia/Seoul", "2024-03-04T10:15:00Z", "2024-03-04T23:02:00Z"),
        ("입력 2024.03.04 19:15 수정 2024.03.05 08:02", "ko", None, "2024-03-04T10:15:00Z", "2024-03-04T23:02:00Z"),
        ("公開 2024年3月4日 19:15", "ja", None, "2024-03-04T10:15:00Z", None),
        ("发布 2024-03-04 18:15", "zh", None, "2024-03-04T10:15:00Z", None),
        ("Veröffentlicht am 04.03.2024 um 11:15 Uhr", "de", None, "2024-03-04T10:15:00Z", None),
        ("Publié le 4 mars 2024 à 11h15", "fr", None, "2024-03-04T10:15:00Z", None),
        ("Publicado el 4 de marzo de 2024 a las 11:15", "es", "Europe/Madrid", "2024-03-04T10:15:00Z", None),
        ("Pubblicato il 4 marzo 2024 alle 11:15", "it", None, "2024-03-04T10:15:00Z", None),
        ("Опубликовано 4 марта 2024 13:15", "ru", None, "2024-03-04T10:15:00Z", None),
    ],
)
def test_visible_stamps_are_read_with_their_zone(line: str, lang: str, zone: str | None, posted: str, updated: str | None) -> None:
    page = read(html(above="", lang=lang, head="").replace("</h1>", f"</h1><div>{line}</div>"), timezone=zone)

    assert page.posted is not None
    assert (rfc3339(page.posted.at), rfc3339(page.updated.at) if page.updated else None) == (posted, updated)
    assert line not in page.content.body


def test_a_stamp_for_machines_wins_over_a_visible_one() -> None:
    head = LD.format(
        json.dumps({"@type": "NewsArticle", "datePublished": "2024-03-04T11:15:00+01:00", "dateModified": "2024-03-05T07:00:00Z"})
    )
    page = read(html(head=head).replace("</h1>", "</h1><div>Posted: 2024-03-01 10:00</div>"))

    assert page.posted is not None
    assert page.updated is not None
    assert (rfc3339(page.posted.at), page.posted.zone, page.posted.source) == ("2024-03-04T10:15:00Z", "+01:00", "json-ld")
    assert rfc3339(page.updated.at) == "2024-03-05T07:00:00Z"


def test_a_time_ago_is_told_against_the_look() -> None:
    page = read(html().replace("</h1>", "</h1><div>Updated 2 hours ago</div>"), now=datetime(2024, 3, 6, 12, tzinfo=UTC))

    assert page.updated is not None
    assert (rfc3339(page.updated.at), page.updated.source) == ("2024-03-06T10:00:00Z", "relative")


def test_stamps_of_related_boxes_are_not_the_article_s() -> None:
    box = '<div><a href="/x">Choir wins a prize it did not enter</a><br>2024-02-11 10:00 | Culture</div>'

    assert read(html(between=box)).posted is None or "2024-02-11" not in rfc3339(read(html(between=box)).posted.at)  # type: ignore[union-attr]


def test_the_headline_is_the_visible_one_that_agrees_with_what_machines_are_told() -> None:
    page = (
        html().replace("<header>", "<header><h1>The Paper</h1>").replace("</article>", '<h1><a href="/x">More of today</a></h1></article>')
    )

    assert read(page).content.title == TITLE


def test_a_kicker_inside_the_headline_is_left_out() -> None:
    assert read(html().replace(f"<h1>{TITLE}", f"<h1><span>Harbours</span> {TITLE}")).content.title == TITLE


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ines Falk", ("Ines Falk",)),
        ("By Ines Falk and Tom Reed", ("Ines Falk", "Tom Reed")),
        ("Von Ines Falk", ("Ines Falk",)),
        ("김이네 기자", ("김이네",)),
    ],
)
def test_a_byline_in_front_of_the_text_is_its_authors(byline: str, names: tuple[str, ...]) -> None:
    page = read(html(byline, *BODY))

    assert (page.content.authors, page.content.body) == (names, BODY)


def test_authors_are_told_once_without_mail_addresses_or_by() -> None:
    head = LD.format(
        json.dumps(
            {"@type": "NewsArticle", "author": [{"name": "By Ines Falk"}, {"name": "Ines Falk"}, {"name": "Tom Reed tom@p.example"}]}
        )
    )

    assert read(html(head=head)).content.authors == ("Ines Falk", "Tom Reed")


def test_captions_stand_apart_once_each_and_alt_texts_nowhere() -> None:
    figure = '<figure><img alt="A crane at dusk"><figcaption>The northern quay on Friday. Photo: M. Quist</figcaption></figure>'
    page = read(html(between=figure + figure))

    assert (page.content.captions, page.content.body) == (("The northern quay on Friday. Photo: M. Quist",), BODY)


def test_what_stands_beside_a_caption_in_its_figure_is_none() -> None:
    buttons = '<div class="player"><p>Up next: the choir wins a prize</p><p>Link Embed Copy Close</p></div>'
    page = read(html(between=f"<figure>{buttons}<img><figcaption>The northern quay on Friday.</figcaption></figure>"))

    assert page.content.captions == ("The northern quay on Friday.",)


@pytest.mark.parametrize("name", ["pf_subheadline", "Body-subtitle", "crosshead", "inter-titre", "zwischentitel"])
def test_a_heading_between_paragraphs_may_be_called_one(name: str) -> None:
    page = read(html(between=f'<div class="{name}">What it costs</div>'))

    assert page.content.body == (*BODY[:2], "What it costs", *BODY[2:])


def test_the_whole_text_once_more_for_machines_is_no_paragraph() -> None:
    copy = f'<div style="display:none"><div itemprop="articleBody">{" ".join(BODY)}</div></div>'

    assert read(html(after=copy).replace("<main><article>", "<div>").replace("</article></main>", "</div>")).content.body == BODY


def test_a_text_that_scripts_unfold_is_read_though_it_is_hidden() -> None:
    hidden = f'<div style="display:none">{"".join(f"<p>{text}</p>" for text in BODY[1:])}</div>'

    assert BODY[1] in read(html(BODY[0], after=hidden)).content.body


def test_headings_quotes_and_lists_are_paragraphs() -> None:
    quote = "<blockquote><p>It will cost what it costs, and not a crown more.</p></blockquote>"
    between = f"<h2>What it costs</h2>{quote}<ul><li>Cables: 380,000 crowns in all</li></ul>"

    body = read(html(between=between)).content.body

    assert body == (
        *BODY[:2],
        "What it costs",
        "It will cost what it costs, and not a crown more.",
        "Cables: 380,000 crowns in all",
        *BODY[2:],
    )


def test_paragraphs_parted_by_two_breaks_are_read() -> None:
    page = html().replace("<p>", "").replace("</p>", "<br><br>\n")

    assert read(page).content.body == BODY


def test_an_article_of_several_pages_is_one_text() -> None:
    first = read(html(*BODY[:3], head='<link rel="next" href="/2024/03/04/cranes?page=2">'))
    second = read(html(*BODY[2:]))

    whole = append_page(first, second)

    assert first.more == ("https://paper.example/2024/03/04/cranes?page=2",)
    assert (whole.content.body, whole.more) == (BODY, ())


def test_the_next_article_is_not_the_next_page() -> None:
    assert read(html(head='<link rel="next" href="https://paper.example/2024/03/04/ferry">')).more == ()


@pytest.mark.parametrize(
    ("author", "byline", "names"),
    [
        ({"name": "Ines Falk, Tom Reed and Ada Lind"}, "", ("Ines Falk", "Tom Reed", "Ada Lind")),
        ({"@type": "Organization", "name": "Bay Media House"}, "By Ines Falk", ("Ines Falk",)),
        ({"@type": "Organization", "name": "Bay Media House"}, "", ("Bay Media House",)),
        ([{"@type": "Person", "name": "Ines Falk"}, {"@type": "Organization", "name": "Bay Media House"}], "", ("Ines Falk",)),
        ({"name": "Harbour, Fish and Tide"}, "", ("Harbour, Fish and Tide",)),
    ],
    ids=["several in one text", "a house with a byline", "a house alone", "a person of a house", "no persons"],
)
def test_authors_are_persons_where_the_page_names_some(author: object, byline: str, names: tuple[str, ...]) -> None:
    head = LD.format(json.dumps({"@type": "NewsArticle", "author": author}))
    page = html(head=head).replace("</h1>", f'</h1><p class="byline">{byline}</p>' if byline else "</h1>")

    assert read(page).content.authors == names


def test_a_sub_headline_below_a_headline_with_a_kicker_is_found() -> None:
    deck = "Three members voted against it, and the maker wants its report paid for in advance."
    told = f'<meta name="description" content="{deck}">' + LD.format(json.dumps({"@type": "Article", "headline": f"Linden Bay: {TITLE}"}))
    page = html(head=told).replace(f'content="{TITLE}"', f'content="Linden Bay: {TITLE}"')
    page = page.replace("<h1>", "<div>Linden Bay</div><h1>").replace("</h1>", f'</h1><p class="deck">{deck}</p>')

    content = read(page).content

    assert (content.title, content.subtitle) == (f"Linden Bay: {TITLE}", deck)


def test_the_caption_of_a_picture_that_can_be_shared_is_the_article_s() -> None:
    figure = '<figure class="img shareable-item"><figcaption class="shareable">The quay at dusk on Friday.</figcaption></figure>'

    assert read(html(between=figure)).content.captions == ("The quay at dusk on Friday.",)
