"""Words of a text of ASCII are looked up: what is found is what the patterns for all other texts find."""

import pytest

from monitor.classify import figures, speech
from monitor.classify.vocabulary import DAYS, MONTHS, TIMES, UNITS, ascii_words, meanings, one_of

WORDS = [word for table in (MONTHS, DAYS, TIMES, UNITS) for row in table.values() for word in ascii_words(row)]
ENDINGS = ("", "s", "es", "ed", "a", "o", "e", "n", ".", "ly", "ember", "uary", "day", "-x", " to", " say")
# Another letter behind a text has it read by the patterns.
ELSEWHERE = " и"


@pytest.mark.parametrize(
    ("row", "pattern"),
    [
        ("mai maïs", "mai|maïs"),
        ("jan. миллион(?:а|ов)?", r"jan\.|миллион(?:а|ов)?"),
        ("can't per_cent", r"can['’]t|per\ cent"),
        ("kein 수도_있", r"kein|수도\ 있"),
    ],
)
def test_a_row_of_words_is_a_pattern(row: str, pattern: str) -> None:
    assert one_of(row) == pattern


def test_of_a_word_in_two_rows_the_first_counts() -> None:
    assert meanings({1: "one uno", 2: "two uno"}) == {"one": 1, "uno": 1, "two": 2}


@pytest.mark.parametrize(
    "frame", ["it was {} then", "on 12 {} 2024", "{} 5", "$3.5 {} or -7{}", "12-{}, 1,000 {}", "twenty-one {}", "two {}"]
)
def test_figures_of_ascii_text_are_those_of_the_whole_pattern(frame: str) -> None:
    for word in WORDS:
        for ending in ENDINGS:
            text = frame.replace("{}", word + ending)
            found, elsewhere = (
                [(figure.sort, figure.value, figure.unit, figure.start) for figure in figures.figures(each, "en")]
                for each in (text, text + ELSEWHERE)
            )
            assert found == elsewhere
            assert not found or figures.may_hold_figure(text)


def test_hedges_of_ascii_text_are_those_of_the_whole_pattern() -> None:
    for word in speech.STANCE_WORDS:
        for ending in ENDINGS:
            text = f"they {word}{ending} it May"
            found = speech._stances(text)
            assert found == speech._stances(text + ELSEWHERE)
            assert not found or speech.has_stance(text)
