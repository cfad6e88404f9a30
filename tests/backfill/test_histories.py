"""Histories that others kept become revisions: files scraped into git, databases of diffengine and newsdiffs."""

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from fakes import FakeClock
from harbour import HOST, Piece, feed

from monitor.backfill import Filled, backfill
from monitor.backfill.newsdiffs import dumped_rows
from monitor.backfill.record import Record
from monitor.backfill.recordings import read_records
from monitor.backfill.repository import read_repository
from monitor.cli.main import main
from monitor.engine.workers import InlineWorkers
from monitor.errors import UsageError
from monitor.ports import Doors, EditQuery
from monitor.settings import Feed, ScheduleSettings
from monitor.store.memory import MemoryStore

FIRST, SECOND = Piece(), Piece(headline="Harbour council scraps the night ferry")
URL = FIRST.url


def committed(folder: Path, name: str, *texts: str | None) -> list[str]:
    """A repository with one version of a file a day; None removes it. The commits."""
    folder.mkdir(parents=True, exist_ok=True)
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    commits = []

    def git(*words: str, at: str = "") -> str:
        when = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at} if at else {}
        environment = os.environ | identity | when | {"GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(["git", "-C", str(folder), *words], env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    if not (folder / ".git").exists():
        git("init", "-q")
    for day, text in enumerate(texts, 1):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", "x", at=f"2023-09-{day:02d}T10:00:00+02:00")
        commits.append(git("rev-parse", "HEAD"))
    return commits


def played(records: list[Record]) -> tuple[Filled, MemoryStore]:
    store, clock = MemoryStore(), FakeClock()
    store.sync_feeds([Feed("harbour", f"{HOST}/feed.xml")], clock.now())
    doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
    with_pages = any(record.kind == "page" for record in records)
    return backfill(records, lambda url: "harbour", doors, with_pages=with_pages), store


def test_a_feed_scraped_into_git_has_its_history(tmp_path: Path) -> None:
    committed(tmp_path / "repo", "data/rss.xml", feed(FIRST), None, feed(SECOND))

    records = list(read_repository(tmp_path / "repo", "data/rss.xml", f"{HOST}/feed.xml", None))
    filled, store = played(records)

    assert [(record.at, record.kind) for record in records] == [
        (datetime(2023, 9, 1, 8, tzinfo=UTC), "feed"),
        (datetime(2023, 9, 3, 8, tzinfo=UTC), "feed"),
    ]
    assert (filled.articles, filled.revisions, filled.edits) == (1, 2, 1)
    assert [revision.content.title for revision in store.revisions(1)] == [FIRST.headline, SECOND.headline]


def test_a_page_scraped_into_git_has_its_history(tmp_path: Path) -> None:
    committed(tmp_path / "repo", "page.html", FIRST.page(), SECOND.page())

    filled, store = played(list(read_repository(tmp_path / "repo", "page.html", None, URL)))

    assert (filled.revisions, filled.edits) == (2, 1)
    assert [edit.title for edit in store.edits(EditQuery())] == [SECOND.headline]


def test_a_folder_inside_a_repository_is_read_as_well(tmp_path: Path) -> None:
    committed(tmp_path / "repo", "data/page.html", FIRST.page(), SECOND.page())

    assert len(list(read_repository(tmp_path / "repo" / "data", "page.html", None, URL))) == 2


@pytest.mark.parametrize(
    ("path", "url", "sentence"),
    [("other.html", URL, "in no commit"), ("page.html", None, "nothing says"), ("--output=x", URL, "in no commit")],
    ids=["no such file", "neither feed nor page", "an option as a name"],
)
def test_what_git_does_not_hold_is_said(tmp_path: Path, path: str, url: str | None, sentence: str) -> None:
    committed(tmp_path / "repo", "page.html", FIRST.page())

    with pytest.raises(UsageError, match=sentence):
        list(read_repository(tmp_path / "repo", path, None, url))


def test_a_folder_without_a_repository_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        list(read_repository(tmp_path, "page.html", None, URL))


def test_the_command_plays_a_repository_and_says_what_it_needs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    committed(tmp_path / "repo", "page.html", FIRST.page(), SECOND.page())

    def run(*words: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(tmp_path), "--state", str(tmp_path / "state"), "backfill", *words])
        out, err = capfd.readouterr()
        return ended.value.code, out + err

    code, said = run("--git", str(tmp_path / "repo"), "--path", "page.html", "--url", URL, "--json")
    nothing, hint = run("--git", str(tmp_path / "repo"))

    assert not code
    counts = json.loads(said)
    assert (counts["snapshots"], counts["revisions"], counts["edits"]) == (2, 2, 1)
    assert (nothing, "nothing to read is named" in hint) == (2, True)


