"""How early edits are found for how many looks: our schedule against newsdiffs, News Sniffer and diffengine. `python bench/schedule.py`.

    python bench/schedule.py [RECORDINGS] [--articles 2000] [--seed 1] [--looks 1.0]

**What is edited when.** Six outlets edit 20 to 60 % of their articles (35 % in all; of the edited ones four fifths once or twice, a
twentieth ten times or more: Timmerman et al.), at ages whose rate falls as (age + 30 min)^-power. Power 1.3 puts 83 % of a week's edits
into the first day, GDELT found 81 to 85 % on 88 million pages; 1.1 and 1.6 are as much slower and faster news. A third of the edits
follows the one before within minutes. With RECORDINGS (a folder or tar of FEED.jsonl.xz, lines {time, xml | b64}) also the edits that
items of recorded feeds really had; what became of an article is known only while it stands in its feed, so there looks and edits count
from the first snapshot that shows it to the last one, and only where snapshots are an hour and a half apart at most.

**Who knows what.** Every outlet's articles come in order of time. Ours learns each outlet's habit from its own looks alone, nothing
is told to it. The first half of the articles only teaches; figures are of the second half, for everybody. Constants were compared on
recorded articles of both halves and on invented ones of other seeds.

`+ feed`: the feed, which everybody polls for new articles and nobody is charged for, is read once an hour, and an edit
that it shows is looked at then. Recorded edits are edits of feeds, so that all of them show; of the invented ones 31 % do (GDELT: a
changed title in 5.09 of 16.5 changed pages) and only for a day.

**The same number of requests** can be read in two ways; both are printed, looks alone in both. *As many as ours*: each other policy's
intervals are all multiplied by one factor, found by bisection, so that it makes as many looks at the articles that are measured as
ours makes (News Sniffer without the end it makes at a gap of 40 days; as its gaps grow without end it cannot always spend as much).
*As many as theirs*: each other policy is left as it is shipped, and ours gets one factor per rival, so that it makes as many looks as
that one does, within 2 %. diffengine is taken as it is meant: its `.seconds` makes every article new again each midnight.

Nobody looks more often than every five minutes. A version that is replaced before a look is missed; its delay counts up to the look
that finds the next one, or to the end of the watch. `±` is one standard error, of a ratio of sums over articles.

`true law` is no policy but a bound: the square-root rule told the outlet's true law, the law of counts and of bursts, and every edit
it found; no schedule that does not know more than what looks show has a much smaller mean delay. `true law, caught` lets a lost version
weigh as much as 33 hours of delay: about what it takes to catch as many as who catches most. `hindsight` is the same for
recordings, whose law nobody knows: it is told how often each outlet edited at each age in the very articles that are measured.
"""

import argparse
import heapq
import math
import random
import statistics
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from pathlib import Path

from edits import CORE, COUNTS, DAY, FOLLOWS, FOLLOWS_IN, HOUR, START, WATCHED, Story, invented, recorded

from monitor.model import Habit, Response
from monitor.schedule import after_look, first_look, taught, with_lesson
from monitor.schedule.law import STAGES
from monitor.settings import ScheduleSettings

LEAST = 300.0  # nobody looks at a page more often than that: our page_min, diffengine's cron
BOUNDS = ScheduleSettings()
LOST = 120000.0  # seconds of delay: where the true law catches as many versions as the best of the others
FEED_EVERY = HOUR


# --- ours -----------------------------------------------------------------------------------------------------------


