"""How it stands: the state in six lines, whether it is healthy, which versions run."""

import os
import platform
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor import __version__
from monitor.cli.face import Face, pass_face, print_json, say
from monitor.cli.printing import counted

if TYPE_CHECKING:
    from monitor.cli.face import Reading
    from monitor.model import OutletTrust
    from monitor.ports import Counts
    from monitor.settings import Settings

Json = dict[str, Any]

HEALTHY_FOR = "1h"
"""How long work may be overdue before `healthcheck` says so. A poll that is slow or backs off is not overdue: it is not due."""

CARD = """monitor {version} watches news feeds, keeps every version of every article, and reports what was edited.
There is no configuration yet.

  See it work, no network needed       monitor demo
  Watch a site                         monitor init https://www.example.org/
  Bring feeds from another reader      monitor init --opml subscriptions.opml

Looked for {places}
"""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@pass_face
def status(face: Face, as_json: bool) -> None:
    """How it stands: feeds, articles, edits, what is due, who runs."""
    if as_json:
        with face.reading() as reading:
            counts = reading.store.counts(reading.now)
            untrusted = [outlet_json(outlet) for outlet in untrusted_outlets(reading)]
            places = _places_json(reading.settings)
            print_json("status", {**_counts_json(counts), "untrusted": untrusted, **places, "version": __version__})
        return
    _print_status(face)


def overview(face: Face) -> None:
    """`monitor` alone: the status, or on a first run what to do."""
    from monitor.config import config_places, holds_config

    settings = face.settings(secrets=False)
    if holds_config(settings.config_dir) or settings.feeds or _has_store(settings):
        _print_status(face)
        return
    places = [face.config_dir] if face.config_dir else config_places(os.environ)
    click.echo(CARD.format(version=__version__, places=", ".join(f"{place}/monitor.toml" for place in places)), nl=False)


@click.command()
@click.option("--max-age", default=HEALTHY_FOR, metavar="TIME", help=f"How long work may be overdue; default {HEALTHY_FOR}.")
@pass_face
def healthcheck(face: Face, max_age: str) -> int:
    """Silent; exit 0 if due work gets done, else 1. For containers and supervisors."""
    from monitor.config.values import a_duration
    from monitor.errors import UsageError

    try:
        allowed = a_duration(max_age)
    except ValueError as error:
        raise UsageError(f"--max-age {error}") from error
    with face.reading() as reading:
        counts = reading.store.counts(reading.now)
    overdue = reading.now - counts.oldest_due_at if counts.oldest_due_at else timedelta(0)
    if overdue > allowed:
        say(f"work is overdue for {_span(overdue)}")
        return 1
    return 0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
def version(as_json: bool) -> None:
    """Versions, for bug reports."""
    import sqlite3

    told = {
        "version": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "platform": f"{platform.system()} {platform.machine()}",
        "executable": sys.executable,
    }
    if as_json:
        print_json("version", told)
    else:
        click.echo(f"monitor {__version__}")
        click.echo(f"Python {told['python']}, SQLite {told['sqlite']}, {told['platform']}")


def _print_status(face: Face) -> None:
    with face.reading() as reading:
        counts, settings, now = reading.store.counts(reading.now), reading.settings, reading.now
        untrusted = untrusted_outlets(reading)
    feeds = counted(counts.feeds, "feed") + (f", {counts.feeds_failing} failing (monitor feeds ls)" if counts.feeds_failing else "")
    due = f"{counts.due} due" + (f", the oldest for {_span(now - counts.oldest_due_at)}" if counts.oldest_due_at else "")
    reports = f"{counts.outbox_waiting} waiting" + (
        f", {counts.outbox_dead} failed for good (monitor notify log)" if counts.outbox_dead else ""
    )
    last = f"last poll {_span(now - counts.last_poll_at)} ago" if counts.last_poll_at else "never polled (monitor check, monitor run)"
    click.echo(f"watching   {feeds}, {counts.watched} of {counts.articles} articles")
    stored = f"{counted(counts.revisions, 'revision')}, {counted(counts.edits, 'edit')}"
    click.echo(f"stored     {stored}, {counts.edits_24h} in the last 24 h (monitor log)")
    click.echo(f"asking     {last}; {due}")
    if untrusted:
        more = f", and {counted(len(untrusted) - 1, 'other')}" if len(untrusted) > 1 else ""
        click.echo(f"reading    {untrusted[0].host}: {untrusted[0].said} in 7 days{more} (monitor doctor)")
    click.echo(f"telling    {counted(len(settings.targets), 'target')}, {reports}")
    click.echo(f"config     {settings.config_dir}")
    click.echo(f"state      {settings.state_dir}")


def untrusted_outlets(reading: "Reading") -> "tuple[OutletTrust, ...]":
    """The outlets of the last week whose silence does not mean that nothing was edited, the worst first."""
    from monitor.model import TRUST_WINDOW

    return tuple(outlet for outlet in reading.store.outlets(reading.now - TRUST_WINDOW) if not outlet.is_trusted)


def outlet_json(outlet: "OutletTrust") -> Json:
    """How an outlet's pages were read, for scripts."""
    return {"host": outlet.host, "looks": outlet.looks, "bad": outlet.bad, "reasons": dict(outlet.reasons), "trusted": outlet.is_trusted}


def _has_store(settings: "Settings") -> bool:
    return settings.database_url is not None or (settings.state_dir / "monitor.db").exists()


def _counts_json(counts: "Counts") -> Json:
    return {
        "feeds": counts.feeds,
        "feeds_failing": counts.feeds_failing,
        "articles": counts.articles,
        "watched": counts.watched,
        "revisions": counts.revisions,
        "edits": counts.edits,
        "edits_24h": counts.edits_24h,
        "due": counts.due,
        "oldest_due_at": _time(counts.oldest_due_at),
        "last_poll_at": _time(counts.last_poll_at),
        "outbox_waiting": counts.outbox_waiting,
        "outbox_dead": counts.outbox_dead,
    }


def _places_json(settings: "Settings") -> Json:
    return {"config": str(Path(settings.config_dir).absolute()), "state": str(Path(settings.state_dir).absolute())}


def _time(at: datetime | None) -> str | None:
    from monitor.times import rfc3339

    return rfc3339(at) if at else None


def _span(length: timedelta) -> str:
    seconds = max(0, round(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
