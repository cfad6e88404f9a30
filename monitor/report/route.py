"""Edit and rules → which targets hear of it, when, and why or why not. Pure; a "no" is an answer too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from monitor.model import LEVELS, Diff, Dispatch, DispatchState, Edit
from monitor.settings import Quiet, Rule, Target

TEMPLATE = "template change"  # what holds back an edit that many articles of its host share
PATTERN_SECONDS = 0.2  # a user's `re:` pattern meets texts of strangers; one that takes longer does not fit
TEXT_MAX = 100_000  # characters a pattern is tried on


def route(
    diff: Diff,
    tags: frozenset[str],
    *,
    rules: Sequence[Rule],
    targets: Sequence[Target],
    quiet: Quiet | None,
    mutes: frozenset[str],
    timezone: str,
    now: datetime,
) -> tuple[Dispatch, ...]:
    """What becomes of this edit for each addressee: one Dispatch each, with the reason in words.

    Without rules every target hears of every edit from level low on. `tags` are those of the edit's feeds, `mutes` subjects such
    as `article:42`, `feed:bbc`, `target:desk`.
    """
    return tuple(
        _dispatch(diff, tags, target, rules=rules, quiet=quiet, mutes=mutes, zone=ZoneInfo(timezone), now=now)
        for target in addressees(targets)
    )


def addressees(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets, with one of its own for each address of a `mailto:` with several.

    So that one bad address never holds up or repeats what the others get. Named `desk/ann@example.org`.
    """
    apart: list[Target] = []
    for target in targets:
        addresses = _addresses(target.url)
        if len(addresses) < 2:
            apart.append(target)
        else:
            apart += [replace(target, name=f"{target.name}/{address}", url=f"mailto:{address}") for address in addresses]
    return tuple(apart)


def _addresses(url: str) -> list[str]:
    if not url.startswith("mailto:"):
        return []
    found = (unquote(part).strip() for part in urlsplit(url).path.split(","))
    return list(dict.fromkeys(part for part in found if part))


def _dispatch(
    diff: Diff,
    tags: frozenset[str],
    target: Target,
    *,
    rules: Sequence[Rule],
    quiet: Quiet | None,
    mutes: frozenset[str],
    zone: ZoneInfo,
    now: datetime,
) -> Dispatch:
    rule, why_not = _wanted(diff, tags, target, rules, zone, now)
    if why_not:
        return Dispatch(target.name, "dropped", why_not, now)
    name = rule.name if rule else None
    muted = mute_of(diff.edit, target, mutes)
    if muted:
        return Dispatch(target.name, "muted", f"{muted} is muted", now, name)
    state, reason, due_at = _when(diff, target, quiet, zone, now)
    return Dispatch(target.name, state, reason, due_at, name)


def _wanted(
    diff: Diff, tags: frozenset[str], target: Target, rules: Sequence[Rule], zone: ZoneInfo, now: datetime
) -> tuple[Rule | None, str]:
    """The first rule that wants this edit told to the target, or why none does."""
    if not rules:
        level = diff.edit.severity.level
        return None, "severity noise is below low" if level == "noise" else ""
    name = target.name.split("/", 1)[0]
    refusals = []
    for rule in rules:
        if name not in rule.to and target.name not in rule.to:
            continue
        why_not = misfit(rule, diff, tags, zone=zone, now=now)
        if why_not is None:
            return rule, ""
        refusals.append(f"{rule.name}: {why_not}")
    return None, "; ".join(refusals[:3]) or f"no rule tells {name}"


def misfit(rule: Rule, diff: Diff, tags: frozenset[str], *, zone: ZoneInfo, now: datetime) -> str | None:
    """Why a rule does not want this edit, its first unmet condition in words; None when it does."""
    edit = diff.edit
    if rule.feeds and not set(rule.feeds) & set(edit.feeds):
        return f"in no feed of {', '.join(rule.feeds)}"
    if rule.tags and not tags & set(rule.tags):
        return f"no feed has tag {', '.join(rule.tags)}"
    if rule.kinds and not set(rule.kinds) & set(edit.kinds):
        return f"kinds {', '.join(edit.kinds) or 'none'} are not {', '.join(rule.kinds)}"
    if LEVELS.index(edit.severity.level) < LEVELS.index(rule.min_severity):
        return f"severity {edit.severity.level} is below {rule.min_severity}"
    if rule.undisclosed and edit.disclosed is not False:
        return "the change was disclosed" if edit.disclosed else "no stamp to judge disclosure by"
    if rule.authors and not _by_author(rule.authors, diff):
        return f"not by {', '.join(rule.authors)}"
    if rule.added and not _any_word(rule.added, _text(diff, "+")):
        return f"none of {', '.join(rule.added)} was added"
    if rule.removed and not _any_word(rule.removed, _text(diff, "-")):
        return f"none of {', '.join(rule.removed)} was removed"
    if rule.hours and not _within(rule.hours, now.astimezone(zone).hour):
        return f"not between {rule.hours[0]} and {rule.hours[1]} o'clock"
    return None


