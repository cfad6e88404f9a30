"""Which articles get which edits, for `schedule.py`: invented ones by published laws, and recorded ones."""

import base64
import io
import json
import lzma
import math
import random
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0
WATCHED = 30 * DAY
IN_FEED = DAY
SHOWN = 0.31
SHARES = (0.20, 0.24, 0.30, 0.34, 0.42, 0.60)
COUNTS = {1: 0.68, 2: 0.15, 3: 0.06, 4: 0.03, 5: 0.02, 6: 0.01, 10: 0.03, 11: 0.02}  # edits of an edited article
FOLLOWS, FOLLOWS_IN = 0.33, 1800.0
CORE = 1800.0


@dataclass(frozen=True, slots=True)
class Story:
    """An article: seconds since START, `edits` and `shown` (those its feed shows) as ages in seconds, watched from `first` to `last`."""

    outlet: str
    born: float
    edits: tuple[float, ...]
    shown: frozenset[float] = frozenset()
    first: float = 0.0
    last: float = WATCHED
    share: float = 0.35

    def found(self, since: float, age: float) -> int:
        """How many edits lie between two ages."""
        return sum(since < edit <= age for edit in self.edits)


# --- the laws -------------------------------------------------------------------------------------------------------


def invented(power: float, articles: int, rng: random.Random) -> list[Story]:
    """Articles of six outlets, one after the other over two months, with edits as the published laws have them."""
    stories = []
    for number in range(articles):
        share = SHARES[number % len(SHARES)]
        edits = _edits(power, share, rng)
        shown = frozenset(edit for edit in edits if edit < IN_FEED and rng.random() < SHOWN)
        stories.append(Story(f"outlet {number % len(SHARES)}", 60 * DAY * number / articles, edits, shown, share=share))
    return stories


def _edits(power: float, share: float, rng: random.Random) -> tuple[float, ...]:
    if rng.random() >= share:
        return ()
    ages: list[float] = []
    for _ in range(rng.choices(list(COUNTS), list(COUNTS.values()))[0]):
        follows = bool(ages) and rng.random() < FOLLOWS
        ages.append(ages[-1] + rng.expovariate(1 / FOLLOWS_IN) if follows else _aged(power, rng))
    return tuple(sorted(age for age in ages if age < WATCHED))


def _aged(power: float, rng: random.Random) -> float:
    low, high = CORE ** (1 - power), (CORE + WATCHED) ** (1 - power)
    return float((low + (high - low) * rng.random()) ** (1 / (1 - power)) - CORE)


# --- recordings -----------------------------------------------------------------------------------------------------


def recorded(path: Path, longest_gap: float = 1.5 * HOUR) -> list[Story]:
    """Items of recorded feeds with the ages at which they changed, each at some moment between two snapshots at most `longest_gap` apart.

    Some moment, drawn evenly: in the middle of hourly snapshots a policy of half hours would find all of them at once.
    """
    rng = random.Random(1)
    stories = [story for name, blob in _files(path) for story in _stories_of(name, blob, longest_gap, rng)]
    return sorted(stories, key=lambda story: story.born)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        yield from ((file.name, file.read_bytes()) for file in sorted(path.rglob("*.jsonl.xz")))
        return
    with tarfile.open(path) as archive:
        for member in archive:
            data = archive.extractfile(member) if member.name.endswith(".jsonl.xz") else None
            if data is not None:
                yield member.name, data.read()


@dataclass(slots=True)
class _Item:
    born: float
    first: float
    seen: float
    last: float
    words: tuple[str, str | None, str | None]
    sha: bytes
    edits: list[float]
    is_open: bool = True


def _stories_of(name: str, blob: bytes, longest_gap: float, rng: random.Random) -> Iterator[Story]:
    from monitor.errors import ParseError
    from monitor.model import Entry
    from monitor.parse.feed import parse_feed

    items: dict[str, _Item] = {}
    last = -math.inf
    for line in io.BytesIO(lzma.decompress(blob)):
        snapshot = json.loads(line)
        at = datetime.fromisoformat(snapshot["time"]).timestamp()
        body = base64.b64decode(snapshot["b64"]) if "b64" in snapshot else snapshot["xml"].encode()
        by_sha = {item.sha: key for key, item in items.items() if item.is_open}
        try:
            document = parse_feed(body, content_type="application/xml", url="http://recorded.example/", known=frozenset(by_sha))
        except ParseError:
            continue
        is_dense, seen = at - last <= longest_gap, set()
        for entry in document.items:
            if not isinstance(entry, Entry):
                seen.add(by_sha[entry.item_sha])
                continue
            key, words = entry.id or entry.url or "", (entry.title, entry.summary, entry.content)
            seen.add(key)
            item = items.get(key)
            if item is None:
                born = entry.published_at.timestamp() if entry.published_at else None
                if born is not None and is_dense and 0 <= at - born < DAY:
                    items[key] = _Item(born, max(born, rng.uniform(last, at)), at, at, words, entry.item_sha, [])
            elif item.is_open:
                if item.words != words and is_dense:
                    item.edits.append(rng.uniform(last, at))
                item.words, item.sha = words, entry.item_sha
        for key, item in items.items():  # what comes after a gap, or after the item left, is not known
            item.is_open = item.is_open and is_dense and key in seen
            item.last = at if item.is_open else item.last
        last = at
    zero = START.timestamp()
    for item in items.values():
        if item.last <= item.seen:
            continue  # one sight of an article says nothing about its edits
        edits = tuple(edit - item.born for edit in item.edits if edit <= item.last)
        yield Story(name, item.born - zero, edits, frozenset(edits), item.first - item.born, item.last - item.born)
