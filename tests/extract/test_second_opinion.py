"""A change in whole paragraphs that a second extractor does not see is doubtful, not absent; a clear one is believed at once."""

import subprocess
import sys

import pytest

from tests.extract.pages import BODY, html, read_after

PROSE = "Readers who care for the coast have long paid for the reporting of this paper, and it will not be here tomorrow without them."
ONLY_OURS = f'<p class="paid-content">{PROSE}</p>'
ODDS = ("extractors at odds",)


def test_a_paragraph_that_only_one_extractor_reads_is_a_doubtful_change() -> None:
    _, page = read_after(html(), html(between=ONLY_OURS))

    assert page.verdict == "article"
    assert page.doubts == ODDS
    assert page.content.body == (*BODY[:2], PROSE, *BODY[2:])


def test_a_paragraph_that_goes_and_only_one_extractor_had_read_is_a_doubtful_change() -> None:
    _, page = read_after(html(between=ONLY_OURS), html())

    assert page.doubts == ODDS
    assert page.content.body == BODY


CLEAR = {
    "a paragraph that both read": html(*BODY[:2], PROSE, *BODY[2:]),
    "a paragraph less": html(*BODY[:2], *BODY[3:]),
    "a paragraph in the place of another": html(*BODY[:2], PROSE, *BODY[3:]),
    "a word": html(BODY[0].replace("two oldest", "three oldest"), *BODY[1:]),
    "a paragraph that only one reads, and one that both do": html(*BODY, PROSE, between=ONLY_OURS.replace("coast", "islands")),
    "a paragraph that only one reads, and the headline": html(title="Linden Bay sells its old cranes", between=ONLY_OURS),
}


@pytest.mark.parametrize("then", CLEAR.values(), ids=CLEAR)
def test_a_clear_edit_is_not_doubted(then: str) -> None:
    known, page = read_after(html(), then)

    assert page.doubts == ()
    assert page.content != known


def test_a_word_in_a_paragraph_that_only_one_extractor_reads_is_not_doubted() -> None:
    _, page = read_after(html(between=ONLY_OURS), html(between=ONLY_OURS.replace("tomorrow", "next year")))

    assert page.doubts == ()
    assert any("next year" in paragraph for paragraph in page.content.body)


def test_a_page_that_did_not_change_asks_for_no_second_opinion() -> None:
    script = (
        "import sys; from tests.extract.pages import html, read_after;"
        "known, page = read_after(html(), html(after='<div class=related><a href=/x>Tram four closes</a></div>'));"
        "assert page.content == known; sys.exit('trafilatura' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_paragraph_that_stands_as_the_others_do_asks_for_no_second_opinion() -> None:
    script = (
        "import sys; from tests.extract.pages import BODY, html, read_after;"
        "_, page = read_after(html(*BODY[1:]), html());"
        "assert page.content.body == BODY and not page.doubts; sys.exit('trafilatura' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
