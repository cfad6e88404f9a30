"""The inline view: one text with what went and what came, paragraph numbers and signs in the gutter."""

from collections.abc import Sequence

from monitor.model import Change
from monitor.render.terminal.lay import ADDED, FAINT, MOVED, REMOVED, STRONG, Line, Span, foreign, line, marked, wrapped
from monitor.render.terminal.shown import Fold, Section

# Columns for `¶12→14 ~ `, so that all text begins in one column.
_GUTTER = 9
SIGNS = {"equal": " ", "replace": "~", "split": "~", "merge": "~", "insert": "+", "delete": "−", "move": ">"}
STYLES = {"insert": ADDED.split()[0], "delete": REMOVED.split()[0], "move": MOVED}
# Of a headline that keeps less than this share, both versions are shown whole.
_KEPT = 0.5


def inline(sections: Sequence[Section], *, width: int, marks: bool) -> list[Line]:
    """Lines of at most `width` columns."""
    lines: list[Line] = []
    for section in sections:
        lines += [[], line(foreign(section.label, STRONG))]
        for part in section.parts:
            if isinstance(part, Fold):
                lines.append(folded(part, _GUTTER))
            elif section.is_line and part.op == "replace" and _kept(part) < _KEPT:
                lines += _paragraph("", "−", [foreign(_side(part, "+"), REMOVED.split()[0])], REMOVED.split()[0], width)
                lines += _paragraph("", "+", [foreign(_side(part, "-"), ADDED.split()[0])], ADDED.split()[0], width)
            else:
                lines += _change(part, section, width, marks)
    return lines


def folded(part: Fold, indent: int) -> Line:
    """The line that stands for paragraphs that are not shown."""
    plural = "s" if part.paragraphs > 1 else ""
    return line(Span(f"{' ' * indent}⋯ {part.paragraphs} unchanged paragraph{plural}", FAINT))


def _change(change: Change, section: Section, width: int, marks: bool) -> list[Line]:
    label = "" if section.is_line else numbers(change)
    style = STYLES.get(change.op, "")
    if change.op in ("insert", "delete"):
        spans = [foreign("".join(text for _, text in change.segments).replace("\n", " "), style)]
    else:
        spans = marked(change.segments, marks=marks)
    note = note_on(change)
    if note:
        spans.append(Span(f" ({note})", FAINT))
    return _paragraph(label, SIGNS[change.op], spans, style, width)


def _paragraph(label: str, sign: str, spans: Sequence[Span], style: str, width: int) -> list[Line]:
    out = []
    gutter = [Span(label.ljust(_GUTTER - 2), FAINT), Span(f"{sign} ", style)]
    if len(label) > _GUTTER - 2:
        out.append(line(gutter[0]))
        gutter[0] = Span(" " * (_GUTTER - 2))
    for k, part in enumerate(wrapped(spans, max(20, width - _GUTTER))):
        out.append(line(*(gutter if k == 0 else [Span(" " * _GUTTER)]), *part))
    return out


def numbers(change: Change) -> str:
    """`¶4`, `¶7→3`, `¶2→2,3`: paragraph numbers, the old ones first where both differ."""
    old, new = (",".join(map(str, pars)) for pars in (change.from_pars, change.to_pars))
    if change.op in ("move", "split", "merge"):
        return f"¶{old}→{new}"
    return f"¶{new or old}"


def note_on(change: Change) -> str:
    """What the signs cannot say."""
    return {"move": "moved", "split": "split", "merge": "merged"}.get(change.op, "")


def _side(change: Change, other: str) -> str:
    return "".join(text for sign, text in change.segments if sign != other)


def _kept(change: Change) -> float:
    same = sum(len(text) for sign, text in change.segments if sign == "=")
    return same / max(1, len(_side(change, "+")), len(_side(change, "-")))
