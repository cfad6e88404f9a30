"""Two fetches of one page side by side: what moved in or out of the reading while it stood on the page all along is no change.

A paragraph that is new to the text but stood elsewhere on the page before, or that left the text but still stands on the page, is
the reading that wobbles, not the article. What remains is a change; some changes are doubtful and say so.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.extract.blocks import Document
from monitor.extract.letters import fingerprint, letters
from monitor.model import Content
from monitor.proof import text_key

# Shorter texts stand somewhere on a page by chance, unless they stand alone in a block.
_SHORTEST = 12
# Paragraphs with this share of their words in common are one paragraph, edited.
_ALIKE = 0.5
# Much text lost at once: less than half of the known characters are still there, and the text is shorter by this much.
_HALF, _SHRUNK = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Sight:
    """All that can be read on a page, letters only, and what stands there unseen; `html` answers for names told to machines alone."""

    letters: str
    hidden: str
    html: str

    def shows(self, text: str, beside: "Sight") -> bool:
        """Does this text stand on the page? Unseen counts where it is not unseen on the page beside too: a copy for machines stays."""
        key = letters(text)
        if len(key) < _SHORTEST:
            return bool(key) and f"\n{key}\n" in self.letters
        return key in self.letters or (key in self.hidden and key not in beside.hidden)

    def tells(self, text: str) -> bool:
        """Does the page say this anywhere, to readers or machines?"""
        return text in self.html or letters(text) in self.letters or letters(text) in self.hidden


def sight_of(document: Document, html: str) -> Sight:
    """What stands on this page."""
    keys = list(zip(document.blocks, document.keys, strict=True))
    shown = "\n".join(key for block, key in keys if block.furniture != "hidden")
    return Sight(f"\n{shown}\n", "\n".join(key for block, key in keys if block.furniture == "hidden"), html)


def reconcile(known: Content, new: Content, before: Sight, now: Sight, boilerplate: frozenset[int] = frozenset()) -> Content:
    """The new reading without what only moved between text and surroundings.

    `boilerplate` are the fingerprints of blocks that stand in many articles of this host. An article that was read before that was
    known may hold some: they stay as they were, whatever became of them on the page.
    """
    title = _steady(known.title, new.title, before, now) or new.title
    body = _steady_beside(known.body, new.body, before, now, boilerplate)
    subtitle = _steady(known.subtitle, new.subtitle, before, now)
    if subtitle is not None and any(letters(subtitle) == letters(paragraph) for paragraph in body):
        subtitle = known.subtitle
    content = replace(
        new,
        title=title,
        subtitle=subtitle,
        body=body,
        captions=_steady_captions(known.captions, new.captions, before, now),
        authors=_steady_names(known.authors, new.authors, before, now),
        section=_steady_section(known.section, new.section, before, now),
    )
    return known if text_key(content) == text_key(known) else content


def doubts_of(known: Content, new: Content) -> tuple[str, ...]:
    """Reasons not to believe a change at first sight."""
    doubts = []
    here = letters(" ".join((new.subtitle or "", *new.body)))
    sizes = [(len(paragraph), letters(paragraph) in here or partner_of(paragraph, new.body) is not None) for paragraph in known.body]
    size, kept = sum(size for size, _ in sizes), sum(size for size, stays in sizes if stays)
    if size and kept < _HALF * size and sum(map(len, new.body)) < _SHRUNK * size:
        doubts.append("much text lost")
    if _only_short_lines_came(known, new):
        doubts.append("only short lines came")
    return tuple(doubts)


# --- one field at a time --------------------------------------------------------------------------------------------


def _steady(known: str | None, new: str | None, before: Sight, now: Sight) -> str | None:
    """The known text while it still stands on the page and the new one stood there before; else the new one."""
    if known == new:
        return known
    stays = known is None or now.shows(known, before)
    was = new is None or before.shows(new, now)
    return known if stays and was else new


def _steady_captions(known: Sequence[str], new: Sequence[str], before: Sight, now: Sight) -> tuple[str, ...]:
    keys = {letters(caption) for caption in new}
    lost = [caption for caption in known if letters(caption) not in keys]
    kept = [caption for caption in lost if now.shows(caption, before) and partner_of(caption, new) is None]
    olds = {letters(caption) for caption in known}
    came = [c for c in new if letters(c) in olds or not (before.shows(c, now) and partner_of(c, lost) is None)]
    if not kept:
        return tuple(came)
    order = {letters(caption): place for place, caption in enumerate(known)}
    return tuple(sorted((*came, *kept), key=lambda caption: order.get(letters(caption), len(order))))


def _steady_names(known: Sequence[str], new: Sequence[str], before: Sight, now: Sight) -> tuple[str, ...]:
    if tuple(known) == tuple(new):
        return tuple(new)
    stays = all(now.tells(name) for name in known)
    was = all(before.tells(name) for name in new)
    return tuple(known) if stays and was else tuple(new)


def _steady_section(known: str | None, new: str | None, before: Sight, now: Sight) -> str | None:
    if new is None or known is None or known == new:
        return known if new is None else new if known is not None else (None if before.tells(new) else new)
    return known if now.tells(known) and before.tells(new) else new


def _steady_beside(known: Sequence[str], new: Sequence[str], before: Sight, now: Sight, boilerplate: frozenset[int]) -> tuple[str, ...]:
    """The body with the boilerplate that the known one holds where it stood, and nothing that is this boilerplate in other words."""
    stale = {place: text for place, text in enumerate(known) if boilerplate and fingerprint(text) in boilerplate}
    if not stale:
        return _steady_body(known, new, before, now)
    keys = {letters(text) for text in stale.values()}
    rest = [text for place, text in enumerate(known) if place not in stale]
    came = [text for text in new if letters(text) not in keys and (text in rest or partner_of(text, stale.values()) is None)]
    body = list(_steady_body(rest, came, before, now))
    for place, text in stale.items():
        above = next((body.index(known[k]) + 1 for k in range(place - 1, -1, -1) if known[k] in body), 0)
        body.insert(above, text)
    return tuple(body)


def _steady_body(known: Sequence[str], new: Sequence[str], before: Sight, now: Sight) -> tuple[str, ...]:
    old_keys, new_keys = [letters(p) for p in known], [letters(p) for p in new]
    if old_keys == new_keys:
        return tuple(new)
    in_old, in_new = set(old_keys), set(new_keys)
    steady: list[str] = []
    for gone, came in _gaps(old_keys, new_keys):
        lost = [known[i] for i in gone]
        fresh = [new[j] for j in came]
        kept = [p for p in lost if letters(p) not in in_new and now.shows(p, before) and partner_of(p, fresh) is None]
        added = [p for p in fresh if letters(p) in in_old or not before.shows(p, now) or partner_of(p, lost) is not None]
        steady.extend(_in_order(lost, kept, added))
    return tuple(steady)


def _in_order(lost: Sequence[str], kept: Sequence[str], added: Sequence[str]) -> Iterable[str]:
    """Kept paragraphs before or behind what was added, as they stood before or behind what it replaced."""
    if not added or not kept:
        return (*kept, *added)
    partner = next((place for place, p in enumerate(lost) if partner_of(p, added) is not None), None)
    if partner is None:
        return (*kept, *added)
    front = [p for p in kept if lost.index(p) < partner]
    return (*front, *added, *(p for p in kept if p not in front))


def _gaps(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[range, range]]:
    """Stretches between paragraphs that both have, and those paragraphs themselves (as the new one's range with an empty old one)."""
    anchors = _anchors(old, new)
    i = j = 0
    for a, b in anchors:
        yield range(i, a), range(j, b)
        yield range(0), range(b, b + 1)
        i, j = a + 1, b + 1
    yield range(i, len(old)), range(j, len(new))


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Paragraphs that stand once in each, in an order that both share (the longest such chain)."""
    once_old, once_new = _once(old), _once(new)
    pairs = sorted((i, once_new[key]) for key, i in once_old.items() if key in once_new)
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for place, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        back.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(j)
            ends.append(place)
        else:
            tails[at], ends[at] = j, place
    chain: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = back[at]
    return chain[::-1]


def _once(keys: Sequence[str]) -> dict[str, int]:
    count = Counter(keys)
    return {key: place for place, key in enumerate(keys) if count[key] == 1 and key}


# --- likeness -------------------------------------------------------------------------------------------------------


def partner_of(text: str, others: Iterable[str]) -> str | None:
    """The other text that is this one, edited; None when each is a text of its own."""
    words = _words(text)
    for other in others:
        theirs = _words(other)
        shared = sum((words & theirs).values())
        if shared and shared >= _ALIKE * max(1, min(sum(words.values()), sum(theirs.values()))):
            return other
    return None


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[぀-ヿ一-鿿가-힣]|\w+", text.lower()))


# Editors' paragraphs are longer than this nearly always; the labels and prompts that pages print between them are shorter.
_SHORT_LINE, _USUAL_LINE = 70, 110


def _only_short_lines_came(known: Content, new: Content) -> bool:
    """The whole change is short lines in a text of long paragraphs: what a box brings, and now and then an editor."""
    if not known.body or replace(new, body=known.body) != known:
        return False
    olds = {letters(paragraph) for paragraph in known.body}
    added = [paragraph for paragraph in new.body if letters(paragraph) not in olds]
    if len(added) + len(known.body) != len(new.body):
        return False
    usual = sorted(map(len, known.body))[len(known.body) // 2]
    return bool(added) and usual > _USUAL_LINE and all(len(paragraph) < _SHORT_LINE for paragraph in added)
