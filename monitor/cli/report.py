"""`report`: the edits of a period, or all not yet reported here, in the form that is wanted."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.face import Face, Reading, pass_face, say
from monitor.cli.options import a_moment, feed_option, known_slugs, known_words, since_option
from monitor.cli.touching import touching
from monitor.errors import NotFound, UsageError

if TYPE_CHECKING:
    from monitor.model import Diff, Edit, Report
    from monitor.ports import ReadingStore
    from monitor.settings import Settings

CURSOR = "report_cursor"  # and, after a colon, of what: each form, target and selection goes on where it ended
FORMATS = ("terminal", "text", "html", "json", "atom", "jsonfeed", "mail")
SHOWN = 200  # edits told whole to people, the gravest; the others are counted, and `log` lists them
FIGURES_FROM = timedelta(days=2)  # a report of as long a time tells figures too; of a shorter one they say nothing
IN_FEED = 500  # edits in an Atom or JSON Feed, the newest; a reader that comes once a week misses none of a busy day's


@dataclass(frozen=True, slots=True)
class _Period:
    """The edits that are reported, oldest first. `cursor`: the last of them where the next report goes on, None where one was asked for.

    `is_long`: a time was asked for that is long enough for figures.
    """

    edits: tuple["Edit", ...]
    since: datetime | None
    cursor: int | None
    is_long: bool


@click.command()
@since_option
@click.option("--until", metavar="TIME", help="Up to then.")
@feed_option
@click.option("--article", metavar="REF", help="Only this article's edits.")
@click.option("--rule", metavar="NAME", help="Only what this rule of the configuration would tell.")
@click.option("--min-severity", metavar="LEVEL", default="low", help="Only from this level on: noise, low, medium, high.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="terminal", help="How it is written.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("-o", "--output", "path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Into this file.")
@click.option("--to", "target", metavar="TARGET", help="To this target of the configuration.")
@pass_face
def report(
    face: Face,
    since: str | None,
    until: str | None,
    feeds: tuple[str, ...],
    article: str | None,
    rule: str | None,
    min_severity: str,
    form: str,
    as_json: bool,
    path: Path | None,
    target: str | None,
) -> int:
    """A report of edits; without --since, of all not yet reported here: in this form, to this target, with this selection.

    \b
    monitor report --since 7d
    monitor report --since 30d --format atom -o edits.xml
    monitor report --to desk
    """
    from monitor.model import LEVELS

    known_words(min_severity, LEVELS, "severity")
    form = "json" if as_json and not target else form
    with face.reading() as reading:
        feeds, article = tuple(sorted({*feeds})), _number(reading, article)
        here = _here(form, target, _scope(feeds, article, rule, min_severity))
        period = _period(reading, here, since, until, feeds, article, min_severity)
        diffs, rest = _loaded(reading, period.edits, rule, form)
        made = _built(reading, diffs, rest, period)
        body = _rendered(face, reading, made, diffs, form, _scope(feeds, article, rule, min_severity)) if not target else b""
    failed = send_report(face.settings(), made, diffs, target) if target else ""
    if failed:
        say(f"error: {target} did not take the report: {failed}")
        return 1
    if not target:
        _written(body, path)
    if period.cursor is not None:
        _move_cursor(face, here, period.cursor)
    return 0


def _number(reading: Reading, article: str | None) -> str | None:
    """The article's number, however it was named: `last` may be another one tomorrow."""
    from monitor.refs import resolve_article

    return str(resolve_article(reading.store, article).id) if article else None


def _here(form: str, target: str | None, scope: str) -> str:
    """Where a report is read: who asks there again is told what is new to that place, whatever was read elsewhere."""
    return " ".join(filter(None, [f"to:{target}" if target else form, scope]))


def _period(
    reading: Reading, here: str, since: str | None, until: str | None, feeds: Sequence[str], article: str | None, level: str
) -> _Period:
    from monitor.ports import EditQuery

    store, settings, now = reading.store, reading.settings, reading.now
    after = 0 if since else int(store.get_meta(f"{CURSOR}:{here}") or store.get_meta(CURSOR) or 0)
    query = EditQuery(
        article=int(article) if article else None,
        feeds=known_slugs(feeds, store, settings),
        min_level=level,
        since=a_moment(since, now, settings),
        until=a_moment(until, now, settings),
        after=after,
    )
    edits = tuple(store.edits(query))
    start = query.since or min((edit.seen_before for edit in edits), default=None)
    goes_on = not since and not until and edits
    is_long = query.since is not None and (query.until or now) - query.since >= FIGURES_FROM
    return _Period(edits, start, max(edit.id for edit in edits) if goes_on else None, is_long)


