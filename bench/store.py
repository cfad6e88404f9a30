#!/usr/bin/env python3
"""What remembering costs: bytes for each revision, time to write one, time to read back.

    store.py --state DIR                 sizes of a real state, against its plain texts and against git
    store.py [--revisions 20000]         a state of made-up histories: writing, then reading with a fresh connection each time

Git is given the very same texts, one file an article, one commit a revision, and packed as hard as it can (`repack -adf --window=250
--depth=50`); objects alone are counted, without its index.
"""

import argparse
import json
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.model import (
    ArticleUpdate,
    Change,
    Content,
    Edit,
    Key,
    Look,
    LookOutcome,
    NewRevision,
    Pace,
    Severity,
    Stats,
)
from monitor.ports import ArticleQuery, EditQuery
from monitor.proof import content_json
from monitor.settings import StoreSettings
from monitor.store.sql import SqlStore, open_store

START = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = 30_000
SETTINGS = StoreSettings()


def opened(state: Path, *, read_only: bool) -> SqlStore:
    store = open_store(None, state_dir=state, read_only=read_only, settings=SETTINGS)
    assert isinstance(store, SqlStore)
    return store


# --- sizes ----------------------------------------------------------------------------------------------------------


def sizes(state: Path) -> None:
    with closing(sqlite3.connect(f"file:{state / 'monitor.db'}?mode=ro", uri=True)) as database:
        revisions = database.execute("SELECT count(*) FROM revision").fetchone()[0]
        later = database.execute("SELECT count(*) FROM revision WHERE rev > 1").fetchone()[0]
        plain, _ = database.execute(
            "SELECT sum(text.size), sum(length(text.data)) FROM revision JOIN text ON text.id = revision.text_id"
        ).fetchone()
        stored = database.execute("SELECT sum(length(data)) FROM text").fetchone()[0]
        plain_later, packed_later = database.execute(
            "SELECT sum(text.size), sum(length(text.data)) FROM revision JOIN text ON text.id = revision.text_id WHERE rev > 1"
        ).fetchone()
        changes = database.execute("SELECT coalesce(sum(length(data)), 0) FROM change").fetchone()[0]
        raws, raw = database.execute("SELECT coalesce(sum(size), 0), coalesce(sum(length(data)), 0) FROM raw").fetchone()
    whole = (state / "monitor.db").stat().st_size
    print(f"revisions {revisions}, of them edits {later}; file {whole:,} bytes, {whole / revisions:,.0f} a revision")
    print(f"texts: plain {plain:,}, stored {stored:,}: {plain / stored:.1f}x smaller, {stored / revisions:.0f} bytes a revision")
    if later:
        print(f"texts of edits alone: plain {plain_later:,}, stored {packed_later:,}: {plain_later / packed_later:.1f}x smaller")
        print(f"changes {changes:,}, {changes / later:.0f} bytes an edit")
    if raw:
        print(f"raw pages: plain {raws:,}, stored {raw:,}: {raws / raw:.1f}x smaller")
    if shutil.which("git"):
        git = packed_by_git(state)
        print(f"git blobs of the same texts {git:,}: {git / stored:.2f}x our texts, {git / (stored + changes):.2f}x with our changes")


