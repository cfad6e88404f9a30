"""The side-by-side view: the old text left, the new one right, each paragraph beside its revision."""

from collections.abc import Sequence
from itertools import zip_longest

from monitor.model import Change
from monitor.render.terminal.inline import SIGNS, STYLES, folded, note_on, numbers
from monitor.render.terminal.lay import FAINT, STRONG, Line, Span, foreign, line, marked, padded, wrapped
from monitor.render.terminal.shown import Fold, Section

SIDE_FROM = 110
_GUTTER = 2
_BETWEEN = 3


def side(sections: Sequence[Section], *, width: int, marks: bool, titles: tuple[str, str]) -> list[Line]:
    """Lines of at most `width` columns, both texts in columns of equal width."""
    column = (width - _BETWEEN) // 2
    lines = [[], _row([foreign(titles[0], STRONG)], [foreign(titles[1], STRONG)], column), line(Span("─" * (2 * column + _BETWEEN), FAINT))]
    for section in sections:
        lines += [line(foreign(section.label, STRONG))]
        for part in section.parts:
            lines += [folded(part, _GUTTER)] if isinstance(part, Fold) else _change(part, column, marks)
    return lines


def _change(change: Change, column: int, marks: bool) -> list[Line]:
    plain = change.op in ("insert", "delete")
    style = STYLES.get(change.op, "")
    old = _cell(change, "=-", "" if change.op == "insert" else SIGNS[change.op], style, column, marks and not plain)
    note = f" ({note_on(change)} {numbers(change)})" if note_on(change) else ""
    new = _cell(change, "=+", "" if change.op == "delete" else SIGNS[change.op], style, column, marks and not plain, note)
    return [_row(left, right, column) for left, right in zip_longest(old, new, fillvalue=())]


def _cell(change: Change, keep: str, sign: str, style: str, column: int, marks: bool, note: str = "") -> list[list[Span]]:
    if not sign:
        return []
    spans = marked(change.segments, marks=marks, keep=keep)
    if note:
        spans.append(Span(note, FAINT))
    rows = wrapped(spans, column - _GUTTER)
    return [[Span(f"{sign} " if k == 0 else "  ", style), *row] for k, row in enumerate(rows)]


def _row(left: Sequence[Span], right: Sequence[Span], column: int) -> Line:
    return line(*padded(left, column + _BETWEEN), *right)
