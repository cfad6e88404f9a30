"""What a reader sees of a change: whole phrases, paragraphs told as moved, split and merged, no confetti."""

import pytest

from monitor.diff import compare, measure
from monitor.model import Change, Content

A = "The city council will decide on the new tram line next spring, the mayor said."
B = "Work on the bridge has been delayed twice because the steel was not delivered."
C = "Shopkeepers near the station fear that customers will stay away for years."
D = "The state pays half of the costs, the district and the railway share the rest."
E = "Two of the three bidders withdrew after the tender had been published."
ANEW = "Work on the bridge has been ordered to stop by a court because of two owls that were found nesting there."  # B


def body(old: list[str], new: list[str]) -> tuple[Change, ...]:
    return tuple(change for change in compare(Content("", body=tuple(old)), Content("", body=tuple(new))) if change.field == "body")


def shape(changes: tuple[Change, ...]) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return [(change.op, change.from_pars, change.to_pars) for change in changes if change.op != "equal"]


def words(old: str, new: str) -> list[tuple[str, str]]:
    return [segment for change in body([old], [new]) for segment in change.segments]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param([A, B], [A, C, B], [("insert", (), (2,))], id="added"),
        pytest.param([A, B, C], [A, C], [("delete", (2,), ())], id="removed"),
        pytest.param([A, B, C, D], [B, C, D, A], [("move", (1,), (4,))], id="moved"),
        pytest.param([A, B, C, D], [B, C, D, A.replace("spring", "autumn")], [("move", (1,), (4,))], id="moved and edited"),
        pytest.param([A, f"{B} {C}", D], [A, B, C, D], [("split", (2,), (2, 3))], id="split"),
        pytest.param([A, B, C, D], [A, f"{B} {C}", D], [("merge", (2, 3), (2,))], id="merged"),
        pytest.param([f"{A} {B} {C}"], [A, B, C], [("split", (1,), (1, 2, 3))], id="split in three"),
        pytest.param([A, B], [A, B.replace("twice", "three times")], [("replace", (2,), (2,))], id="changed"),
        pytest.param([A, B, C], [D, B, C], [("delete", (1,), ()), ("insert", (), (1,))], id="another paragraph in its place"),
        pytest.param([A, B, C], [A, f"{B} {D} {E} {D} {E}", C], [("replace", (2,), (2,))], id="a paragraph that grew many times"),
        pytest.param([A, B, C], [A, ANEW, C], [("replace", (2,), (2,))], id="one written anew around its beginning"),
        pytest.param([A, B, C], [f"{A} {E}", ANEW, C], [("replace", (1,), (1,)), ("replace", (2,), (2,))], id="that beside a changed one"),
        pytest.param([A, "A map: bit.ly/1", B], [A, "A film: bit.ly/2", B], [("delete", (2,), ()), ("insert", (), (2,))], id="short lines"),
        pytest.param([A, "Read more", B, "Read more", C], [A, "Read more", B, C], [("delete", (4,), ())], id="a repeated line goes once"),
    ],
)
def test_paragraphs_are_told_as(old: list[str], new: list[str], expected: list[object]) -> None:
    assert sorted(shape(body(old, new))) == sorted(expected)


def test_of_two_that_changed_places_the_shorter_one_moved() -> None:
    long = f"{B} {C} {D}"

    assert shape(body([A, long, E], [long, A, E])) == [("move", (1,), (2,))]


def test_words_are_exchanged_as_a_phrase() -> None:
    assert words("The minister denies knowing of the report.", "The minister admits seeing the report.") == [
        ("=", "The minister "), ("-", "denies knowing of"), ("+", "admits seeing"), ("=", " the report."),
    ]  # fmt: skip


def test_an_inserted_sentence_is_one_insertion() -> None:
    assert words(f"{A} {C}", f"{A} {B} {C}") == [("=", f"{A} "), ("+", f"{B} "), ("=", C)]


