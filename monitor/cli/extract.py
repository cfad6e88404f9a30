"""`extract`, `sites`, `reextract`: what monitor reads on a page, by which rule, and better readings of stored pages."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from monitor.cli.face import Face, pass_face, print_lines
from monitor.errors import ConfigError

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
            yield f"  {name:14}{', '.join(value) if isinstance(value, list) else value}"
    for paragraph in row["body"]:
        yield f"\n{paragraph}"
    for caption in row["captions"]:
        yield f"\n[caption] {caption}"
