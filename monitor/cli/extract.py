"""`extract`, `sites`, `reextract`: what monitor reads on a page, by which rule, and better readings of stored pages."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from monitor.cli.face import Face, pass_face, print_json, print_lines, say
from monitor.errors import ConfigError
from monitor.text import term_safe

if TYPE_CHECKING:
    from monitor.model import PageContext, RawPage


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="URL|FILE…")
@click.option("--url", metavar="URL", help="The address the page was found at.")
@click.option("--timezone", metavar="ZONE", help="For stamps that name no zone.")
@click.option("--jsonl", is_flag=True, help="One object a line.")
@pass_face
def extract(face: Face, sources: tuple[str, ...], url: str | None, timezone: str | None, jsonl: bool) -> int:
    """What monitor reads on a page; stores nothing. Exit 1 if a page could not be read."""
    failed = False
    for source in sources:
        row = _row(face, source, url, timezone)
        failed = failed or row["error"] is not None
        if jsonl:
            print_lines([row])
        else:
            _print(row)
    return 1 if failed else 0


def _row(face: Face, source: str, url: str | None, timezone: str | None) -> dict[str, Any]:
    """The contract's line for one argument."""
    from monitor.extract.page import extract_page
    from monitor.times import rfc3339

    raw, error = _fetch(face, source, url)
    if raw is None:
        return {**dict.fromkeys(_KEYS), "source": source, "error": error, "authors": [], "body": [], "captions": []}
    began = time.perf_counter()
    page = extract_page(raw.body, raw.headers, raw.status, _context(face, raw, timezone))
    took = time.perf_counter() - began
    content = page.content
    return {
        "source": source,
        "error": None,
        "verdict": page.verdict,
        "reason": page.reason,
        "url": page.url,
        "canonical_url": page.canonical_url,
        "title": content.title,
        "subtitle": content.subtitle,
        "authors": list(content.authors),
        "section": content.section,
        "posted_at": rfc3339(page.posted.at) if page.posted else None,
        "updated_at": rfc3339(page.updated.at) if page.updated else None,
        "body": list(content.body),
        "captions": list(content.captions),
        "language": content.language,
        "took_ms": round(took * 1000, 2),
    }


_KEYS = (
    "source", "error", "verdict", "reason", "url", "canonical_url", "title", "subtitle", "authors", "section", "posted_at", "updated_at",
    "body", "captions", "language", "took_ms",
)  # fmt: skip


def _fetch(face: Face, source: str, url: str | None) -> "tuple[RawPage | None, str | None]":
    """The page behind an argument, or the code of what went wrong."""
    from monitor.model import Failure, RawPage, Request

    if urlsplit(source).scheme in ("http", "https"):
        from monitor.fetch import fetch_once

        answer = fetch_once(face.settings().fetch, Request(source, "page"))
        if isinstance(answer, Failure):
            return None, answer.code
        return RawPage(url or answer.final_url, answer.status, answer.headers, answer.body), None
    try:
        body = sys.stdin.buffer.read() if source == "-" else Path(source.removeprefix("file://")).read_bytes()
    except OSError as error:
        return None, f"cannot read {source}: {error.strerror}"
    return RawPage(url or "", 200, (), body), None


def _context(face: Face, raw: "RawPage", timezone: str | None) -> "PageContext":
    from datetime import UTC, datetime

    from monitor.extract.sites import rule_for
    from monitor.model import PageContext

    try:
        own = face.settings().sites
    except ConfigError:
        own = ()
    rule = rule_for(urlsplit(raw.url).netloc, own) if raw.url else None
    return PageContext(url=raw.url, now=datetime.now(UTC), timezone=timezone, rule=rule)


def _print(row: dict[str, Any]) -> None:
    for line in _lines(row):
        click.echo(line)


