"""Options that several commands have, read the same way everywhere."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click

from monitor.errors import NotFound, UsageError
from monitor.ports import ReadingStore
from monitor.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def json_options(command: F) -> F:
    """--json, --jsonl, --fields."""
    command = click.option("--fields", metavar="A,B.C", help="With --json or --jsonl: only these fields.")(command)
    command = click.option("--jsonl", "as_lines", is_flag=True, help="One JSON object a line, all of them.")(command)
    return click.option("--json", "as_json", is_flag=True, help="One JSON document.")(command)


feed_option = click.option("--feed", "feeds", metavar="SLUG", multiple=True, help="Only of this feed; may be given again.")
since_option = click.option("--since", metavar="TIME", help="From then on: 24h, 7d, yesterday, 2023-09-19.")
limit_option = click.option("-n", "--limit", type=click.IntRange(min=0), help="At most so many; 0 is all.")


def a_moment(text: str | None, now: datetime, settings: Settings) -> datetime | None:
    """--since and --until as a moment; None when not given."""
    from monitor.refs import moment_of

    return moment_of(text, now, settings.timezone) if text else None


def known_slugs(slugs: Sequence[str], store: ReadingStore, settings: Settings) -> tuple[str, ...]:
    """The slugs, if each is configured or remembered. Raises NotFound with the nearest one."""
    if not slugs:
        return ()
    known = {feed.slug for feed in settings.feeds} | {state.feed.slug for state in store.feeds()}
    for slug in slugs:
        if slug not in known:
            from monitor.suggest import did_you_mean

            raise NotFound(f"no feed '{slug}'{did_you_mean(slug, sorted(known))}", hint="monitor feeds ls lists them")
    return tuple(slugs)


def known_words(text: str | None, known: Sequence[str], what: str) -> tuple[str, ...]:
    """`headline,number` as words, each of them known. Raises UsageError with the nearest one."""
    words = tuple(word.strip() for word in (text or "").split(",") if word.strip())
    for word in words:
        if word not in known:
            from monitor.suggest import did_you_mean

            near = did_you_mean(word, known) or f"; it is one of {', '.join(known)}"
            raise UsageError(f"'{word}' is no {what}{near}")
    return words
