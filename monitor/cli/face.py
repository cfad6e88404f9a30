"""What all commands share: where configuration and state are, how data and talk are printed, how errors end."""

import json
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.errors import Ambiguous, MonitorError

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.settings import Settings

BUG = 70


@dataclass(frozen=True, slots=True)
class Face:
    """The global options, as typed. Settings and the store are opened by the command that needs them."""

    config_dir: Path | None
    state_dir: Path | None
    color: str
    timezone: str | None
    verbosity: int = 0

    def settings(self, *, secrets: bool = True) -> "Settings":
        """The configuration, read and checked. Raises ConfigError with every mistake.

        `secrets` False: for commands that only read, secrets that cannot be had are left out.
        """
        from monitor.config import read_settings

        return read_settings(self.config_dir, self.state_dir, timezone=self.timezone, secrets=secrets)

    def app(self) -> "App":
        """The program with its implementations tied together, over the configured store."""
        from monitor.app import App

        return App(self.settings())


pass_face = click.make_pass_decorator(Face)


def print_json(what: str, document: dict[str, Any]) -> None:
    """One document with its schema, on one line off a TTY."""
    indent = 2 if sys.stdout.isatty() else None
    click.echo(json.dumps({"schema": f"monitor.{what}/1", **document}, ensure_ascii=False, indent=indent))


def print_lines(rows: Iterable[dict[str, Any]]) -> None:
    """One object a line."""
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(sentence: str) -> None:
    """Talk, on stderr."""
    click.echo(sentence, err=True)


def fail(error: Exception, words: list[str]) -> int:
    """Tells an error on stderr, as JSON where JSON was asked for; the exit code."""
    code, exit_code, message, hint = _told(error)
    if any(word in ("--json", "--jsonl") for word in words):
        document = {"code": code, "exit": exit_code, "message": message, "hint": hint}
        if isinstance(error, Ambiguous):
            document["candidates"] = list(error.candidates)
        click.echo(json.dumps({"error": document}, ensure_ascii=False), err=True)
    else:
        if exit_code == BUG:
            traceback.print_exception(error, file=sys.stderr)
        click.echo(f"error: {message}", err=True)
        for candidate in error.candidates if isinstance(error, Ambiguous) else ():
            click.echo(f"  {candidate}", err=True)
        if hint:
            click.echo(f"hint: {hint}", err=True)
    return exit_code


def _told(error: Exception) -> tuple[str, int, str, str]:
    if isinstance(error, MonitorError):
        return error.code, error.exit_code, error.message, error.hint
    if isinstance(error, click.ClickException):
        hint = f"try '{error.ctx.command_path} --help'" if isinstance(error, click.UsageError) and error.ctx else ""
        return "usage", error.exit_code, error.format_message(), hint
    return "internal", BUG, f"this is a bug in monitor: {error!r}", "please report it with the lines above"
