"""Every field of two versions side by side: paragraphs aligned, each changed one word by word, and how much that is."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from monitor.diff.align import Link, align
from monitor.diff.revision import revision
from monitor.diff.tokens import words
from monitor.model import Change, Content, Op, Said, Segment, Stats
from monitor.text import folded

NO_LISTINGS: Mapping[str, Said] = MappingProxyType({})
# Between the names of a byline.
BYLINE_JOINT = ", "


def compare(
    old: Content, new: Content, old_listings: Mapping[str, Said] = NO_LISTINGS, new_listings: Mapping[str, Said] = NO_LISTINGS
) -> tuple[Change, ...]:
    """All changes, unchanged paragraphs too (op `equal`), field by field, in reading order of the new version.

    The law: per field the segments spell both texts exactly. A feed's words are compared only where both versions have that feed.
    """
    language = new.language or old.language or "en"
    changes = [
        *_line("headline", old.title, new.title, language),
        *_line("subheading", old.subtitle or "", new.subtitle or "", language),
        *_line("byline", BYLINE_JOINT.join(old.authors), BYLINE_JOINT.join(new.authors), language),
        *_line("section", old.section or "", new.section or "", language),
        *_paragraphs("body", old.body, new.body, language),
        *_paragraphs("caption", old.captions, new.captions, language),
    ]
    for slug in old_listings:
        if slug in new_listings:
            before, after = old_listings[slug], new_listings[slug]
            changes += _line(f"feed-headline:{slug}", before.title, after.title, language)
            changes += _line(f"feed-summary:{slug}", before.summary or "", after.summary or "", language)
    return tuple(changes)


def _line(field: str, old: str, new: str, language: str) -> list[Change]:
    if not old and not new:
        return []
    if old == new:
        return [Change(field, "equal", (1,), (1,), (("=", old),))]
    if not old:
        return [Change(field, "insert", (), (1,), (("+", new),))]
    if not new:
        return [Change(field, "delete", (1,), (), (("-", old),))]
    return [Change(field, "replace", (1,), (1,), revision(old, new, language))]


def _paragraphs(field: str, old: Sequence[str], new: Sequence[str], language: str) -> list[Change]:
    if old == new:
        return [Change(field, "equal", (i,), (i,), (("=", text),) if text else ()) for i, text in enumerate(old, 1)]
    links = align(old, new, folded(old), folded(new), moves=True)
    changes = [_linked(field, link, old, new, language) for link in links]
    linked_old = {i for link in links for i in link.old}
    linked_new = {j for link in links for j in link.new}
    changes += [Change(field, "insert", (), (j + 1,), _whole("+", new[j])) for j in range(len(new)) if j not in linked_new]
    removed = [Change(field, "delete", (i + 1,), (), _whole("-", old[i])) for i in range(len(old)) if i not in linked_old]
    return _in_reading_order(changes, removed, links)


def _linked(field: str, link: Link, old: Sequence[str], new: Sequence[str], language: str) -> Change:
    before, from_pars = _joined(old, link.old)
    after, to_pars = _joined(new, link.new)
    op: Op = "move" if link.moved else "split" if len(to_pars) > 1 else "merge" if len(from_pars) > 1 else "replace"
    if before == after:
        return Change(field, op if link.moved else "equal", from_pars, to_pars, _whole("=", before))
    return Change(field, op, from_pars, to_pars, revision(before, after, language))


def _joined(texts: Sequence[str], units: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """The paragraphs as one text, and their numbers."""
    if len(units) == 1:
        return texts[units[0]], (units[0] + 1,)
    return "\n".join([texts[i] for i in units]), tuple([i + 1 for i in units])


def _whole(sign: str, text: str) -> tuple[Segment, ...]:
    segment: Segment = ("=", text) if sign == "=" else ("-", text) if sign == "-" else ("+", text)
    return (segment,) if text else ()


def _in_reading_order(changes: list[Change], removed: list[Change], links: list[Link]) -> list[Change]:
    """By place in the new version; a removed paragraph after what stood before it and stayed."""
    follows = {i + 1: link.new[-1] + 1 for link in links if not link.moved for i in link.old}
    order = [(change.to_pars[0], 0, 0, change) for change in changes]
    last, number = 0, 0
    for change in removed:
        while number < change.from_pars[0]:
            last = follows.get(number, last)
            number += 1
        order.append((last, 1, change.from_pars[0], change))
    return [change for *_, change in sorted(order, key=lambda item: item[:3])]


# --- how much -------------------------------------------------------------------------------------------------------


def measure(changes: Sequence[Change]) -> Stats:
    """How much differs. Words of feeds count only where the article itself has no change."""
    own = [change for change in changes if not change.field.startswith("feed-")]
    counted = own if any(change.op != "equal" for change in own) else changes
    segments = [segment for change in counted for segment in change.segments]
    same = sum([len(text) for sign, text in segments if sign == "="])
    removed = [text for sign, text in segments if sign == "-"]
    added = [text for sign, text in segments if sign == "+"]
    both = 2 * same + sum(map(len, removed)) + sum(map(len, added))
    body = [change for change in changes if change.field == "body"]
    ops = [change.op for change in body]
    edited = [change for change in body if change.op == "move" and any(sign != "=" for sign, _ in change.segments)]
    return Stats(
        words_added=_count(added),
        words_removed=_count(removed),
        paragraphs=sum(len(change.to_pars) for change in body),
        changed=ops.count("replace") + ops.count("split") + ops.count("merge") + len(edited),
        added=ops.count("insert"),
        removed=ops.count("delete"),
        moved=ops.count("move"),
        similarity=2 * same / both if both else 1.0,
    )


def _count(texts: Sequence[str]) -> int:
    """Words of all texts; of ASCII at once, because no word of it reaches over a line's end."""
    whole = "\n".join(texts)
    return len(words(whole)) if whole.isascii() else sum([len(words(text)) for text in texts])
