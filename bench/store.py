#!/usr/bin/env python3
"""What remembering costs: bytes for each revision, time to write one, time to read back.

    store.py --recorded FILE... [--keep DIR]   sizes of recorded histories (what `monitor backfill` takes, a feed or pages each)
    store.py --state DIR                       reading a real state, and its sizes
    store.py [--revisions 20000]               a state of made-up histories: writing, packing, then reading with a fresh connection

Three kinds of plain: the text of every look, as a folder of dated copies keeps it; each version once; versions that follow another.
Git is given the very same versions, one file an article, one commit a revision, and packed as hard as it can (`repack -adf
--window=250 --depth=50`): its text objects alone, and its whole pack with commits and trees.
"""

import argparse
import json
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.backfill.recordings import read_records
from monitor.errors import ParseError
from monitor.model import (
    ArticleUpdate,
    Change,
    Content,
    Edit,
    Entry,
    Key,
    Look,
    LookOutcome,
    NewRevision,
    Pace,
    Severity,
    Stats,
)
from monitor.parse.feed import parse_feed
from monitor.ports import ArticleQuery, EditQuery
from monitor.proof import content_json
from monitor.settings import StoreSettings
from monitor.store.sql import SqlStore, open_store
from monitor.versions import feed_content, said

START = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = 30_000
SETTINGS = StoreSettings()


def opened(state: Path, *, read_only: bool) -> SqlStore:
    store = open_store(None, state_dir=state, read_only=read_only, settings=SETTINGS)
    assert isinstance(store, SqlStore)
    return store


