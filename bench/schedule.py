"""How early edits are found for how many looks: our schedule against newsdiffs, News Sniffer and diffengine. `python bench/schedule.py`.

    python bench/schedule.py [RECORDINGS] [--articles 3000] [--seed 1]

Articles get edits at ages drawn from laws that were published of real ones (power 1.3 has 83 % of a week's edits
within a day, GDELT found 81 %), or, with RECORDINGS (a folder or tar of FEED.jsonl.xz, lines
{time, xml | b64}), at the ages at which items of recorded feeds really changed. Every policy looks at the same articles for 30 days. The
others' intervals are all multiplied by one factor each, found so that they make as many looks as ours; then delays compare. A version
that is replaced before a look is missed; its delay is counted up to the look that finds the next one.
"""

import argparse
import base64
import io
import json
import lzma
import random
import statistics
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.model import Response
from monitor.schedule import after_look, first_look
from monitor.settings import ScheduleSettings

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0
WATCHED = 30 * DAY
LEAST = 300.0  # nobody looks at a page more often than that: our page_min, diffengine's cron
BOUNDS = ScheduleSettings()

Story = tuple[float, ...]  # ages of its edits in seconds, ascending
Policy = Callable[[Story, float], Iterator[float]]  # ages at which the article is looked at, given what a look would find


# --- the policies ---------------------------------------------------------------------------------------------------


def ours(story: Story, factor: float) -> Iterator[float]:
    """monitor.schedule itself, told what each look found."""
    pace, age, seen, last_edit = first_look(BOUNDS, START), 0.0, 0, None
    while age < WATCHED:
        yield age
        now = START + timedelta(seconds=age)
        found = sum(edit <= age for edit in story)
        edited, seen = found > seen, found
        last_edit = now if edited else last_edit
        answer = Response("http://a.example/", "http://a.example/", 200, (), b"", now, now)
        pace = after_look(
            pace,
            answer,
            verdict="edited" if edited else "same",
            edited=edited,
            posted_at=START,
            first_seen_at=START,
            last_edit_at=last_edit,
            habit=None,
            sooner=None,
            bounds=BOUNDS,
            now=now,
        )
        if pace.next_at is None:
            return
        age += (pace.next_at - now).total_seconds() * factor


def newsdiffs(story: Story, factor: float) -> Iterator[float]:
    """15 min while the last change is younger than 3 h, an hour to 24 h, 3 h to 7 d, 3 d to 30 d."""
    age, changed, seen = 0.0, 0.0, 0
    while age < WATCHED:
        yield age
        found = sum(edit <= age for edit in story)
        changed, seen = (age, found) if found > seen else (changed, seen)
        since = age - changed
        age += max(LEAST, factor * (900 if since < 3 * HOUR else HOUR if since < DAY else 3 * HOUR if since < 7 * DAY else 3 * DAY))


def news_sniffer(story: Story, factor: float) -> Iterator[float]:
    """Half an hour, a fifth more for each look without a change, back to half an hour on one."""
    age, gap, seen = 0.0, 1800.0, 0
    while age < WATCHED:
        yield age
        found = sum(edit <= age for edit in story)
        gap, seen = (1800.0, found) if found > seen else (gap * 1.2, seen)
        age += max(LEAST, gap * factor)


def diffengine(story: Story, factor: float) -> Iterator[float]:
    """Whenever a fifth of the article's age has passed since the last look (as meant; a run every five minutes)."""
    age = 300.0
    while age < WATCHED:
        yield age
        age += max(LEAST, age / 4 * factor)


PEERS: dict[str, Policy] = {"newsdiffs": newsdiffs, "News Sniffer": news_sniffer, "diffengine": diffengine}


# --- the laws -------------------------------------------------------------------------------------------------------


def lomax(power: float, mean: float, rng: random.Random) -> Story:
    """Edits whose rate falls as (age + 30 min)^-power, in number very unlike from article to article, a third with a burst of two."""
    # gamma 0.35: a third of the articles has any, most of them one or two, a twentieth more than nine (Timmerman et al., six outlets)
    count = _poisson(rng.gammavariate(0.35, mean / 0.35), rng)
    ages = []
    for _ in range(count):
        age = _aged(power, rng)
        ages.append(age)
        if rng.random() < 0.33:
            ages.append(age + rng.expovariate(1 / 1800))
    return tuple(sorted(age for age in ages if age < WATCHED))


def _aged(power: float, rng: random.Random) -> float:
    core, top = 1800.0, 1800.0 + WATCHED
    if abs(power - 1) < 1e-6:
        return core * (top / core) ** rng.random() - core
    low, high = core ** (1 - power), top ** (1 - power)
    return float((low + (high - low) * rng.random()) ** (1 / (1 - power)) - core)