def _lines(row: dict[str, Any]) -> Iterator[str]:
    yield f"{row['source']}: {row['error'] or row['reason'] or row['verdict']}"
    for name in ("title", "subtitle", "authors", "section", "posted_at", "updated_at", "canonical_url", "language"):
        value = row.get(name)
        if value:
            yield f"  {name:14}{term_safe(', '.join(value) if isinstance(value, list) else value)}"
    for paragraph in row["body"]:
        yield f"\n{term_safe(paragraph)}"
    for caption in row["captions"]:
        yield f"\n[caption] {term_safe(caption)}"


@click.command()
@click.option("--feed", "feeds", multiple=True, metavar="SLUG", help="Only articles of this feed.")
@click.option("--dry-run", is_flag=True, help="Say what would read differently; store nothing.")
@click.option("--json", "as_json", is_flag=True, help="One document.")
@pass_face
def reextract(face: Face, feeds: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Run the extractor of today over stored pages. What it reads better is kept without an edit; nobody is told."""
    from contextlib import closing, nullcontext

    from monitor.engine.workers import ProcessWorkers
    from monitor.reextract import reread
    from monitor.store.lock import hold

    app = face.app()
    rows: list[dict[str, Any]] = []
    with (
        nullcontext() if dry_run else hold(app.settings.state_dir, app.database_url),
        closing(ProcessWorkers(wall=app.settings.fetch.timeout)) as workers,
    ):
        store = app.reading() if dry_run else app.writing()
        for found in reread(app.doors(store, workers, quietly=True), feeds=feeds, now=app.clock.now(), save=not dry_run):
            rows.append({"article": found.article.id, "url": found.article.url, "fields": list(found.fields), "reason": found.reason})
            if not as_json:
                click.echo(f"{found.article.id}  {found.reason or ', '.join(found.fields)}  {term_safe(found.article.title)}")
    changed = sum(1 for row in rows if row["fields"])
    if as_json:
        print_json("reextract", {"dry_run": dry_run, "changed": changed, "articles": rows})
    else:
        say(f"{changed} articles read differently{' (nothing stored)' if dry_run else ''}")


@click.group()
def sites() -> None:
    """Site rules: hand-written selectors for one outlet."""


@sites.command("ls")
@pass_face
def sites_ls(face: Face) -> None:
    """The rules: your own and those that come with monitor."""
    from monitor.extract.sites import shipped_rules

    own = face.settings().sites
    for rule in sorted((*own, *shipped_rules()), key=lambda rule: rule.host):
        click.echo(f"{rule.host:28}{rule.origin}")


@sites.command("test")
@click.argument("source", metavar="URL|FILE")
@click.option("--url", metavar="URL", help="The address the page was found at (its host names the rule).")
@click.option("--timezone", metavar="ZONE", help="For stamps that name no zone.")
@pass_face
def sites_test(face: Face, source: str, url: str | None, timezone: str | None) -> int:
    """What the rule of this page's host takes, and what it drops. Exit 1 if there is none, or it cannot be read."""
    from selectolax.lexbor import LexborHTMLParser

    from monitor.extract.charset import decode
    from monitor.extract.metadata import read_metadata
    from monitor.extract.page import reading_of
    from monitor.extract.rules import apply, faults

    raw, error = _fetch(face, source, url)
    if raw is None:
        say(f"error: {error}")
        return 1
    context = _context(face, raw, timezone)
    rule = context.rule
    if rule is None:
        say(f"no rule for {urlsplit(raw.url).netloc or 'a page without an address'}; name the address with --url")
        return 1
    problems = list(faults(rule))
    for problem in problems:
        say(f"error: {problem}")
    click.echo(f"rule of {rule.host} ({rule.origin})\n")
    _print(_row(face, source, url, timezone))
    tree = LexborHTMLParser(decode(raw.body, raw.headers, charset=rule.charset))
    for text in apply(rule, tree, reading_of(tree, read_metadata(tree), context)).dropped:
        click.echo(f"\n[dropped] {term_safe(text[:200])}")
    return 1 if problems else 0
