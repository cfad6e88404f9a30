"""The visible words of a feed's HTML: what a reader would see, paragraphs parted by a blank line. Pure, linear."""

import html
import re
from functools import lru_cache

_BLOCKS = frozenset({
    "p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "tr", "table", "thead", "tbody", "h1", "h2", "h3", "h4", "h5", "h6",
    "blockquote", "pre", "section", "article", "header", "footer", "aside", "figure", "figcaption", "hr", "address", "main", "nav",
    "form", "fieldset", "center",
})  # fmt: skip
_UNSEEN = frozenset({
    "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title", "select", "textarea",
})  # fmt: skip
# Names of HTML's elements: only these are markup in a headline that may just as well say "<3" or "vector<int>".
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "input",
    "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr", "video", "audio", "source", "track", "picture", "button", "embed", "param", "area", "map", "link",
    "meta", "body", "html", "base", "col", "td", "th", "caption", "nobr", "blink", "applet", "frame", "frameset", "marquee",
})  # fmt: skip
_ELEMENTS = _BLOCKS | _UNSEEN | _INLINE
# The inside of a tag: attributes with their quoted values, or, where a quotation mark has no partner, anything up to the bracket.
_INSIDE = r"(?:[^<>\"']*(?:\"[^\"]{0,4000}\"[^<>\"']*|'[^']{0,4000}'[^<>\"']*)*|[^<>]*)"
_TAG = re.compile(rf"</?[A-Za-z]{_INSIDE}>")
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS, key=len, reverse=True))})(?=[\s/>]){_INSIDE}>", re.IGNORECASE)
_UNSEEN_TAG = re.compile(rf"<(?:{'|'.join(sorted(_UNSEEN))})(?=[\s/>])", re.IGNORECASE)
_HIDING = re.compile(rf"<!--|<!\[CDATA\[|<![^<>]*>|<({'|'.join(sorted(_UNSEEN))})(?=[\s/>]){_INSIDE}>", re.IGNORECASE)
_LOOSE_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)[^<>]*>")
_HIDDEN = re.compile(r"<!--.{0,4000}?-->|<!DOCTYPE[^>]{0,400}>|<(script|style)\b[^<>]{0,400}>.{0,4000}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")
_CLOSING = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in _UNSEEN}
MAX_HEADLINE = 20_000
_PARAGRAPH = "\n\n"


def paragraphs_of_html(markup: str) -> str:
    """The words of an HTML fragment; blocks and line breaks part paragraphs, which a blank line parts in the result."""
    if "<" not in markup:
        return _paragraphs(unescaped(markup))
    if "<!" in markup or _UNSEEN_TAG.search(markup):
        markup = _seen(markup)
    text = unescaped(_TAG.sub("", _BLOCK_TAG.sub("\0", markup)))
    return _PARAGRAPH.join(folded for piece in text.split("\0") if (folded := " ".join(piece.split())))


def _seen(markup: str) -> str:
    """The markup without comments and without elements that no reader sees; CDATA opened."""
    out: list[str] = []
    unclosed: set[str] = set()
    at = 0
    while match := _HIDING.search(markup, at):
        out.append(markup[at : match.start()])
        at = match.end()
        name = (match[1] or "").lower()
        if match[0] == "<!--":
            close = markup.find("-->", at)
            at = len(markup) if close < 0 else close + 3
        elif match[0] == "<![CDATA[":
            close = markup.find("]]>", at)
            out.append(markup[at : close if close >= 0 else len(markup)])
            at = len(markup) if close < 0 else close + 3
        elif name and name not in unclosed and not match[0].endswith("/>"):
            end = _CLOSING[name].search(markup, at)
            if end:
                at = end.end()
            else:
                unclosed.add(name)
    out.append(markup[at:])
    return "".join(out)


def paragraphs_of_text(text: str) -> str:
    """Plain text as paragraphs: blank lines part them, other white space folds."""
    return _paragraphs(text)


def headline(markup: str, *, is_html: bool) -> str:
    """A title's words on one line. In HTML tags are taken out and entities read, once; other angle brackets are text.

    Only the first part of a text of a megabyte is read: no headline is that long.
    """
    markup = markup[:MAX_HEADLINE]
    if is_html and "<" in markup:
        # what a browser would not show, when the headline is markup at all
        markup = _HIDDEN.sub("", markup) if "<!" in markup or "</s" in markup.lower() else markup
        markup = _LOOSE_TAG.sub(_tag_to_nothing, markup)
    if is_html:
        markup = unescaped(markup)
    return " ".join(markup.split())


def unescaped(text: str) -> str:
    """Character references read once; a reference without its semicolon is text (`AT&T`, `?a=1&copy=2`)."""
    return _REFERENCE.sub(_read_reference, text) if "&" in text else text


def _read_reference(match: re.Match[str]) -> str:
    return _character(match[0])


@lru_cache(maxsize=512)
def _character(reference: str) -> str:
    return html.unescape(reference)


def _tag_to_nothing(match: re.Match[str]) -> str:
    name = match[1].lower()
    if name not in _ELEMENTS:
        return match[0]
    return " " if name in _BLOCKS else ""


def _paragraphs(text: str) -> str:
    return _PARAGRAPH.join(folded for piece in re.split(r"\n\s*\n", text) if (folded := " ".join(piece.split())))
