"""Edits → Report: one story an article, one story for a text that several outlets carry, one notice for a changed template."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model import Diff, Edit, Notice, OutletCount, Report, Severity, Story, Trouble
from monitor.report.facts import host_of, outlet_of

Net = Callable[[Diff, Diff], Diff]
"""The difference from the first diff's old revision to the last one's new revision."""

TEMPLATE_ARTICLES = 3  # as many articles of one host with the very same edit speak of a template, not of news
SAME_STORY = 0.5  # of the words of headline and first paragraphs: copies of a wire story share nearly all, strangers under a fifth
STORIES_MAX = 200  # in one report; a reader stops long before, and a mail has to end

_HeldWhy = Mapping[int, str]


def build(
    diffs: Sequence[Diff],
    *,
    since: datetime | None,
    until: datetime,
    timezone: str = "UTC",
    reason: str = "",
    titles: Mapping[int, str] | None = None,
    outlets: Mapping[str, str] | None = None,
    net: Net | None = None,
    held: _HeldWhy | None = None,
    rules: Mapping[int, str] | None = None,
    corrected: Collection[int] = (),
    rest: Sequence[Edit] = (),
    troubles: Sequence[Trouble] = (),
    held_back: Sequence[Trouble] = (),
    stories_max: int = STORIES_MAX,
) -> Report:
    """A report of these edits, the gravest story first.

    `titles`: first-seen headline by article id; `outlets`: feed title by slug; `net` joins several edits of an article into one
    difference (without it the last one is shown); `held` and `rules`: by edit id, why it waited and which rule wanted it;
    `corrected` are ids of edits that were told before as undisclosed and were not; `rest` are further edits that are only counted.
    """
    titles, outlets = titles or {}, outlets or {}
    notices, single = _notices(diffs, rest)
    stories = [_story(chain, titles=titles, outlets=outlets, net=net, held=held or {}, rules=rules or {}) for chain in _by_article(single)]
    told_wrong = frozenset(corrected)
    stories = [replace(story, correction=not told_wrong.isdisjoint(edit.id for edit in story.edits)) for story in stories]
    stories = sorted(_joined(stories), key=_gravity)
    shown = stories[:stories_max]
    told = sum(len(story.edits) + len(story.also) for story in shown)
    every = [diff.edit for diff in diffs] + list(rest)
    return Report(
        since=since,
        until=until,
        stories=tuple(shown),
        notices=tuple(notices),
        counts=_counts(every, outlets),
        troubles=tuple(troubles),
        held=tuple(held_back),
        edits=len(every),
        more=len(every) - told - sum(len(notice.edits) for notice in notices),
        reason=reason,
        timezone=timezone,
    )


def _notices(diffs: Sequence[Diff], rest: Sequence[Edit]) -> tuple[list[Notice], list[Diff]]:
    """Edits that are one template's, one notice a host and change; and the others."""
    alike: dict[tuple[str, bytes], list[Diff]] = defaultdict(list)
    for diff in diffs:
        if diff.edit.fingerprint is not None:
            alike[host_of(diff.edit.url), diff.edit.fingerprint].append(diff)
    template = {
        key: group
        for key, group in alike.items()
        if any(diff.edit.held_by == "template change" for diff in group) or len({diff.edit.article for diff in group}) >= TEMPLATE_ARTICLES
    }
    told = {id(diff) for group in template.values() for diff in group}
    also: dict[tuple[str, bytes], list[Edit]] = defaultdict(list)
    for edit in rest:
        if edit.fingerprint is not None and (key := (host_of(edit.url), edit.fingerprint)) in template:
            also[key].append(edit)
    notices = [Notice(key[0], (*(diff.edit for diff in group), *also[key]), group[0]) for key, group in template.items()]
    return notices, [diff for diff in diffs if id(diff) not in told]


def _by_article(diffs: Iterable[Diff]) -> list[list[Diff]]:
    chains: dict[int, list[Diff]] = defaultdict(list)
    for diff in diffs:
        chains[diff.edit.article].append(diff)
    return [sorted(chain, key=lambda diff: diff.edit.to_rev) for chain in chains.values()]


