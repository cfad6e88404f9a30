"""`rules`, `notify`, `mute`, `unmute`: who is told what, what became of it, and what nobody should be told for a while."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from monitor.cli.face import Face, Reading, pass_face
from monitor.cli.options import a_moment, limit_option, since_option
from monitor.cli.printing import print_json, print_lines, print_table, say
from monitor.cli.touching import touching
from monitor.errors import NotFound, UsageError

if TYPE_CHECKING:
    from datetime import timedelta

    from monitor.model import Diff, OutboxRow, Report
    from monitor.ports import ReadingStore
    from monitor.settings import Rule, Settings, Target

Json = dict[str, Any]
STATES = ("waiting", "held", "merged", "muted", "sent", "dropped", "failed", "dead")


@click.group()
def rules() -> None:
    """Which edits go to which targets."""


@rules.command("ls")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_face
def rules_ls(face: Face, as_json: bool) -> None:
    """Rules and targets, as configured."""
    settings = face.settings(secrets=False)
    if as_json:
        print_json(
            "rules", {"rules": [_rule_json(rule) for rule in settings.rules], "targets": [_target_json(t) for t in settings.targets]}
        )
        return
    if not settings.targets:
        say("no targets: nobody is told of edits (add [mail] to = […] or [targets.NAME] to monitor.toml)")
        return
    print_table(("TARGET", "WHERE", "WHEN"), [(t.name, _where(t), _when(t)) for t in settings.targets], flexible=1)
    if settings.rules:
        click.echo()
        print_table(("RULE", "TELLS", "OF"), [(rule.name, ", ".join(rule.to), _conditions(rule)) for rule in settings.rules], flexible=2)
    else:
        say("no rules: every target hears of every edit from severity low on")


def _rule_json(rule: "Rule") -> Json:
    from dataclasses import asdict

    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(rule).items()}


def _target_json(target: "Target") -> Json:
    return {"name": target.name, "where": _where(target), "mode": target.mode, "when": _when(target)}


def _where(target: "Target") -> str:
    """The target's address without what may be secret in it."""
    if target.url.startswith(("mailto:", "exec:")):
        return target.url
    from urllib.parse import urlsplit

    parts = urlsplit(target.url)
    return f"{parts.scheme}://{parts.hostname or '…'}" if target.url.startswith("webhook+") else f"{parts.scheme}://…"


def _when(target: "Target") -> str:
    if target.mode == "digest":
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        days = "" if len(target.days) == 7 else " " + ",".join(names[day] for day in target.days)
        return f"digest at {target.at}{days}"
    most = f", at most {target.max_per[0]} in {target.max_per[1]}" if target.max_per else ""
    return f"instant{most}"


def _conditions(rule: "Rule") -> str:
    parts = [f"severity {rule.min_severity} and above"]
    parts += [
        f"{name} {', '.join(words)}" for name in ("feeds", "tags", "kinds", "added", "removed", "authors") if (words := getattr(rule, name))
    ]
    parts += ["undisclosed"] if rule.undisclosed else []
    parts += [f"{rule.hours[0]} to {rule.hours[1]} o'clock"] if rule.hours else []
    return "; ".join(parts)


@rules.command("test")
@click.argument("name")
@since_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_face
def rules_test(face: Face, name: str, since: str | None, as_json: bool) -> None:
    """Which past edits a rule would have told, and why not the others. Sends nothing.

    \b
    monitor rules test headlines --since 7d
    """
    from monitor.shapes import edit_json

    with face.reading() as reading:
        rule = _known_rule(name, reading.settings)
        told, refused = [], []
        for diff, why_not in _replayed(reading, rule, since or "7d"):
            if why_not is None:
                told.append(diff.edit)
            else:
                refused.append((diff.edit, why_not))
        if as_json:
            print_json(
                "rules.test",
                {
                    "rule": name,
                    "told": [edit_json(edit) for edit in told],
                    "refused": [{**edit_json(edit), "why": why_not} for edit, why_not in refused],
                },
            )
            return
        rows = [(str(edit.article), "told", ", ".join(rule.to), _safe(edit.title)) for edit in told]
        rows += [(str(edit.article), "not", why_not, _safe(edit.title)) for edit, why_not in refused]
        print_table(("ARTICLE", "", "TO / WHY NOT", "TITLE"), rows, flexible=3)
        say(f"{len(told)} of {len(told) + len(refused)} edits would have been told")


