"""What stands between the headline and the text: the sub-headline and the byline."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.extract.blocks import Block, Document
from monitor.extract.byline import MAIL, byline_names
from monitor.extract.headline import headline_at
from monitor.extract.letters import letters
from monitor.extract.metadata import Metadata

# What developers call a sub-headline.
_CALLED = re.compile(
    r"(?:^|[\s_/-])(?:sub-?_?(?:title|tit|head(?:line|ing)?|deck)\w*|stand-?first|synopsis|deck?|strap-?line|lede?|summary|abstract|intro(?:duction)?|chapo|sapo"
    r"|teaser-?text|vorspann|excerpt|description|entradilla|bajada|sottotitolo|occhiello|sub-?hed|alternative-?headline|article__?lead|lead)"
    r"(?=$|[\s_/-])|(?:sub[Tt]itle|[a-z]Summary|[a-z]Intro|[a-z]Standfirst|[a-z]Dek|[a-z]Lead|[a-z]Excerpt|[a-z]Description|subHead(?:line)?)\b"
)
_SHORTEST, _LONGEST = 15, 600
_LABEL_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Header:
    """The sub-headline, the names of a visible byline, and the blocks of the text that remain without them."""

    subtitle: str | None
    names: tuple[str, ...]
    body: tuple[Block, ...]


def read_header(document: Document, metadata: Metadata, title: str, body: Sequence[Block]) -> Header:
    """Takes sub-headline and byline from where they stand: above the text, or as its first lines."""
    rest = list(body)
    names: tuple[str, ...] = ()
    subtitle: str | None = None
    # 'sub-headline, By Name, text': both stand inside the text's own element
    for place, block in enumerate(rest[:4]):
        if found := byline_names(block.text):
            names = found
            if place and len(rest[place - 1].text) < _LABEL_LENGTH and _stands_out(rest[place - 1], rest[place + 1 :]):
                subtitle = rest[place - 1].text
                del rest[place - 1 : place + 1]
            else:
                del rest[place]
            break
    if subtitle is None:
        subtitle = _above(document, metadata, title, rest)
    if subtitle is not None:
        key = letters(subtitle)
        rest = [block for place, block in enumerate(rest) if place > 3 or letters(block.text) != key]
    return Header(subtitle, names, tuple(_without_signature(rest)))


def _stands_out(block: Block, others: Sequence[Block]) -> bool:
    """Is it set apart from the text: bold, a heading, or no sentence?"""
    return block.bold > 0.7 or block.tag[0] == "h" or not block.text.endswith((".", "!", "?", "”", '"')) or not others


def _above(document: Document, metadata: Metadata, title: str, body: Sequence[Block]) -> str | None:
    """The sub-headline by its name, its place, and what the page tells machines."""
    blocks = document.blocks
    place = headline_at(document, title)
    start = next((k for k, block in enumerate(blocks) if body and block is body[0]), None)
    if place is None or start is None or place > start:
        return None
    told = [letters(text) for text in (metadata.text("og:description"), metadata.text("description"), metadata.said("description")) if text]
    best: tuple[int, str] | None = None
    for k in range(place + 1, min(start + 2, place + 40, len(blocks))):
        block = blocks[k]
        score = _score(document, block, told, body)
        if score >= 2 and (best is None or score > best[0]):
            best = (score, block.text)
    return best[1] if best else None


def _score(document: Document, block: Block, told: Sequence[str], body: Sequence[Block]) -> int:
    """How much speaks for a sub-headline; 2 is enough."""
    text = block.text
    if (
        not _SHORTEST <= len(text) <= _LONGEST
        or block.link > 0.4
        or block.figure
        or block.furniture in ("hidden", "byline", "comments", "share")
    ):
        return 0
    score = 0
    chain = document.chain(block.at)
    names = [f"{document.elements[at].name} {document.elements[at].prop}" for at in chain[:5] if not document.elements[at].text_root]
    if any(_CALLED.search(name) for name in names if len(name) < 300):
        score += 2
    key = letters(text)
    if any(key == other or (len(key) >= 40 and (other.startswith(key) or key.startswith(other[:-3] or key))) for other in told):
        score += 2
    if block.tag == "h2":
        score += 1
    in_text = any(block is other for other in body[:3])
    if in_text and not _is_apart(document, block, body):
        return 0
    return score


def _is_apart(document: Document, block: Block, body: Sequence[Block]) -> bool:
    """Within the text, a sub-headline is another kind of element than the paragraphs, or has another name."""
    own = document.elements[block.at]
    others = [document.elements[other.at] for other in body if other is not block]
    alike = sum(1 for other in others if (other.tag, other.name) == (own.tag, own.name))
    return alike == 0


def _without_signature(body: list[Block]) -> list[Block]:
    """The text without a last line that is only the reporter's name and mail address."""
    while body:
        last = body[-1].text
        if not (MAIL.search(last) and len(last) < 120 and len(MAIL.sub("", last).split()) <= 8):
            return body
        body.pop()
    return body
