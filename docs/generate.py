"""Writes docs/reference.md and docs/monitor.1 from the code: `python docs/generate.py`; a test keeps them true."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from monitor import __version__
from monitor.cli.main import cli
from monitor.config.keys import FEED, NAMED, REPEATED, SECTIONS, SITE, TOP, Key
from monitor.config.written import in_force
from monitor.errors import MonitorError
from monitor.model import KINDS, SUSPECT_REASONS
from monitor.schemas import names, schema
from monitor.settings import Settings

DOCS = Path(__file__).parent

EXITS = (
    (0, "done; an empty list too"),
    (1, "done, and the answer is no: `diff --exit-code` found edits, `verify` or `doctor` a fault"),
    (2, "usage: the words of the command are off"),
    (3, "no such article, revision or feed, or several fit"),
    (4, "the configuration is invalid"),
    (5, "network: everything that was asked for failed"),
    (6, "another process holds the state"),
    (70, "a bug"),
    (130, "Ctrl-C"),
)

REFS = (
    ("42", "an article by its number: its latest edit for `diff`, its latest version for `show`, all of it for `log`"),
    ("last, last~2", "the article edited last, the third last"),
    ("https://…", "an article by its address"),
    ("bbc:guid", "an article by a feed's slug and the entry's guid"),
    ("42@2", "version 2; for `diff`, what version 2 changed"),
    ("42@1..3, 42@2.., 42@..2, 42@..", "a range; open ends are the first and the last"),
    ("42@first, 42@last, 42@prev, 42@~2", "the first, the last, the one before, two before the last"),
    ("42@16:20..09:34", ("by the publisher's own stamp in the feed's zone: Updated, or Posted where there is none; then stamps that moved "
     "alone; then when we saw it. Where several days fit, exit 3 lists them")),
    ("42@2023-09-19, 42@2023-09-19T16:20", "by day, by minute"),
    ("42@-6h", "as it stood six hours ago; m, h, d, w"),
    ("42@3f9c1e7", "by the first 7 or more digits of its hash"),
)  # fmt: skip


def reference() -> str:
    """docs/reference.md."""
    return "\n".join(_reference()) + "\n"


def _reference() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "<!-- written by docs/generate.py; edit the code instead -->"
    yield ""
    yield "[Commands](#commands) · [Naming](#naming-an-article-or-a-version) · [Exit codes](#exit-codes) ·"
    yield "[Configuration](#configuration) · [JSON](#json)"
    yield ""
    yield "## Commands"
    yield ""
    for path, command, ctx in _commands():
        yield f"### {path}"
        yield ""
        yield "```"
        yield command.get_help(ctx).rstrip()
        yield "```"
        yield ""
    yield "## Naming an article or a version"
    yield ""
    yield "| typed | means |"
    yield "| --- | --- |"
    yield from (f"| `{typed}` | {meaning} |" for typed, meaning in REFS)
    yield ""
    yield "`monitor diff 42 1 3` is `monitor diff 42@1..3`."
    yield ""
    yield "## Exit codes"
    yield ""
    yield "| code | means |"
    yield "| --- | --- |"
    yield from (f"| {code} | {meaning} |" for code, meaning in EXITS)
    yield ""
    yield 'With `--json` or `--jsonl` an error is one line on stderr: `{"error": {"code": "…", "exit": N, "message": "…", "hint": "…"}}`.'
    yield f"`code` is one of {', '.join(f'`{code}`' for code in sorted(_codes()))}."
    yield ""
    yield from _configuration()
    yield ""
    yield from _json()


def _configuration() -> Iterator[str]:
    defaults = {line.key: line.value for line in in_force(Settings(Path("config"), Path("state")))}
    yield "## Configuration"
    yield ""
    yield "Looked for in `--config`, `$MONITOR_CONFIG`, `./config`, `$XDG_CONFIG_HOME/monitor` (`~/.config/monitor`); the state in"
    yield "`--state`, `$MONITOR_STATE`, `./state` beside `./config`, `$XDG_STATE_HOME/monitor` (`~/.local/state/monitor`). A missing"
    yield "file means defaults."
    yield 'Durations: `"90s"`, `"20m"`, `"6h"`, `"3d"`; sizes: `"500kB"`, `"10MB"`. Every key can be set in the environment:'
    yield '`MONITOR_FETCH__TIMEOUT=5s`, `MONITOR_FEEDS__BBC__EVERY=1h`. Any text may be `{ env = "NAME" }` or `{ file = "PATH" }`.'
    yield ""
    yield "### monitor.toml"
    yield ""
    yield from _keys("", TOP, defaults)
    for name, keys in SECTIONS.items():
        yield f"#### [{name}]"
        yield ""
        yield from _keys(name, keys, defaults)
    for name, keys in NAMED.items():
        yield f"#### [{name}.NAME]"
        yield ""
        yield from _keys("", keys, {})
    for name, keys in REPEATED.items():
        yield f"#### [[{name}]]"
        yield ""
        yield from _keys("", keys, {})
    yield "### feeds.toml"
    yield ""
    yield "#### [feeds.SLUG]"
    yield ""
    yield "The slug is the feed: a new `url` keeps its history, a new slug with a known `url` is a rename."
    yield ""
    yield from _keys("", FEED, {})
    yield "### sites/*.toml"
    yield ""
    yield "Rules for one site, on top of those that are shipped. Selectors are CSS."
    yield ""
    yield from _keys("", SITE, {})


def _keys(section: str, keys: tuple[Key, ...], defaults: dict[str, str]) -> Iterator[str]:
    yield "| key | example | default | |"
    yield "| --- | --- | --- | --- |"
    for key in keys:
        default = defaults.get(f"{section}.{key.name}" if section else key.name, "")
        told = f"`{default}`" if default else "required" if key.required else ""
        yield f"| `{key.name}` | `{key.example}` | {told} | {key.doc} |".replace("|  |", "| |")
    yield ""


def _json() -> Iterator[str]:
    yield "## JSON"
    yield ""
    yield 'Documents are `{"schema": "monitor.WHAT/1", …}`; times are RFC 3339 in UTC; texts are exact. Fields are added, never renamed'
    yield "or dropped."
    yield "`monitor config schema --for WHAT` prints a schema:"
    yield ""
    yield "| schema | what |"
    yield "| --- | --- |"
    yield from (f"| `{name}` | {schema(name).get('description', '')} |" for name in names())
    yield ""
    yield f"`kinds` of an edit: {', '.join(f'`{kind}`' for kind in KINDS)}."
    yield ""
    yield f"`reason` of a suspect look: {', '.join(f'`{reason}`' for reason in SUSPECT_REASONS)}."


def _codes() -> set[str]:
    found, todo = {"internal"}, [MonitorError]
    while todo:
        kind = todo.pop()
        found.add(kind.code)
        todo += kind.__subclasses__()
    return found - {"error"}


def _commands() -> Iterator[tuple[str, click.Command, click.Context]]:
    settings = {**cli.context_settings, "max_content_width": 100, "terminal_width": 100}
    with click.Context(cli, info_name="monitor", **settings) as top:
        for name in cli.list_commands(top):
            command = cli.get_command(top, name)
            assert command
            yield from _walked(f"monitor {name}", command, top)


def _walked(path: str, command: click.Command, parent: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    ctx = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent, max_content_width=100, terminal_width=100)
    yield path, command, ctx
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner
            yield from _walked(f"{path} {name}", inner, ctx)


def man_page() -> str:
    """docs/monitor.1, in man's own language."""
    lines = [
        f'.TH MONITOR 1 "" "monitor {__version__}" "User Commands"',
        ".SH NAME",
        "monitor \\- watch news feeds, keep every version of every article, report what was edited",
        ".SH SYNOPSIS",
        ".B monitor",
        "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]",
        ".SH COMMANDS",
    ]
    for path, command, ctx in _commands():
        usage = " ".join(command.collect_usage_pieces(ctx))
        lines += [".TP", f".B {_roff(path)}", _roff(usage), ".br", _roff(command.get_short_help_str(limit=300))]
        for parameter in command.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and "--help" not in record[0]:
                lines += [".RS", ".TP", f"\\fB{_roff(record[0])}\\fR", _roff(record[1]) or "\\&", ".RE"]
    lines.append(".SH NAMING AN ARTICLE OR A VERSION")
    for typed, meaning in REFS:
        lines += [".TP", f".B {_roff(typed)}", _roff(meaning)]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXITS:
        lines += [".TP", f".B {code}", _roff(meaning)]
    lines += [
        ".SH FILES", ".TP", ".I ./config/monitor.toml, ~/.config/monitor/monitor.toml", "configuration",
        ".TP", ".I ./config/feeds.toml, ~/.config/monitor/feeds.toml", "the feeds",
        ".TP", ".I ./state/, ~/.local/state/monitor/", "everything that is remembered",
        ".SH ENVIRONMENT", "MONITOR_CONFIG, MONITOR_STATE, MONITOR_\\fISECTION\\fR__\\fIKEY\\fR, NO_COLOR, FORCE_COLOR",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _roff(text: str) -> str:
    line = " ".join(text.replace("\b", "").replace("\\", "\\e").replace("-", "\\-").replace("`", "").split())
    return f"\\&{line}" if line[:1] in ".'" else line


PAGES = {"reference.md": reference, "monitor.1": man_page}

if __name__ == "__main__":
    for page, written in PAGES.items():
        (DOCS / page).write_text(written(), encoding="utf-8")
    sys.exit(0)
