"""Requests a second and their p95, page by page, over a million revisions. `python bench/web.py [REVISIONS] [--keep FOLDER]`.

Two thousand articles with edits are saved through the store's own door, then copied inside the database until there are enough: each
copy five days after the one before, with its words in the search index and a row in the outbox. Words are as frequent as in any
language (Zipf's law), so that a search may be for a common one or a rare one. The server is one process held to one core, wrk
(Debian's) asks it from another.
"""

import argparse
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.compare import diff_of
from monitor.identify import url_keys
from monitor.model import (
    ArticleUpdate,
    Content,
    Listing,
    Look,
    LookOutcome,
    NewRevision,
    Pace,
    PollOutcome,
    Revision,
    Said,
    Stamp,
)
from monitor.settings import Feed, StoreSettings
from monitor.store.outbox import DEAD, SENT_ROW
from monitor.store.rows import Connected
from monitor.store.search import document_terms
from monitor.store.sql import SqlStore, open_store

if TYPE_CHECKING:
    import sqlite3

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ARTICLES = 2000
REVISIONS_EACH = (2, 3, 4, 5)  # 3.5 on average, as many as news articles have
FEEDS = tuple(Feed(f"outlet-{number}", f"https://outlet-{number}.example/rss") for number in range(20))
SPAN = timedelta(days=5)  # the time one copy tells of: a million revisions are two years of twenty outlets
SYLLABLES = tuple(first + second for first in "bdfghklmnprstv" for second in ("a", "e", "i", "o", "u", "an", "er", "il"))
WORDS = tuple("".join(SYLLABLES[number // 112**place % 112] for place in range(2 + (number > 1000))) for number in range(30_000))
OFTEN = tuple(accumulate(1 / rank for rank in range(1, len(WORDS) + 1)))  # Zipf's law

# tables that grow with articles, with the columns that point at rows which are copied too: (table, {column: what is added})
COPIED = (
    ("article", {"id": "article", "first_seen_at": "time", "last_edit_at": "time", "posted_at": "time", "updated_at": "time"}),
    ("listing", {"key_sha": "sha", "article_id": "article"}),
    ("text", {"id": "revision", "article_id": "article", "base_id": "revision"}),
    ("revision", {"id": "revision", "article_id": "article", "text_id": "revision"}),
    ("edit", {"id": "edit", "article_id": "article", "to_id": "revision", "seen_before": "time", "seen_after": "time"}),
    ("change", {"edit_id": "edit"}),
    ("edit_feed", {"edit_id": "edit"}),
    ("look", {"article_id": "article", "at": "time"}),
    ("alias", {"key": "sha", "article_id": "article"}),
    ("watch", {"id": "watch", "ref_id": "article", "next_at": "time"}),
)
OWNER = {"article": "id", "change": "edit_id", "edit_feed": "edit_id", "watch": "kind = 1 AND ref_id"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revisions", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="where the database is made, or found again")
    parser.add_argument("--seconds", type=int, default=8, help="for each page")
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        print("wrk is not installed (apt-get install wrk)", file=sys.stderr)
        return 1
    folder = arguments.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "monitor.db").exists():
        started = time.monotonic()
        fill(folder, arguments.revisions)
        print(f"filled in {time.monotonic() - started:.0f} s", file=sys.stderr)
    try:
        measure(folder, arguments.seconds)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)
    return 0


# --- filling --------------------------------------------------------------------------------------------------------


def fill(folder: Path, revisions: int) -> None:
    """A database with this many revisions, give or take a copy."""
    store = open_store(None, state_dir=folder, read_only=False, settings=StoreSettings(raw="none"))
    copies = max(1, round(revisions / (ARTICLES * sum(REVISIONS_EACH) / len(REVISIONS_EACH))))
    start = NOW - copies * SPAN
    store.sync_feeds(FEEDS, start)
    chance = random.Random(20261122)
    for number in range(ARTICLES):
        _article(store, number, start + number * (SPAN / ARTICLES), chance)
    store.close()
    _copy(folder / "monitor.db", copies)


def _article(store: SqlStore, number: int, at: datetime, chance: random.Random) -> None:
    feed = FEEDS[number % len(FEEDS)]
    url = f"https://{feed.slug}.example/story-{number}"
    content = Content(_sentence(chance, 8), None, ("A. Writer",), "News", tuple(_paragraph(chance) for _ in range(12)), (), "en")
    listing = Listing(
        feed.slug, url, 0, url, url, content.title, None, None, (), at, None, url.encode()[-32:].rjust(32), 0, at, at,
    )  # fmt: skip
    update = ArticleUpdate(None, 0, url, keys=tuple(url_keys(url)), listing=listing, watch=Pace(at, 5 * MINUTE))
    task = store.feed_task(feed.slug, at)
    pace = Pace(at + HOUR, HOUR, asked_at=at)
    article = store.save_poll(PollOutcome(task, at, "ok", 200, pace, title=f"Outlet {feed.slug[7:]}", articles=(update,))).new_articles[0]
    posted = Stamp(at - MINUTE, None, "", "json-ld")
    head = Revision(
        article, 1, "", None, "new", True, "page", url, at, at, posted, None, content, {feed.slug: Said(content.title, None)},
    )  # fmt: skip
    _look(store, article, at, NewRevision("new", True, "page", url, at, posted, None, content, head.listings), 0)
    for rev in range(2, REVISIONS_EACH[number % 4] + 1):
        at += HOUR
        body = list(content.body)
        place = chance.randrange(len(body))
        body[place] = body[place].replace(body[place].split()[3], _word(chance)) + " " + _sentence(chance, 6)
        title = _sentence(chance, 8) if chance.random() < 0.1 else content.title
        content = replace(content, title=title, body=tuple(body))
        stamp = Stamp(at - MINUTE, None, "", "json-ld") if chance.random() < 0.5 else head.updated
        newer = replace(head, rev=rev, event="edited", first_seen_at=at, last_seen_at=at, updated=stamp, content=content)
        diff = diff_of(head, newer, url=url, feeds=(feed.slug,))
        new = NewRevision("edited", True, "page", url, at, posted, stamp, content, head.listings, edit=diff.edit, changes=diff.changes)
        _look(store, article, at, new, rev - 1)
        head = newer


def _look(store: SqlStore, article: int, at: datetime, revision: NewRevision, after: int) -> None:
    look = Look(at, revision.url, 200, "edited" if after else "new", None, after + 1)
    update = ArticleUpdate(article, after, revision.url, revision=revision, look=look)
    saved = store.save_look(LookOutcome(store.page_task(article, at), at, Pace(at + HOUR, 5 * MINUTE, asked_at=at), update))
    assert saved.stored


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, cum_weights=OFTEN, k=words)).capitalize()


