"""Ten thousand edits in an hour: how many mails, how large, how long, how much memory. `python bench/deliver.py [EDITS]`.

A real SQLite store is filled with one edit for each of EDITS articles, spread over an hour, each for two targets: one instant with a
limit of 6 messages an hour, one digest. Then the rounds of that hour, and of the digest's time, are run; every mail is composed whole
and thrown away instead of sent.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import deliver
from monitor.compare import diff_of
from monitor.model import (
    ArticleUpdate,
    Content,
    Delivery,
    Key,
    LookOutcome,
    NewRevision,
    QueuedEdit,
    Receipt,
    Refusal,
    Revision,
    Stamp,
)
from monitor.render.mail import Letter, compose
from monitor.report import route
from monitor.settings import Settings, StoreSettings, Target
from monitor.store.sql import SqlStore, open_store

START = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TARGETS = (
    Target("desk", "mailto:desk@example.org", max_per=(6, HOUR)),
    Target("editors", "mailto:editors@example.org", mode="digest", at="14:00"),
)
PLACES = ("harbour", "market", "castle", "station", "bridge", "museum", "school", "theatre")


@dataclass
class HandClock:
    """A clock that is moved by hand."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass
class Scales:
    """A notifier that composes each mail, weighs it and throws it away."""

    sizes: dict[str, list[int]] = field(default_factory=dict)
    edits: dict[str, int] = field(default_factory=dict)

    def send(self, target: Target, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal:
        assert delivery.report is not None
        raw = compose(delivery.report, Letter("monitor@example.org", "desk@example.org", delivery.key, target.name))
        self.sizes.setdefault(target.name, []).append(len(raw))
        self.edits[target.name] = self.edits.get(target.name, 0) + delivery.report.edits
        return Receipt(delivery.report.until, delivery.key)


def texts(number: int) -> Iterator[Content]:
    """An article before and after its edit, unlike all others."""
    place = f"{PLACES[number % len(PLACES)]} {number}"
    body = [
        f"The {place} will open again in {number % 11 + 2} weeks, the council said, after work on its roof and its {number % 7 + 3} doors."
    ]
    body += [f"Part {part} of the plan for the {place} costs {part * 1000 + number} and was agreed by all members." for part in range(12)]
    yield Content(f"Council plans to open the {place}", body=tuple(body))
    body[3] = body[3].replace("agreed by all members", f"opposed by {number % 5 + 1} members")
    yield Content(f"Council {'drops plan' if number % 2 else 'plans'} to open the {place}", body=tuple(body))


def fill(store: SqlStore, settings: Settings, edits: int) -> None:
    """One article with one edit, `edits` times, spread over an hour."""
    store.sync_targets([target.name for target in settings.targets], START - HOUR)
    for number in range(edits):
        url = f"https://news{number % 40}.example/{number}"
        at = START + HOUR * number / edits
        article = store.watch(url, [Key("url", "", url)], START - HOUR)
        before, after = (
            Revision(article, rev, "", None, "new", True, "page", url, seen, seen, Stamp(START - 2 * HOUR), None, content)
            for rev, seen, content in zip((1, 2), (START - HOUR, at), texts(number), strict=True)
        )
        diff = diff_of(before, after, url=url, event="edited")
        dispatches = route(diff, frozenset(), rules=(), targets=settings.targets, quiet=None, mutes=frozenset(), timezone="UTC", now=at)
        for rev, one in enumerate((before, after)):
            new = NewRevision(
                "edited" if rev else "new", True, "page", url, one.first_seen_at, one.posted, None, one.content, {},
                edit=diff.edit if rev else None, changes=diff.changes if rev else (), dispatches=dispatches if rev else (),
            )  # fmt: skip
            task = store.page_task(article, one.first_seen_at)
            pace = replace(task.pace, next_at=at + HOUR)
            store.save_look(LookOutcome(task, one.first_seen_at, pace, ArticleUpdate(article, rev, url, revision=new)))


def told(store: SqlStore, settings: Settings, scales: Scales) -> tuple[list[float], list[float]]:
    """The rounds from the first edit to the digest, one a minute; seconds of each, and of CPU."""
    clock, spent, cpu = HandClock(START), [0.0], [0.0]
    while clock.at < START + 3 * HOUR:
        clock.at += timedelta(minutes=1)
        began, worked = time.perf_counter(), time.process_time()
        deliver.round(store, {target.name: scales for target in TARGETS}, settings, clock)
        spent.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
    return spent, cpu


def peak_mb() -> float:
    """The most memory this process had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Prints one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edits", nargs="?", type=int, default=10_000)
    edits = parser.parse_args().edits
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), Path(folder), targets=TARGETS)
        store = open_store(None, state_dir=Path(folder), read_only=False, settings=StoreSettings())
        assert isinstance(store, SqlStore)
        began = time.perf_counter()
        fill(store, settings, edits)
        filled, before = time.perf_counter() - began, peak_mb()
        scales = Scales()
        spent, cpu = told(store, settings, scales)
        left = store.counts(START + 3 * HOUR).outbox_waiting
        store.close()
    report = {
        "edits": edits,
        "fill_s": round(filled, 1),
        "messages": {name: len(sizes) for name, sizes in scales.sizes.items()},
        "edits_told": scales.edits,
        "largest_mail_kb": {name: round(max(sizes) / 1000, 1) for name, sizes in scales.sizes.items()},
        "rounds_s": round(sum(spent), 2),
        "rounds_cpu_s": round(sum(cpu), 2),
        "longest_round_s": round(max(spent), 2),
        "longest_round_cpu_s": round(max(cpu), 2),
        "peak_mb_before": round(before, 1),
        "peak_mb": round(peak_mb(), 1),
        "left_waiting": left,
    }
    json.dump(report, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