# --- WARC -----------------------------------------------------------------------------------------------------------


# warcio leaves the spools of its records to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_warc_has_its_history_and_what_is_no_answer_is_left_out(tmp_path: Path) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    path = tmp_path / "crawl.warc.gz"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        writer.write_record(writer.create_warcinfo_record("crawl.warc.gz", {"software": "a crawler"}))
        for day, piece in enumerate((FIRST, SECOND), 1):
            answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            about = {"WARC-Date": f"2023-09-0{day}T10:00:00Z"}
            page = BytesIO(piece.page().encode())
            writer.write_record(writer.create_warc_record(URL, "response", payload=page, http_headers=answer, warc_headers_dict=about))

    records = list(read_records([path], lambda: None))
    filled, store = played(records)

    assert [(record.at, record.kind, record.url) for record in records] == [
        (datetime(2023, 9, 1, 10, tzinfo=UTC), "page", URL),
        (datetime(2023, 9, 2, 10, tzinfo=UTC), "page", URL),
    ]
    assert (filled.articles, filled.revisions, filled.edits) == (1, 2, 1)
    assert store.revisions(1)[1].content.title == SECOND.headline


# --- diffengine -----------------------------------------------------------------------------------------------------

DIFFENGINE = """
CREATE TABLE "feed" ("url" VARCHAR(255) NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL, "created" DATETIME NOT NULL);
CREATE TABLE "entry" ("id" INTEGER NOT NULL PRIMARY KEY, "url" VARCHAR(255) NOT NULL, "created" DATETIME NOT NULL,
    "checked" DATETIME NOT NULL);
CREATE TABLE "feedentry" ("id" INTEGER NOT NULL PRIMARY KEY, "feed_id" VARCHAR(255) NOT NULL, "entry_id" INTEGER NOT NULL,
    "created" DATETIME NOT NULL);
CREATE TABLE "entryversion" ("id" INTEGER NOT NULL PRIMARY KEY, "title" VARCHAR(255) NOT NULL, "url" VARCHAR(255) NOT NULL,
    "summary" VARCHAR(255) NOT NULL, "created" DATETIME NOT NULL, "archive_url" VARCHAR(255), "entry_id" INTEGER NOT NULL);
CREATE TABLE "diff" ("id" INTEGER NOT NULL PRIMARY KEY, "old_id" INTEGER NOT NULL, "new_id" INTEGER NOT NULL,
    "created" DATETIME NOT NULL, "tweeted" DATETIME, "blogged" DATETIME);
"""


def paragraphs(piece: Piece) -> str:
    return "".join(f"<p>{text}</p>" for text in piece.body)


