"""Every kind of page that stands in the place of an article, in every language, on a first look and after an article."""

import tomllib
from pathlib import Path

import pytest

from monitor.extract.walls import wall_words
from tests.extract.pages import BODY, html, read, read_after

WALLS = tomllib.loads((Path(__file__).parent / "walls.toml").read_text(encoding="utf-8"))
CASES = [pytest.param(kind, language, id=f"{kind} {language}") for kind, told in WALLS.items() for language in told]
LANGUAGES = ("en", "ko", "ja", "zh", "de", "fr", "es", "pt", "it", "ru", "ar")


def page_of(kind: str, language: str) -> str:
    title, *lines = WALLS[kind][language]
    texts = "".join(f"<p>{line}</p>" for line in lines)
    field = '<form><input type="password"></form>' if kind == "login" else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{texts}{field}</body></html>"
    )


def test_every_kind_is_told_in_every_language() -> None:
    assert {kind: tuple(told) for kind, told in WALLS.items()} == dict.fromkeys(WALLS, LANGUAGES)


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_it_is_suspect_with_its_reason_on_a_first_look(kind: str, language: str) -> None:
    page = read(page_of(kind, language))

    assert (page.verdict, page.reason) == ("suspect", kind)


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_it_is_suspect_with_its_reason_after_an_article(kind: str, language: str) -> None:
    _, page = read_after(html(), page_of(kind, language))

    assert (page.verdict, page.reason) == ("suspect", kind)


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_an_article_that_quotes_it_stays_an_article(kind: str, language: str) -> None:
    quoted = f"<p>{' '.join(WALLS[kind][language])}</p>"

    known, page = read_after(
        html(between=quoted), html(*BODY, "The owners of two boats have asked to be heard before then.", between=quoted)
    )

    assert page.verdict == "article"
    assert page.content.body[: len(known.body)] == known.body


def test_the_words_of_walls_are_no_single_words() -> None:
    assert wall_words("The maintenance of the harbour and the robot that paints it are paid for by a subscription.") is None