def _loaded(reading: Reading, edits: Sequence["Edit"], rule: str | None, form: str) -> tuple[list["Diff"], list["Edit"]]:
    """The edits that are told whole, in their order, and the others to be counted. Programs get all of them."""
    if rule:
        fitting = _fitting(reading, edits, rule)
        edits = [diff.edit for diff in fitting]
    if form == "json":
        chosen = list(edits)
    elif form in ("atom", "jsonfeed"):
        chosen = sorted(edits, key=lambda edit: -edit.id)[:IN_FEED]
    else:
        chosen = sorted(edits, key=lambda edit: (-edit.severity.score, -edit.id))[:SHOWN]
    whole = {edit.id for edit in chosen}
    diffs = [diff for edit in edits if edit.id in whole and (diff := stored_diff(reading.store, edit))]
    return diffs, [edit for edit in edits if edit.id not in whole]


def stored_diff(store: "ReadingStore", edit: "Edit") -> "Diff | None":
    """An edit with its revisions and the changes as they were told; None when a revision is missing."""
    from monitor.model import Diff

    old, new = store.revision(edit.article, edit.from_rev), store.revision(edit.article, edit.to_rev)
    return Diff(edit, old, new, store.changes(edit.id)) if old and new else None


def tags_of(edit: "Edit", settings: "Settings") -> frozenset[str]:
    """The tags of the feeds an edit belongs to."""
    return frozenset(tag for feed in settings.feeds if feed.slug in edit.feeds for tag in feed.tags)


def _fitting(reading: Reading, edits: Sequence["Edit"], name: str) -> list["Diff"]:
    from zoneinfo import ZoneInfo

    from monitor.report import misfit

    rule = next((rule for rule in reading.settings.rules if rule.name == name), None)
    if rule is None:
        from monitor.suggest import did_you_mean

        raise NotFound(f"no rule '{name}'{did_you_mean(name, [rule.name for rule in reading.settings.rules])}", hint="monitor rules ls")
    zone = ZoneInfo(reading.settings.timezone)
    diffs = (stored_diff(reading.store, edit) for edit in edits)
    return [
        diff
        for diff in diffs
        if diff and misfit(rule, diff, tags_of(diff.edit, reading.settings), zone=zone, now=diff.edit.seen_before) is None
    ]


def _built(reading: Reading, diffs: Sequence["Diff"], rest: Sequence["Edit"], period: _Period) -> "Report":
    from monitor.report import build

    def first_title(diff: "Diff") -> str:
        first = diff.old if diff.edit.from_rev == 1 else reading.store.revision(diff.edit.article, 1)
        return first.content.title if first else ""

    made = build(
        diffs,
        since=period.since,
        until=reading.now,
        timezone=reading.settings.timezone,
        titles={diff.edit.article: title for diff in diffs if (title := first_title(diff))},
        outlets={state.feed.slug: state.title for state in reading.store.feeds() if state.title},
        net=_net,
        rest=rest,
        stories_max=len(diffs),
    )
    every = [*(diff.edit for diff in diffs), *rest]
    if not period.is_long or len(every) < 2 or period.since is None:
        return made
    from monitor.cli.stats import tally_of

    return replace(made, figures=tally_of(reading, every, period.since))


def _net(first: "Diff", last: "Diff") -> "Diff":
    from monitor.compare import diff_of

    return diff_of(first.old, last.new, url=last.edit.url, feeds=last.edit.feeds)


def _scope(feeds: Sequence[str], article: str | None, rule: str | None, level: str) -> str:
    """What a report is limited to; a part of a feed's id, so that it never changes for the same words."""
    parts = [f"feed:{slug}" for slug in feeds] + ([f"article:{article}"] if article else []) + ([f"rule:{rule}"] if rule else [])
    return " ".join(parts if level == "low" else [*parts, f"severity:{level}"])