def _replayed(reading: Reading, rule: "Rule", since: str) -> Iterator[tuple["Diff", str | None]]:
    from monitor.cli.report import stored_diff, tags_of
    from monitor.ports import EditQuery
    from monitor.report import misfit

    zone = ZoneInfo(reading.settings.timezone)
    for edit in reading.store.edits(EditQuery(since=a_moment(since, reading.now, reading.settings))):
        diff = stored_diff(reading.store, edit)
        if diff:
            yield diff, misfit(rule, diff, tags_of(edit, reading.settings), zone=zone, now=edit.seen_before)


def _known_rule(name: str, settings: "Settings") -> "Rule":
    for rule in settings.rules:
        if rule.name == name:
            return rule
    from monitor.suggest import did_you_mean

    raise NotFound(f"no rule '{name}'{did_you_mean(name, [rule.name for rule in settings.rules])}", hint="monitor rules ls lists them")


@click.group()
def notify() -> None:
    """What was told to whom, and why or why not."""


@notify.command("test")
@click.argument("target")
@pass_face
def notify_test(face: Face, target: str) -> int:
    """Sends an invented edit to a target. Exit 1 when it does not take it."""
    from monitor.cli.report import send_report

    failed = send_report(face.settings(), sample_report(), [], target)
    if failed:
        say(f"error: {failed}")
        return 1
    return 0


def sample_report() -> "Report":
    """An invented edit of an invented article, to try a target with."""
    from datetime import timedelta

    from monitor.clock import SystemClock
    from monitor.compare import diff_of
    from monitor.model import Content, Revision, Stamp
    from monitor.report import build

    now = SystemClock().now()
    posted = now - timedelta(hours=7)
    words = (
        Content(
            "Council denies plan to close the harbour library", body=("The council met on Tuesday.", "It said the plan was never made.")
        ),
        Content(
            "Council confirms plan to close the harbour library", body=("The council met on Tuesday.", "It said the plan was made in May.")
        ),
    )
    old, new = (
        Revision(0, rev, "0" * 64, None, "new", True, "page", "https://news.example/library", at, at, Stamp(posted), None, content)
        for rev, at, content in ((1, now - timedelta(hours=1), words[0]), (2, now, words[1]))
    )
    diff = diff_of(old, new, url=old.url, event="edited")
    return build([diff], since=None, until=now)


@notify.command("log")
@click.option("--target", metavar="NAME", help="Only what this target was told, or not.")
@click.option("--state", type=click.Choice(STATES), help="Only what became of it so.")
@since_option
@limit_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--jsonl", "as_lines", is_flag=True, help="One JSON object a line, all of them.")
@pass_face
def notify_log(
    face: Face, target: str | None, state: str | None, since: str | None, limit: int | None, as_json: bool, as_lines: bool
) -> None:
    """Every edit and target: sent, held, muted, dropped, failed or dead, and why. Newest last.

    \b
    monitor notify log --target desk --since 24h
    monitor notify log --state dead
    """
    with touching(face, read_only=True) as (store, settings, now):
        most = limit or (1_000_000 if as_json or as_lines or limit == 0 else 50)
        from_then = a_moment(since, now, settings)
        wanted = "sent" if state == "merged" else None if state == "failed" else state
        rows = list(reversed(store.outbox(target=target, state=wanted, since=from_then, limit=most)))
    newest: dict[str | None, int] = {row.reference: row.id for row in rows if row.reference}
    shown = [(row, _became(row, newest)) for row in rows]
    shown = [(row, became) for row, became in shown if state in (None, became)]
    if as_lines:
        print_lines(_row_json(row, became) for row, became in shown)
    elif as_json:
        print_json("notify.log", {"rows": [_row_json(row, became) for row, became in shown]})
    else:
        zone = ZoneInfo(settings.timezone)
        print_table(
            ("WHEN", "ARTICLE", "TARGET", "STATE", "WHY", "TITLE"),
            [
                (
                    f"{(row.sent_at or row.due_at).astimezone(zone):%d %b %H:%M}", f"{row.article}@{row.to_rev}", row.target, became,
                    row.reason, _safe(row.title),
                )
                for row, became in shown
            ],
            flexible=5,
        )  # fmt: skip


