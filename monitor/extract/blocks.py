"""A page as blocks of visible text, each with the element it stands in. Every decision here looks at one place only."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extract.letters import letters


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Elements whose text is never the article's: machinery, controls, and what the page's own markup calls navigation.
_SKIPPED = _words(
    "script style noscript template svg iframe button select nav footer head video audio object canvas textarea dialog menu option"
    " input math map datalist applet frameset"
)
_BLOCK = _words(
    "p div h1 h2 h3 h4 h5 h6 li ul ol blockquote pre td th tr table section article main header figure figcaption hr dl dt dd tbody"
    " thead tfoot center body address details summary aside picture form fieldset hgroup caption"
)
_ROLES = _words("navigation complementary banner contentinfo search dialog alertdialog menu toolbar")

# What developers call the parts of a page that are not the article, in class names and ids; whole words between - _ / and spaces.
_FURNITURE = re.compile(
    r"(?:^|[\s_/-])(?:ads?|advert\w*|adslot|adbox|dfp|sponsor\w*|promo\w*|share\w*|sharing|social\w*|sns\w*|relat(?:ed|ion)\w*|rel"
    r"|recommend\w*|recirc\w*|most-?(?:read|viewed|popular)|popular\w*|trending|top-?(?:10|5|stories|news)|more-?(?:news|stories|from|on)"
    r"|read-?(?:more|next|also)|also-?read|newsletter\w*|signup|sign-?up|subscri\w*|comments?|commentlist|disqus|breadcrumbs?|pagination"
    r"|pager|tags?|taglist|toolbar|sidebar|side|rail|widget\w*|teasers?|outbrain|taboola|cookie\w*|consent|login|register|menu|nav|navbar"
    r"|footer|print-?(?:only|button|link|version|view)|author-?(?:bio|box|card|info)|bio|about-?(?:the-)?author|byline\w*|meta|metadata|timestamp|dateline|publish\w*"
    r"|credit\w*|copyright\w*|caption\w*|gallery|slideshow|carousel|video\w*|player\w*|embed\w*|donat\w*|support-?us|follow\w*|feedback"
    r"|poll|quiz|marketing|banner|popup|modal|overlay|toc|table-of-contents|infobox|factbox)(?=$|[\s_/-])",
    re.IGNORECASE,
)
# Names that are never the article's text however much they hold: asking for consent, speaking of other articles, readers' words.
_NEVER_ARTICLE = re.compile(
    r"(?:^|[\s_/-])(?:cookies?|consent|gdpr|cmp|onetrust|comments?|commentlist|kommentare?|commentaires?|comentarios?|disqus|outbrain|taboola"
    r"|newsletter\w*|breadcrumbs?|recommend\w*)(?=$|[\s_/-])",
    re.IGNORECASE,
)
# Class names that sort an article rather than name a part of the page (WordPress and its kin).
_SORTING = re.compile(r"(?:^|\s)(?:tag|category|status|type|format|author|term|post|postid|section|topic)-\S+")
_ARTICLE_TEXT = re.compile(
    r"(?:article|story|post|entry|news|content|body|text|main)[-_]*(?:body|content|text|copy|detail|entry|view|main|paragraphs?)"
    r"|(?:body|article)[-_]?copy|view_?(?:cont|text|con)|single-content|read-?body",
    re.IGNORECASE,
)
# What developers call a heading between paragraphs.
_SUBHEADING = re.compile(
    r"(?:sub|cross|inter|zwischen)[-_]?(?:head(?:line|ing)?|hed|title|titel|titre|ueberschrift)(?![a-z]|-?\d)|ladillo", re.IGNORECASE
)
_UNSEEN = re.compile(
    r"(?:^|\s)(?:(?:u-)?visually-?hidden|sr-only|screen-?reader(?:-text)?|assistive-text|a11y-hidden|offscreen|vh)(?=$|\s)", re.IGNORECASE
)
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BREAK = "\x01"
_TWO_BREAKS = re.compile(r"(?:\x01\s*){2,}")

# A class name this long is generated; matching it would be slow and say nothing.
_MAX_NAME = 300


@dataclass(slots=True)
class Element:
    """A block element: where it stands, what it is called, and `furniture`, why it is not the article's text (or None)."""

    tag: str
    parent: int
    name: str
    prop: str
    mem_id: int
    furniture: str | None = None
    text_root: bool = False
    figure: bool = False