def test_a_database_of_diffengine_has_its_history_also_where_the_address_moved(tmp_path: Path) -> None:
    path = tmp_path / "diffengine.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(DIFFENGINE)
        database.execute("INSERT INTO entry VALUES (1, ?, '2023-09-01', '2023-09-03')", (URL,))
        for number, (piece, url) in enumerate([(FIRST, URL), (SECOND, f"{URL}-scrapped")], 1):
            values = (number, piece.headline, url, paragraphs(piece), f"2023-09-0{number} 10:00:00.123456", None, 1)
            database.execute("INSERT INTO entryversion VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    records = list(read_records([path], lambda: None))
    filled, store = played(records)

    # as fine as it is kept, so that it is known again
    assert records[0].at == datetime(2023, 9, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert (filled.articles, filled.revisions, filled.edits) == (1, 2, 1)
    first, second = store.revisions(1)
    assert (first.content.title, first.content.body) == (FIRST.headline, FIRST.body)
    assert second.content.title == SECOND.headline


# --- newsdiffs ------------------------------------------------------------------------------------------------------

NEWSDIFFS = """
CREATE TABLE `Articles` (
  `id` integer NOT NULL PRIMARY KEY,
  `url` varchar(255) NOT NULL UNIQUE,
  `initial_date` datetime NOT NULL,
  `last_update` datetime NOT NULL,
  `last_check` datetime NOT NULL,
  `git_dir` varchar(255) NOT NULL
);
CREATE TABLE `version` (
  `id` integer NOT NULL PRIMARY KEY,
  `article_id` integer NOT NULL,
  `v` varchar(255) NOT NULL UNIQUE,
  `title` varchar(255) NOT NULL,
  `byline` varchar(255) NOT NULL,
  `date` datetime NOT NULL,
  `boring` tinyint(1) NOT NULL,
  `diff_json` varchar(255)
);
"""


def text_of(piece: Piece) -> str:
    return "\n".join(["September 1, 2023", piece.headline, "By Ada Quay", *piece.body, ""])


def inserts(commits: list[str]) -> str:
    """What a dump of its MySQL says: several rows in one statement, quotes and line breaks escaped."""
    rows = ",".join(
        f"({number},7,'{commit}','{piece.headline}','By Ada Quay','2023-09-0{number} 04:00:00',0,NULL)"
        for number, (commit, piece) in enumerate(zip(commits, (FIRST, SECOND), strict=True), 1)
    )
    article = f"(7,'{URL}','2023-09-01 04:00:00','2023-09-01 04:00:00','2023-09-01 04:00:00','2023-09')"
    return f"INSERT INTO `Articles` VALUES {article};\nINSERT INTO `version` VALUES {rows};\n"


@pytest.mark.parametrize("kept_as", ["sqlite", "dump"])
def test_newsdiffs_has_its_history(tmp_path: Path, kept_as: str) -> None:
    commits = committed(tmp_path / "articles" / "2023-09", URL.removeprefix("https://"), text_of(FIRST), text_of(SECOND))
    path = tmp_path / ("newsdiffs.sql" if kept_as == "dump" else "newsdiffs.db")
    if kept_as == "dump":
        path.write_text(NEWSDIFFS + inserts(commits))
    else:
        with closing(sqlite3.connect(path)) as database:
            database.executescript(NEWSDIFFS + inserts(commits))

    records = list(read_records([path], lambda: None, tmp_path / "articles"))
    filled, store = played(records)

    assert [record.at for record in records] == [datetime(2023, 9, 1, 8, tzinfo=UTC), datetime(2023, 9, 2, 8, tzinfo=UTC)]
    assert (filled.articles, filled.revisions, filled.edits) == (1, 2, 1)
    first, second = store.revisions(1)
    assert (first.content.title, first.content.body, first.content.authors) == (FIRST.headline, FIRST.body, ("Ada Quay",))
    assert second.content.title == SECOND.headline


def test_a_repository_of_newsdiffs_is_listed_once_for_all_its_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = committed(tmp_path / "articles" / "2023-09", URL.removeprefix("https://"), text_of(FIRST), text_of(SECOND))
    others = "".join(f"INSERT INTO `Articles` VALUES ({n},'{URL}/{n}','','','','2023-09');\n" for n in range(8, 12))
    (tmp_path / "newsdiffs.sql").write_text(NEWSDIFFS + inserts(commits) + others)
    (tmp_path / "git").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nPATH="$REAL_PATH" exec git "$@"\n')
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("REAL_PATH", os.environ["PATH"])
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert len(list(read_records([tmp_path / "newsdiffs.sql"], lambda: None, tmp_path / "articles"))) == 2
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len([line for line in asked if " log " in line]) == 1


def test_newsdiffs_without_its_texts_is_said(tmp_path: Path) -> None:
    (tmp_path / "newsdiffs.sql").write_text(NEWSDIFFS)

    with pytest.raises(UsageError, match="git repositories"):
        list(read_records([tmp_path / "newsdiffs.sql"], lambda: None))


def test_a_dump_is_read_with_its_quotes_lists_and_nothings() -> None:
    dump = "INSERT INTO `version` (`id`, `title`, `byline`) VALUES (1,'it\\'s (1,2); \\\"so\\\"\\nhere',NULL), (-2,'''two''','');"

    assert dumped_rows(dump, "version") == [
        {"id": "1", "title": 'it\'s (1,2); "so"\nhere', "byline": None},
        {"id": "-2", "title": "'two'", "byline": ""},
    ]


def test_another_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")

    with pytest.raises(UsageError, match="neither of newsdiffs nor of diffengine"):
        list(read_records([tmp_path / "other.db"], lambda: None))
