"""Which changes are shown and which are folded away: the same for every view."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.model import LEVELS, Change, Diff

LABELS = {
    "headline": "HEADLINE", "subheading": "SUBHEADING", "byline": "BYLINE", "section": "SECTION", "body": "BODY", "caption": "CAPTIONS",
    "feed-headline": "HEADLINE IN", "feed-summary": "SUMMARY IN",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fold:
    """So many unchanged paragraphs are not shown."""

    paragraphs: int


@dataclass(frozen=True, slots=True)
class Section:
    """One field with what is shown of it, in reading order."""

    field: str
    label: str
    parts: tuple[Change | Fold, ...]
    is_line: bool


def sections(diff: Diff, *, context: int = 1, full: bool = False, fields: Sequence[str] = (), noise: bool | None = None) -> list[Section]:
    """The fields that differ. Unchanged paragraphs farther than `context` from a change are folded, unless `full`.

    `fields` empty: all. What only looks different is shown as unchanged unless `noise`; None: only when the edit is nothing but noise.
    """
    show_noise = diff.edit.severity.level == LEVELS[0] if noise is None else noise
    out = []
    for field, changes in _by_field(diff.changes):
        kind = field.split(":", 1)[0]
        if fields and kind not in fields:
            continue
        shown = [change if show_noise else _without_noise(change) for change in changes]
        if all(change.op == "equal" for change in shown) and not full:
            continue
        label = LABELS[kind] + (f" {field.split(':', 1)[1]}" if ":" in field else "")
        is_line = kind not in ("body", "caption")
        out.append(Section(field, label, tuple(shown if full else _folded(shown, context)), is_line))
    return out


def hidden_noise(diff: Diff, *, noise: bool | None) -> int:
    """How many changes of looks alone the sections leave out."""
    if noise or (noise is None and diff.edit.severity.level == LEVELS[0]):
        return 0
    return sum(change.op != "equal" and _without_noise(change).op == "equal" for change in diff.changes)


def _by_field(changes: Sequence[Change]) -> Iterator[tuple[str, list[Change]]]:
    fields: dict[str, list[Change]] = {}
    for change in changes:
        fields.setdefault(change.field, []).append(change)
    yield from fields.items()


def _without_noise(change: Change) -> Change:
    if change.kinds != ("typography",) or change.op not in ("replace", "move"):
        return change
    text = "".join(text for sign, text in change.segments if sign != "-")
    return replace(change, op="equal" if change.op == "replace" else "move", segments=(("=", text),))


def _folded(changes: Sequence[Change], context: int) -> Iterator[Change | Fold]:
    near = {k + step for k, change in enumerate(changes) if change.op != "equal" for step in range(-context, context + 1)}
    hidden = 0
    for k, change in enumerate(changes):
        if change.op == "equal" and k not in near:
            hidden += 1
            continue
        if hidden:
            yield Fold(hidden)
            hidden = 0
        yield change
    if hidden:
        yield Fold(hidden)