def _rendered(face: Face, reading: Reading, made: "Report", diffs: Sequence["Diff"], form: str, scope: str) -> bytes:
    if form == "json":
        from monitor.shapes import report_json

        return (json.dumps({"schema": "monitor.report/1", **report_json(made)}, ensure_ascii=False) + "\n").encode()
    if form == "html":
        from monitor.cli.pictures import with_charts
        from monitor.render.html import report_html
        from monitor.render.mail import subject

        page = report_html(made, title=subject(made))
        return (with_charts(page, made.figures) if made.figures else page).encode()
    if form == "mail":
        return _mail(reading, made)
    if form in ("atom", "jsonfeed"):
        from monitor.render import atom

        pages = reading.settings.web.public_url
        state = pages or str(reading.settings.state_dir.resolve())
        channel = atom.Channel(f"Edits {scope}".strip(), atom.channel_id(state, scope), pages=pages)
        return atom.atom(diffs, channel) if form == "atom" else atom.json_feed(diffs, channel)
    if form == "terminal":
        return _on_terminal(face, made).encode("utf-8", "replace")
    from monitor.render.plain import report_text

    return report_text(made).encode()


COLUMNS = 100  # of the figures; a wider table is harder to read
WHOLE_MAX = 20  # stories with every change; from then on one line each, as a terminal scrolls


def _on_terminal(face: Face, made: "Report") -> str:
    """Each story as `diff` shows it, the gravest first; many of them as lines."""
    from monitor.render.plain import figures_text, notice_line, summary
    from monitor.render.terminal import Sight, render_diff, render_edit_line

    zone, color = made.timezone, face.is_colored
    parts = [summary(made) + "\n"]
    parts += [render_diff(story.diff, Sight(), timezone=zone, columns=face.columns, color=color) for story in made.stories[:WHOLE_MAX]]
    lines = [render_edit_line(story.diff.edit, timezone=zone, columns=face.columns, color=color) for story in made.stories[WHOLE_MAX:]]
    lines += [notice_line(notice) for notice in made.notices]
    lines += [f"{made.more} more edits: monitor log"] if made.more else []
    parts += [figures_text(made.figures, min(face.columns or COLUMNS, COLUMNS)) + "\n"] if made.figures else []
    return "\n".join([*parts, *(line + "\n" for line in lines)] if len(lines) < 2 else [*parts, "\n".join(lines) + "\n"])


def _mail(reading: Reading, made: "Report") -> bytes:
    from monitor.render.mail import SENDER, Letter, compose

    mail = reading.settings.mail
    sender = (mail.sender if mail else "") or SENDER
    to = ", ".join(mail.to if mail else ()) or sender
    return compose(made, Letter(sender, to, _key("report", made), pages=reading.settings.web.public_url))


def _key(target: str, made: "Report") -> str:
    """The same edits to the same target make the same Message-ID, as with a delivery."""
    from hashlib import sha256

    edits = sorted(edit.id for story in made.stories for edit in (*story.edits, *story.also))
    return sha256("\0".join([target, *map(str, edits)]).encode()).hexdigest()


def send_report(settings: "Settings", made: "Report", diffs: Sequence["Diff"], name: str) -> str:
    """Hands the report to the target's addressees; why it failed, empty when all took it."""
    from monitor.model import Delivery, Dispatch, QueuedEdit, Refusal
    from monitor.notify import open_notifiers
    from monitor.report import addressees

    targets = [target for target in addressees(settings.targets) if name in (target.name, target.name.split("/", 1)[0])]
    if not targets:
        from monitor.suggest import did_you_mean

        raise NotFound(f"no target '{name}'{did_you_mean(name, [target.name for target in settings.targets])}", hint="monitor rules ls")
    notifiers = open_notifiers(settings)
    failures = []
    for target in targets:
        edits = [QueuedEdit(0, Dispatch(target.name, "waiting", "report", made.until), diff) for diff in diffs]
        delivery = Delivery(0, _key(target.name, made), target.name, (), 0, 1, made)
        answer = notifiers[target.name].send(target, delivery, edits)
        if isinstance(answer, Refusal):
            failures.append(f"{target.name}: {answer.message}")
        else:
            say(f"sent to {target.name}: {answer.reference}")
    return "; ".join(failures)


def _written(body: bytes, path: Path | None) -> None:
    """To stdout, or into the file as a whole: a reader never finds half of it."""
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(body)
        sys.stdout.flush()
        return
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(body)
        part.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _move_cursor(face: Face, here: str, cursor: int) -> None:
    """The next report here goes on after this edit."""
    with touching(face) as (store, _, _):
        store.set_meta(f"{CURSOR}:{here}", str(cursor))
