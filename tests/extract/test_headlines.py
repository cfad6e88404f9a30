"""The headline: what is visible above the text, as far as it agrees with what machines are told."""

import json

import pytest

from tests.extract.pages import BODY, TITLE, html, read

LONG = "Cranes stay put - The Evening Paper of Linden Bay and the Islands - Paper"
KICKED = f"Linden Bay: {TITLE}"
LD = '<script type="application/ld+json">{}</script>'


def page_of(top: str, *, title: str, og: str | None = None, ld: str | None = None, site: str | None = None) -> str:
    """A page whose header is `top`, with what machines are told spelt out."""
    head = f"<title>{title}</title>"
    head += f"<meta property='og:title' content='{og}'>" if og else ""
    head += f"<meta property='og:site_name' content='{site}'>" if site else ""
    head += LD.format(json.dumps({"@type": "NewsArticle", "headline": ld})) if ld else ""
    texts = "".join(f"<p>{text}</p>" for text in BODY)
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{top}<div class="story-body">{texts}</div></body></html>'


CASES = {
    "a kicker right above it that machines are told with it": (
        page_of(f"<div>Linden Bay</div><h1>{TITLE}</h1>", title=f"Linden Bay: {TITLE} - Paper", og=KICKED, ld=KICKED),
        KICKED,
    ),
    "a kicker that machines are told and nobody sees": (
        page_of(f"<h1>{TITLE}</h1>", title=TITLE, og=KICKED, ld=KICKED),
        TITLE,
    ),
    "a kicker inside the h1 that is a part of what machines are told": (
        page_of(f"<h1><span>Linden Bay</span>: {TITLE}</h1>", title=f"Linden Bay: {TITLE} - Paper", og=f"Linden Bay: {TITLE} - Paper"),
        f"Linden Bay : {TITLE}",
    ),
    "a kicker inside the h1 that machines are told behind it": (
        page_of(
            f"<h1><span>Cables on order</span> {TITLE}</h1>", title=f"Cables on order: {TITLE} | paper", og=f"{TITLE} - Cables on order"
        ),
        TITLE,
    ),
    "a day inside the h1": (
        page_of(
            f"<h1><span>4 March 2024</span> Harbour: {TITLE}</h1>",
            title=f"Harbour: {TITLE} - Board of the Port",
            og=f"Harbour: {TITLE} - Board",
        ),
        f"Harbour: {TITLE}",
    ),
    "the h1 of a path of links above the page": (
        page_of(f"<nav><ol><li><h1>Cranes</h1></li></ol></nav><h2>{TITLE}</h2>", title="Cranes in short", og="Cranes in short", ld=TITLE),
        TITLE,
    ),
    "an h1 that is the outlet's name": (
        page_of(f'<h1><a href="/">The Harbour Paper</a></h1><h3>{TITLE}</h3>', title=f"{TITLE} : The Harbour Paper | News"),
        TITLE,
    ),
    "an outlet's name longer than the headline": (
        page_of("<h1>Cranes stay put</h1>", title=LONG, site="Paper"),
        "Cranes stay put",
    ),
    "no h1, and the document's title goes on with an outlet": (
        page_of(f"<h2>{TITLE}</h2>", title=f"{TITLE} » Board of the Port of Linden Bay"),
        TITLE,
    ),
    "no h1, and no spaces in front of the outlet": (
        page_of("<div>항만위원회, 낡은 크레인 두 대 그대로 두기로</div>", title="항만위원회, 낡은 크레인 두 대 그대로 두기로-린든신문"),
        "항만위원회, 낡은 크레인 두 대 그대로 두기로",
    ),
    "an outlet known by name behind a bare colon": (
        page_of("", title="古いクレーンを残す:みなと新聞", og="古いクレーンを残す:みなと新聞", site="みなと新聞"),
        "古いクレーンを残す",
    ),
    "a headline for machines that its own quotation mark cut off": (
        page_of("", title='Petra Osgood calls the cranes "indispensable"', og="Petra Osgood calls the cranes"),
        'Petra Osgood calls the cranes "indispensable"',
    ),
    "a headline that is only shown to machines and in a hidden element": (
        page_of(f'<div style="display:none">{TITLE}-린든신문</div><div>{TITLE}</div>', title=f"{TITLE}-린든신문"),
        TITLE,
    ),
    "an h1 that is the last step of a path": (
        page_of(
            f'<ul class="breadcrumb"><li><a href="/b">Bay</a></li><li><h1>Cranes in short</h1></li></ul><h2>{TITLE}</h2>',
            title="Cranes in short - Paper",
            og=TITLE,
            ld="Cranes in short",
        ),
        TITLE,
    ),
    "an h1 that is the last step of a path, and a kicker beside the headline": (
        page_of(
            f'<ul class="breadcrumb"><li><h1>Cranes in short</h1></li></ul><h2><span>Linden Bay</span> <span>{TITLE}</span></h2>',
            title="Cranes in short - Paper",
            og=TITLE,
            ld="Cranes in short",
        ),
        TITLE,
    ),
    "a kicker inside the h1 that some machines are told and some are not": (
        page_of(f"<h1><span>Linden Bay:</span> <span>{TITLE}</span></h1>", title=f"{KICKED} - Paper", og=TITLE, ld=KICKED),
        TITLE,
    ),
    "a mark between kicker and headline": (
        page_of(f"<h1><span>Harbours</span><span> - </span><span>{TITLE}</span></h1>", title=TITLE, og=TITLE),
        TITLE,
    ),
    "a heading that is a link to itself, below the outlet's name": (
        page_of(f'<h1><a href="/">Hello, we are the Bay</a></h1><h2><a href="/c">{TITLE}</a></h2>', title=f"{TITLE} | Notes | Bay"),
        TITLE,
    ),
}


@pytest.mark.parametrize(("page", "headline"), CASES.values(), ids=CASES)
def test_the_headline_is_read_beside(page: str, headline: str) -> None:
    assert read(page).content.title == headline


def test_a_page_that_tells_its_outlet_s_name_only_is_headed_by_the_line_above_its_text() -> None:
    page = page_of(f"<div><h4>{TITLE}</h4><p>4 March 2024</p></div>", title="The Lindenbay Observer")

    assert read(page, url="https://www.lindenbay.example/detail?id=7").content.title == TITLE


@pytest.mark.parametrize("line", ["By Ines Falk", "Contents"])
def test_a_byline_or_a_single_word_heads_no_page(line: str) -> None:
    page = page_of(f"<h4>{TITLE}</h4><h5>{line}</h5>", title="The Lindenbay Observer")

    assert read(page, url="https://www.lindenbay.example/detail?id=7").content.title == TITLE


def test_a_headline_with_its_kicker_is_no_paragraph() -> None:
    heading = f"<h2><span>Linden Bay</span> <span>{TITLE}</span></h2>"
    page = page_of("", title=TITLE, og=TITLE).replace('"story-body">', f'"story-body">{heading}')

    assert (read(page).content.title, read(page).content.body) == (TITLE, BODY)


def test_a_changed_headline_is_seen_though_machines_are_told_the_old_one() -> None:
    told = {"title": KICKED, "og": KICKED, "ld": KICKED}
    kicker = "<div>Linden Bay</div><h1>{}</h1>"

    before = read(page_of(kicker.format(TITLE), **told)).content.title
    after = read(page_of(kicker.format(TITLE.replace("keeps", "sells")), **told)).content.title

    assert "sells" in after
    assert before != after


def test_an_ordinary_page_keeps_its_h1() -> None:
    assert read(html()).content.title == TITLE
