"""What all commands share: where configuration and state are, what is opened, when there is colour, how errors end."""

import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.printing import columns, is_colored, print_json, print_lines, say
from monitor.errors import Ambiguous, MonitorError

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import App
    from monitor.ports import ReadingStore
    from monitor.settings import Settings

__all__ = ["Face", "Reading", "fail", "pass_face", "print_json", "print_lines", "say"]

BUG = 70


@dataclass(frozen=True, slots=True)
class Reading:
    """What a command that only reads works with."""

    settings: "Settings"
    store: "ReadingStore"
    now: "datetime"


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

    @contextmanager
    def reading(self) -> "Iterator[Reading]":
        """The store for a command that only reads, closed at the end."""
        from monitor.app import App

        app = App(self.settings(secrets=False))
        try:
            yield Reading(app.settings, app.reading(), app.clock.now())
        finally:
            app.close()

    @property
    def is_colored(self) -> bool:
        """Whether stdout gets colour: --color, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
        return is_colored(self.color, os.environ, is_terminal=sys.stdout.isatty())

    @property
    def columns(self) -> int:
        """How wide the terminal is; 80 where there is none."""
        return columns()


pass_face = click.make_pass_decorator(Face)


def fail(error: Exception, words: list[str]) -> int:
    """Tells an error on stderr, as JSON where JSON was asked for; the exit code."""
    code, exit_code, message, hint = _told(error)
    if any(word in ("--json", "--jsonl") for word in words):
        document: dict[str, Any] = {"code": code, "exit": exit_code, "message": message, "hint": hint}
        if isinstance(error, Ambiguous):
            document["candidates"] = list(error.candidates)
        click.echo(json.dumps({"error": document}, ensure_ascii=False), err=True)
    else:
        if exit_code == BUG:
            traceback.print_exception(error, file=sys.stderr)
        say(f"error: {_harmless(message)}")
        for candidate in error.candidates if isinstance(error, Ambiguous) else ():
            say(f"  {_harmless(candidate)}")
        if hint:
            say(f"hint: {_harmless(hint)}")
    return exit_code


def _harmless(told: str) -> str:
    # an error may quote what a server or a file said
    from monitor.text import term_safe

    return "\n".join(map(term_safe, told.split("\n")))


def _told(error: Exception) -> tuple[str, int, str, str]:
    if isinstance(error, MonitorError):
        return error.code, error.exit_code, error.message, error.hint
    if isinstance(error, click.ClickException):
        hint = f"try '{error.ctx.command_path} --help'" if isinstance(error, click.UsageError) and error.ctx else ""
        return "usage", error.exit_code, error.format_message(), hint
    return "internal", BUG, f"this is a bug in monitor: {error!r}", "please report it with the lines above"