@dataclass(slots=True)
class Block:
    """A run of visible text. `link` is the share of its characters in links (0 to 1), `at` the index of its element.

    `furniture` is the reason of the outermost element that is none of the article's, `entry_time` is set for the time of an entry of a
    live blog.
    """

    text: str
    tag: str
    link: float
    at: int
    figure: bool
    links: int = 0
    bold: float = 0.0
    furniture: str | None = None
    entry_time: bool = False


@dataclass(slots=True)
class Document:
    """A parsed page: the tree, its block elements in document order (parents before children), and its blocks in reading order."""

    tree: LexborHTMLParser
    elements: list[Element] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    _keys: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """The letters of each block's text."""
        if not self._keys:
            self._keys = [letters(block.text) for block in self.blocks]
        return self._keys

    def chain(self, at: int) -> list[int]:
        """The element and its ancestors, innermost first."""
        line = []
        while at >= 0:
            line.append(at)
            at = self.elements[at].parent
        return line


def read_document(page: str | LexborHTMLParser) -> Document:
    """Parses a page (unless it is parsed) and walks it once."""
    tree = LexborHTMLParser(page) if isinstance(page, str) else page
    document = Document(tree)
    if tree.body is not None:
        _Walk(document).walk(tree.body)
        _judge_furniture(document)
    return document


class _Walk:
    """Goes through the tree in reading order and cuts the text into blocks."""

    def __init__(self, document: Document) -> None:
        self.elements = document.elements
        self.blocks = document.blocks
        self.text: list[str] = []
        self.link_chars = self.bold_chars = self.links = 0

    def walk(self, body: LexborNode) -> None:
        # a stack of (node, element, tag of the nearest block, in a link, in bold, leaving); no recursion: pages nest 10,000 deep
        stack: list[tuple[LexborNode, int, str, bool, bool, bool]] = [(body, -1, "body", False, False, False)]
        elements, text = self.elements, self.text
        push, pop = stack.append, stack.pop
        while stack:
            node, at, tag, in_link, in_bold, leaving = pop()
            if leaving:
                if text:
                    self._cut(at, tag)
                continue
            following = node.next
            if following is not None and at >= 0:
                push((following, at, tag, in_link, in_bold, False))
            name = node.tag
            if name == "-text":
                run = node.text_content
                if run:
                    text.append(run)
                    if in_link:
                        self.link_chars += len(run.strip())
                    if in_bold:
                        self.bold_chars += len(run.strip())
                continue
            if name in _BLOCK:
                if text:
                    self._cut(at, tag)
                element = _element(node, name, at)
                push((node, len(elements), element.tag, in_link, in_bold, True))
                at, tag = len(elements), element.tag
                if at and elements[element.parent].figure:
                    element.figure = True
                elements.append(element)
                child = node.child
                if child is not None:
                    push((child, at, tag, in_link, in_bold, False))
            elif name == "br":
                text.append(_BREAK)
            elif name is None or name in _SKIPPED or name[0] in "-!_":
                if name == "nav" or name == "footer":
                    self._cut(at, tag)
            elif not _is_unseen(node):
                child = node.child
                if child is not None:
                    if name == "a":
                        self.links += 1
                        in_link = True
                    elif name in ("b", "strong"):
                        in_bold = True
                    push((child, at, tag, in_link, in_bold, False))

    def _cut(self, at: int, tag: str) -> None:
        """Ends the block that was being read."""
        run = "".join(self.text)
        self.text.clear()
        link, bold, links = self.link_chars, self.bold_chars, self.links
        self.link_chars = self.bold_chars = self.links = 0
        parts = _TWO_BREAKS.split(run) if _BREAK in run else (run,)
        whole = max(1, len(run))
        for part in parts:
            words = " ".join(part.replace(_BREAK, " ").split())
            if words:
                size = len(words) if len(parts) == 1 else whole
                figure = self.elements[at].figure if at >= 0 else False
                self.blocks.append(Block(words, tag, min(1.0, link / size), at, figure, links, min(1.0, bold / size)))


