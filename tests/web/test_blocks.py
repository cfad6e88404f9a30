"""Changes on a page: nothing is lost, nothing is said twice, what is unchanged is folded."""

from hypothesis import given
from hypothesis import strategies as st
from seeding import FLOOD, FLOOD_2

from monitor.diff import compare
from monitor.model import Change, Content
from monitor.web.blocks import Block, Fold, glance, marks, reading, sections
from monitor.web.parts import BUDGET, part_of, text_part

TEXTS = st.lists(
    st.sampled_from(["One two three four.", "Five six seven eight.", "Nine ten.", "Eleven twelve. More here.", "More here."]), max_size=8
)


def equal(number: int) -> Change:
    return Change("body", "equal", (number,), (number,), (("=", f"Paragraph {number}."),))


def changed(number: int) -> Change:
    return Change("body", "replace", (number,), (number,), (("=", "Paragraph "), ("-", "old"), ("+", "new")))


def test_unchanged_runs_are_folded_but_for_one_paragraph_beside_a_change() -> None:
    (body,) = sections([*map(equal, range(1, 9)), changed(9), *map(equal, range(10, 13))])

    shown = [item.label if isinstance(item, Block) else (len(item.blocks), item.label) for item in body.items]
    assert shown == [(7, "¶1 to ¶7"), "¶8", "¶9", "¶10", "¶11", "¶12"]


def test_short_runs_and_whole_texts_without_a_change_stay_open() -> None:
    (short,) = sections([changed(1), equal(2), equal(3), equal(4), changed(5)])
    (whole,) = sections(map(equal, range(1, 20)))

    assert not any(isinstance(item, Fold) for item in (*short.items, *whole.items))


def test_fields_come_in_the_order_of_reading() -> None:
    found = sections(compare(FLOOD, FLOOD_2))

    assert [section.field for section in found] == ["headline", "subheading", "byline", "section", "body", "caption"]


def test_changes_are_numbered_from_the_top_and_can_be_linked() -> None:
    found = sections(compare(FLOOD, FLOOD_2))
    numbers = [block.number for section in found for block in section.blocks if block.number]

    assert numbers == list(range(1, len(numbers) + 1))
    assert [block.anchor for section in found for block in section.blocks if block.number] == [f"c{number}" for number in numbers]


@given(TEXTS, TEXTS)
def test_each_side_reads_as_its_version_did(old: list[str], new: list[str]) -> None:
    found = sections(compare(Content("t", body=tuple(old)), Content("t", body=tuple(new))))

    for side, text in (("old", old), ("new", new)):
        read = [block for section in reading(found, side) if section.field == "body" for block in section.blocks]
        assert "\n".join("".join(words for _, words in block.segments) for block in read) == "\n".join(text)


@given(TEXTS, TEXTS)
def test_marks_stay_on_the_map(old: list[str], new: list[str]) -> None:
    for section in sections(compare(Content("t", body=tuple(old)), Content("t", body=tuple(new)))):
        assert all(0 <= at <= 1000 and length > 0 for at, length, _, _ in marks(section))


@given(st.lists(st.text(max_size=4000), max_size=60), st.integers(1, 9))
def test_parts_together_are_the_whole_text(paragraphs: list[str], wanted: int) -> None:
    _, number, count = text_part(paragraphs, wanted)
    parts = [text_part(paragraphs, at)[0] for at in range(1, count + 1)]

    assert 1 <= number <= count
    assert "".join(words for part in parts for _, words in part) == "".join(paragraphs)
    assert all(sum(len(words.encode()) for _, words in part) <= BUDGET for part in parts)


def test_a_paragraph_longer_than_any_page_is_cut_not_lost() -> None:
    text = "&" * 200_000
    _, _, count = text_part([text], 1)

    assert count > 3
    assert "".join(words for at in range(1, count + 1) for _, words in text_part([text], at)[0]) == text


def test_a_long_difference_leaves_out_what_is_unchanged_before_it_is_parted() -> None:
    found = sections([changed(1), *(Change("body", "equal", (n,), (n,), (("=", "word " * 100),)) for n in range(2, 400)), changed(400)])
    part, full = part_of(found, 1), part_of(found, 1, full=True)

    assert (part.count, part.left_out) == (1, 396)
    assert (full.count > 1, full.left_out) == (True, 0)


def test_a_glance_shows_words_around_the_first_that_changed() -> None:
    long = "so it was written " * 30
    change = Change("body", "replace", (1,), (1,), (("=", long), ("-", "before"), ("+", "after"), ("=", long)))

    field, segments = glance([equal(1), change])

    assert field == "body"
    assert segments[0][1].startswith("…")
    assert ("-", "before") in segments
    assert ("+", "after") in segments
    assert sum(len(text) for _, text in segments) < 300
