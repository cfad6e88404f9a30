"""When two texts are one, and how foreign text is made harmless."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import clean_header, clean_text, cut_to_width, display_width, fold, folded, plain, shorten, term_safe


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("café", "cafe\u0301", id="Unicode form"),
        pytest.param("a  b\tc", "a b c", id="white space"),
        pytest.param("a\u00a0b", "a b", id="no-break blank"),
        pytest.param("co\u00adoperate", "cooperate", id="soft hyphen"),
        pytest.param("\ufeffword\u200b", "word", id="invisible characters"),
    ],
)
def test_is_one_text(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("‘a’", "'a'", id="quotes"),
        pytest.param("A", "a", id="case"),
        pytest.param("0.15", "15", id="a point"),
        pytest.param("-5", "5", id="a sign"),
        pytest.param("می\u200cخواهم", "میخواهم", id="a joiner that changes letters"),
    ],
)
def test_is_not_one_text(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_typography_is_quotes_dashes_width_and_case() -> None:
    assert plain("“Ａ” – b…") == plain('"a" - B...')
    assert plain("0.15") != plain("15")


@given(st.text())
def test_texts_are_folded_together_as_each_alone(text: str) -> None:
    for texts in ([text, "one", text], ["two  blanks", text], ["tab\t", "one"], ["é", text]):
        assert list(folded(texts)) == [fold(each) for each in texts]


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters()))
def test_safe_text_holds_nothing_a_terminal_obeys(text: str) -> None:
    safe = term_safe(text)

    assert all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in safe)
    assert not set(safe) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert term_safe(safe) == safe


@given(st.text(st.characters()))
def test_clean_text_can_be_stored_and_is_else_exact(text: str) -> None:
    assert clean_text(text) == "".join(c for c in text if c != "\0" and unicodedata.category(c) != "Cs")
    clean_text(text).encode()


@given(st.text(st.characters(), max_size=300))
def test_a_header_is_one_short_line_that_nobody_decodes(text: str) -> None:
    line = clean_header(text)

    assert len(line) <= 200
    assert "=?" not in line
    assert len(line.splitlines()) <= 1


@given(st.text(max_size=80), st.integers(1, 40))
def test_cut_text_fits(text: str, columns: int) -> None:
    assert display_width(cut_to_width(text, columns)) <= max(columns, 1)


def test_wide_characters_take_two_columns() -> None:
    assert display_width("한글 ab") == 7
    assert display_width("e\u0301") == 1


def test_text_is_shortened_between_words() -> None:
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("short", 12) == "short"
