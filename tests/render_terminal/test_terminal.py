"""What a difference looks like on a terminal, with colour and without."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.compare import diff_of
from monitor.model import Article, Content, Diff, Restamp, Revision, Stamp, Stats
from monitor.render.terminal import Sight, render_diff, render_edit_line, render_log, render_show
from monitor.text import display_width

AT = datetime(2026, 11, 19, 9, 34, tzinfo=UTC)
LONG = "The ferry to the island runs every hour in summer, and on four days a week for the rest of the year, the company said."
OLD = Content(
    "Minister denies knowing of flood report",
    body=(
        "The minister spoke outside.",
        "Officials said it was sent on 3 May and never opened.",
        LONG,
        LONG + " Twice.",
        "He called it “baseless”.",
    ),
)
NEW = replace(
    OLD,
    title="Minister admits seeing flood report",
    body=(
        "The minister spoke outside.",
        "Officials said it was sent on 3 May and opened late.",
        LONG,
        LONG + " Twice.",
        "Two meetings took place.",
    ),
)


def revision(number: int, content: Content, *, updated: datetime | None = None) -> Revision:
    at = AT + timedelta(hours=number)
    return Revision(
        42, number, f"{number:064x}", None, "new" if number == 1 else "edited", True, "page", "https://news.example/a/1", at,
        at + timedelta(minutes=30), Stamp(AT, "UTC"), Stamp(updated, "UTC") if updated else None, content,
    )  # fmt: skip


def difference(old: Content = OLD, new: Content = NEW, *, updated: datetime | None = AT + timedelta(hours=2)) -> Diff:
    return diff_of(revision(1, old), revision(2, new, updated=updated), url="https://news.example/a/1", feeds=("example",))


def shown(diff: Diff, sight: Sight | None = None, *, columns: int = 80, color: bool = False, timezone: str = "UTC") -> str:
    return render_diff(diff, sight or Sight(view="inline"), timezone=timezone, columns=columns, color=color)


def test_without_colour_marks_and_signs_carry_everything() -> None:
    text = shown(difference())

    assert "\x1b" not in text
    assert "~ Minister [-denies knowing of-]{+admits seeing+} flood report" in text
    assert "¶5     − He called it “baseless”." in text
    assert "¶5     + Two meetings took place." in text


def test_with_colour_words_are_styled_and_marks_are_gone() -> None:
    text = shown(difference(), color=True)

    assert "\x1b[9;31mdenies knowing of\x1b[0m" in text
    assert "[-" not in text
    assert "[-denies knowing of-]" in re.sub(r"\x1b\[[0-9;]*m", "", shown(difference(), Sight(view="inline", marks=True), color=True))


def test_the_header_tells_stamps_and_when_it_was_seen() -> None:
    lines = shown(difference()).splitlines()

    assert lines[0] == "article 42  example"
    assert lines[2] == "r1 Posted 2026-11-19 09:34 → r2 Updated 11:34 UTC (+2h)"
    assert lines[3] == "seen between 2026-11-19 11:04 and 11:34 UTC"
    assert "disclosed by the publisher" in lines


def test_the_header_says_why_it_weighs_and_what_disclosed_it() -> None:
    noted = replace(NEW, body=(*NEW.body, "Correction: an earlier version of this article misstated the day of the flood."))

    lines = shown(diff_of(revision(1, OLD), revision(2, noted), "https://news.example/a/1")).splitlines()

    assert "“never” was taken out" in lines
    assert any(line.startswith("disclosed by the publisher: a correction note came: “Correction:") for line in lines[:12])
    assert not any("was added" in line or "was taken out: " in line for line in lines)


def test_times_are_shown_in_the_zone_that_was_asked_for() -> None:
    assert "r1 Posted 2026-11-19 18:34 → r2 Updated 20:34 KST (+2h)" in shown(difference(), timezone="Asia/Seoul")


def test_a_stamp_that_did_not_move_is_said_and_so_is_the_silence() -> None:
    text = shown(difference(updated=None))

    assert "r1 Posted 2026-11-19 09:34 UTC → r2 with the same stamp" in text
    assert "NOT DISCLOSED" in text


def test_the_header_says_what_came_back_what_is_gone_and_what_is_backwards() -> None:
    diff = difference()
    edit = replace(diff.edit, reverts_to=1, kinds=("gone",), held_by="template change", disclosed=None)
    backwards = replace(diff.edit, seen_before=AT, seen_after=AT + timedelta(hours=1))

    text = shown(replace(diff, edit=edit, old=replace(diff.old, redacted=True)))

    assert "back to the text of r1" in text
    assert "the page is gone" in text
    assert "held back from reports: template change" in text
    assert "the text of r1 was removed for legal reasons" in text
    assert "isclosed" not in text
    assert "shown backwards" in shown(replace(diff, edit=backwards))


def test_unchanged_paragraphs_far_from_a_change_are_folded() -> None:
    body = tuple(f"Paragraph number {n} stays as it is." for n in range(9))
    diff = difference(Content("T", body=body), Content("T", body=(*body[:8], "Another end of the story.")))

    assert "⋯ 7 unchanged paragraphs" in shown(diff)
    assert "⋯ 5 unchanged paragraphs" in shown(diff, Sight(view="inline", context=3))
    assert "⋯" not in shown(diff, Sight(view="inline", full=True))


def test_only_the_asked_fields_are_shown() -> None:
    assert "BODY" not in shown(difference(), Sight(view="inline", fields=("headline",)))
    assert "HEADLINE" not in shown(difference(), Sight(view="inline", fields=("body",)))


def test_looks_are_hidden_beside_other_edits_and_shown_on_demand_or_alone() -> None:
    typeset = replace(NEW, body=('The minister spoke "outside" again.', *NEW.body[1:]))
    curly = replace(typeset, title="Other words", body=("The minister spoke “outside” again.", *NEW.body[1:]))
    mixed, alone = difference(typeset, curly), difference(typeset, replace(typeset, body=curly.body))

    assert '[-"' not in shown(mixed)
    assert "1 change of typography alone not shown" in shown(mixed)
    assert '[-"-]{+“+}' in shown(mixed, Sight(view="inline", noise=True))
    assert '[-"-]{+“+}' in shown(alone)


def test_a_moved_paragraph_is_shown_once_with_both_numbers() -> None:
    diff = difference(Content("T", body=OLD.body), Content("T", body=(*OLD.body[1:4], OLD.body[0], OLD.body[4])))

    assert "¶1→4   > The minister spoke outside. (moved)" in shown(diff)


def test_side_by_side_from_110_columns() -> None:
    narrow, wide = (shown(difference(), Sight(), columns=columns) for columns in (109, 110))

    assert "r1 · Posted 2026-11-19 09:34" not in narrow
    row = next(line for line in wide.splitlines() if "denies" in line)
    assert row == "~ Minister [-denies knowing of-] flood report".ljust(56) + "~ Minister {+admits seeing+} flood report"


def test_wide_characters_stay_in_their_column() -> None:
    diff = difference(Content("政府は会議を月曜日に開くと発表した"), Content("政府は会議を火曜日に開くと発表した"))

    row = next(line for line in shown(diff, Sight(view="side"), columns=120).splitlines() if line.startswith("~"))

    assert display_width(row[: row.rindex("~")]) == 61


def test_unified_has_a_line_for_each_paragraph() -> None:
    lines = shown(difference(), Sight(view="unified")).splitlines()

    assert lines[:3] == ["--- r1 · Posted 2026-11-19 09:34", "+++ r2 · Updated 2026-11-19 11:34", "@@ headline @@"]
    assert "-Minister denies knowing of flood report" in lines
    assert f" {LONG}" in lines


def test_stat_counts_words_for_each_change() -> None:
    lines = shown(difference(), Sight(stat=True)).splitlines()

    assert lines[0].startswith(" headline | changed  −3 +2  Minister admits")
    assert lines[-1].startswith(" 4 changes, +7 −8 words")


SPITE = "\x1b[31mred\x1b]8;;http://evil\x07 \x9b2J \u202egnp.exe\u202c [bold]x[/bold] \u2066y\u2069 \x08\x7f\r\nz\u2028w \U000e0041"


@pytest.mark.parametrize("view", ["inline", "side", "unified"])
@pytest.mark.parametrize("color", [False, True])
def test_foreign_text_is_printed_and_never_obeyed(view: str, color: bool) -> None:
    diff = difference(Content(f"a {SPITE}", body=(SPITE,)), Content(f"b {SPITE}", body=(f"c {SPITE}",)))
    diff = replace(diff, edit=replace(diff.edit, url=f"http://x/{SPITE}", feeds=(SPITE,)))

    text = re.sub(r"\x1b\[[0-9;]*m", "", shown(diff, Sight(view=view), color=color, columns=120))  # type: ignore[arg-type]

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\U000e0041]", text)
    assert "⟨U+001B⟩[31mred" in text
    assert "[bold]x[/bold]" in text
    assert "⟨U+202E⟩" in text


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=120),
    st.text(max_size=120),
    st.lists(st.text(max_size=90), max_size=4),
    st.sampled_from([40, 80, 110, 150]),
    st.booleans(),
)
def test_every_line_fits_and_has_no_blank_at_its_end(old: str, new: str, body: list[str], columns: int, color: bool) -> None:
    diff = replace(difference(Content(old, body=(new, *body)), Content(new, body=(*body, old))))
    diff = replace(diff, edit=replace(diff.edit, url="http://x", feeds=()))

    for line in shown(diff, Sight(), columns=columns, color=color).splitlines()[6:]:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        if not plain.startswith(("next:", "seen between", "r1", "NOT DISCLOSED", "disclosed")) and " not shown (" not in plain:
            assert display_width(plain) <= max(columns, 29)
        assert plain == plain.rstrip(" ")


def test_a_log_is_a_timeline_with_what_changed_before_each_revision() -> None:
    first, second = (
        revision(1, OLD),
        replace(
            revision(2, NEW, updated=AT + timedelta(hours=2)),
            restamps=(Restamp(AT + timedelta(hours=4), Stamp(AT), Stamp(AT + timedelta(hours=3))),),
        ),
    )
    article = Article(42, "https://news.example/a/1", None, ("example",), NEW.title, "watched", 2, AT)

    text = render_log(article, (first, second), (difference().edit,), timezone="UTC", columns=80, color=False)

    lines = text.splitlines()
    assert lines[0] == "article 42  example"
    assert lines[4].startswith("● r1  Posted 2026-11-19 09:34  seen 2026-11-19 10:34–11:04 UTC")
    assert lines[5].startswith("~ r2  Updated 2026-11-19 11:34")
    assert any(line.startswith("│    ") and "headline" in line for line in lines)
    assert lines[-1] == "│    Updated moved to 2026-11-19 12:34, text unchanged (seen 2026-11-19 13:34)"


def test_an_edit_fits_on_one_line_of_the_terminal() -> None:
    edit = difference().edit

    assert display_width(render_edit_line(edit, timezone="UTC", columns=100, color=False)) <= 100
    whole = render_edit_line(edit, timezone="UTC", columns=None, color=False)
    assert whole.startswith("2026-11-19 11:34  42@1..2  high")
    assert whole.endswith("Minister admits seeing flood report")


def test_a_revision_is_shown_as_a_reader_saw_it() -> None:
    content = replace(NEW, subtitle="What he knew", authors=("Ann Lee",), section="Politics", captions=("The river.",))

    text = render_show(revision(2, content), timezone="UTC", columns=60, color=False)

    lines = text.splitlines()
    assert lines[:3] == ["Minister admits seeing flood report", "What he knew", "By Ann Lee · Politics · Posted 2026-11-19 09:34 UTC"]
    assert "Caption: The river." in lines
    assert all(display_width(line) <= 60 for line in lines if not line.startswith(("http", "article")))


def test_a_headline_alone_counts_no_paragraphs() -> None:
    diff = difference()
    alone = replace(diff, edit=replace(diff.edit, stats=Stats(3, 2, 5, 0, 0, 0, 0, 0.9)))
    fewer = replace(diff, edit=replace(diff.edit, stats=Stats(3, 2, 1, 1, 0, 2, 0, 0.9)))

    assert "paragraphs" not in shown(alone).partition("BODY")[0]
    assert "3 of 3 paragraphs" in shown(fewer)
