"""What makes a revision provable: its canonical JSON (RFC 8785) and SHA-256 over it, as CONTRACT.md spells out."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from monitor.model import Content, Event, Said, Source, Stamp
from monitor.times import rfc3339

HASHED_KEYS = (
    "authors", "body", "captions", "event", "first_seen_at", "language", "listings", "parent_hash", "posted_at", "section",
    "source", "subtitle", "title", "updated_at", "url",
)  # fmt: skip

# characters that show nothing: soft hyphen, zero-width spaces and (non-)joiners, direction marks, word joiner, BOM
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_WHITE_SPACE = re.compile(r"\s+")


def canonical_json(value: object) -> bytes:
    """RFC 8785 for values without numbers and with ASCII keys, for which stock `json.dumps` with sorted keys is exact."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def revision_hash(
    *,
    content: Content,
    event: Event,
    source: Source,
    url: str,
    first_seen_at: datetime,
    posted: Stamp | None,
    updated: Stamp | None,
    listings: Mapping[str, Said],
    parent_hash: str | None,
) -> str:
    """Hex SHA-256 over exactly the keys of HASHED_KEYS, listings and times as they are when the revision is made."""
    said = {
        "authors": list(content.authors),
        "body": list(content.body),
        "captions": list(content.captions),
        "event": event,
        "first_seen_at": rfc3339(first_seen_at),
        "language": content.language,
        "listings": said_json(listings),
        "parent_hash": parent_hash,
        "posted_at": rfc3339(posted.at) if posted else None,
        "section": content.section,
        "source": source,
        "subtitle": content.subtitle,
        "title": content.title,
        "updated_at": rfc3339(updated.at) if updated else None,
        "url": url,
    }
    return hashlib.sha256(canonical_json(said)).hexdigest()


def content_json(content: Content, listings: Mapping[str, Said]) -> bytes:
    """The words of a version as canonical JSON: what the store compresses and what tells two texts apart byte for byte."""
    return canonical_json(
        {
            "authors": list(content.authors),
            "body": list(content.body),
            "captions": list(content.captions),
            "language": content.language,
            "listings": said_json(listings),
            "section": content.section,
            "subtitle": content.subtitle,
            "title": content.title,
        }
    )


def said_json(listings: Mapping[str, Said]) -> dict[str, dict[str, str | None]]:
    """Listings as the contract prints them."""
    return {slug: {"title": said.title, "summary": said.summary} for slug, said in listings.items()}


def folded(text: str) -> str:
    """The text without what makes no revision: NFC, no invisible characters, white space folded to single spaces and trimmed."""
    if text.isascii():
        return " ".join(text.split())
    return _WHITE_SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def text_key(content: Content) -> bytes:
    """16 bytes that two versions share exactly when they are one text by CONTRACT's rule. The language is not part of the text."""
    words = (
        [folded(content.title)],
        [folded(content.subtitle or "")],
        [folded(author) for author in content.authors],
        [folded(content.section or "")],
        [paragraph for paragraph in map(folded, content.body) if paragraph],
        [caption for caption in map(folded, content.captions) if caption],
    )
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode("utf-8", "surrogatepass")).digest()[:16]
