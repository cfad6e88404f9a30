"""Where the items of a feed stand in its bytes: root, head and items are found without reading them. Pure.

What is found is only a cut. Each item can then be hashed, and read alone: `whole` builds a document that holds the head and some items.
"""

import hashlib
import re
from collections.abc import Container
from dataclasses import dataclass

# Part of every item's hash: an item is read again when the reading got better.
PARSER_VERSION = b"1"

_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^<>\[\]]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_NAME = rb"(?:[A-Za-z_][\w.-]*:)?"
_ROOT = re.compile(rb"<" + _NAME + rb"([A-Za-z_][\w.-]*)")
_FEED_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|RDF|channel|urlset|sitemapindex)(?=[\s>])", re.IGNORECASE)
# not IGNORECASE, which would cost a third of a millisecond a feed: it keeps the search from jumping to the next "<"
_MARK = re.compile(rb"<(?:!--|!\[CDATA\[|(/?)(?:[A-Za-z_][\w.-]*:)?(item|entry|ITEM|ENTRY|Item|Entry)(?=[\s/>]))")
_CHANNEL = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?channel(?=[\s>])[^>]*>", re.IGNORECASE)
# How far into the body a feed may begin behind somebody's warnings.
MAX_JUNK = 16_384


@dataclass(frozen=True, slots=True)
class Item:
    """One item's place in the body; `sha` is over its bytes and what they mean there."""

    start: int
    end: int
    sha: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed's body cut at its items. `body` starts with the root element; `cut_off` says that its end is missing."""

    body: bytes
    root: str
    items: tuple[Item, ...]
    cut_off: bool
    warnings: tuple[str, ...] = ()

    @property
    def skeleton(self) -> bytes:
        """The feed without its items."""
        return self.whole(())

    def whole(self, positions: Container[int]) -> bytes:
        """A document of the head, the items at these positions, and the tail."""
        parts, at = [], 0
        for position, item in enumerate(self.items):
            parts.append(self.body[at : item.start])
            if position in positions:
                parts.append(self.body[item.start : item.end])
            at = item.end
        parts.append(self.body[at:])
        return b"".join(parts)


def prolog_of(body: bytes) -> tuple[int, bytes]:
    """Where the root element begins, and the DOCTYPE before it (empty when there is none).

    The root is the first element; where that is none of a feed's, the first feed element near the top is taken, because some servers
    print warnings before the feed. -1 when there is no element at all.
    """
    at, doctype = 0, b""
    while True:
        if match := _PROLOG.match(body, at):
            at = match.end()
        elif body[at : at + 9].upper() == b"<!DOCTYPE":
            match = _DOCTYPE.match(body, at)
            root = _ROOT.search(body, at + 9)
            end = match.end() if match else root.start() if root else len(body)
            doctype, at = body[at:end], end
        else:
            break
    if not _FEED_ROOT.match(body, at):
        junk = _FEED_ROOT.search(body, at, at + MAX_JUNK)
        first = _ROOT.search(body, at)
        if junk and not (first and first[1].lower() == b"html"):
            return junk.start(), doctype
        at = first.start() if first else -1
    return at, doctype


def outline(body: bytes, *, max_items: int) -> Outline:
    """Cuts a body that starts with its root element. Items nested in items belong to the outer one."""
    match = _ROOT.match(body)
    root = match[1].decode("ascii", "replace").lower() if match else ""
    spans, warnings, cut_off = _spans(body, max_items)
    end = _end_of_root(body, match[0][1:] if match else b"")
    if end is None:
        cut_off = True
        end = len(body)
    first = spans[0][0] if spans else end
    channel = _CHANNEL.search(body, 0, first)
    root_tag = body[: body.find(b">") + 1]
    context = hashlib.sha256(PARSER_VERSION + root_tag + (channel[0] if channel else b"")).digest()
    items = tuple(Item(start, stop, item_sha(context, body[start:stop])) for start, stop in spans)
    return Outline(body[: max(end, items[-1].end if items else 0)], root, items, cut_off, warnings)


def item_sha(context: bytes, item: bytes) -> bytes:
    """The hash that tells whether an item was seen before; `context` is what else its reading depends on."""
    return hashlib.blake2b(item, key=context[:32], digest_size=16).digest()


def _spans(body: bytes, max_items: int) -> tuple[list[tuple[int, int]], tuple[str, ...], bool]:
    spans: list[tuple[int, int]] = []
    at, depth, start = 0, 0, 0
    kind = b""
    while match := _MARK.search(body, at):
        at = match.end()
        if match[2] is None:
            closing = b"-->" if match[0] == b"<!--" else b"]]>"
            close = body.find(closing, at)
            if close < 0:
                break
            at = close + 3
            continue
        tag_end = body.find(b">", at)
        if tag_end < 0:
            break
        at = tag_end + 1
        if match[1]:
            if depth and match[2].lower() == kind:
                depth -= 1
                if depth == 0:
                    spans.append((start, at))
        elif depth == 0:
            if len(spans) >= max_items:
                return spans, (f"only the first {max_items} items were read",), True
            start, kind = match.start(), match[2].lower()
            depth = 1
            if body[tag_end - 1 : tag_end] == b"/":
                spans.append((start, at))
                depth = 0
        elif match[2].lower() == kind and body[tag_end - 1 : tag_end] != b"/":
            depth += 1
    if depth:
        return spans, ("the last item is not whole and was left out",), True
    return spans, (), False


def _end_of_root(body: bytes, name: bytes) -> int | None:
    """Behind the root's end tag; None when it is missing."""
    at = body.lower().rfind(b"</" + name.lower())
    if at < 0:
        return None
    end = body.find(b">", at)
    return end + 1 if end >= 0 else None
