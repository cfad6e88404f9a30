"""What a site rule says of a page: which elements hold what. A selector that finds nothing leaves the field to the extractor."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.extract.authors import clean_names
from monitor.extract.byline import byline_names
from monitor.extract.letters import letters
from monitor.extract.metadata import fold
from monitor.extract.stamps import Reading, labelled
from monitor.model import Stamp
from monitor.settings import SiteRule

PATTERN = "re:"
_PARTED = re.compile(r"\s*[,;/|·]\s*|\s+(?:and|und|et|y|e)\s+")


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rule found: elements of the text by their node's number, fields (None or empty where it found none), what it dropped."""

    body: frozenset[int] = frozenset()
    title: str | None = None
    subtitle: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    captions: tuple[str, ...] = ()
    posted: Stamp | None = None
    updated: Stamp | None = None
    dropped: tuple[str, ...] = field(default=())


def apply(rule: SiteRule, tree: LexborHTMLParser, reading: Reading) -> Ruled:
    """Reads what the rule names, and takes what it drops out of the tree."""
    stamps = (_stamp(rule.posted, tree, reading), _stamp(rule.updated, tree, reading))
    title, section = _text(rule.title, tree), _text(rule.section, tree)
    subtitle, authors = _text(rule.subtitle, tree), _names(rule.authors, tree)
    dropped = []
    for node in _nodes(rule.drop, tree):
        dropped.append(fold(node.text(separator=" ")))
        node.decompose()
    captions = {letters(text): text for node in _nodes(rule.captions, tree) if (text := fold(node.text(separator=" ")))}
    body = frozenset(node.mem_id for node in _nodes(rule.body, tree))
    return Ruled(body, title, subtitle, authors, section, tuple(captions.values()), *stamps, tuple(text for text in dropped if text))


def faults(rule: SiteRule) -> Iterator[str]:
    """Selectors and patterns of a rule that cannot be read, each as a sentence."""
    tree = LexborHTMLParser("<p></p>")
    for name in ("body", "drop", "title", "subtitle", "authors", "section", "captions", "posted", "updated"):
        for text in getattr(rule, name):
            try:
                if text.startswith(PATTERN):
                    re.compile(text[len(PATTERN) :])
                else:
                    tree.css(text)
            except (SelectolaxError, re.error) as error:
                yield f"{rule.origin or rule.host}: {name} '{text}': {error}"


def _nodes(selectors: Sequence[str], tree: LexborHTMLParser) -> list[LexborNode]:
    found: list[LexborNode] = []
    for selector in selectors:
        if not selector.startswith(PATTERN):
            try:
                found.extend(tree.css(selector))
            except SelectolaxError:
                continue
    return found


def _text(selectors: Sequence[str], tree: LexborHTMLParser) -> str | None:
    return next((text for node in _nodes(selectors, tree) if (text := _said(node))), None)


def _said(node: LexborNode) -> str:
    if node.tag == "meta":
        return fold(node.attributes.get("content") or "")
    return fold(node.text(separator=" "))


def _names(selectors: Sequence[str], tree: LexborHTMLParser) -> tuple[str, ...]:
    names: list[str] = []
    for node in _nodes(selectors, tree):
        text = _said(node)
        names.extend(byline_names(text) or [part for part in _PARTED.split(text) if part])
    return clean_names(names)


def _stamp(rules: Sequence[str], tree: LexborHTMLParser, reading: Reading) -> Stamp | None:
    for rule in rules:
        if rule.startswith(PATTERN):
            body = tree.body
            match = re.search(rule[len(PATTERN) :], fold(body.text(separator=" ")) if body is not None else "")
            found = [match[1] if match.re.groups else match[0]] if match else []
        else:
            found = [text for node in _nodes((rule,), tree) for text in _told(node)]
        for text in found:
            if stamp := reading.read(text, "rule"):
                return stamp
    return None


def _told(node: LexborNode) -> Iterator[str]:
    """What an element says of a time, the most exact first."""
    for name in ("datetime", "content", "data-date-time", "data-timestamp", "title"):
        if value := node.attributes.get(name):
            yield value
    text = fold(node.text(separator=" "))
    yield from (rest for _, rest in labelled(text))
    yield text
