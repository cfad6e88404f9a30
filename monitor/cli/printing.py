"""Data on stdout, talk on stderr: JSON documents and lines, tables that fit the terminal, colour where it is wanted."""

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

OFF_TERMINAL = 80
MIN_FLEXIBLE = 24  # columns; a headline that is cut shorter tells nothing
MIN_COLUMN = 16  # columns of any other text, a date with its time among them, as long as the line has room

Row = Mapping[str, Any]


def print_json(what: str, document: Mapping[str, Any]) -> None:
    """One document with its schema, on one line off a terminal."""
    indent = 2 if sys.stdout.isatty() else None
    document = chosen(document, _asked_fields())
    sys.stdout.write(json.dumps({"schema": f"monitor.{what}/1", **document}, ensure_ascii=False, indent=indent) + "\n")
    sys.stdout.flush()


def print_lines(rows: Iterable[Row]) -> None:
    """One object a line."""
    fields = _asked_fields()
    for row in rows:
        sys.stdout.write(json.dumps(chosen(row, fields), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, flexible: int) -> None:
    """Columns side by side, nothing wrapped. On a terminal they are cut to fit, `flexible` first; a last column is never padded."""
    lines = [list(map(str, row)) for row in rows]
    if not lines:
        return
    from monitor.text import cut_to_width, display_width

    table = [list(headings), *lines] if sys.stdout.isatty() else lines
    widths = [max(display_width(row[at]) for row in table) for at in range(len(headings))]
    if sys.stdout.isatty():
        widths = fitted(widths, flexible, columns() - 2 * (len(widths) - 1))
    for at, row in enumerate(table):
        cells = [cut_to_width(cell, width) for cell, width in zip(row, widths, strict=True)]
        line = "  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()
        click.echo(click.style(line, bold=True) if at == 0 and table is not lines else line)


def fitted(widths: Sequence[int], flexible: int, room: int) -> list[int]:
    """Widths that fit into `room`: the flexible column gives way first, then the widest of the others, then whichever is the widest."""
    fit = list(widths)
    for at, least in ((flexible, MIN_FLEXIBLE), (None, MIN_COLUMN), (None, 1)):
        while (over := sum(fit) - room) > 0:
            giving = at if at is not None else max((i for i in range(len(fit)) if least == 1 or i != flexible), key=lambda i: fit[i])
            if fit[giving] <= least:
                break
            fit[giving] -= min(over, fit[giving] - least) if at is not None else 1
    return fit


def chosen(row: Row, fields: str | None) -> dict[str, Any]:
    """`--fields a,b.c`: only these keys, dotted ones from inside; everything when none are named."""
    if not fields:
        return dict(row)
    picked: dict[str, Any] = {}
    for name in fields.split(","):
        value: Any = row
        for part in name.strip().split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        picked[name.strip()] = value
    return picked


def offer_fields(command: click.Command) -> None:
    """Gives --fields to a command that prints JSON and has none of its own, and to those inside a group."""
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        offer_fields(inner)
    names = {parameter.name for parameter in command.params}
    if names & {"as_json", "as_lines", "jsonl"} and "fields" not in names:
        command.params.append(
            click.Option(["--fields"], metavar="A,B.C", expose_value=False, callback=_keep_fields, help="Of the JSON, only these fields.")
        )


FIELDS = "monitor.fields"


def _keep_fields(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    ctx.meta[FIELDS] = value


def _asked_fields() -> str | None:
    ctx = click.get_current_context(silent=True)
    return ctx.meta.get(FIELDS) if ctx else None


def say(sentence: str) -> None:
    """Talk, on stderr; with -q only what went wrong."""
    ctx = click.get_current_context(silent=True)
    if ctx and ctx.find_root().params.get("quiet") and not sentence.startswith("error: "):
        return
    click.echo(sentence, err=True)


def counted(number: int, what: str) -> str:
    """`1 feed`, `2 feeds`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def columns() -> int:
    """How wide the terminal is; 80 where there is none."""
    return shutil.get_terminal_size((OFF_TERMINAL, 24)).columns or OFF_TERMINAL


def is_colored(asked: str, environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """--color, then NO_COLOR, then FORCE_COLOR, then a terminal that is not dumb. An empty variable says nothing."""
    if asked != "auto":
        return asked == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return environ["FORCE_COLOR"] != "0"
    return is_terminal and environ.get("TERM") != "dumb"
