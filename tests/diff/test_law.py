"""The law of a difference: its segments spell both texts exactly, whatever they are made of."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.diff import compare, measure
from monitor.diff.align import align
from monitor.diff.split import sentences
from monitor.diff.tokens import tokens
from monitor.model import Change, Content, Said
from monitor.text import fold

ANY_TEXT = st.text(st.characters(), max_size=60)
WORDS = [
    "the", "minister", "said", "3", "1,000", "“no”", "not", "Monday", "정부는", "배당을", "政府", "表示", "カタカナ", "ひら", "ภาษาไทย",
    "e\u0301té", "👩\u200d💻", "مرحبا", "a\u00adb", "\u00a0", "don't", ".", "。", "?", "\n", "C++11", "U.S.",
]  # fmt: skip
MADE_TEXT = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
PARAGRAPH = st.one_of(ANY_TEXT, MADE_TEXT, MADE_TEXT)


@st.composite
def revisions(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two bodies that have much in common, in another order, cut and joined."""
    pool = draw(st.lists(PARAGRAPH, min_size=1, max_size=8))
    old = draw(st.lists(st.sampled_from(pool), max_size=10))
    new = draw(st.lists(st.one_of(st.sampled_from(pool), PARAGRAPH), max_size=10))
    if old and draw(st.booleans()):
        joined = draw(st.integers(0, len(old) - 1))
        new = [*new, " ".join(old[joined : joined + 2])]
    return old, new


def spelled(changes: Sequence[Change], signs: str, side: str) -> list[str]:
    """The paragraphs of one side as the segments spell them, in order of their numbers."""
    texts: dict[int, str] = {}
    for change in changes:
        numbers = change.from_pars if side == "from" else change.to_pars
        text = "".join(text for sign, text in change.segments if sign in signs)
        if not numbers:
            assert not text
            continue
        # a paragraph of a split or merge may hold line breaks itself: count its own
        parts = [text] if len(numbers) == 1 else text.split("\n")
        if len(parts) != len(numbers):
            texts[numbers[0]] = text
            continue
        for number, part in zip(numbers, parts, strict=True):
            assert number not in texts
            texts[number] = part
    return [texts[number] for number in sorted(texts)]


def assert_law(old: Sequence[str], new: Sequence[str], changes: Sequence[Change]) -> None:
    assert "\n".join(spelled(changes, "=-", "from")) == "\n".join(old)
    assert "\n".join(spelled(changes, "=+", "to")) == "\n".join(new)
    for side in ("from_pars", "to_pars"):
        numbers = sorted(number for change in changes for number in getattr(change, side))
        assert numbers == list(range(1, len(old if side == "from_pars" else new) + 1))
    for change in changes:
        signs = {sign for sign, _ in change.segments}
        assert all(text for _, text in change.segments)
        assert {"equal": signs <= {"="}, "insert": signs <= {"+"}, "delete": signs <= {"-"}, "replace": bool(signs & {"-", "+"})}.get(
            change.op, True
        )


@settings(max_examples=400, deadline=None)
@given(revisions())
def test_segments_spell_both_bodies_exactly(pair: tuple[list[str], list[str]]) -> None:
    old, new = pair

    changes = compare(Content("", body=tuple(old)), Content("", body=tuple(new)))

    assert_law(old, new, [change for change in changes if change.field == "body"])


@settings(max_examples=300, deadline=None)
@given(PARAGRAPH, PARAGRAPH)
def test_segments_spell_both_headlines_exactly(old: str, new: str) -> None:
    changes = compare(Content(old), Content(new))

    assert "".join(text for change in changes for sign, text in change.segments if sign != "+") == old
    assert "".join(text for change in changes for sign, text in change.segments if sign != "-") == new


@settings(max_examples=150, deadline=None)
@given(st.lists(PARAGRAPH, max_size=8), ANY_TEXT)
def test_a_text_does_not_differ_from_itself(body: list[str], title: str) -> None:
    content = Content(title, subtitle=title, authors=(title,), body=tuple(body), captions=tuple(body))

    changes = compare(content, content)

    assert all(change.op == "equal" for change in changes)
    stats = measure(changes)
    assert (stats.words_added, stats.words_removed, stats.similarity) == (0, 0, 1.0)


@settings(max_examples=200, deadline=None)
@given(revisions())
def test_backwards_the_same_words_are_matched_by_the_law(pair: tuple[list[str], list[str]]) -> None:
    old, new = pair
    changes = compare(Content("", body=tuple(new)), Content("", body=tuple(old)))

    assert_law(new, old, [change for change in changes if change.field == "body"])


@settings(max_examples=300, deadline=None)
@given(st.one_of(ANY_TEXT, MADE_TEXT))
def test_tokens_and_sentences_lose_nothing(text: str) -> None:
    assert "".join(tokens(text)) == text
    assert "".join(sentences(text, "en")) == text
    assert all(tokens(text))


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(whitelist_categories=("Lu", "Ll", "Nd", "Zs", "Po"), max_codepoint=0x24F), max_size=80), st.data())
def test_no_change_begins_or_ends_inside_a_word(text: str, data: st.DataObject) -> None:
    words = text.split(" ")
    at = data.draw(st.integers(0, len(words) - 1))
    other = [
        *words[:at],
        data.draw(st.text(st.characters(whitelist_categories=("Ll",), max_codepoint=0x24F), max_size=8)),
        *words[at + 1 :],
    ]

    changes = compare(Content("", body=(text,)), Content("", body=(" ".join(other),)))

    for change in changes:
        for side in ("=-", "=+"):
            kept = [segment for segment in change.segments if segment[0] in side]
            for (sign, left), (following, right) in pairwise(kept):
                if sign != following:
                    assert not (left[-1].isalnum() and right[0].isalnum()), (left, right)


@settings(max_examples=200, deadline=None)
@given(revisions())
def test_units_are_linked_once_at_most(pair: tuple[list[str], list[str]]) -> None:
    old, new = pair

    links = align(old, new, [fold(text) for text in old], [fold(text) for text in new], moves=True)

    for side in ("old", "new"):
        units = [unit for link in links for unit in getattr(link, side)]
        assert len(units) == len(set(units))
    stayed = [link for link in links if not link.moved]
    assert stayed == sorted(stayed, key=lambda link: (link.old, link.new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(["one\r\ntwo"], ["one\ntwo"], id="line breaks of another kind"),
        pytest.param(["\ud800 lone"], ["\ud801 lone"], id="lone surrogates"),
        pytest.param(["a" * 5000], ["a" * 2500 + "b" + "a" * 2500], id="one endless word"),
        pytest.param([""], ["", ""], id="empty paragraphs"),
        pytest.param(["a\x00b"], ["a\x1b[31mb"], id="controls"),
        pytest.param(["x y z"] * 50, ["x y z"] * 49 + ["x y"], id="one line many times"),
    ],
)
def test_odd_texts_are_spelled_too(old: list[str], new: list[str]) -> None:
    changes = compare(Content("", body=tuple(old)), Content("", body=tuple(new)))

    assert_law(old, new, changes)


def test_a_feed_is_compared_only_with_what_it_said_itself() -> None:
    before = {"bbc": Said("Old words", "A summary"), "left": Said("Gone feed")}
    after = {"bbc": Said("New words", None), "joined": Said("Another feed")}

    changes = compare(Content("T"), Content("T"), before, after)

    assert [(change.field, change.op) for change in changes] == [
        ("headline", "equal"), ("feed-headline:bbc", "replace"), ("feed-summary:bbc", "delete"),
    ]  # fmt: skip