def _word(chance: random.Random) -> str:
    return chance.choices(WORDS, cum_weights=OFTEN)[0]


def _paragraph(chance: random.Random) -> str:
    return ". ".join(_sentence(chance, chance.randint(8, 18)) for _ in range(3)) + "."


def _copy(path: Path, copies: int) -> None:
    import sqlite3

    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-800000"):
            database.execute(f"PRAGMA {pragma}")
        sizes = {name: database.execute(f"SELECT max(id) FROM {name}").fetchone()[0] for name in ("article", "revision", "edit", "watch")}
        documents = _documents(database)
        for copy in range(1, copies):
            add = {name: str(size * copy) for name, size in sizes.items()}
            add["time"] = str(copy * SPAN // timedelta(milliseconds=1))
            for table, moved in COPIED:
                names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
                values = ", ".join(_moved(name, moved.get(name), add, copy) for name in names)
                owner = OWNER.get(table, "article_id")
                most = sizes["edit"] if owner == "edit_id" else sizes["article"]
                database.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {owner} <= {most}")
            database.executemany(
                "INSERT INTO doc (rowid, before, after) VALUES (?, ?, ?)",
                ((number + copy * sizes["revision"], before, after) for number, before, after in documents),
            )
            database.commit()
        database.execute("UPDATE meta SET value = (SELECT max(id) FROM revision) WHERE key = 'search_to'")
        database.execute("INSERT INTO target (id, name, active, from_edit_id) VALUES (1, 'mail', 1, 0)")
        database.execute(
            "INSERT INTO outbox (edit_id, target_id, state, reason, due_at)"
            f" SELECT id, 1, CASE WHEN id % 1000 = 0 THEN {DEAD} ELSE {SENT_ROW} END, 'every edit', seen_before FROM edit"
        )
        database.execute("UPDATE feed SET polled_at = (SELECT max(seen_before) FROM edit)")
        database.commit()
        database.execute("PRAGMA journal_mode=WAL")


def _documents(database: "sqlite3.Connection") -> list[tuple[int, str, str]]:
    """What the search index holds of each revision: it is not kept readable, so it is made again."""
    rows = Connected(database, "sqlite")
    found = []
    for revision in rows.rows("SELECT * FROM revision ORDER BY id"):
        before, after = document_terms(rows, revision)
        found.append((revision["id"], " ".join(before), " ".join(after)))
    return found


def _moved(name: str, what: str | None, add: dict[str, str], copy: int) -> str:
    if what is None:
        return name
    if what == "sha":
        return f"CAST(substr({name}, 1, 12) || printf('%04d', {copy}) AS BLOB)"
    return f"{name} + {add[what]}"


# --- measuring ------------------------------------------------------------------------------------------------------

LUA = """
local paths = {{{paths}}}
math.randomseed(7)
request = function() return wrk.format("GET", paths[math.random(#paths)]) end
done = function(summary, latency, requests)
  local wrong = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %f %f %f %d\\n", summary.requests * 1e6 / summary.duration,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, wrong))
end
"""


def measure(folder: Path, seconds: int) -> None:
    """Prints a line a page, then everything as JSON."""
    store = open_store(None, state_dir=folder, read_only=True, settings=StoreSettings())
    counts = store.counts(NOW)
    print(f"{counts.revisions:,} revisions, {counts.edits:,} edits, {(folder / 'monitor.db').stat().st_size / 1e9:.2f} GB")
    chance = random.Random(5)
    articles = [chance.randrange(1, counts.articles + 1) for _ in range(400)]
    two = [article for article in articles if (known := store.article(article)) and known.revisions >= 2]
    newest = counts.edits
    common, rare = WORDS[20:60], WORDS[2_000:20_000:200]  # in every second article, and in one of thousands
    urls = [f"https://{FEEDS[number % len(FEEDS)].slug}.example/story-{number}" for number in range(0, ARTICLES, 5)]
    pages = {
        "stream": ["/"],
        "stream of one outlet": [f"/?feed={feed.slug}" for feed in FEEDS],
        "stream, filtered": ["/?kind=headline&min=medium", "/?undisclosed=1", "/?min=high", "/?since=7d", "/?feed=outlet-3&kind=gone"],
        "stream, rare kinds": [f"/?kind={kind}" for kind in ("gone", "quote", "reverted", "correction-note", "paragraph-split")],
        "stream, older": [f"/?before={chance.randrange(100, newest)}" for _ in range(100)],
        "article": [f"/a/{article}" for article in articles],
        "difference": [f"/a/{article}/1..2" for article in two],
        "side by side": [f"/a/{article}/1..2?view=side" for article in two],
        "revision": [f"/a/{article}@1" for article in articles],
        "search, common words": [f"/search?q={word}" for word in common],
        "search, two words": [f"/search?q={word}+{other}" for word, other in zip(common, common[::-1], strict=True)],
        "search, rare words": [f"/search?q={word}" for word in rare],
        "search, words added": [f"/search?q={word}&in=added" for word in common],
        "search, words removed": [f"/search?q={word}&in=removed" for word in common],
        "search in one outlet": [f"/search?q={word}&feed={feed.slug}" for word, feed in zip(common, FEEDS, strict=False)],
        "lookup": [f"/lookup?url={url}" for url in urls],
        "feeds": ["/feeds"],
        "feed": [f"/feeds/{feed.slug}" for feed in FEEDS],
        "statistics": ["/stats", "/stats?since=7d", "/stats?since=90d"],
        "outbox": ["/outbox", "/outbox?state=dead", "/outbox?target=mail"],
        "settings": ["/settings"],
        "api: edits after": [f"/api/edits?after={chance.randrange(newest)}&limit=50" for _ in range(100)],
        "api: articles": ["/api/articles", *(f"/api/articles?feed={feed.slug}&limit=50" for feed in FEEDS)],
        "api: diff": [f"/api/diff/{article}/1..2" for article in two],
        "api: feeds": ["/api/feeds"],
        "api: lookup": [f"/api/lookup?url={url}" for url in urls],
        "api: search": [f"/api/search?q={word}&limit=50" for word in common],
        "atom": ["/edits.atom", "/edits.atom?feed=outlet-3"],
        "json feed": ["/edits.json"],
        "atom of a feed": [f"/feeds/{feed.slug}.atom" for feed in FEEDS],
    }
    store.close()
    results = {}
    with _Server(folder) as server:
        for name, paths in pages.items():
            results[name] = _asked(server, folder, paths, seconds)
            rate, half, most, wrong, work = results[name]
            told = f"{name:22} {rate:8.0f} req/s   p50 {half:7.1f} ms   p95 {most:7.1f} ms   cpu {work:6.1f} ms each"
            print(told + (f"   {wrong:.0f} wrong" if wrong else ""), flush=True)
    print(
        json.dumps(
            {
                "revisions": counts.revisions,
                "pages": {name: [result[0], result[1], result[2], result[4]] for name, result in results.items()},
            }
        )
    )


def _asked(server: "_Server", folder: Path, paths: list[str], seconds: int) -> tuple[float, float, float, float, float]:
    script = folder / "wrk.lua"
    script.write_text(LUA.format(paths=", ".join(json.dumps(path) for path in paths)))
    for length in (2, seconds):  # the first to warm up
        worked = server.cpu_seconds()
        said = subprocess.run(
            ["taskset", "-c", "1", "wrk", "-t1", "-c1", f"-d{length}s", "--timeout", "30s", "-s", str(script), server.address],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\S+)", said)
    assert found, said
    rate, half, most, wrong = map(float, found.groups())
    return rate, half, most, wrong, 1000 * (server.cpu_seconds() - worked) / max(1.0, rate * seconds)


class _Server:
    """`monitor serve` over the folder, on the first core."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.address = ""

    def cpu_seconds(self) -> float:
        """What the server has worked so far, whoever else the machine works for."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> "_Server":
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = ["taskset", "-c", "0", sys.executable, "-m", "monitor", "--config", str(self._folder), "--state", str(self._folder)]
        self._process = subprocess.Popen([*command, "serve", "--listen", f"127.0.0.1:{port}"], env={**os.environ, "PYTHONUNBUFFERED": "1"})
        for _ in range(200):
            with closing(socket.socket()) as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    self.address = f"http://127.0.0.1:{port}"
                    return self
            time.sleep(0.05)
        raise RuntimeError("the server did not open")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)


if __name__ == "__main__":
    sys.exit(main())
