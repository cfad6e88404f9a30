"""How lists are printed: as JSON or as a table, all rows or as many as a screen holds."""

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.cli.face import Reading, print_json, print_lines, say
from monitor.cli.printing import chosen

if TYPE_CHECKING:
    from monitor.refs import Ref, Resolved
    from monitor.refs.meaning import Purpose

Json = dict[str, Any]

LIMIT_ON_TERMINAL = 200
"""Rows shown on a terminal without --limit; piped output and --jsonl are whole."""


def resolved(reading: Reading, ref: "Ref | str", purpose: "Purpose") -> "Resolved":
    """What a REF names; how it was read is said on stderr."""
    from monitor.refs import resolve

    found = resolve(reading.store, ref, purpose=purpose, timezone=reading.settings.timezone, now=reading.now)
    for note in found.notes:
        say(note)
    return found


def print_rows(rows: Iterable[Json], what: str, as_lines: bool, fields: str | None) -> None:
    """Rows as JSON: a line each, or one document with all of them."""
    trimmed = (chosen(row, fields) for row in rows)
    if as_lines:
        print_lines(trimmed)
    else:
        print_json(what, {"items": list(trimmed)})


def row_limit(asked: int | None, as_lines: bool) -> int | None:
    """How many rows: those asked for (0: all); on a terminal a screenful or two, else all."""
    if asked is not None:
        return asked or None
    return LIMIT_ON_TERMINAL if sys.stdout.isatty() and not as_lines else None


def say_if_cut(shown: int, limit: int | None) -> None:
    """Says that there may be more."""
    if limit and shown == limit:
        say(f"the newest {limit} are shown; -n 0 shows all")


def clock_of(reading: Reading) -> Callable[[datetime | None], str]:
    """How a moment is shown, in the zone of the settings."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(reading.settings.timezone)
    return lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "-"


def safe(text: str) -> str:
    """One line of others' words that a terminal only shows."""
    from monitor.text import term_safe

    return term_safe(text)