def packed_by_git(state: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
        importer = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)
        assert importer.stdin is not None
        store = opened(state, read_only=True)
        for article in store.articles(ArticleQuery(merged=True)):
            for revision in store.revisions(article.id):
                text = content_json(revision.content, revision.listings)
                importer.stdin.write(
                    b"commit refs/heads/main\ncommitter m <m@example> %d +0000\ndata 0\n" % revision.first_seen_at.timestamp()
                    + b"M 100644 inline %d.json\ndata %d\n" % (article.id, len(text)) + text + b"\n"
                )  # fmt: skip
        store.close()
        importer.stdin.close()
        importer.wait()
        subprocess.run(["git", "-C", folder, "repack", "-adfq", "--window=250", "--depth=50"], check=True)
        # blobs alone: commits and trees are git's own bookkeeping, as rows are ours
        listed = subprocess.run(
            ["git", "-C", folder, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize:disk)"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return sum(int(line.split()[1]) for line in listed.stdout.splitlines() if line.startswith("blob"))


# --- a made-up history ----------------------------------------------------------------------------------------------


def histories(revisions: int, seed: int) -> Iterator[tuple[int, list[Content]]]:
    """Articles with 3.6 versions each, as news articles have (NewsEdits): mostly a word or a sentence, seldom a paragraph."""
    chance = random.Random(seed)
    words = [f"{''.join(chance.choices('abcdefghijklmnoprstuvwz', k=chance.randint(2, 11)))}" for _ in range(VOCABULARY)]
    left, number = revisions, 0
    while left > 0:
        body = [" ".join(chance.choices(words, k=chance.randint(15, 70))) for _ in range(chance.randint(6, 24))]
        version = Content(" ".join(chance.choices(words, k=9)), None, ("A. Writer",), "News", tuple(body), (), "en")
        versions = [version]
        for _ in range(min(left - 1, int(chance.expovariate(1 / 2.6)))):
            body = list(versions[-1].body)
            place = chance.randrange(len(body))
            kind = chance.random()
            if kind < 0.6:
                spoken = body[place].split()
                spoken[chance.randrange(len(spoken))] = chance.choice(words)
                body[place] = " ".join(spoken)
            elif kind < 0.85:
                body[place] += " " + " ".join(chance.choices(words, k=12))
            else:
                body.insert(place, " ".join(chance.choices(words, k=40)))
            versions.append(replace(versions[-1], body=tuple(body)))
        left -= len(versions)
        number += 1
        yield number, versions


def filled(state: Path, revisions: int) -> None:
    store = opened(state, read_only=False)
    started, busy, times = time.perf_counter(), time.process_time(), []
    n = 0
    for number, versions in histories(revisions, 1):
        url = f"https://news{number % 300}.example/{number}"
        article = store.watch(url, [Key("url", "", url)], START)
        for rev in range(len(versions)):
            at = START + timedelta(minutes=number, hours=rev)
            task = store.page_task(article, at)
            update = ArticleUpdate(article, rev, url, revision=revision_of(versions, rev, url, at), look=Look(at, url, 200, "new"))
            before = time.perf_counter()
            store.save_look(LookOutcome(task, at, Pace(at, timedelta(minutes=5)), update))
            times.append(time.perf_counter() - before)
            n += 1
    cpu, wall = time.process_time() - busy, time.perf_counter() - started
    store.close()
    print(f"wrote {n} revisions in {wall:.1f} s, cpu {cpu / n * 1e6:.0f} us each; save p50 {ms(times, 50)} p95 {ms(times, 95)}")
    print(f"with the search index closed after {time.perf_counter() - started:.1f} s")


def revision_of(versions: list[Content], rev: int, url: str, at: datetime) -> NewRevision:
    new = NewRevision("edited" if rev else "new", True, "page", url, at, None, None, versions[rev], {}, "walk/1")
    if rev == 0:
        return new
    old = versions[rev - 1]
    pairs = [(a, b) for a, b in zip(old.body, versions[rev].body, strict=False) if a != b][:1]
    changes = tuple(Change("body", "replace", (1,), (1,), (("-", a), ("+", b)), ("body",)) for a, b in pairs)
    level = ("low", "medium", "high")[rev % 3]
    edit = Edit(
        0, rev, rev + 1, url, versions[rev].title, (), at - timedelta(hours=1), at, None, ("body",), Severity(level, 30, ("words",)),
        None, None, Stats(1, 1, len(old.body), 1, 0, 0, 0, 0.99),
    )  # fmt: skip
    return replace(new, edit=edit, changes=changes)


def read_back(state: Path) -> None:
    chance = random.Random(3)
    store = opened(state, read_only=True)
    articles = store.counts(START).articles
    edits = next(store.edits(EditQuery(newest=True, limit=1))).id
    deep = [article.id for article in store.articles(ArticleQuery(edited=True)) if article.revisions > 6][:200]
    words = [word for edit in store.edits(EditQuery(limit=50)) for word in edit.title.split()]
    store.close()
    questions: dict[str, Callable[[SqlStore], object]] = {
        "log REF": lambda s: s.revisions(chance.randint(1, articles)),
        "show": lambda s: s.revision(chance.randint(1, articles), 1),
        "show, deep": lambda s: s.revision(article := chance.choice(deep), s.article(article).revisions),  # type: ignore[union-attr]
        "diff (stored changes)": lambda s: s.changes(chance.randint(1, edits)),
        "last 50 edits": lambda s: list(s.edits(EditQuery(newest=True, limit=50))),
        "500 after a cursor": lambda s: list(s.edits(EditQuery(after=chance.randint(0, edits), limit=500))),
        "high, 50": lambda s: list(s.edits(EditQuery(min_level="high", newest=True, limit=50))),
        "a kind that never is": lambda s: list(s.edits(EditQuery(kinds=("quote",), limit=50))),
        "ls --edited, 50": lambda s: list(s.articles(ArticleQuery(edited=True, newest=True, limit=50))),
        "search, any": lambda s: s.search(chance.choice(words)),
        "search, added": lambda s: s.search(chance.choice(words), where="added"),
        "hash prefix": lambda s: s.find_revisions(f"{chance.randrange(16**7):07x}"),
    }
    for name, ask in questions.items():
        times = []
        for _ in range(100):
            store = opened(state, read_only=True)
            before = time.perf_counter()
            ask(store)
            times.append(time.perf_counter() - before)
            store.close()
        print(f"{name:24} p50 {ms(times, 50)}  p95 {ms(times, 95)}")


def ms(times: list[float], percent: int) -> str:
    return f"{statistics.quantiles(times, n=100)[percent - 1] * 1000:.2f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", type=Path, help="measure this state instead of a made-up one")
    parser.add_argument("--revisions", type=int, default=20_000)
    parser.add_argument("--keep", type=Path, help="make the state here and keep it")
    options = parser.parse_args()
    if options.state:
        sizes(options.state)
        read_back(options.state)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        state = options.keep or Path(folder)
        if not (state / "monitor.db").exists():
            filled(state, options.revisions)
        sizes(state)
        read_back(state)
    print(json.dumps({"sqlite": sqlite3.sqlite_version}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
