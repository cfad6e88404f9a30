"""Recorded history through the very same recipes, at the recorded times. Nothing is fetched."""

import base64
import binascii
import gzip
import json
import lzma
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

from monitor import identify
from monitor.errors import UsageError
from monitor.look import look
from monitor.model import Answer, Failure, FeedTask, PageTask, Response, Saved
from monitor.poll import poll
from monitor.ports import Doors, Recipe
from monitor.settings import Headers
from monitor.times import to_milliseconds


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded answer."""

    at: datetime
    kind: Literal["feed", "page"]
    url: str
    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Filled:
    """What a backfill added."""

    snapshots: int = 0
    skipped: int = 0
    articles: int = 0
    revisions: int = 0
    edits: int = 0
    suspect: int = 0


def backfill(records: Iterable[Record], slug_of: Callable[[str], str | None], doors: Doors, *, with_pages: bool) -> Filled:
    """Plays the records, oldest first. `slug_of` names the feed of an address; an unknown feed's record raises UsageError.

    `with_pages` False: no page was recorded, so the feeds' own words are the versions.
    """
    total = Filled()
    for record in records:
        recipe, is_new_page = _recipe(record, slug_of, doors, with_pages=with_pages)
        if recipe is None:
            total = replace(total, skipped=total.skipped + 1)
            continue
        saved = drive(recipe, record)
        total = Filled(
            total.snapshots + 1,
            total.skipped,
            total.articles + len(saved.new_articles) + is_new_page,
            total.revisions + saved.revisions,
            total.edits + len(saved.edits),
            total.suspect + (saved.verdict == "suspect"),
        )
    return total


def _recipe(record: Record, slug_of: Callable[[str], str | None], doors: Doors, *, with_pages: bool) -> tuple[Recipe | None, bool]:
    """The recipe that this record answers, None when something newer was observed already; and whether its page made an article."""
    if record.kind == "feed":
        slug = slug_of(record.url)
        if slug is None:
            raise UsageError(f"no configured feed has the address {record.url}", hint="name it with --feed SLUG")
        task = doors.store.feed_task(slug, record.at)
        if not with_pages:
            task = replace(task, feed=replace(task.feed, pages=False))
        return (poll(task, doors) if _is_newer(record, task) else None), False
    keys = identify.url_keys(record.url)
    known = next(iter(doors.store.find_articles(keys).values()), None)
    article_id = doors.store.watch(record.url, keys, record.at) if known is None else known
    page_task = doors.store.page_task(article_id, record.at)
    return (look(page_task, doors) if _is_newer(record, page_task) else None), known is None


def _is_newer(record: Record, task: FeedTask | PageTask) -> bool:
    return task.pace.asked_at is None or record.at > task.pace.asked_at


def drive(recipe: Recipe, record: Record) -> Saved:
    """Runs the recipe with the recorded answer; anything else it asks for was not recorded."""
    answer: Answer | None = None
    try:
        request = next(recipe)
        while True:
            answer = _answer(record, request.url) if answer is None else _not_recorded(record, request.url)
            request = recipe.send(answer)
    except StopIteration as end:
        saved: Saved = end.value
        return saved


def _answer(record: Record, url: str) -> Answer:
    final = record.url or url
    if record.status >= 400:
        sentence = f"{final} answered {record.status}"
        return Failure(url, f"http_{record.status}", sentence, record.at, record.status, record.headers, final, body=record.body)
    return Response(url, final, record.status, record.headers, record.body, record.at, record.at)


def _not_recorded(record: Record, url: str) -> Failure:
    return Failure(url, "network", f"{url} was not recorded", record.at)


# --- reading recordings ---------------------------------------------------------------------------------------------


def read_records(paths: Sequence[Path], feed_urls: Callable[[], str | None]) -> Iterator[Record]:
    """The records of these files, oldest first within each file. `feed_urls` gives the address of the feed named by --feed.

    Raises UsageError that names file and line of what cannot be read.
    """
    for path in paths:
        if ".warc" in path.suffixes:
            yield from _from_warc(path)
        else:
            yield from _from_lines(path, feed_urls)


def _from_lines(path: Path, feed_url: Callable[[], str | None]) -> Iterator[Record]:
    with _opened(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield _record(json.loads(line), feed_url)
            except (ValueError, KeyError, TypeError, binascii.Error) as error:
                raise UsageError(f"{path}, line {number}: not a record of a feed or page ({error})") from error


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile | lzma.LZMAFile:
    try:
        match path.suffix:
            case ".gz":
                return gzip.open(path)
            case ".xz":
                return lzma.open(path)
            case ".zst":
                import zstandard

                return zstandard.open(path)  # type: ignore[no-any-return] # zstandard types it as Any
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def _record(line: dict[str, Any], feed_url: Callable[[], str | None]) -> Record:
    at = to_milliseconds(_time(line["time"]))
    if "xml" in line or "b64" in line:
        body = base64.b64decode(line["b64"]) if "b64" in line else line["xml"].encode(errors="replace")
        url = feed_url()
        if url is None:
            raise ValueError("it names no address: say which feed it is with --feed SLUG")
        return Record(at, "feed", url, 200, (), body)
    kind = line.get("kind", "page")
    if kind not in ("feed", "page"):
        raise ValueError(f"kind is {kind!r}, not 'feed' or 'page'")
    body = base64.b64decode(line["body_b64"]) if "body_b64" in line else (line.get("body") or "").encode(errors="replace")
    headers = tuple((str(name), str(value)) for name, value in (line.get("headers") or {}).items())
    if "body_b64" not in line:
        headers = _as_utf8(headers)
    return Record(at, kind, line["url"], int(line.get("status") or 200), headers, body)


def _as_utf8(headers: Headers) -> Headers:
    """A body recorded as text was decoded already: what its header or markup says of its charset is over."""
    kind = next((value.split(";")[0] for name, value in headers if name.lower() == "content-type"), "text/html")
    rest = tuple(pair for pair in headers if pair[0].lower() != "content-type")
    return (*rest, ("Content-Type", f"{kind}; charset=utf-8"))


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _from_warc(path: Path) -> Iterator[Record]:
    try:
        from warcio.archiveiterator import ArchiveIterator
    except ImportError as error:
        raise UsageError("reading WARC needs the extra 'export'", hint="pip install 'monitor[export]'") from error
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response" or record.http_headers is None:
                continue
            headers = tuple((str(name), str(value)) for name, value in record.http_headers.headers)
            kind = next((value for name, value in headers if name.lower() == "content-type"), "")
            at = to_milliseconds(_time(record.rec_headers.get_header("WARC-Date")))
            url = record.rec_headers.get_header("WARC-Target-URI")
            status = int(record.http_headers.get_statuscode())
            is_feed = any(word in kind for word in ("rss", "atom", "feed+json", "xml")) and "xhtml" not in kind
            yield Record(at, "feed" if is_feed else "page", url, status, headers, record.content_stream().read())
