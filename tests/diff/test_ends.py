"""What two texts share at their ends is found without looking at every letter, and changes nothing of the answer."""

import unicodedata
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.diff.ends import is_alike, shared_ends
from monitor.diff.revision import revision
from monitor.diff.singles import single_words
from monitor.diff.words import _by_tokens, _within, joined, word_changes
from monitor.text import fold

FEW_LETTERS = st.text("ab .。é%5", max_size=30)


@settings(max_examples=500, deadline=None)
@given(FEW_LETTERS, FEW_LETTERS)
def test_shared_ends_are_as_long_as_they_can_be(one: str, other: str) -> None:
    def common(first: str, second: str) -> int:
        return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))))

    start, end = shared_ends(one, other)

    assert start == common(one, other)
    assert end == min(min(len(one), len(other)) - start, common(one[::-1], other[::-1]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("The minister resigned on Monday.", "The minister resigned on Tuesday.", True, id="one word"),
        pytest.param("On Monday the minister resigned.", "On Tuesday the minister resigned", True, id="from both ends"),
        pytest.param("Ten men saw the red boat sink off the coast.", "Two men saw the blue boat sink off this coast.", True, id="letters"),
        pytest.param("The minister resigned on Monday.", "Harbour works will begin in the spring.", False, id="nothing"),
    ],
)  # fmt: skip
def test_texts_that_are_surely_one_are_told_without_counting_words(one: str, other: str, expected: bool) -> None:
    assert is_alike(one, other) is expected


@settings(max_examples=500, deadline=None)
@given(FEW_LETTERS, FEW_LETTERS, FEW_LETTERS, FEW_LETTERS)
def test_a_change_between_shared_ends_spells_both_texts(start: str, old: str, new: str, end: str) -> None:
    before, after = start + old + end, start + new + end

    for segments in (revision(before, after, "en"), word_changes(before, after)):
        assert "".join(text for sign, text in segments if sign != "+") == before
        assert "".join(text for sign, text in segments if sign != "-") == after


FEW_WORDS = st.lists(st.sampled_from([*"ab", " ", "the", "cat", ",", ".", "5", "%", "é", "-", "한국이", "字"]), max_size=8)


@settings(max_examples=1500, deadline=None)
@given(FEW_WORDS, FEW_WORDS, FEW_WORDS, FEW_WORDS, st.sampled_from(["", " "]))
def test_a_change_is_the_same_whether_its_surroundings_are_read_or_not(
    start: list[str], old: list[str], new: list[str], end: list[str], joint: str
) -> None:
    before, after = (joint.join([*start, *between, *end]) for between in (old, new))

    assert before == after or joined(_by_tokens(before, after)) == joined(_within(before, after, 0, 0))


PLAIN = """Harbour works that began late, again in spring of many years say men who saw it were stopped by two old ships, which lay on their
    sides near one light house as if nobody had ever asked what for."""
EDITS = st.tuples(st.integers(0, 39), st.sampled_from(["", "ferry", "spring", "ferry,", "ferry.", "again.", "of", "5"]), st.booleans())


@settings(max_examples=800, deadline=None)
@given(st.permutations(PLAIN.split()), st.lists(EDITS, max_size=4))
def test_single_words_are_told_as_tokens_would_tell_them(words: list[str], edits: list[tuple[int, str, bool]]) -> None:
    # where words repeat without end another place for a change may be as good
    edited = list(words)
    for place, word, instead in sorted(edits, reverse=True):
        edited[place : place + instead] = [word] if word else []
    old, new = " ".join(words), " ".join(edited)

    simple = single_words(old, new)

    assert not simple or tuple(simple) == joined(_within(old, new, 0, 0))


LINE = st.lists(st.sampled_from(["harbour", "works", "began", "late,", "in", "the", "spring.", "", "5", "é"]), max_size=16).map(" ".join)


@settings(max_examples=800, deadline=None)
@given(LINE, LINE, LINE, LINE)
def test_single_words_spell_both_texts(start: str, old: str, new: str, end: str) -> None:
    before, after = start + old + end, start + new + end

    segments = single_words(before, after)

    if segments:
        assert "".join(text for sign, text in segments if sign != "+") == before
        assert "".join(text for sign, text in segments if sign != "-") == after


def test_two_words_far_from_each_other_are_simple() -> None:
    old = "The council of the town will meet again in the old hall on the pier, the clerk said."
    new = "The new council of the town will meet again in the old hall on the pier, the mayor said."

    assert single_words(old, new) == [
        ("=", "The"), ("+", " new"), ("=", " council of the town will meet again in the old hall on the pier, the "),
        ("-", "clerk"), ("+", "mayor"), ("=", " said."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "Rain fell all week. The L.A. mayor spoke at noon.", "Rain fell all week. The L.A. county mayor spoke at noon.",
            [("=", "Rain fell all week. The L.A."), ("+", " county"), ("=", " mayor spoke at noon.")], id="an abbreviation is no fence",
        ),
        pytest.param(
            "The boat sank. Nobody was hurt.", "The boat sank. Two were rescued. Nobody was hurt.",
            [("=", "The boat sank. "), ("+", "Two were rescued. "), ("=", "Nobody was hurt.")], id="a sentence that came is whole",
        ),
        pytest.param(
            "Prices rose 5 % in May.", "Prices rose 7 % in May.", [("=", "Prices rose "), ("-", "5 %"), ("+", "7 %"), ("=", " in May.")],
            id="a figure keeps its unit",
        ),
        pytest.param(
            "The court heard three men.", "The court  heard four men.",
            [("=", "The court"), ("-", " "), ("+", "  "), ("=", "heard "), ("-", "three"), ("+", "four"), ("=", " men.")],
            id="a blank that grew",
        ),
        pytest.param(
            "Rain fell, as many had hoped, for a week. Farmers near the old river danced. It will snow in the hills.",
            "Rain fell, as most had hoped, for days Farmers near the old river danced. It will sleet in the hills.",
            [("=", "Rain fell, as "), ("-", "many"), ("+", "most"), ("=", " had hoped, for "), ("-", "a week."), ("+", "days"),
             ("=", " Farmers near the old river danced. It will "), ("-", "snow"), ("+", "sleet"), ("=", " in the hills.")],
            id="two sentences that became one",
        ),
        pytest.param(
            "See Figs. 3 and 4 on the far wall.", "See Figures 3 and 4 on the far wall.",
            [("=", "See "), ("-", "Figs."), ("+", "Figures"), ("=", " 3 and 4 on the far wall.")], id="an abbreviation taken for an end",
        ),
    ],
)  # fmt: skip
def test_a_change_is_marked_as_a_reader_would(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert list(revision(old, new, "en")) == expected


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from("ab é\u00e9e\u0301\u00a0\u200b\u00ad\t\n 가각\u1100\u1161"), max_size=20))
def test_a_text_that_is_folded_already_is_told_by_the_same_rule(text: str) -> None:
    invisible = dict.fromkeys(map(ord, "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff"))

    assert fold(text) == " ".join(unicodedata.normalize("NFC", text.translate(invisible)).split())
