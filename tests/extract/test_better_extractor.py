"""A better extractor meets an article that an older one read: what only reads differently now is no change."""

from dataclasses import replace
from datetime import UTC, datetime

from monitor.extract.page import EXTRACTOR, SECOND
from monitor.model import Content, Page, RawPage, Stamp
from tests.extract.pages import BODY, HTML, TITLE, URL, html, read

AGAIN = "<!-- another nonce -->"


def look_again(known: Content, first: str, then: str) -> Page:
    return read(then, known=known, known_raw=RawPage(URL, 200, HTML, first.encode()), extractor="blocks/0")


def test_what_an_older_extractor_read_otherwise_is_no_change() -> None:
    first = html()
    older = replace(read(first).content, title=f"Harbours {TITLE}", subtitle=BODY[0], body=BODY[1:], authors=("The Harbour Desk",))

    page = look_again(older, first, first + AGAIN)

    assert page.content == older
    assert page.extractor == EXTRACTOR


def test_an_edit_in_one_field_is_seen_beside_fields_that_only_read_differently() -> None:
    first = html()
    older = replace(read(first).content, title=f"Harbours {TITLE}")

    page = look_again(older, first, first.replace("forty tonnes", "fifty tonnes"))

    assert (page.content.title, page.content.body) == (older.title, (BODY[0], BODY[1].replace("forty", "fifty"), *BODY[2:]))


def test_stamps_that_only_read_differently_now_stay_as_they_were() -> None:
    head = '<meta property="article:published_time" content="2024-03-04T10:15:00Z"><meta property="article:modified_time" content="{}">'
    first = html(head=head.format("2024-03-04T11:00:00Z"))
    old = Stamp(datetime(2024, 3, 1, tzinfo=UTC), "1 March", None, "visible")
    known = {"known": read(first).content, "known_raw": RawPage(URL, 200, HTML, first.encode()), "known_posted": old}

    page = read(html(head=head.format("2024-03-05T08:00:00Z")), **known, extractor="blocks/0")

    assert page.posted == old
    assert page.updated is not None
    assert page.updated.at == datetime(2024, 3, 5, 8, tzinfo=UTC)


def test_an_article_that_the_second_extractor_reads_is_no_exception() -> None:
    first = html()
    older = replace(read(first, extractor=SECOND).content, title=f"Harbours {TITLE}", authors=("The Harbour Desk",))

    page = read(first + AGAIN, known=older, known_raw=RawPage(URL, 200, HTML, first.encode()), extractor=SECOND)

    assert page.content == older
    assert page.extractor == f"{SECOND} {EXTRACTOR}"