def _element(node: LexborNode, tag: str, parent: int) -> Element:
    attributes = node.attributes
    if not attributes:
        return Element(
            tag, parent, "", "", node.mem_id, "aside" if tag in ("aside", "form") else None, False, tag in ("figure", "figcaption")
        )
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()
    if tag == "div" and len(name) < _MAX_NAME and _SUBHEADING.search(name):
        tag = "h3"
    element = Element(tag, parent, name, attributes.get("itemprop") or attributes.get("property") or "", node.mem_id)
    element.figure = tag in ("figure", "figcaption")
    element.furniture, element.text_root = _called(tag, name) if 1 < len(name) < _MAX_NAME else (None, False)
    if tag in ("aside", "form"):
        element.furniture = element.furniture or tag
    elif element.figure and (element.furniture or "").startswith(("share", "sharing")):
        element.furniture = None  # a picture that can be shared, not buttons to share with
    style = attributes.get("style")
    if "hidden" in attributes or (style and _NOT_SHOWN.search(style)):
        element.furniture = "hidden"
    elif attributes.get("role") in _ROLES:
        element.furniture = "role"
    return element


@lru_cache(maxsize=4096)
def _called(tag: str, name: str) -> tuple[str | None, bool]:
    """What a class name says: furniture, and whether it is a name for the article's text."""
    holds_text = tag in ("div", "section", "article", "main", "td") and _ARTICLE_TEXT.search(name) is not None
    if tag in ("body", "main") or holds_text:
        return None, holds_text
    if tag == "article" or "post-" in name:
        name = _SORTING.sub(" ", name)
    match = _FURNITURE.search(name) or _UNSEEN.search(name)
    return (match.group(0).strip(" _/-").lower() if match else None), False


def _is_unseen(node: LexborNode) -> bool:
    """An inline element that is not shown: 'opens in a new tab', icons' names."""
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes:
        return True
    style, name = attributes.get("style"), attributes.get("class")
    return bool((style and _NOT_SHOWN.search(style)) or (name and len(name) < _MAX_NAME and _UNSEEN.search(name)))


# A part that holds this much of the page's prose is the article whatever it is called; measured on 400 news pages.
_TOO_MUCH_TO_BE_FURNITURE = 0.4
_TOO_MUCH_OF_ONE_NAME = 0.25
_PROSE = 60


def _judge_furniture(document: Document) -> None:
    """Marks each block that stands in furniture, unless that furniture holds much of the page's prose."""
    elements = document.elements
    prose = [0] * len(elements)
    total = 0
    headed = [False] * len(elements)
    for block in document.blocks:
        if block.tag == "h1" and block.link < 0.5:
            headed[block.at] = True
        if block.figure or block.link > 0.4 or len(block.text) < _PROSE:
            continue
        total += len(block.text)
        prose[block.at] += len(block.text)
    for at in range(len(elements) - 1, 0, -1):
        prose[elements[at].parent] += prose[at]
        headed[elements[at].parent] |= headed[at]
    by_name: dict[tuple[str, str], int] = {}
    for at, element in enumerate(elements):
        if element.furniture and prose[at]:
            key = (element.tag, element.furniture)
            if element.parent < 0 or elements[element.parent].furniture != element.furniture:
                by_name[key] = by_name.get(key, 0) + prose[at]
    judged: list[str | None] = []
    for at, element in enumerate(elements):
        own = element.furniture
        if own and headed[at]:
            own = None
        elif own and total and prose[at] and not _NEVER_ARTICLE.search(element.name):
            share, named = prose[at] / total, by_name.get((element.tag, own), 0) / total
            if own == "hidden" and share > _TOO_MUCH_TO_BE_FURNITURE:
                own = own if _is_copy(document, at) else None
            elif share > _TOO_MUCH_TO_BE_FURNITURE or (named > _TOO_MUCH_OF_ONE_NAME and own not in ("hidden", "role")):
                own = None
        above = judged[element.parent] if element.parent >= 0 else None
        judged.append(above or own)
    for block in document.blocks:
        block.furniture = judged[block.at]


def _is_copy(document: Document, hidden: int) -> bool:
    """Does this element say again what most of the page's visible prose says?"""
    unseen: list[bool] = []
    inside: list[bool] = []
    for at, element in enumerate(document.elements):
        unseen.append(element.furniture == "hidden" or (element.parent >= 0 and unseen[element.parent]))
        inside.append(at == hidden or (element.parent >= 0 and inside[element.parent]))
    keys = list(zip(document.blocks, document.keys, strict=True))
    said = "".join(key for block, key in keys if inside[block.at])
    shown = [key for block, key in keys if len(block.text) >= _PROSE and not unseen[block.at]]
    return sum(len(key) for key in shown if key in said) * 2 > sum(map(len, shown))
