"""What can be said of one edit in a few words: its headlines, its outlet, its gist. Pure."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.model import Diff, Edit

_NATURES = {
    "reverted": "changed back",
    "gone": "page gone",
    "restored": "page back",
    "correction-note": "correction note",
    "rewritten": "rewritten",
}


@lru_cache(maxsize=1024)
def host_of(url: str) -> str:
    """The host of an address without `www.`; the address itself where it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return url
    return host.removeprefix("www.") or url


def outlet_of(edit: Edit, titles: Mapping[str, str]) -> tuple[str, str]:
    """(slug, name) of the outlet an edit is counted for: its first feed, by title; a page without a feed counts for its host."""
    if not edit.feeds:
        return "", host_of(edit.url)
    slug = edit.feeds[0]
    return slug, titles.get(slug) or slug


def headlines(diff: Diff) -> tuple[str, str] | None:
    """Old and new headline where the headline changed, on the page or in the feed it was read from; else None."""
    if "headline" in diff.edit.kinds and diff.old.content.title != diff.new.content.title:
        return diff.old.content.title, diff.new.content.title
    for change in diff.changes:
        if change.field.startswith("feed-headline") and change.op != "equal":
            old = "".join(text for sign, text in change.segments if sign != "+")
            new = "".join(text for sign, text in change.segments if sign != "-")
            return old, new
    return None


def gist(edit: Edit) -> str:
    """One line: what changed and how much, `headline + body · 4 of 14 paragraphs · +14 −11 words · not disclosed`."""
    return " · ".join(part for part in (extent(edit), disclosure(edit)) if part)


def extent(edit: Edit) -> str:
    """What changed and how much, without whether it was disclosed."""
    parts = [" + ".join(_fields(edit)) or "text"]
    parts += [said for kind, said in _NATURES.items() if kind in edit.kinds]
    stats = edit.stats
    touched = stats.changed + stats.added + stats.removed + stats.moved
    if touched and stats.paragraphs:
        parts.append(f"{touched} of {max(touched, stats.paragraphs + stats.removed)} paragraphs")
    if stats.words_added or stats.words_removed:
        parts.append(f"+{stats.words_added} −{stats.words_removed} words")
    return " · ".join(parts)


def several(edits: Sequence[Edit]) -> str:
    """That a story is more than one edit, and how many of them came in silence; empty for one."""
    if len(edits) < 2:
        return ""
    silent = sum(edit.disclosed is False for edit in edits)
    return f"{len(edits)} edits, shown as one" + (f"; {silent} of them not disclosed" if silent else "")


def disclosure(edit: Edit) -> str:
    """Whether the publisher told of the change, in two words; empty where the page carries nothing to judge by."""
    if edit.disclosed is None:
        return ""
    return "disclosed" if edit.disclosed else "not disclosed"


def _fields(edit: Edit) -> list[str]:
    named = ("headline", "subheading", "byline", "section", "caption", "body", "feed-headline", "feed-summary")
    return [kind for kind in named if kind in edit.kinds]