def ours(stories: Sequence[Story], factor: float, *, feed: bool) -> list[list[float]]:
    """monitor.schedule itself, told what each look found and learning of each outlet; the ages of its looks, story by story."""
    looks: list[list[float]] = [[] for _ in stories]
    paces, edits_at = [first_look(BOUNDS, START) for _ in stories], [None] * len(stories)
    habits: dict[str, Habit | None] = {}
    due = [(story.born + story.first, number) for number, story in enumerate(stories)]
    heapq.heapify(due)
    last_edit: list[datetime | None] = list(edits_at)
    while due:
        at, number = heapq.heappop(due)
        story, now = stories[number], START + timedelta(seconds=at)
        age = at - story.born
        born_at, first_at = START + timedelta(seconds=story.born), START + timedelta(seconds=story.born + story.first)
        edited = bool(looks[number]) and story.found(looks[number][-1], age) > 0
        looks[number].append(age)
        answer = Response(f"http://a.example/{number}", "http://a.example/", 200, (), b"", now, now)
        habit, verdict = habits.get(story.outlet), "edited" if edited else "same"
        lesson = taught(
            paces[number], verdict=verdict, edited=edited, posted_at=born_at, first_seen_at=first_at, last_edit_at=last_edit[number],
            edited_at=None, habit=habit, bounds=BOUNDS, now=now,
        )  # fmt: skip
        last_edit[number] = now if edited else last_edit[number]
        if lesson is not None:
            habits[story.outlet] = habit = with_lesson(habit, lesson)
        pace = paces[number] = after_look(
            paces[number], answer, verdict=verdict, edited=edited, posted_at=born_at, first_seen_at=first_at,
            last_edit_at=last_edit[number], habit=habit, sooner=None, bounds=BOUNDS, now=now,
        )  # fmt: skip
        if pace.next_at is None:
            continue
        next_age = age + max(LEAST, (pace.next_at - now).total_seconds() * factor)
        if feed:
            next_age = min(next_age, max(age + LEAST, _shown_at(story, age)))
        if age < story.last:
            heapq.heappush(due, (story.born + next_age, number))
    return looks


def _shown_at(story: Story, age: float) -> float:
    """When the hourly poll of the feed shows the next edit."""
    edit = min((edit for edit in story.shown if edit > age), default=math.inf)
    if edit == math.inf:
        return edit
    offset = sum(story.outlet.encode()) * 397 % FEED_EVERY
    return math.ceil((story.born + edit - offset) / FEED_EVERY) * FEED_EVERY + offset - story.born


# --- the others -----------------------------------------------------------------------------------------------------

Policy = Callable[[Story, float], Iterator[float]]  # ages at which the article is looked at, given what a look would find


def newsdiffs(story: Story, factor: float) -> Iterator[float]:
    """15 min while the last change is younger than 3 h, an hour to 24 h, 3 h to 7 d, 3 d to 30 d."""
    age, changed, since = story.first, story.first, story.first
    while since < story.last:
        yield age
        changed = age if story.found(since, age) else changed
        since, quiet = age, age - changed
        age += max(LEAST, factor * (900 if quiet < 3 * HOUR else HOUR if quiet < DAY else 3 * HOUR if quiet < 7 * DAY else 3 * DAY))


def news_sniffer(story: Story, factor: float) -> Iterator[float]:
    """Half an hour, a fifth more for each look without a change, back to half an hour on one."""
    age, gap, since = story.first, 1800.0, story.first
    while since < story.last:
        yield age
        gap = 1800.0 if story.found(since, age) else gap * 1.2
        since = age
        age += max(LEAST, gap * factor)


def diffengine(story: Story, factor: float) -> Iterator[float]:
    """Whenever a fifth of the time since it was first seen has passed since the last look (as meant; a run every five minutes)."""
    age, since = 0.0, 0.0
    while story.first + since < story.last:
        yield story.first + age
        since = age
        age += max(LEAST, age / 4 * factor)


def true_law(power: float, lost: float = 0.0) -> Policy:
    """The bound: the square-root rule for who knows the law, the outlet and what was found so far.

    `lost`: so many seconds of delay weigh as much as a version that is replaced before it is seen.
    """
    top = (CORE + WATCHED) ** (1 - power)
    whole = CORE ** (1 - power) - top

    def policy(story: Story, factor: float) -> Iterator[float]:
        odds = {0: 1 - story.share} | {count: story.share * odd for count, odd in COUNTS.items()}
        age, since, found, edited = story.first, story.first, 0, -math.inf
        while since < story.last:
            yield age
            new = story.found(since, age)
            found, edited, since = found + new, age if new else edited, age
            left = max(1e-9, ((age + CORE) ** (1 - power) - top) / whole)  # the share of edits that lies ahead
            weights = {n: odd * math.comb(n, found) * (1 - left) ** found * left ** (n - found) for n, odd in odds.items() if n >= found}
            total = sum(weights.values()) or 1.0
            ahead = sum((n - found) * weight for n, weight in weights.items()) / total
            rate = ahead * (1 - FOLLOWS) * (power - 1) * (age + CORE) ** -power / (whole * left) + 1e-12
            rate += min(1.0, ahead) * FOLLOWS / FOLLOWS_IN * math.exp(max(-500.0, (edited - age) / FOLLOWS_IN))
            age += max(LEAST, factor / math.sqrt(rate * (1 + rate * lost)))

    return policy


