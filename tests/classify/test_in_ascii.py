"""Text of ASCII alone is read by shorter patterns: they find what the whole ones find."""

import re

import pytest

from monitor.classify import figures, speech
from monitor.classify.vocabulary import DAYS, MONTHS, TIMES, UNITS, any_of, in_ascii

WORDS = [word for word in re.split(r"[^a-z' ]+", "|".join(map(any_of, (MONTHS, DAYS, TIMES, UNITS))).lower()) if word]
STANCES = [word for word in re.split(r"[^a-z' ]+", "|".join(speech.STANCE.values()).lower()) if word]
ENDINGS = ("", "s", "es", "ed", "a", "o", "e", "n", ".", "ly", "ember", "uary", "day", "'t")


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("mai|maïs", "mai"),
        ("nie(?:ga|gó)", "nie(?:ga)"),
        ("milh(?:ão|ões)|mil", "mil"),
        ("affirm[eé]s?", "affirm[e]s?"),
        ("(?:can|won)['’]t", "(?:can|won)[']t"),
        ("хорошо", "…"),
    ],
)
def test_the_alternatives_of_ascii_are_kept(pattern: str, kept: str) -> None:
    assert in_ascii(pattern) == kept


@pytest.mark.parametrize("frame", ["it was {} then", "on 12 {} 2024", "{} 5", "$3.5 {} or -7{}", "12-{}, 1,000 {}"])
def test_figures_of_ascii_text_are_those_of_the_whole_pattern(frame: str) -> None:
    texts = [frame.replace("{}", word + ending) for word in WORDS for ending in ENDINGS]

    whole = figures._pattern(is_ascii=False, has_digits=True)
    for text in texts:
        found = [(each.lastgroup, each[0]) for each in whole.finditer(text)]
        short = figures._pattern(is_ascii=True, has_digits=bool(re.search(r"\d", text)))
        assert [(each.lastgroup, each[0]) for each in short.finditer(text)] == found
        assert not found or figures.may_hold_figure(text)


def test_hedges_of_ascii_text_are_those_of_the_whole_pattern() -> None:
    texts = [f"they {word}{ending} it" for word in STANCES for ending in ENDINGS]

    whole = speech._stances(is_ascii=False)
    for text in texts:
        found = [(each.lastgroup, each[0]) for each in whole.finditer(text)]
        assert [(each.lastgroup, each[0]) for each in speech._stances(is_ascii=True).finditer(text)] == found
        assert not found or speech.has_stance(text)
