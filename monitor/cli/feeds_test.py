"""`feeds test`: what monitor reads in a feed, from an address or a file. Stores nothing."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from monitor.cli.face import Face, pass_face
from monitor.cli.printing import print_lines
from monitor.errors import ParseError

Json = dict[str, Any]


@click.command("test")
@click.argument("sources", nargs=-1, required=True, metavar="URL|FILE…")
@click.option("--timezone", metavar="ZONE", help="For stamps that name no zone.")
@click.option("--jsonl", is_flag=True, help="One object a line.")
@pass_face
def test(face: Face, sources: tuple[str, ...], timezone: str | None, jsonl: bool) -> int:
    """What monitor reads in feeds; stores nothing. Exit 1 if one could not be read."""
    failed = False
    for source in sources:
        row = _row(face, source, timezone)
        failed = failed or not row["ok"]
        if jsonl:
            print_lines([row])
        else:
            _print(row)
    return 1 if failed else 0


def _row(face: Face, source: str, timezone: str | None) -> Json:
    """The contract's line for one argument."""
    from monitor.parse.feed import parse_feed

    body, content_type, url, error = _bytes(face, source)
    if error is None:
        try:
            return _told(source, parse_feed(body, content_type=content_type, url=url, timezone=timezone))
        except ParseError as problem:
            error = problem.code
            return {**_nothing(source, error), "warnings": [problem.message]}
    return _nothing(source, error)


def _told(source: str, document: Any) -> Json:
    from monitor.times import rfc3339

    return {
        "source": source,
        "ok": True,
        "error": None,
        "format": document.format,
        "encoding": document.encoding,
        "title": document.title,
        "link": document.link,
        "entries": [
            {
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                "authors": list(entry.authors),
                "published_at": rfc3339(entry.published_at) if entry.published_at else None,
                "updated_at": rfc3339(entry.updated_at) if entry.updated_at else None,
                "summary": entry.summary,
                "content": entry.content,
            }
            for entry in document.entries
        ],
        "warnings": list(document.warnings),
    }


def _nothing(source: str, error: str) -> Json:
    empty = dict.fromkeys(("format", "encoding", "title", "link"))
    return {"source": source, "ok": False, "error": error, **empty, "entries": [], "warnings": []}


def _bytes(face: Face, source: str) -> tuple[bytes, str | None, str, str | None]:
    """The feed's bytes, what HTTP said of them, their address, and what went wrong instead."""
    if urlsplit(source).scheme.lower() in ("http", "https"):
        from monitor.fetch import fetch_once
        from monitor.model import Failure, Request

        answer = fetch_once(face.settings().fetch, Request(source, "feed"))
        if isinstance(answer, Failure):
            return b"", None, source, answer.code
        if answer.status != 200:
            return b"", None, source, f"http_{answer.status}"
        return answer.body, answer.header("content-type"), answer.final_url, None
    try:
        body = sys.stdin.buffer.read() if source == "-" else Path(source.removeprefix("file://")).read_bytes()
    except OSError as error:
        return b"", None, "", f"cannot read {source}: {error.strerror}"
    return body, None, "", None


def _print(row: Json) -> None:
    from monitor.text import term_safe

    if not row["ok"]:
        click.echo(f"{term_safe(row['source'])}: {row['error']}" + "".join(f" ({term_safe(one)})" for one in row["warnings"]))
        return
    click.echo(
        f"{term_safe(row['source'])}: {row['format']}, {row['encoding']}, {len(row['entries'])} entries: {term_safe(row['title'] or '')}"
    )
    for entry in row["entries"]:
        click.echo(f"  {entry['updated_at'] or entry['published_at'] or 'no date':20}  {term_safe(entry['title'])}")
        click.echo(f"  {'':20}  {term_safe(entry['url'] or entry['id'] or '')}")
    for warning in row["warnings"]:
        click.echo(f"  warning: {term_safe(warning)}")
