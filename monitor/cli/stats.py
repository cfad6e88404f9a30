"""`monitor stats`: how much is edited, where, when and how quietly; drawn in the terminal, as SVG or as a page."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.face import Face, Reading, pass_face, print_json
from monitor.cli.options import a_moment, feed_option, known_slugs, since_option
from monitor.cli.printing import counted

if TYPE_CHECKING:
    from monitor.model import Edit, Tally

STEPS = "▁▂▃▄▅▆▇█"
BAR = 30  # columns of the longest bar
OUTLETS = 15
KINDS = 8


@click.command()
@since_option
@feed_option
@click.option("--format", "form", type=click.Choice(["terminal", "json", "svg", "html"]), default="terminal", help="How it is drawn.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("-o", "--output", "path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Into this file.")
@pass_face
def stats(face: Face, since: str | None, feeds: tuple[str, ...], form: str, as_json: bool, path: Path | None) -> None:
    """Edits per day, hour and outlet, and how soon after publication; default: the last 30 days.

    \b
    monitor stats --since 7d
    monitor stats --since 90d --format html -o stats.html
    """
    with face.reading() as reading:
        start = a_moment(since or "30d", reading.now, reading.settings) or reading.now
        found = _counted(reading, start, known_slugs(feeds, reading.store, reading.settings))
        zone = reading.settings.timezone
    if as_json or form == "json":
        from monitor.shapes import tally_json

        print_json("stats", tally_json(found))
        return
    if form == "terminal":
        text = "\n".join(line.rstrip() for line in _drawn(found, zone)) + "\n"
    else:
        from monitor.cli import pictures

        text = pictures.page(found, zone) if form == "html" else pictures.svg(found)
    if path:
        path.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


def _counted(reading: Reading, since: datetime, feeds: Sequence[str]) -> "Tally":
    from monitor.ports import EditQuery

    edits = list(reading.store.edits(EditQuery(feeds=tuple(feeds), since=since, min_level="low")))
    return tally_of(reading, edits, since if edits else max(since, reading.now - timedelta(days=30)))


def tally_of(reading: Reading, edits: Sequence["Edit"], since: datetime) -> "Tally":
    """These edits in counts, days and hours as the settings show them, with what the store knows of their articles and outlets."""
    from monitor.figures import tally

    firsts = {edit.article for edit in edits if edit.from_rev == 1}
    articles = filter(None, map(reading.store.article, firsts))
    return tally(
        edits,
        posted={article.id: article.posted_at for article in articles if article.posted_at},
        outlets={state.feed.slug: state.title or state.feed.slug for state in reading.store.feeds()},
        since=since,
        until=reading.now,
        timezone=reading.settings.timezone,
    )


def _drawn(found: "Tally", zone: str) -> Iterator[str]:
    first, last = found.days[0], found.days[-1]
    yield f"{counted(found.edits, 'edit')} from {first} to {last} ({zone})"
    if not found.edits:
        return
    judged = [(outlet.disclosed, outlet.undisclosed) for outlet in found.outlets]
    told, silent = (sum(numbers) for numbers in zip(*judged, strict=True))
    if told + silent:
        yield f"{silent} of {told + silent} that can be judged were not disclosed ({_percent(silent, told + silent)})"
    yield ""
    yield from _days(found)
    yield ""
    busiest = max(range(24), key=found.hours.__getitem__)
    yield f"by hour    {_strip(found.hours)}  most at {busiest:02}h, {counted(found.hours[busiest], 'edit')}"
    yield f"           {'0':<6}{'6':<6}{'12':<6}{'18':<6}"
    if any(count for _, count in found.first_edits):
        yield ""
        yield "first edit after publication"
        yield from _bars(found.first_edits)
    yield ""
    yield "kinds"
    yield from _bars(found.kinds[:KINDS])
    yield ""
    yield from _outlets(found)


def _days(found: "Tally") -> Iterator[str]:
    # one glyph a day; a long period is told in equal parts that fit
    parts = max(1, -(-len(found.days) // 60))
    counts = [sum(found.by_day[at : at + parts]) for at in range(0, len(found.by_day), parts)]
    per = "day" if parts == 1 else f"{parts} days"
    yield f"per {per:<7}{_strip(counts)}  most {max(counts)}"
    first, last = (
        f"{day:%d %b}" if found.days[0].year == found.days[-1].year else f"{day:%b %Y}" for day in (found.days[0], found.days[-1])
    )
    yield f"           {first}".ljust(11 + max(0, len(counts) - len(last))) + last


def _outlets(found: "Tally") -> Iterator[str]:
    from monitor.text import cut_to_width, display_width, term_safe

    yield f"{'outlet':<26}{'edits':>7}{'headlines':>11}{'undisclosed':>13}{'corrections':>13}"
    for outlet in found.outlets[:OUTLETS]:
        share = outlet.undisclosed_share
        name = cut_to_width(term_safe(outlet.outlet), 25)
        padded = name + " " * (26 - display_width(name))
        told = "-" if share is None else f"{share:.0%}"
        yield f"{padded}{outlet.edits:>7}{outlet.headlines:>11}{told:>13}{outlet.corrections:>13}"
    if len(found.outlets) > OUTLETS:
        yield f"and {len(found.outlets) - OUTLETS} more"


def _strip(counts: Sequence[int]) -> str:
    top = max(counts, default=0)
    return "".join("·" if not count else STEPS[min(len(STEPS) - 1, (count * len(STEPS) - 1) // top)] for count in counts)


def _bars(rows: Sequence[tuple[str, int]]) -> Iterator[str]:
    top = max((count for _, count in rows), default=0)
    for name, count in rows:
        length = round(BAR * count / top) if top else 0
        yield f"  {name:<18}{'█' * length or ('▏' if count else '')} {count}"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}"
