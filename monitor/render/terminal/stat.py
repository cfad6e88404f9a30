"""The short view: one line a change, with how many words went and came."""

from collections.abc import Sequence

from monitor.model import Change, Diff
from monitor.render.terminal.inline import numbers
from monitor.render.terminal.lay import ADDED, FAINT, REMOVED, Line, Span, foreign, line
from monitor.render.terminal.shown import Fold, Section
from monitor.text import cut_to_width, display_width, term_safe

_DONE = {"replace": "changed", "insert": "added", "delete": "removed", "move": "moved", "split": "split", "merge": "merged"}


def stat(diff: Diff, sections: Sequence[Section], *, width: int) -> list[Line]:
    """A table of what changed, and a sum below it."""
    rows = [
        (_place(section, part), part) for section in sections for part in section.parts if not isinstance(part, Fold) and part.op != "equal"
    ]
    wide = max((display_width(place) for place, _ in rows), default=0)
    lines = [_row(place, change, wide, width) for place, change in rows]
    stats = diff.edit.stats
    total = f" {len(rows)} change{'' if len(rows) == 1 else 's'}, +{stats.words_added} −{stats.words_removed} words"
    touched = stats.changed + stats.added + stats.removed + stats.moved
    return [
        *lines,
        line(
            Span(f"{total}, {touched} of {max(touched, stats.paragraphs + stats.removed, 1)} paragraphs, similarity {stats.similarity:.2f}")
        ),
    ]


def _place(section: Section, change: Change) -> str:
    if section.is_line:
        return term_safe(section.field)
    return f"caption {numbers(change)[1:]}" if section.field == "caption" else numbers(change)


def _row(place: str, change: Change, wide: int, width: int) -> Line:
    removed, added = (_count(change, sign) for sign in "-+")
    spans = [Span(f" {place}{' ' * (wide - display_width(place))} | {_DONE[change.op]:8}")]
    spans.append(Span(f" −{removed}" if removed else "   ", REMOVED.split()[0]))
    spans.append(Span(f" +{added}" if added else "   ", ADDED.split()[0]))
    room = width - sum(display_width(span.text) for span in spans) - 2
    text = term_safe("".join(text for sign, text in change.segments if sign != "-" or change.op == "delete").replace("\n", " "))
    if room >= 12:
        spans.append(foreign("  " + cut_to_width(text, room), FAINT))
    return line(*spans)


def _count(change: Change, wanted: str) -> int:
    from monitor.diff.tokens import words  # other views need none of it

    return sum(len(words(text)) for sign, text in change.segments if sign == wanted)