def hindsight(stories: Sequence[Story]) -> Policy:
    """The same for recordings, whose law nobody knows: told how often each outlet edited at each age in the very articles measured."""
    stages = (*STAGES, math.inf)
    edits, watched = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for story in stories:
        edits.update((story.outlet, bisect_right(STAGES, edit)) for edit in story.edits)
        for stage, (low, high) in enumerate(zip((0.0, *STAGES), stages, strict=True)):
            watched[story.outlet, stage] += round(max(0.0, min(high, story.last) - max(low, story.first)))

    def policy(story: Story, factor: float) -> Iterator[float]:
        age, since = story.first, story.first
        while since < story.last:
            yield age
            since, at = age, (story.outlet, bisect_right(STAGES, age))
            age += max(LEAST, factor / math.sqrt((edits[at] + 0.1) / (watched[at] + HOUR)))

    return policy


PEERS: dict[str, Policy] = {"newsdiffs": newsdiffs, "News Sniffer": news_sniffer, "diffengine": diffengine}


# --- measuring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What looks find of stories: looks in all, and of each story with edits the delays (minutes) and how many versions were seen."""

    looks: float
    delays: tuple[tuple[float, ...], ...]
    caught: tuple[int, ...]

    @property
    def mean(self) -> float:
        """The mean delay of all edits."""
        return statistics.fmean(delay for delays in self.delays for delay in delays)

    @property
    def share(self) -> float:
        """The share of versions that were seen."""
        return sum(self.caught) / sum(map(len, self.delays))


def found(stories: Sequence[Story], looks: Sequence[Sequence[float]]) -> Found:
    """What these looks find of these stories. The first look after the end may still find something; it is not counted."""
    delays, caught = [], []
    for story, ages in zip(stories, looks, strict=True):
        at = seen = 0
        late: list[float] = []
        for n, edit in enumerate(story.edits):
            while at < len(ages) and ages[at] < edit:
                at += 1
            late.append(((ages[at] if at < len(ages) else max(edit, story.last)) - edit) / 60)
            seen += at < len(ages) and (n + 1 == len(story.edits) or ages[at] < story.edits[n + 1])
        if late:
            delays.append(tuple(late))
            caught.append(seen)
    return Found(_counted(stories, looks) / len(stories), tuple(delays), tuple(caught))


def _counted(stories: Sequence[Story], looks: Iterable[Iterable[float]]) -> int:
    return sum(sum(age < story.last for age in ages) for story, ages in zip(stories, looks, strict=True))


def as_many_looks(policy: Policy, stories: Sequence[Story], looks: float, low: float = 0.005, high: float = 200.0) -> Found:
    """The policy with all of its intervals stretched or shrunk until it makes that many looks."""
    for _ in range(14):
        factor = (low * high) ** 0.5
        made = _counted(stories, _made(policy, stories, factor)) / len(stories)
        low, high = (factor, high) if made > looks else (low, factor)
    return found(stories, list(_made(policy, stories, high)))


def _made(policy: Policy, stories: Sequence[Story], factor: float) -> Iterator[list[float]]:
    """The looks at each story; those at stories without edits are reckoned once for all that are watched alike."""
    uneventful: dict[tuple[float, float, float], list[float]] = {}
    for story in stories:
        alike = (story.first, story.last, story.share)
        if story.edits or alike not in uneventful:
            looks = list(policy(story, factor))
            if not story.edits:
                uneventful[alike] = looks
        yield looks if story.edits else uneventful[alike]


def _ours(stories: Sequence[Story], numbers: Sequence[int], factor: float, *, feed: bool = False) -> Found:
    looks = ours(stories, factor, feed=feed)
    return found([stories[number] for number in numbers], [looks[number] for number in numbers])


def _ours_with(stories: Sequence[Story], numbers: Sequence[int], looks: float, known: list[tuple[float, float]]) -> Found:
    """Ours with that many looks within 2 %; `known`: factors and the looks they made, to begin from and to add to."""
    for _ in range(5):
        near, made = min(known, key=lambda pair: abs(math.log(pair[1] / looks)))
        others = [pair for pair in known if pair[0] != near]
        slope = -0.8  # looks go with the factor to this power, about
        if others:
            far, farther = min(others, key=lambda pair: abs(math.log(pair[1] / looks)))
            slope = min(-0.5, max(-1.2, math.log(farther / made) / math.log(far / near)))
        factor = near * (looks / made) ** (1 / slope)
        row = _ours(stories, numbers, factor)
        known.append((factor, row.looks))
        if abs(row.looks / looks - 1) < 0.02:
            break
    return row


