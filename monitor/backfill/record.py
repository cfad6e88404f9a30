"""One recorded answer, and a page made of what others kept as text."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Literal

from monitor.settings import Headers


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded answer."""

    at: datetime
    kind: Literal["feed", "page"]
    url: str
    status: int
    headers: Headers
    body: bytes


def page_of(url: str, at: datetime, title: str, body: str, *, authors: Sequence[str] = (), made_by: str) -> Record:
    """The record of a page whose words alone were kept: `body` is HTML. A header says that it was made, and of what."""
    said = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": title}
    if authors:
        said["author"] = [{"@type": "Person", "name": name} for name in authors]  # type: ignore[assignment]  # of two types, as JSON is
    island = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
    page = (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title><link rel="canonical" href="{escape(url)}">'
        f'<script type="application/ld+json">{island}</script></head>'
        f"<body><main><article><h1>{escape(title)}</h1>{body}</article></main></body></html>"
    )
    headers = (("Content-Type", "text/html; charset=utf-8"), ("X-Made-Of", made_by))
    return Record(at, "page", url, 200, headers, page.encode(errors="replace"))
