"""What a page says: the words of one version, the publisher's stamps, a verdict."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.asking import Headers
from monitor.settings import SiteRule


@dataclass(frozen=True, slots=True)
class Content:
    """The words of one version: what is compared, and nothing else. `title` may be empty; the rest empty or None."""

    title: str
    subtitle: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    body: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time the publisher claims. `zone` is the zone it was read in ('+09:00', 'Asia/Seoul'), None when it was UTC by itself.

    `text` is what was read, `source` where ('json-ld', 'og', 'visible', 'feed', 'rule', …).
    """

    at: datetime
    zone: str | None = None
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class RawPage:
    """A response as it came: bytes undecoded of charset, with its headers."""

    url: str
    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class PageContext:
    """All that extraction may know beside the page itself. `known` and `known_raw` are the article's current version."""

    url: str
    now: datetime
    timezone: str | None = None
    rule: SiteRule | None = None
    known: Content | None = None
    known_raw: RawPage | None = None
    known_posted: Stamp | None = None
    known_updated: Stamp | None = None
    extractor: str | None = None
    boilerplate: frozenset[int] = frozenset()
    listed_title: str | None = None


SUSPECT_REASONS = (
    "consent", "paywall", "login", "captcha", "blocked", "error_page", "soft_404", "maintenance", "truncated", "empty",
    "other_article", "home_page", "stale", "not_html",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """An article page, read and already reconciled with the page before. `verdict` 'suspect' has a `reason` of SUSPECT_REASONS.

    `doubts` are reasons not to believe a change at first sight ('much text lost', 'extractors at odds', …).
    `blocks` are 64-bit fingerprints of its text blocks, for learning what stands in many articles of a host.
    `more` are the addresses of further pages of the same article (rel=next), to be fetched and appended; it was read from `parts`.
    """

    verdict: Literal["article", "suspect"]
    reason: str | None
    url: str
    canonical_url: str | None
    content: Content
    posted: Stamp | None = None
    updated: Stamp | None = None
    extractor: str = ""
    doubts: tuple[str, ...] = ()
    blocks: tuple[int, ...] = ()
    more: tuple[str, ...] = ()
    parts: int = 1