# --- sizes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of one state, or of several. `looks`: the plain text of every look; `texts` and `changes` as stored."""

    revisions: int = 0
    edits: int = 0
    looks: int = 0
    plain: int = 0
    texts: int = 0
    changes: int = 0
    plain_raw: int = 0
    raw: int = 0
    git_texts: int = 0
    git_pack: int = 0
    file: int = 0

    def __add__(self, other: "Sizes") -> "Sizes":
        return Sizes(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


def packed(state: Path) -> None:
    """Packs what is old enough, as the daemon does day by day."""
    store = opened(state, read_only=False)
    while store.pack(datetime.now(UTC)) is not None:
        pass
    store.close()


def sizes(state: Path, looks: int = 0, *, git: bool = True) -> Sizes:
    with closing(sqlite3.connect(f"file:{state / 'monitor.db'}?mode=ro", uri=True)) as database:

        def one(sql: str) -> int:
            return int(database.execute(sql).fetchone()[0] or 0)

        of_pages = one(
            "SELECT sum(text.size) FROM look JOIN revision ON revision.article_id = look.article_id AND revision.rev = look.rev"
            " JOIN text ON text.id = revision.text_id"
        )
        git_texts, git_pack = packed_by_git(state) if git and shutil.which("git") else (0, 0)
        return Sizes(
            revisions=one("SELECT count(*) FROM revision"),
            edits=one("SELECT count(*) FROM edit"),
            looks=looks or of_pages,
            plain=one("SELECT sum(text.size) FROM revision JOIN text ON text.id = revision.text_id"),
            texts=one("SELECT sum(length(data)) FROM text") + one("SELECT sum(length(data)) FROM pack"),
            changes=one("SELECT sum(length(data)) FROM change"),
            plain_raw=one("SELECT sum(size) FROM raw"),
            raw=one("SELECT sum(length(data)) FROM raw"),
            git_texts=git_texts,
            git_pack=git_pack,
            file=(state / "monitor.db").stat().st_size,
        )


def told(name: str, size: Sizes) -> str:
    ours = size.texts + size.changes
    said = (
        f"{name}: {size.revisions:,} revisions, {size.edits:,} edits; texts {size.texts:,} bytes, {size.texts / size.revisions:.0f} each;"
        f" {size.looks / size.texts:.1f}x smaller than every look's text, {size.plain / size.texts:.1f}x than each version's"
    )
    if size.git_pack:
        said += f"; git's texts {size.git_texts / size.texts:.2f}x ours, its pack {size.git_pack / ours:.2f}x ours with all changes"
    if size.raw:
        said += f"; raw pages {size.plain_raw / size.raw:.1f}x smaller"
    return f"{said}; file {size.file / size.revisions:,.0f} bytes a revision"


def recorded(files: list[Path], keep: Path) -> None:
    """Plays every recording into a state of its own, packs it, and adds the sizes up."""
    total = Sizes()
    for path in files:
        slug = re.sub("[^a-z0-9]", "-", path.name.removesuffix(path.suffix).removesuffix(".jsonl").lower())
        folder = keep / slug
        looks = sum(sighted(path))
        if not (folder / "state" / "monitor.db").exists():
            (folder / "config").mkdir(parents=True, exist_ok=True)
            feed = f'[feeds.{slug}]\nurl = "https://feeds.example/{slug}"\npages = false\n' if looks else ""
            (folder / "config" / "feeds.toml").write_text(feed)
            command = [sys.executable, "-m", "monitor", "--config", folder / "config", "--state", folder / "state", "backfill", path]
            subprocess.run([*command, *(["--feed", slug] if looks else [])], check=True, capture_output=True)
        packed(folder / "state")
        mine = sizes(folder / "state", looks)
        print(told(slug, mine), flush=True)
        total += mine
    print(told("all", total))


def sighted(path: Path) -> Iterator[int]:
    """The bytes of what each recorded feed said of its articles; nothing for pages, whose looks are in the state."""
    for record in read_records([path], lambda: "https://feeds.example/"):
        if record.kind == "feed":
            with suppress(ParseError):
                for entry in parse_feed(record.body, content_type=None, url=record.url).items:
                    if isinstance(entry, Entry):
                        yield len(content_json(feed_content(entry), {"feed": said(entry)}))


def packed_by_git(state: Path) -> tuple[int, int]:
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
                    + b"M 100644 inline %d/%d.json\ndata %d\n" % (article.id // 100, article.id, len(text)) + text + b"\n"
                )  # fmt: skip
        store.close()
        importer.stdin.close()
        importer.wait()
        subprocess.run(["git", "-C", folder, "repack", "-adfq", "--window=250", "--depth=50"], check=True)
        listed = subprocess.run(
            ["git", "-C", folder, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize:disk)"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        texts = sum(int(line.split()[1]) for line in listed.stdout.splitlines() if line.startswith("blob"))
        return texts, sum(pack.stat().st_size for pack in Path(folder).glob("objects/pack/*.pack"))


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
    known = list(store.articles(ArticleQuery(edited=True, limit=5000)))
    most = max(article.revisions for article in known)
    deep = [article.id for article in known if article.revisions >= min(7, most)]
    words = [word for edit in store.edits(EditQuery(limit=500)) for word in edit.title.split()]
    slugs = [state.feed.slug for state in store.feeds()] or ["none"]
    store.close()
    common = [word for word, _ in Counter(words).most_common(12)]
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
        "search, common": lambda s: s.search(chance.choice(common)),
        "search, common, removed": lambda s: s.search(chance.choice(common), where="removed"),
        "search, two words": lambda s: s.search(f"{chance.choice(common)} {chance.choice(words)}"),
        "search, two common added": lambda s: s.search(" ".join(chance.sample(common, 2)), where="added"),
        "search, a phrase": lambda s: s.search(f'"{chance.choice(common)} {chance.choice(words)}"'),
        "search, nothing": lambda s: s.search(f"{chance.choice(words)} qqqq"),
        "search, of a feed": lambda s: s.search(chance.choice(words), feeds=[chance.choice(slugs)]),
        "search, lately": lambda s: s.search(chance.choice(common), since=datetime.now(UTC) - timedelta(days=7)),
        "log --feed": lambda s: list(s.edits(EditQuery(feeds=(chance.choice(slugs),), newest=True, limit=50))),
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
    parser.add_argument("--recorded", type=Path, nargs="+", help="measure these recordings")
    options = parser.parse_args()
    if options.state:
        read_back(options.state)
        print(told("state", sizes(options.state, git=False)))
        return 0
    if options.recorded:
        with tempfile.TemporaryDirectory() as folder:
            recorded(options.recorded, options.keep or Path(folder))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        state = options.keep or Path(folder)
        if not (state / "monitor.db").exists():
            filled(state, options.revisions)
        read_back(state)
        packed(state)
        print("packed:")
        print(told("made up", sizes(state)))
        read_back(state)
    print(json.dumps({"sqlite": sqlite3.sqlite_version}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
