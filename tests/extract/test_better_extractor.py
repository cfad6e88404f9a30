"""A better extractor meets an article that an older one read: what only reads differently now is no change."""

from dataclasses import replace

from monitor.extract.page import EXTRACTOR
from monitor.model import Content, Page, RawPage
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
