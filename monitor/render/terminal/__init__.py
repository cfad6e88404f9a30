"""Differences, timelines and revisions for a terminal: text with colour, or with marks where there is none. Pure.

What others wrote is printed, never obeyed: it goes through `term_safe`, and no markup is read. Every function gives
text whose lines fit `columns`, have no blank at their end, and end in a line break (but for a single line).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.model import Article, Diff, Edit, Revision
from monitor.render.terminal.header import header, stamp_of, weight
from monitor.render.terminal.inline import inline
from monitor.render.terminal.lay import FAINT, Line, Span, foreign, line, painted
from monitor.render.terminal.shown import hidden_noise, sections
from monitor.render.terminal.side import SIDE_FROM, side
from monitor.render.terminal.stat import stat
from monitor.render.terminal.timeline import edit_line, reading, timeline
from monitor.render.terminal.unified import unified

View = Literal["auto", "inline", "side", "unified"]


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a difference is shown, and how. `noise` None: looks are shown only when nothing else differs.

    `marks` puts `[-…-]{+…+}` around words even in colour. `fields` empty: all. `names` are the two texts of a difference
    that is not of stored revisions.
    """

    view: View = "auto"
    context: int = 1
    full: bool = False
    stat: bool = False
    fields: tuple[str, ...] = ()
    noise: bool | None = None
    marks: bool = False
    names: tuple[str, str] | None = None


def render_diff(diff: Diff, sight: Sight, *, timezone: str, columns: int, color: bool) -> str:
    """A difference with its header. `auto` is side by side from 110 columns, else inline."""
    zone = _zone(timezone)
    marks = sight.marks or not color
    parts = sections(diff, context=sight.context, full=sight.full, fields=sight.fields, noise=sight.noise)
    view = sight.view if sight.view != "auto" else "side" if columns >= SIDE_FROM else "inline"
    titles = sight.names or (f"r{diff.old.rev} · {stamp_of(diff.old, zone)}", f"r{diff.new.rev} · {stamp_of(diff.new, zone)}")
    head = (
        header(diff, width=columns, zone=zone)
        if sight.names is None
        else weight(diff.edit.severity, diff.edit.kinds, diff.edit.stats, width=columns)
    )
    if sight.stat:
        return painted(stat(diff, parts, width=columns), color=color)
    if view == "unified":
        return painted(unified(parts, titles=titles), color=color)
    lines: list[Line] = [*head]
    lines += side(parts, width=columns, marks=marks, titles=titles) if view == "side" else inline(parts, width=columns, marks=marks)
    if not parts:
        lines += [line(), line(Span("no words differ" if diff.changes else "nothing to compare", FAINT))]
    hidden = hidden_noise(diff, noise=sight.noise)
    if hidden:
        plural = "s" if hidden > 1 else ""
        lines += [line(), line(Span(f"{hidden} change{plural} of typography alone not shown (--noise shows)", FAINT))]
    return painted([*lines, *_next(diff, sight)], color=color)


def _next(diff: Diff, sight: Sight) -> list[Line]:
    if sight.names is not None:
        return []
    article = diff.edit.article
    return [line(), line(foreign(f"next: monitor log {article} · monitor show {article}@{diff.new.rev} · monitor open {article}", FAINT))]


def render_log(article: Article, revisions: Sequence[Revision], edits: Sequence[Edit], *, timezone: str, columns: int, color: bool) -> str:
    """The timeline of an article."""
    return painted(timeline(article, revisions, edits, width=columns, zone=_zone(timezone)), color=color)


def render_show(revision: Revision, *, timezone: str, columns: int, color: bool) -> str:
    """One revision as a reader saw it."""
    return painted(reading(revision, width=columns, zone=_zone(timezone)), color=color)


def render_edit_line(edit: Edit, *, timezone: str, columns: int | None, color: bool, dated: bool = True) -> str:
    """One edit on one line, without a line break; `columns` None: not cut. Without `dated` only the time of day is told."""
    return painted([edit_line(edit, width=columns, zone=_zone(timezone), dated=dated)], color=color).rstrip("\n")


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
