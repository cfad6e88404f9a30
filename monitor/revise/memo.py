"""What decisions remember from look to look, as the JSON that travels in `KnownArticle.memo`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.model import Content
from monitor.proof import folded, text_key


@dataclass(frozen=True, slots=True)
class Held:
    """A doubtful text that waits for a second look: its key, what it took from the head and what it brought, as paragraph hashes."""

    key: str
    at: str
    lost: tuple[str, ...]
    brought: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Memo:
    """What decisions remember between looks.

    `fresh` is the edit of the text that the last look found, `met` an earlier revision whose text stands there while the article flaps,
    `left` the one whose text the last return left. `said` maps slug → hash of the feed's words → revision, `left_words` slug → those
    that the feed left when it last returned to earlier ones.
    """

    held: Held | None = None
    absent: tuple[str, int, str] | None = None
    fresh: int | None = None
    met: int | None = None
    left: int | None = None
    extractor: str = ""
    said: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left_words: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_at_rest(self) -> bool:
        """No doubt, no absence, no fresh edit, no other text in its place."""
        return self.held is None and self.absent is None and self.fresh is None and self.met is None

    @classmethod
    def read(cls, text: str) -> "Memo":
        """From the stored JSON; an empty text is an empty memory."""
        raw: dict[str, Any] = json.loads(text or "{}")
        held, absent = raw.get("held"), raw.get("absent")
        return cls(
            held=Held(held["key"], held["at"], tuple(held["lost"]), tuple(held["brought"])) if held else None,
            absent=(absent[0], absent[1], absent[2]) if absent else None,
            fresh=raw.get("fresh"),
            met=raw.get("met"),
            left=raw.get("left"),
            extractor=raw.get("extractor", ""),
            said=raw.get("said", {}),
            left_words=raw.get("left_words", {}),
        )

    def write(self) -> str:
        """As JSON, without what is empty."""
        held = self.held
        shape = {
            "held": {"key": held.key, "at": held.at, "lost": held.lost, "brought": held.brought} if held else None,
            "absent": self.absent,
            "fresh": self.fresh,
            "met": self.met,
            "left": self.left,
            "extractor": self.extractor,
            "said": self.said,
            "left_words": self.left_words,
        }
        return json.dumps({name: value for name, value in shape.items() if value}, separators=(",", ":"))


def held_text(old: Content, new: Content, at: str) -> Held:
    """What a doubtful text takes from the head and brings to it, as of `at`."""
    before, after = _pieces(old), _pieces(new)
    lost = tuple(sorted(before - after))
    return Held(text_key(new).hex(), at, lost, tuple(sorted(after - before)))


def builds_on(held: Held, new: Held, content: Content) -> bool:
    """Does the new text keep what was doubtful: all that was lost is still lost, and most of what was brought is still there?"""
    if not set(held.lost) <= set(new.lost):
        return False
    kept = len(set(held.brought) & _pieces(content))
    return kept * 2 > len(held.brought) or (not held.brought and bool(held.lost))


def _pieces(content: Content) -> set[str]:
    texts = (content.title, content.subtitle or "", *content.body, *content.captions)
    return {hashlib.sha256(folded(text).encode("utf-8", "surrogatepass")).hexdigest()[:10] for text in texts if text}