def _story(
    chain: Sequence[Diff],
    *,
    titles: Mapping[int, str],
    outlets: Mapping[str, str],
    net: Net | None,
    held: _HeldWhy,
    rules: Mapping[int, str],
) -> Story:
    edits = tuple(diff.edit for diff in chain)
    first, last = chain[0], chain[-1]
    diff = last if len(chain) == 1 else _net(first, last, edits, net)
    return Story(
        diff=diff,
        edits=edits,
        title=titles.get(last.edit.article) or first.old.content.title or last.edit.title,
        outlet=outlet_of(last.edit, outlets)[1],
        held=next((held[edit.id] for edit in edits if edit.id in held), None),
        rules=tuple(dict.fromkeys(rules[edit.id] for edit in edits if edit.id in rules)),
    )


def _net(first: Diff, last: Diff, edits: Sequence[Edit], net: Net | None) -> Diff:
    """One difference for several edits; where nothing is left of them (there and back) the last edit, told as reverted."""
    diff = net(first, last) if net else last
    back = all(change.op == "equal" for change in diff.changes) and net is not None
    shown = last if back else diff
    kinds = shown.edit.kinds if not back or "reverted" in shown.edit.kinds else (*shown.edit.kinds, "reverted")
    edit = replace(
        shown.edit,
        id=edits[-1].id,
        kinds=kinds,
        severity=_worst([*edits, shown.edit]),
        disclosed=_disclosed(edits) if back else shown.edit.disclosed,
        reverts_to=edits[0].from_rev if back else shown.edit.reverts_to,
        seen_after=edits[0].seen_after,
        evidence=shown.edit.evidence,
    )
    return replace(shown, edit=edit)


def _worst(edits: Sequence[Edit]) -> Severity:
    return max((edit.severity for edit in edits), key=lambda severity: severity.score)


def _disclosed(edits: Sequence[Edit]) -> bool | None:
    """Of several edits: one in silence makes all of them silent."""
    said = [edit.disclosed for edit in edits]
    return False if False in said else True if True in said else None


def _joined(stories: Sequence[Story]) -> list[Story]:
    """The same edit of the same text in several outlets is one story with `also`."""
    kept: list[Story] = []
    by_fingerprint: dict[bytes, list[int]] = defaultdict(list)
    for story in sorted(stories, key=lambda story: (story.edits[-1].seen_before, story.edits[-1].id)):
        fingerprint = story.edits[-1].fingerprint if len(story.edits) == 1 else None
        twin = next((at for at in by_fingerprint[fingerprint] if same_text(kept[at].diff, story.diff)), None) if fingerprint else None
        if twin is not None:
            kept[twin] = replace(kept[twin], also=(*kept[twin].also, *story.edits))
            continue
        if fingerprint:
            by_fingerprint[fingerprint].append(len(kept))
        kept.append(story)
    return kept


def same_text(one: Diff, other: Diff) -> bool:
    """Whether two articles are copies of one story, by their headlines and first paragraphs."""
    mine, theirs = _opening(one), _opening(other)
    return bool(mine) and len(mine & theirs) >= SAME_STORY * len(mine | theirs)


def _opening(diff: Diff) -> set[str]:
    content = diff.new.content
    return set(" ".join((content.title, *content.body[:3])).casefold().split())


def _gravity(story: Story) -> tuple[int, int, int, float, int]:
    edit = story.diff.edit
    return (
        -edit.severity.score,
        0 if "headline" in edit.kinds else 1,
        0 if edit.disclosed is False else 1,
        -edit.seen_before.timestamp(),
        edit.article,
    )


def _counts(edits: Sequence[Edit], outlets: Mapping[str, str]) -> tuple[OutletCount, ...]:
    """Per outlet, the busiest first."""
    all_, heads, silent = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for edit in edits:
        outlet = outlet_of(edit, outlets)
        all_[outlet] += 1
        heads[outlet] += "headline" in edit.kinds or "feed-headline" in edit.kinds
        silent[outlet] += edit.disclosed is False
    order = sorted(all_, key=lambda outlet: (-all_[outlet], outlet))
    return tuple(OutletCount(slug, name, all_[slug, name], heads[slug, name], silent[slug, name]) for slug, name in order)
