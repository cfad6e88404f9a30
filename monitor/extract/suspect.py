"""Is this an article page at all? Walls, errors, other pages and halves of pages, each with its reason.

Words alone never condemn a page: an article may speak of captchas, and most pages ask for a subscription somewhere. They count where
the text is missing that should be there: against the version that is known, or against any article's length.
"""

import re
from collections import Counter
from collections.abc import Sequence

from monitor.extract.blocks import Document, read_document
from monitor.extract.charset import decode
from monitor.extract.letters import letters
from monitor.extract.metadata import Metadata
from monitor.extract.walls import holds_words_of, wall_words
from monitor.model import Content, Headers, Page, PageContext

# Pages that keep this share of the known text are the article, whatever else they say; below the second they are not a version of it.
_STILL_THE_ARTICLE, _NOTHING_LEFT = 0.7, 0.05
# A page with this share of it may have lost a paragraph.
_SOME_LEFT = 0.3
# An edited paragraph keeps this share of its words.
_MOSTLY_KEPT = 0.6
# Two texts with a smaller share of their longer words in common are about different things (measured on pairs of news articles).
_UNRELATED = 0.25
# A page with less text than this may be a wall when it says so; one with less than the other is one when its headline says so.
_SHORT_TEXT, _LITTLE_TEXT = 1500, 700
# On a first look a short text is a wall when this much of it speaks like one.
_MOSTLY_WALL = 0.5
_STATUS = {401: "login", 402: "paywall", 403: "blocked", 404: "soft_404", 410: "soft_404", 429: "blocked", 451: "blocked"}


def refused(body: bytes, headers: Headers, status: int) -> str | None:
    """Reasons that need no reading: an error status, a challenge, something that is no HTML, nothing at all."""
    named = {key.lower(): value.lower() for key, value in headers}
    if "cf-mitigated" in named or named.get("x-datadome") == "protected":
        return "captcha"
    if status >= 400:
        return _STATUS.get(status, "error_page")
    start = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not body.strip():
        return "empty"
    if _is_something_else(start, named.get("content-type", "")):
        return "not_html"
    return None


def _is_something_else(start: bytes, content_type: str) -> bool:
    if start.startswith((b"{", b"[")):
        return b"<" not in start or "json" in content_type
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF")):
        return True
    return b"<" not in start and not any(kind in content_type for kind in ("html", "text/plain", "xml")) and bool(content_type)


def suspicion(html: str, document: Document, metadata: Metadata, page: Page, context: PageContext) -> str | None:
    """One of SUSPECT_REASONS, or None for an article. `page` is what was read before any reconciling."""
    content, known = page.content, context.known
    kept = _kept(known, content) if known and known.body else None
    if kept is not None and kept >= _STILL_THE_ARTICLE:
        return None
    if _is_cut(html, context):
        return "truncated"
    if (reason := _wall(document, metadata, content, known, kept)) and not _is_old_wall(document, context, kept):
        return reason
    if _is_home(document, content, page, context, kept):
        return "home_page"
    if not content.body and not (content.captions and kept is None):
        return "empty"
    if known is not None and kept is not None and kept < _NOTHING_LEFT and _is_another(known, content):
        return "other_article"
    return None


def _kept(known: Content, new: Content) -> float:
    """The share of the known text that still stands in the new one, by characters of whole paragraphs, edited ones too."""
    now = letters(" ".join((new.subtitle or "", *new.body)))
    kept = sum(len(paragraph) * (letters(paragraph) in now or _is_edited(paragraph, new.body)) for paragraph in known.body)
    return kept / max(1, sum(map(len, known.body)))


def _is_edited(paragraph: str, others: Sequence[str]) -> bool:
    """Does one of these hold most of this paragraph's words, and little else?"""
    words = Counter(re.findall(r"\w+", paragraph.lower()))
    size = sum(words.values())
    theirs = (Counter(re.findall(r"\w+", other.lower())) for other in others)
    return any(sum((words & other).values()) > _MOSTLY_KEPT * max(size, sum(other.values())) for other in theirs)


# --- half a page ----------------------------------------------------------------------------------------------------

_ENDS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_TAIL = 4000


def _is_cut(html: str, context: PageContext) -> bool:
    """The end of the document is missing: where the page had one before, or in the middle of a text or tag."""
    if _ENDS.search(html[-_TAIL:]):
        return False
    before = context.known_raw
    if before is not None:
        return _ENDS.search(before.body[-_TAIL:].decode("latin-1")) is not None
    opened = re.search(r"<body\b", html, re.IGNORECASE) is not None
    return opened and not html.rstrip().endswith(">") and _ENDS.search(html) is None


# --- walls and errors -----------------------------------------------------------------------------------------------