def _by_author(wanted: Sequence[str], diff: Diff) -> bool:
    authors = " | ".join((*diff.old.content.authors, *diff.new.content.authors)).casefold()
    return any(author.casefold() in authors for author in wanted)


def _text(diff: Diff, sign: str) -> str:
    return " ".join(text for change in diff.changes for mark, text in change.segments if mark == sign)[:TEXT_MAX]


def _any_word(words: Sequence[str], text: str) -> bool:
    return any(_has_word(word, text) for word in words)


def _has_word(word: str, text: str) -> bool:
    """Whole words without regard to case; scripts that write words together fit anywhere; `re:` is a pattern."""
    import regex  # type: ignore[import-untyped]  # ships no types

    if not text or not word:
        return False
    if word.startswith("re:"):
        pattern = word[3:]
    else:
        pattern = regex.escape(word.strip())
        if not regex.search(r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}\p{Thai}]", word):
            pattern = rf"(?<!\w){pattern}(?!\w)"
    try:
        return regex.search(pattern, text, flags=regex.IGNORECASE, timeout=PATTERN_SECONDS) is not None
    except (regex.error, TimeoutError):
        return False


def _within(hours: tuple[int, int], hour: int) -> bool:
    start, end = hours
    return start <= hour < end if start < end else hour >= start or hour < end


def mute_of(edit: Edit, target: Target, mutes: frozenset[str]) -> str:
    """The muted subject that keeps this edit from this target, in words; empty when there is none."""
    if f"article:{edit.article}" in mutes:
        return f"article {edit.article}"
    feeds = edit.feeds
    if feeds and all(f"feed:{slug}" in mutes for slug in feeds):
        return f"feed {feeds[0]}"
    names = {target.name, target.name.split("/", 1)[0]}
    return f"target {target.name}" if any(f"target:{name}" in mutes for name in names) else ""


def _when(diff: Diff, target: Target, quiet: Quiet | None, zone: ZoneInfo, now: datetime) -> tuple[DispatchState, str, datetime]:
    if target.mode == "digest":
        return "held", f"digest at {target.at}", next_digest(target, zone, now)
    due_at = now + target.wait
    if quiet and in_quiet(quiet, zone, due_at) and not bypasses(diff.edit, quiet):
        return "held", f"quiet hours until {quiet.end}", quiet_end(quiet, zone, due_at)
    if diff.edit.held_by == TEMPLATE:
        return "held", TEMPLATE, due_at
    return "waiting", "waits for further edits of the article" if target.wait else "to be sent", due_at


def bypasses(edit: Edit, quiet: Quiet) -> bool:
    """Whether the edit is grave enough to be told in quiet hours."""
    return quiet.bypass in LEVELS and LEVELS.index(edit.severity.level) >= LEVELS.index(quiet.bypass)


def next_digest(target: Target, zone: ZoneInfo, now: datetime) -> datetime:
    """The target's next digest time after `now`, aware UTC. A time that a clock change skips comes an hour later."""
    local = now.astimezone(zone)
    at, days = _clock(target.at), target.days or tuple(range(7))
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        moment = datetime.combine(day, at, tzinfo=zone).astimezone(now.tzinfo)
        if day.weekday() in days and moment > now:
            return moment
    return now + timedelta(days=7)  # days holds no weekday at all: a week is the longest anybody waits


def in_quiet(quiet: Quiet, zone: ZoneInfo, now: datetime) -> bool:
    """Whether it is quiet then, by the local clock; hours may run over midnight."""
    start, end, local = _clock(quiet.start), _clock(quiet.end), now.astimezone(zone).time()
    return start <= local < end if start <= end else local >= start or local < end


def quiet_end(quiet: Quiet, zone: ZoneInfo, now: datetime) -> datetime:
    """When the quiet hours that `now` falls into end, aware UTC."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < _clock(quiet.end) else local.date() + timedelta(days=1)
    return datetime.combine(day, _clock(quiet.end), tzinfo=zone).astimezone(now.tzinfo)


def _clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute or 0))
