"""The unified view, as `git diff` prints it: a paragraph is a line, never wrapped, so that it can be searched and piped."""

from collections.abc import Sequence

from monitor.model import Change
from monitor.render.terminal.inline import numbers
from monitor.render.terminal.lay import ADDED, FAINT, MOVED, REMOVED, STRONG, Line, Span, foreign, line
from monitor.render.terminal.shown import Fold, Section

_REMOVED, _ADDED = REMOVED.split()[0], ADDED.split()[0]


def unified(sections: Sequence[Section], *, titles: tuple[str, str]) -> list[Line]:
    """Lines with `-`, `+`, `>` (moved) or a blank in the first column."""
    lines = [line(Span("--- ", STRONG), foreign(titles[0], STRONG)), line(Span("+++ ", STRONG), foreign(titles[1], STRONG))]
    for section in sections:
        lines.append(line(foreign(f"@@ {section.label.lower()} @@", MOVED)))
        for part in section.parts:
            if isinstance(part, Fold):
                lines.append(line(Span(f"@@ {part.paragraphs} unchanged @@", FAINT)))
            else:
                lines += _change(part)
    return lines


def _change(change: Change) -> list[Line]:
    old = "".join(text for sign, text in change.segments if sign != "+").split("\n")
    new = "".join(text for sign, text in change.segments if sign != "-").split("\n")
    if change.op == "equal":
        return [line(Span(" "), foreign(text)) for text in new]
    if change.op == "move" and old == new:
        return [line(Span(">", MOVED), foreign(f"{text}  ({numbers(change)})", MOVED)) for text in new]
    out = [] if change.op == "insert" else [line(Span("-", _REMOVED), foreign(text, _REMOVED)) for text in old]
    return out + ([] if change.op == "delete" else [line(Span("+", _ADDED), foreign(text, _ADDED)) for text in new])