def _wall(document: Document, metadata: Metadata, content: Content, known: Content | None, kept: float | None) -> str | None:
    size = sum(map(len, content.body))
    if kept is None and size >= _SHORT_TEXT:
        return None
    shown = [block for block in document.blocks if block.furniture != "hidden"]
    title = " ".join((metadata.document_title, content.title, *(block.text for block in shown if block.tag == "h1")))
    is_new_title = known is None or letters(known.title) not in letters(title)
    if size < _LITTLE_TEXT and is_new_title and (reason := wall_words(title)):
        return reason
    # what stands where the text should: its own paragraphs, and on a small page all there is
    place = " ".join(content.body) if content.body else ""
    everything = " ".join(block.text for block in shown)
    if kept is not None:
        reason = wall_words(_news(place, known)) or (wall_words(_news(everything, known)) if size < _SHORT_TEXT else None)
        if reason:
            return _named(reason, document, metadata, everything)
        if metadata.ld.get("isAccessibleForFree") in (False, "False", "false") and kept < _STILL_THE_ARTICLE and size < _SHORT_TEXT:
            return "paywall"
        return None
    if size < _SHORT_TEXT and place and _share_of_wall(content.body) >= _MOSTLY_WALL:
        return _named(wall_words(place) or "paywall", document, metadata, everything)
    if (
        size < _LITTLE_TEXT
        and metadata.ld.get("isAccessibleForFree") in (False, "False", "false")
        and holds_words_of("paywall", everything)
    ):
        return "paywall"
    if size < 80 and len(everything) < 1200 and (reason := wall_words(everything)):
        return _named(reason, document, metadata, everything)
    return None


def _is_old_wall(document: Document, context: PageContext, kept: float | None) -> bool:
    """Do all words that speak of a wall stand on the page before too, which was an article, while some of its text is still there?"""
    raw = context.known_raw
    if raw is None or kept is None or kept < _SOME_LEFT:
        return False
    html = decode(raw.body, raw.headers, charset=context.rule.charset if context.rule else None)
    old = set(read_document(html).keys)
    new = (block.text for block, key in zip(document.blocks, document.keys, strict=True) if key not in old and block.furniture != "hidden")
    return wall_words(" ".join(new)) is None


def _news(text: str, known: Content | None) -> str:
    """The text without what the known version says too: an article about walls keeps its words."""
    for paragraph in known.body if known else ():
        text = text.replace(paragraph, " ")
    return text


def _named(reason: str, document: Document, metadata: Metadata, everything: str) -> str:
    """A wall that asks for both is named after what the page itself declares: a password field is a login."""
    if reason in ("login", "paywall"):
        if metadata.ld.get("isAccessibleForFree") in (False, "False", "false"):
            return "paywall"
        if document.tree.css_first('input[type="password"]') is not None:
            return "login"
    return reason


def _share_of_wall(body: Sequence[str]) -> float:
    told = sum(len(paragraph) for paragraph in body if wall_words(paragraph))
    return told / max(1, sum(map(len, body)))


# --- other pages ----------------------------------------------------------------------------------------------------

_CARDS = 8


def _is_home(document: Document, content: Content, page: Page, context: PageContext, kept: float | None) -> bool:
    """A front page: many linked headings and hardly a paragraph, where the known text is gone or the address says so."""
    if kept is not None and kept > _NOTHING_LEFT:
        return False
    cards = sum(1 for block in document.blocks if block.tag in ("h2", "h3", "h4") and block.link > 0.9)
    longest = max(map(len, content.body), default=0)
    at_root = any(_is_root(url) for url in (page.canonical_url, context.url) if url)
    if at_root and (kept is not None or (longest < 200 and cards >= _CARDS // 2)):
        return True
    return kept is not None and cards >= _CARDS and (longest < 200 or _shared(context.known, content) < _UNRELATED)


def _is_root(url: str) -> bool:
    match = re.match(r"https?://[^/?#]+(/?)(?:index\.\w+|home/?)?(\?[^#]*)?(#.*)?$", url)
    return match is not None and not match[2]


def _is_another(known: Content, new: Content) -> bool:
    """Neither headline nor text has much in common with the known version."""
    return _likeness(known.title, new.title) < 0.5 and _shared(known, new) < _UNRELATED


def _shared(known: Content | None, new: Content) -> float:
    if known is None:
        return 1.0
    a, b = _long_words(known), _long_words(new)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _likeness(one: str, other: str) -> float:
    a, b = set(re.findall(r"\w+", one.lower())), set(re.findall(r"\w+", other.lower()))
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _long_words(content: Content) -> set[str]:
    text = " ".join((content.title, *content.body)).lower()
    words = set(re.findall(r"[^\W\d_]{6,}", text))
    # scripts without spaces between words: pairs of letters
    runs = re.findall(r"[぀-ヿ一-鿿가-힣]+", text)
    return words | {run[k : k + 2] for run in runs for k in range(len(run) - 1)}
