"""The byline: persons told to machines that a reader sees too, else the line between headline and text, or below the text."""

import json

import pytest

from tests.extract.pages import BODY, html, read, read_after

LD = '<script type="application/ld+json">{}</script>'
ARTICLE = {"@type": "NewsArticle", "headline": "x", "datePublished": "2024-03-04T10:15:00Z"}


def told(*things: object) -> str:
    return LD.format(json.dumps({"@graph": things}))


def below(line: str, head: str = "") -> str:
    """A page with this between its headline and its text."""
    return html(head=head).replace("</h1>", f"</h1>{line}")


TOLD = {
    "referred to by their id": (
        told({**ARTICLE, "author": {"@id": "#p1"}}, {"@type": "Person", "@id": "#p1", "name": "Ines Falk"}),
        ("Ines Falk",),
    ),
    "an address that is an id": (
        told({**ARTICLE, "author": "https://p.example/#a"}, {"@type": "Person", "@id": "https://p.example/#a", "name": "Tom Reed"}),
        ("Tom Reed",),
    ),
    "given name and family name": (
        told({**ARTICLE, "author": [{"@type": "Person", "givenName": "Ada", "familyName": "Lind"}]}),
        ("Ada Lind",),
    ),
    "an id that nobody has": (told({**ARTICLE, "author": {"@id": "#p9"}}), ()),
}


@pytest.mark.parametrize(("head", "names"), TOLD.values(), ids=TOLD)
def test_authors_are_told_to_machines(head: str, names: tuple[str, ...]) -> None:
    assert read(html(head=head)).content.authors == names


LINES = {
    "a day behind": ("<p>By Ines Falk, March 4, 2024 2:30 pm</p>", ("Ines Falk",)),
    "a day in front": ("<p>Posted on 4 March 2024 by Ines Falk</p>", ("Ines Falk",)),
    "a german day in front": ("<div>Veröffentlicht am 4. März 2024 von Ines Falk</div>", ("Ines Falk",)),
    "a french day behind": ("<div>Par Ines Falk, 4 mars 2024</div>", ("Ines Falk",)),
    "a month right behind": ("<div>By Ines Falk March 4, 2024</div>", ("Ines Falk",)),
    "two names and a bar": ("<div>By Ines Falk and Tom Reed | 04/03/2024</div>", ("Ines Falk", "Tom Reed")),
    "one word": ("<div>Von Ines / 4. März 2024 / 3 Kommentare</div>", ("Ines",)),
    "a particle": ("<div>By Ines van der Falk</div>", ("Ines van der Falk",)),
    "a japanese label": ("<div>著者：後藤波子</div>", ("後藤波子",)),
    "an element of its own for the agency": (
        '<div class="byline"><span>By Ines Falk</span> <span>Bay News Wire</span></div>',
        ("Ines Falk",),
    ),
    "links to profiles and to more": (
        '<p class="authors"><a href="/f">Ines Falk</a> <a href="/r">Tom Reed</a> <a href="/m">More Posts</a></p>',
        ("Ines Falk", "Tom Reed"),
    ),
    "the picture's source": ('<figure><figcaption class="author">Photo: Ada Lind</figcaption></figure><p>By Ines Falk</p>', ("Ines Falk",)),
    "no byline": ("<p>By Monday evening the northern quay was empty again and the last boat had gone.</p>", ()),
    "somebody quoted": ('<div class="pull-quote"><span class="quote-author">Ada Lind</span></div>', ()),
}


@pytest.mark.parametrize(("line", "names"), LINES.values(), ids=LINES)
def test_a_reader_sees_a_byline_with(line: str, names: tuple[str, ...]) -> None:
    assert read(below(line)).content.authors == names


def test_the_byline_a_reader_sees_goes_before_an_account_s_or_an_outlet_s_name() -> None:
    for name in ("admin", "Bay Media House", "paper.example"):
        page = below(
            "<p>By Ines Falk</p>", f'<meta name="author" content="{name}"><meta property="og:site_name" content="Bay Media House">'
        )

        assert read(page).content.authors == ("Ines Falk",)


def test_of_two_told_names_the_one_that_stands_on_the_page_is_the_author() -> None:
    head = '<meta name="author" content="Quay Holdings"><meta property="article:author" content="Ines Falk">'

    assert read(below('<p class="who"><a href="/f">Ines Falk</a></p>', head)).content.authors == ("Ines Falk",)


def test_the_byline_below_the_headline_goes_before_a_told_name_below_the_text() -> None:
    head = told({**ARTICLE, "author": {"name": "Rolf Eka"}})
    page = below('<div class="author-2">Ines Falk</div>', head).replace("</article>", "<p>Editor: Rolf Eka</p></article>")

    assert read(page).content.authors == ("Ines Falk",)


def test_a_name_is_written_as_told_where_the_byline_shortens_it() -> None:
    head = told({**ARTICLE, "author": {"name": "Ines Oda Falk"}})

    assert read(below('<p class="byline">By Ines Falk</p>', head)).content.authors == ("Ines Oda Falk",)


def test_a_labelled_line_below_the_text_names_the_author() -> None:
    after = '<ul class="facts"><li>Date 04.03.2024</li><li>Author: Ines Falk</li></ul>'

    assert read(html(after=after)).content.authors == ("Ines Falk",)


@pytest.mark.parametrize(
    "box", ['<aside class="box"><h3>Also here</h3>{}</aside>', '<div class="related">{}</div>', '<section class="teasers">{}</section>']
)
def test_the_names_of_other_articles_come_and_go_without_a_change(box: str) -> None:
    card = '<div><a href="/{0}">Headline number {0} of the day</a><p class="byline">By {1}</p></div>'
    first, second = (
        box.format("".join(card.format(k, name) for k, name in enumerate(names)))
        for names in (("Ada Lind", "Tom Reed"), ("Rolf Eka", "Uma Sol"))
    )

    known, page = read_after(html(after=first), html(after=second))

    assert known.authors == ()
    assert page.content == known


def test_a_changed_byline_is_seen() -> None:
    known, page = read_after(below("<p>By Ines Falk, March 4, 2024</p>"), below("<p>By Tom Reed, March 4, 2024</p>"))

    assert (known.authors, page.content.authors, page.content.body) == (("Ines Falk",), ("Tom Reed",), BODY)