def _poisson(mean: float, rng: random.Random) -> int:
    count, left = 0, rng.expovariate(1)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1)
    return count


# --- recordings -----------------------------------------------------------------------------------------------------


def recorded(path: Path, longest_gap: float = HOUR) -> list[Story]:
    """Ages at which items of recorded feeds changed, counted from the time they say they were published.

    Only changes between two snapshots at most `longest_gap` apart, put in the middle between them.
    """
    return [story for blob in _files(path) for story in _stories_of(blob, longest_gap)]


def _files(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        yield from (file.read_bytes() for file in sorted(path.rglob("*.jsonl.xz")))
        return
    with tarfile.open(path) as archive:
        for member in archive:
            data = archive.extractfile(member) if member.name.endswith(".jsonl.xz") else None
            if data is not None:
                yield data.read()


@dataclass
class _Item:
    born: float
    words: tuple[str, str | None, str | None]
    edits: list[float]


def _stories_of(blob: bytes, longest_gap: float) -> Iterator[Story]:
    from monitor.errors import ParseError
    from monitor.parse.feed import parse_feed

    items: dict[str, _Item] = {}
    last = 0.0
    for line in io.BytesIO(lzma.decompress(blob)):
        snapshot = json.loads(line)
        at = datetime.fromisoformat(snapshot["time"]).timestamp()
        body = base64.b64decode(snapshot["b64"]) if "b64" in snapshot else snapshot["xml"].encode()
        try:
            entries = parse_feed(body, content_type="application/xml", url="http://recorded.example/").entries
        except ParseError:
            continue
        for entry in entries:
            words = (entry.title, entry.summary, entry.content)
            item = items.get(entry.id or entry.url or "")
            if item is None:
                if entry.published_at is not None and 0 <= at - entry.published_at.timestamp() < DAY:
                    items[entry.id or entry.url or ""] = _Item(entry.published_at.timestamp(), words, [])
            elif item.words != words:
                item.words = words
                if at - last <= longest_gap:
                    item.edits.append((at + last) / 2)
        last = at
    for item in items.values():
        yield tuple(edit - item.born for edit in item.edits if edit > item.born)


# --- measuring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    looks: float
    mean: float
    median: float
    caught: float


def measured(policy: Policy, stories: Sequence[Story], factor: float = 1.0) -> Figures:
    """Looks an article, delay in minutes, and the share of versions that were seen."""
    looks, delays, caught, versions = 0, [], 0, 0
    for story in stories:
        ages = list(policy(story, factor))
        looks += len(ages)
        at = 0
        for n, edit in enumerate(story):
            while at < len(ages) and ages[at] < edit:
                at += 1
            if at == len(ages):
                break
            versions += 1
            delays.append((ages[at] - edit) / 60)
            caught += n + 1 == len(story) or ages[at] < story[n + 1]
    return Figures(looks / len(stories), statistics.fmean(delays), statistics.median(delays), caught / versions)


def as_many_looks(policy: Policy, stories: Sequence[Story], looks: float) -> Figures:
    """The policy with all of its intervals stretched or shrunk until it makes that many looks."""
    low, high = 0.02, 50.0
    for _ in range(18):
        factor = (low * high) ** 0.5
        made = sum(sum(1 for _ in policy(story, factor)) for story in stories) / len(stories)
        low, high = (factor, high) if made > looks else (low, factor)
    return measured(policy, stories, high)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("recordings", nargs="?", type=Path)
    words.add_argument("--articles", type=int, default=1500)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    rng = random.Random(asked.seed)
    laws: dict[str, list[Story]] = {f"power {power}": [lomax(power, 1.0, rng) for _ in range(asked.articles)] for power in (1.1, 1.3, 1.6)}
    if asked.recordings:
        stories = recorded(asked.recordings)
        rng.shuffle(stories)
        laws["recorded"] = [story for story in stories if story][: asked.articles] + [()] * asked.articles
    print(f"{'law':10}{'policy':15}{'looks':>7}{'mean delay':>12}{'median':>9}{'caught':>9}   ratio of delays")
    for law, stories in laws.items():
        mine = measured(ours, stories)
        rows = {"monitor": mine} | {name: as_many_looks(policy, stories, mine.looks) for name, policy in PEERS.items()}
        best = min(figures.mean for name, figures in rows.items() if name != "monitor")
        for name, figures in rows.items():
            ratio = f"   {mine.mean / best:.2f} of the best other" if name == "monitor" else ""
            print(f"{law:10}{name:15}{figures.looks:7.1f}{figures.mean:9.1f} min{figures.median:6.1f} min{figures.caught:9.3f}{ratio}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