def compared(law: str, stories: Sequence[Story], power: float | None, factor: float, half: str) -> list[str]:
    """The lines of one law's tables; `power` None: recorded. `half`: the stories that are measured."""
    numbers = _half(stories, half)
    chosen = [stories[number] for number in numbers]
    ideal, bound = ("true law", true_law(power)) if power else ("hindsight", hindsight(chosen))
    mine = _ours(stories, numbers, factor)
    lines = [f"{law}, {len(chosen)} articles: as many looks as ours"]
    rows = {name: as_many_looks(policy, chosen, mine.looks) for name, policy in PEERS.items()}
    lines.append(_line("monitor", mine, rows))
    lines.append(_line(ideal, as_many_looks(bound, chosen, mine.looks, 1e-4, 1e6), rows))
    if power:
        lines.append(_line("true law, caught", as_many_looks(true_law(power, LOST), chosen, mine.looks, 1e-4, 1e6), rows))
    lines += [_line(name, row) for name, row in rows.items()]
    told = _ours(stories, numbers, factor, feed=True)
    lines.append(_line("monitor + feed", told, {name: as_many_looks(policy, chosen, told.looks) for name, policy in PEERS.items()}))
    lines.append(f"{law}, {len(chosen)} articles: as many looks as theirs")
    known = [(factor, mine.looks)]
    for name, policy in PEERS.items():
        row = found(chosen, list(_made(policy, chosen, 1.0)))
        lines.append(_line(name, row))
        lines.append(_line("  monitor", _ours_with(stories, numbers, row.looks, known), {name: row}))
        lines.append(_line(f"  {ideal}", as_many_looks(bound, chosen, row.looks, 1e-4, 1e6), {name: row}))
    return lines


def _half(stories: Sequence[Story], half: str) -> list[int]:
    """The earlier or the later half of each outlet's articles."""
    of_outlet: dict[str, list[int]] = {}
    for number, story in enumerate(stories):
        of_outlet.setdefault(story.outlet, []).append(number)
    return [n for found in of_outlet.values() for n in (found[: len(found) // 2] if half == "learn" else found[len(found) // 2 :])]


def _line(name: str, row: Found, others: Mapping[str, Found] | None = None) -> str:
    delays = [delay for delays in row.delays for delay in delays]
    line = f"  {name:16}{row.looks:7.1f} looks{row.mean:8.1f} min{statistics.median(delays):7.1f} median{row.share:8.3f} caught"
    if not others:
        return line
    best = min(others, key=lambda other: others[other].mean)
    catcher = max(others, key=lambda other: others[other].share)
    ratio, of_ratio = _ratio(list(map(sum, row.delays)), list(map(sum, others[best].delays)))
    versions = list(map(len, row.delays))
    more, of_more = _ratio([mine - theirs for mine, theirs in zip(row.caught, others[catcher].caught, strict=True)], versions)
    return f"{line}   {ratio:.2f} ± {of_ratio:.2f} of {best}, {more:+.3f} ± {of_more:.3f} of {catcher}"


def _ratio(above: Sequence[float], below: Sequence[float]) -> tuple[float, float]:
    """The ratio of two sums over articles, and its standard error."""
    ratio = sum(above) / sum(below)
    return ratio, math.sqrt(sum((a - ratio * b) ** 2 for a, b in zip(above, below, strict=True))) / sum(below)


def _tables(asked: argparse.Namespace, power: float | None) -> list[str]:
    if power is None:
        return compared("recorded", recorded(asked.recordings), None, asked.looks, asked.half)
    stories = invented(power, asked.articles, random.Random(asked.seed + round(10 * power)))
    return compared(f"power {power}", stories, power, asked.looks, asked.half)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("recordings", nargs="?", type=Path)
    words.add_argument("--articles", type=int, default=2000, help="of each law; half of them are measured")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--looks", type=float, default=1.0, help="all of our intervals times this")
    words.add_argument("--half", choices=("learn", "judge"), default="judge", help="which half is measured")
    asked = words.parse_args()
    powers = [1.1, 1.3, 1.6] + ([None] if asked.recordings else [])
    with ProcessPoolExecutor(2) as pool:
        for lines in pool.map(_tables, repeat(asked), powers):
            print("\n".join(lines), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
