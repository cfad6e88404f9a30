"""`monitor doctor`: everything that can be wrong on this machine, each fault with the command that mends it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import click

from monitor.cli.face import Face, Reading, pass_face, print_json
from monitor.cli.printing import counted
from monitor.cli.status import untrusted_outlets
from monitor.errors import ConfigError, MonitorError
from monitor.settings import FetchSettings, Settings

OLDEST_SQLITE = (3, 40, 0)  # the trigram index of search, and RETURNING with what we build on it
LOW_DISK = 500_000_000
FAILING_FOR = timedelta(hours=24)
QUIET_FOR = timedelta(hours=26)  # the longest default pause of a feed, and some


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `mend` is a command or a sentence, None where nothing is to do."""

    name: str
    state: Literal["ok", "warn", "FAIL"]
    message: str
    mend: str | None = None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@pass_face
def doctor(face: Face, as_json: bool) -> int:
    """Check everything; exit 1 if something fails. A warning is no failure."""
    findings = list(_findings(face))
    failed = any(finding.state == "FAIL" for finding in findings)
    if as_json:
        checks = [{"name": f.name, "state": f.state, "message": f.message, "mend": f.mend} for f in findings]
        print_json("doctor", {"ok": not failed, "checks": checks})
    else:
        for finding in findings:
            _print(finding, face)
    return int(failed)


def _print(finding: Finding, face: Face) -> None:
    from monitor.text import term_safe

    color = {"ok": "green", "warn": "yellow", "FAIL": "red"}[finding.state]
    click.echo(f"{click.style(f'{finding.state:<4}', fg=color)}  {finding.name}: {term_safe(finding.message)}")
    if finding.mend:
        click.echo(f"      → {term_safe(finding.mend)}")


def _findings(face: Face) -> Iterator[Finding]:
    yield from _machine()
    try:
        settings = face.settings()
    except ConfigError as error:
        for problem in error.problems:
            yield Finding("configuration", "FAIL", problem, "monitor config edit")
        try:
            settings = face.settings(secrets=False)
        except ConfigError:
            return
    yield Finding(
        "configuration", "ok", f"{settings.config_dir}: {counted(len(settings.feeds), 'feed')}, {counted(len(settings.targets), 'target')}"
    )
    yield from _asking(settings)
    yield from _telling(settings)
    yield from _secrets(settings)
    yield from _state(settings)
    try:
        with face.reading() as reading:
            yield from _remembered(reading)
    except MonitorError as error:
        yield Finding("store", "FAIL", error.message, error.hint or "monitor db check")


def _machine() -> Iterator[Finding]:
    import sqlite3

    found = sys.version_info[:3]
    yield Finding(
        "python",
        "ok" if found >= (3, 11) else "FAIL",
        ".".join(map(str, found)),
        None if found >= (3, 11) else "install Python 3.11 or newer",
    )
    is_new = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    yield Finding("sqlite", "ok" if is_new else "FAIL", sqlite3.sqlite_version, None if is_new else "install SQLite 3.40 or newer")
    try:
        sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='trigram')")
        yield Finding("full-text search", "ok", "FTS5 with trigrams")
    except sqlite3.Error as error:
        yield Finding("full-text search", "FAIL", str(error), "install an SQLite built with FTS5")


def _asking(settings: Settings) -> Iterator[Finding]:
    if not settings.feeds:
        yield Finding("feeds", "warn", "none is configured", "monitor feeds add https://www.example.org/")
    if settings.fetch.user_agent == FetchSettings().user_agent:
        yield Finding("user agent", "warn", "does not say who you are", 'monitor config set fetch.user_agent "…who asks, and a contact…"')
    for feed in settings.feeds:
        if feed.ca_file and not Path(feed.ca_file).is_file():
            yield Finding(f"feed {feed.slug}", "FAIL", f"{feed.ca_file} is not there", "monitor config edit")


def _telling(settings: Settings) -> Iterator[Finding]:
    own = ("mailto:", "webhook+", "exec:")
    chat = [target.name for target in settings.targets if not target.url.startswith(own)]
    if chat and not _has("apprise"):
        yield Finding("targets", "FAIL", f"{', '.join(chat)} need Apprise", "pip install 'monitor[notify]'")
    mailed = [target.name for target in settings.targets if target.url.startswith("mailto:")]
    if mailed and settings.mail is None:
        yield Finding("targets", "FAIL", f"{', '.join(mailed)} need a [mail] section with an SMTP server", "monitor config edit")
    elif settings.targets:
        yield Finding("targets", "ok", ", ".join(target.name for target in settings.targets))


def _secrets(settings: Settings) -> Iterator[Finding]:
    path = settings.config_dir / "monitor.toml"
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except OSError:
        return
    plain = [line.strip().partition("=")[0].strip() for line in text.splitlines() if _is_plain_secret(line)]
    if plain and mode & 0o077:
        yield Finding("secrets", "warn", f"{', '.join(plain)} stands in {path}, which others can read", f"chmod 600 {path}")


def _is_plain_secret(line: str) -> bool:
    name, equals, value = line.strip().partition("=")
    return bool(equals) and name.strip() in ("password", "token", "secret") and value.strip().startswith(('"', "'"))


def _state(settings: Settings) -> Iterator[Finding]:
    folder = settings.state_dir
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(there, os.W_OK):
        yield Finding("state folder", "FAIL", f"{there} cannot be written", f"sudo chown -R $USER {there}")
        return
    free = shutil.disk_usage(there).free
    few = free < LOW_DISK
    yield Finding(
        "state folder", "warn" if few else "ok", f"{folder}, {free // 1_000_000} MB free", "free some disk space" if few else None
    )


def _remembered(reading: Reading) -> Iterator[Finding]:
    counts, now = reading.store.counts(reading.now), reading.now
    sizes = (counts.articles, "article"), (counts.revisions, "revision"), (counts.edits, "edit")
    yield Finding("store", "ok", ", ".join(counted(number, what) for number, what in sizes))
    if counts.last_poll_at and counts.last_poll_at > now + timedelta(minutes=5):
        yield Finding(
            "clock",
            "FAIL",
            f"the last poll is from the future, {counts.last_poll_at:%Y-%m-%d %H:%M}",
            "set the machine's clock (timedatectl)",
        )
    overdue = now - counts.oldest_due_at if counts.oldest_due_at else timedelta(0)
    if reading.settings.feeds and (counts.last_poll_at is None or now - counts.last_poll_at > QUIET_FOR):
        yield Finding("daemon", "warn", "nothing was polled for a day", "monitor run (or monitor check from cron)")
    elif overdue > timedelta(hours=1):
        yield Finding(
            "daemon", "warn", f"work is overdue for {overdue.total_seconds() / 3600:.0f} h", "monitor run, or check that it is alive"
        )
    for state in reading.store.feeds():
        if state.configured and state.failures and state.polled_at and now - state.polled_at < FAILING_FOR:
            yield Finding(
                f"feed {state.feed.slug}", "warn", f"{state.failures} failures in a row: {state.error}", f"monitor feeds test {state.url}"
            )
    for outlet in untrusted_outlets(reading):
        name, mend = f"outlet {outlet.host}", f"monitor sites test https://{outlet.host}/…"
        yield Finding(name, "warn", f"{outlet.said} in 7 days: edits may go unseen", mend)
    if counts.outbox_dead:
        yield Finding("reports", "warn", f"{counts.outbox_dead} could not be delivered", "monitor notify log --state dead")


def _has(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None
