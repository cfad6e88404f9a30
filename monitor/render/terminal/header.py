"""What stands above a difference: whose it is, what the publisher's stamps said, when we saw it, how much it weighs."""

import re
from datetime import tzinfo

from monitor.model import Diff, Edit, Revision, Severity, Stats
from monitor.render.excerpt import lasting
from monitor.render.terminal.lay import FAINT, LEVEL_STYLES, STRONG, Line, Span, columns, foreign, line, moment, wrapped, zone_name


def header(diff: Diff, *, width: int, zone: tzinfo) -> list[Line]:
    """The facts, each on a line of its own."""
    edit = diff.edit
    feeds = f"  {', '.join(edit.feeds)}" if edit.feeds else ""
    return [
        line(Span(f"article {edit.article}", STRONG), foreign(feeds, FAINT)),
        line(foreign(edit.url, FAINT)),
        line(*_stamps(diff.old, diff.new, zone)),
        line(Span(_seen(edit, zone))),
        *weight(edit.severity, edit.kinds, edit.stats, width=width),
        *_circumstances(diff, width),
    ]


def _seen(edit: Edit, zone: tzinfo) -> str:
    if edit.seen_before < edit.seen_after:
        return "shown backwards, from the newer text to the older"
    until = moment(edit.seen_before, zone, edit.seen_after)
    return f"seen between {moment(edit.seen_after, zone)} and {until} {zone_name(edit.seen_before, zone)}"


def _circumstances(diff: Diff, width: int) -> list[Line]:
    """What is said only where it is so."""
    edit = diff.edit
    lines = []
    if edit.reverts_to:
        lines.append(line(Span(f"back to the text of r{edit.reverts_to}")))
    if "gone" in edit.kinds:
        lines.append(line(Span("the page is gone; the text is the one read last", "yellow")))
    for revision in (diff.old, diff.new):
        if revision.redacted:
            lines.append(line(Span(f"the text of r{revision.rev} was removed for legal reasons; its hash is kept", FAINT)))
    if edit.disclosed:
        note = next((f": {proof.removeprefix('disclosed: ')}" for proof in edit.evidence[-1:] if proof.startswith(_BY_NOTE)), "")
        lines += [line(*part) for part in wrapped([foreign(f"disclosed by the publisher{note}")], width)]
    if edit.disclosed is False:
        lines.append(line(Span("NOT DISCLOSED: the stamp did not move and no correction note came", "yellow")))
    if edit.held_by:
        lines.append(line(foreign(f"held back from reports: {edit.held_by}", FAINT)))
    return lines


_BY_NOTE = "disclosed: a correction note"


def weight(severity: Severity, kinds: tuple[str, ...], stats: Stats, *, width: int) -> list[Line]:
    """Severity, kinds and amounts, on two lines where one is too short; and why."""
    moved = f", {stats.moved} moved" if stats.moved else ""
    touched = stats.changed + stats.added + stats.removed
    paragraphs = f"{touched} of {stats.paragraphs + stats.removed} paragraphs{moved} · " if touched or moved else ""
    amount = f"{paragraphs}+{stats.words_added} −{stats.words_removed} words"
    level = Span(f"{severity.level.upper()} {severity.score}", LEVEL_STYLES[severity.level])
    named = Span(f" · {', '.join(kinds) or 'no change'}")
    whole = [level, named, Span(f" · {amount}")]
    if columns(whole) <= width:
        return [line(*whole), *_why(severity, width)]
    return [*(line(*part) for part in wrapped([level, named], width)), line(Span(amount)), *_why(severity, width)]


# Reasons that are told: the rest is in the JSON.
_REASONS = 3


def _why(severity: Severity, width: int) -> list[Line]:
    """What weighs most, unless another line or a mark in the text says it."""
    telling = [reason for reason in severity.reasons if not _SEEN_BELOW.match(reason)]
    spans = [foreign(f"{reason}{' · ' if reason is not telling[:_REASONS][-1] else ''}") for reason in telling[:_REASONS]]
    return [line(*part) for part in wrapped(spans, width)] if spans else []


_SEEN_BELOW = re.compile(r"not disclosed|a correction note came|paragraph|the [\w' -]+ (?:changed|came|went)(?::|$)")


def stamp_of(revision: Revision, zone: tzinfo, beside: Revision | None = None) -> str:
    """`Updated 16:20`, or `Posted …` where the page has no Updated."""
    posted, updated = revision.stamps if beside is not None else (revision.posted, revision.updated)
    stamp = updated or posted
    if stamp is None:
        return f"no stamp, seen {moment(revision.first_seen_at, zone)}"
    return f"{'Updated' if updated else 'Posted'} {moment(stamp.at, zone)}"


def _stamps(old: Revision, new: Revision, zone: tzinfo) -> list[Span]:
    old_posted, old_updated = old.stamps
    before, after = old_updated or old_posted, new.updated or new.posted
    if before is None or after is None:
        return [Span(f"r{old.rev} {stamp_of(old, zone)} → r{new.rev} {stamp_of(new, zone)}")]
    first = f"r{old.rev} {'Updated' if old_updated else 'Posted'} {moment(before.at, zone)}"
    if before.at == after.at:
        return [Span(f"{first} {zone_name(before.at, zone)} → r{new.rev} with the same stamp")]
    second = f"r{new.rev} {'Updated' if new.updated else 'Posted'} {moment(after.at, zone, before.at)}"
    sign = "+" if after.at > before.at else "−"
    return [Span(f"{first} → {second} {zone_name(after.at, zone)} ({sign}{lasting(after.at - before.at)})")]
