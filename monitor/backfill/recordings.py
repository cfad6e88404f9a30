"""Recordings read back as records: JSON lines, WARC, and the databases of newsdiffs and diffengine."""

import base64
import binascii
import gzip
import json
import lzma
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from monitor.backfill import diffengine, newsdiffs
from monitor.backfill.record import Record
from monitor.errors import UsageError
from monitor.settings import Headers
from monitor.times import to_milliseconds

SQLITE = b"SQLite format 3"


def read_records(paths: Sequence[Path], feed_url: Callable[[], str | None], texts: Path | None = None) -> Iterator[Record]:
    """The records of these files, oldest first within each file. `feed_url` gives the address of the feed named by --feed.

    `texts` is the folder with the git repositories that a database of newsdiffs speaks of. Raises UsageError that names file and line
    of what cannot be read.
    """
    for path in paths:
        if ".warc" in path.suffixes:
            yield from _from_warc(path)
        elif path.suffix == ".sql":
            yield from newsdiffs.records_of_dump(path.read_text(encoding="utf-8", errors="replace"), texts)
        elif _is_sqlite(path):
            yield from _from_sqlite(path, texts)
        else:
            yield from _from_lines(path, feed_url)


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def _from_sqlite(path: Path, texts: Path | None) -> Iterator[Record]:
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as database:
        if diffengine.has_tables(database):
            yield from diffengine.records(database)
        elif newsdiffs.has_tables(database):
            yield from newsdiffs.records(database, texts)
        else:
            raise UsageError(f"{path} is a database neither of newsdiffs nor of diffengine", hint="monitor import takes our own exports")


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