def _became(row: "OutboxRow", newest: Mapping[str | None, int]) -> str:
    """The row's state as a reader sees it: `failed` while a retry follows, `merged` where a newer edit's message told of it too."""
    if row.state in ("waiting", "held") and row.attempts and row.reason.startswith("failed"):
        return "failed"
    return "merged" if row.state == "sent" and newest.get(row.reference, row.id) != row.id else row.state


def _row_json(row: "OutboxRow", became: str) -> Json:
    from monitor.times import rfc3339

    return {
        "id": row.id,
        "edit": row.edit_id,
        "article": row.article,
        "from_rev": row.from_rev,
        "to_rev": row.to_rev,
        "title": row.title,
        "target": row.target,
        "state": became,
        "reason": row.reason,
        "due_at": rfc3339(row.due_at),
        "attempts": row.attempts,
        "sent_at": rfc3339(row.sent_at) if row.sent_at else None,
        "reference": row.reference,
    }


@notify.command("retry")
@click.argument("target", required=False)
@pass_face
def notify_retry(face: Face, target: str | None) -> None:
    """Dead letters, of one target or of all, are sent again with the next round."""
    with touching(face) as (store, _, now):
        number = store.revive(target, now)
    say(f"{number} message{'s' * (number != 1)} will be sent again")


@click.command()
@click.argument("subject", required=False, metavar="REF|FEED|TARGET")
@click.option("--for", "span", metavar="TIME", help="For so long: 6h, 7d. Without: until unmute.")
@pass_face
def mute(face: Face, subject: str | None, span: str | None) -> None:
    """Tells nobody of an article or a feed, or a target of nothing, for a while. Alone: lists what is muted.

    \b
    monitor mute 42 --for 7d
    monitor mute koreatimes
    """
    if subject is None:
        with touching(face, read_only=True) as (store, _, now):
            for muted in sorted(store.mutes(now)):
                click.echo(muted.replace(":", " ", 1))
        return
    with touching(face) as (store, settings, now):
        named = _subject(subject, store, settings)
        until = now + _span(span) if span else None
        store.mute(named, until)
    say(f"muted {named.replace(':', ' ', 1)}" + (f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""))


@click.command()
@click.argument("subject", metavar="REF|FEED|TARGET")
@pass_face
def unmute(face: Face, subject: str) -> None:
    """Tells of it again."""
    with touching(face) as (store, settings, _):
        named = _subject(subject, store, settings)
        store.unmute(named)
    say(f"{named.replace(':', ' ', 1)} is told of again")


def _subject(typed: str, store: "ReadingStore", settings: "Settings") -> str:
    """`feed:SLUG`, `target:NAME` or `article:ID`, whichever the word names, in this order."""
    from monitor.refs import resolve_article

    if typed in {feed.slug for feed in settings.feeds} | {state.feed.slug for state in store.feeds()}:
        return f"feed:{typed}"
    if typed.split("/", 1)[0] in {target.name for target in settings.targets}:
        return f"target:{typed}"
    return f"article:{resolve_article(store, typed).id}"


def _span(text: str) -> "timedelta":
    from monitor.config.values import some_time

    try:
        return some_time(text)
    except ValueError as error:
        raise UsageError(f"--for {text} {error}") from error


def _safe(text: str) -> str:
    from monitor.text import term_safe

    return term_safe(text)