def test_figures_pair_by_place_and_not_by_value() -> None:
    changed = words("It rose from 8% in May to 4% in June this year.", "It rose from 4% in May to 5% in June this year.")

    assert [segment for segment in changed if segment[0] != "="] == [("-", "8%"), ("+", "4%"), ("-", "4%"), ("+", "5%")]


def test_a_korean_particle_changes_alone() -> None:
    assert words("정부는 배당은 그대로라고 밝혔다", "정부는 배당을 그대로라고 밝혔다") == [
        ("=", "정부는 배당"), ("-", "은"), ("+", "을"), ("=", " 그대로라고 밝혔다"),
    ]  # fmt: skip


def test_one_han_character_changes_alone() -> None:
    assert words("新南威斯州的山火仍未受控", "新南威爾州的山火仍未受控") == [
        ("=", "新南威"), ("-", "斯"), ("+", "爾"), ("=", "州的山火仍未受控"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "They ran low energy tests.", "They ran low-energy tests.",
            [("=", "They ran "), ("-", "low energy"), ("+", "low-energy"), ("=", " tests.")], id="a compound is one word",
        ),
        pytest.param(
            "開放：港口修復；舊橋拆卸；學校重建。", "啟用：港口修復、舊橋拆卸、學校重建。",
            [
                ("-", "開放"), ("+", "啟用"), ("=", "：港口修復"), ("-", "；"), ("+", "、"), ("=", "舊橋拆卸"), ("-", "；"), ("+", "、"),
                ("=", "學校重建。"),
            ], id="marks tear no list apart",
        ),
        pytest.param(
            "시는 다음 달 각 부처의 안을 받는다", "시는 이번 주 각 부처는 안을 만든다",
            [("=", "시는 "), ("-", "다음 달 각 부처의 안을 받는다"), ("+", "이번 주 각 부처는 안을 만든다")],
            id="short Korean words hold no phrase together",
        ),
    ],
)  # fmt: skip
def test_what_stays_between_two_changes_is_worth_it(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert words(old, new) == expected


def test_words_of_one_sentence_are_not_matched_with_those_of_another() -> None:
    old = "The mayor was late. Nobody complained about the long wait in the rain."
    new = "Nobody complained about the long wait in the rain. The bridge was late."

    kept = [text for sign, text in words(old, new) if sign == "="]

    assert [text.strip() for text in kept if text.strip()] == ["Nobody complained about the long wait in the rain."]


def test_the_body_is_in_reading_order_with_the_removed_where_it_stood() -> None:
    changes = body([A, B, C], [A, D, C])

    assert [(change.op, change.from_pars, change.to_pars) for change in changes] == [
        ("equal", (1,), (1,)), ("delete", (2,), ()), ("insert", (), (2,)), ("equal", (3,), (3,)),
    ]  # fmt: skip


def test_every_field_is_compared() -> None:
    old = Content("T one", subtitle="S one", authors=("Ann Lee", "Bo Chi"), section="World", body=(A,), captions=("A bridge.",))
    new = Content("T two", subtitle="S two", authors=("Ann Lee",), section="Local", body=(B,), captions=("A new bridge.",))

    changed = {change.field for change in compare(old, new) if change.op != "equal"}

    assert changed == {"headline", "subheading", "byline", "section", "body", "caption"}


def test_the_amount_is_counted_in_words_and_paragraphs() -> None:
    stats = measure(compare(Content("T", body=(A, B, C)), Content("T", body=(A, B.replace("twice", "three times"), D))))

    assert (stats.words_added, stats.words_removed) == (2 + 15, 1 + 12)
    assert (stats.paragraphs, stats.changed, stats.added, stats.removed, stats.moved) == (3, 1, 1, 1, 0)
    assert 0.5 < stats.similarity < 0.8


def test_words_of_a_feed_count_where_the_article_has_no_change() -> None:
    from monitor.model import Said

    stats = measure(compare(Content("T"), Content("T"), {"bbc": Said("one two")}, {"bbc": Said("one three")}))

    assert (stats.words_added, stats.words_removed) == (1, 1)
