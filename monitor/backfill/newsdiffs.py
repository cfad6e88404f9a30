"""Histories that newsdiffs kept: its database (SQLite, or a dump of its MySQL) names the versions, git repositories hold their texts.

A text is a file named like its article's address, its lines the date, the title, the byline and the paragraphs.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from monitor.backfill.record import Record, page_of
from monitor.backfill.repository import blobs, versions
from monitor.errors import UsageError
from monitor.times import to_milliseconds

Row = dict[str, str | None]
Rows = list[Row]
ARTICLES, VERSIONS = "Articles", "version"
_INSERT = re.compile(r"INSERT INTO [`\"]?(Articles|version)[`\"]?\s*(\([^)]*\))?\s*VALUES\s*", re.IGNORECASE)
_COLUMN = re.compile(r"^\s+[`\"](\w+)[`\"] ", re.MULTILINE)
_VALUE = re.compile(r"\s*(?:'((?:[^'\\]|\\.|'')*)'|([^',()\s]+))\s*([,)])", re.DOTALL)
_OPENING = re.compile(r"[,\s]*\(")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "Z": "\x1a"}


def has_tables(database: sqlite3.Connection) -> bool:
    """Whether this is a database of newsdiffs."""
    return len(database.execute(f"SELECT 1 FROM sqlite_master WHERE name IN ('{ARTICLES}', '{VERSIONS}')").fetchall()) == 2


def records(database: sqlite3.Connection, texts: Path | None) -> Iterator[Record]:
    """Every version as a page, oldest first; `texts` is the folder with its repositories."""
    yield from _records(_rows(database, ARTICLES), _rows(database, VERSIONS), texts)


def _rows(database: sqlite3.Connection, table: str) -> Rows:
    found = database.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, (None if value is None else str(value) for value in row), strict=True)) for row in found]


def records_of_dump(dump: str, texts: Path | None) -> Iterator[Record]:
    """The same of a dump as `mysqldump` writes it."""
    yield from _records(dumped_rows(dump, ARTICLES), dumped_rows(dump, VERSIONS), texts)


def _records(articles: Rows, kept: Rows, texts: Path | None) -> Iterator[Record]:
    if texts is None:
        raise UsageError("newsdiffs keeps its texts in git repositories", hint="--git FOLDER says where: its 'articles' folder")
    named = {article["id"]: (article["url"] or "", texts / str(article.get("git_dir") or "")) for article in articles}
    made = {folder: dict(versions(folder)) for folder in {folder for _, folder in named.values()}}

    def at(version: Row) -> datetime:
        # the row's time has no zone, the commit's has
        commit = made[named[version["article_id"]][1]].get(version["v"] or "")
        return commit or to_milliseconds(datetime.fromisoformat(version["date"] or "").replace(tzinfo=UTC))

    ordered = sorted((version for version in kept if version["article_id"] in named), key=at)
    names: dict[Path, list[str]] = {folder: [] for folder in made}
    for version in ordered:
        url, folder = named[version["article_id"]]
        names[folder].append(f"{version['v']}:{re.sub('^https?://', '', url).rstrip('/')}")
    read = {folder: blobs(folder, wanted) for folder, wanted in names.items()}
    for version in ordered:
        url, folder = named[version["article_id"]]
        text = next(read[folder])
        if text is not None:
            yield _page(url, at(version), text.decode(errors="replace"), version)


def _page(url: str, at: datetime, text: str, version: Row) -> Record:
    date, title, byline, body = (*text.split("\n", 3), "", "", "")[:4]
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in body.split("\n") if line.strip())
    stamp = f"<p><time>{escape(date)}</time></p>" if date.strip() else ""
    by = (version["byline"] or byline).strip()
    return page_of(url, at, version["title"] or title, stamp + paragraphs, authors=[by] if by else [], made_by="newsdiffs")


# --- a dump ---------------------------------------------------------------------------------------------------------


def dumped_rows(dump: str, table: str) -> Rows:
    """The rows that a dump inserts into a table, by its own column names. NULL is None, anything else its text."""
    rows: Rows = []
    for insert in _INSERT.finditer(dump):
        if insert[1].lower() != table.lower():
            continue
        columns = re.findall(r"\w+", insert[2]) if insert[2] else _columns(dump, table)
        place = insert.end()
        while opening := _OPENING.match(dump, place):
            values, place = _tuple(dump, opening.end())
            rows.append(dict(zip(columns, values, strict=False)))
    return rows


def _columns(dump: str, table: str) -> Sequence[str]:
    made = re.search(rf"CREATE TABLE [`\"]?{table}[`\"]? \((.*?)\n\)", dump, re.DOTALL | re.IGNORECASE)
    if made is None:
        raise UsageError(f"the dump does not say which columns the table {table} has")
    return _COLUMN.findall(made[1])


def _tuple(dump: str, place: int) -> tuple[list[str | None], int]:
    values: list[str | None] = []
    while value := _VALUE.match(dump, place):
        place = value.end()
        values.append(_plain(value[1]) if value[1] is not None else None if value[2].upper() == "NULL" else value[2])
        if value[3] == ")":
            return values, place
    raise UsageError(f"the dump cannot be read at '{dump[place : place + 40]}'")


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)|''", lambda found: _ESCAPED.get(found[1], found[1]) if found[1] else "'", quoted, flags=re.DOTALL)
