"""What differs between two revisions, and how much it matters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.remembering import Revision

Segment = tuple[Literal["=", "-", "+"], str]
Op = Literal["replace", "insert", "delete", "move", "split", "merge", "equal"]


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs (or, op 'equal', does not). Paragraphs count from 1; split and merge list several.

    The law: per field, '=' and '-' segments in order of `from_pars` spell the old text, '=' and '+' in order of `to_pars` the new.
    `field`: headline subheading byline section caption body feed-headline:SLUG feed-summary:SLUG.
    """

    field: str
    op: Op
    from_pars: tuple[int, ...]
    to_pars: tuple[int, ...]
    segments: tuple[Segment, ...]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """How much differs, in words and body paragraphs; `similarity` 0 to 1. `paragraphs` is their number in the new version."""

    words_added: int
    words_removed: int
    paragraphs: int
    changed: int
    added: int
    removed: int
    moved: int
    similarity: float


LEVELS = ("noise", "low", "medium", "high")
Level = Literal["noise", "low", "medium", "high"]

KINDS = (
    "headline", "subheading", "byline", "section", "caption", "body", "feed-headline", "feed-summary",
    "typography", "typo", "number", "quote", "name", "hedge", "date",
    "paragraph-added", "paragraph-removed", "paragraph-moved", "paragraph-split", "paragraph-merged",
    "correction-note", "rewritten", "reverted", "gone", "restored",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Severity:
    """How much a reader should care: level, score 0 to 100, and the reasons in words."""

    level: Level
    score: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What classify makes of changes: kinds in the order of KINDS, the changes with their own kinds, and the proof of `disclosed`.

    `evidence` are sentences: which stamp said what, which words made a kind.
    """

    kinds: tuple[str, ...]
    severity: Severity
    disclosed: bool | None
    changes: tuple[Change, ...]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """What differs between two neighbouring revisions, judged. `id` orders all edits of a store; 0 while not stored.

    It happened between `seen_after` (old revision last seen) and `seen_before` (new one first seen). `watched`: phrases of the
    watchlist that it added (+) or removed (-). `fingerprint` is equal for the same edit in another article.
    """

    article: int
    from_rev: int
    to_rev: int
    url: str
    title: str
    feeds: tuple[str, ...]
    seen_after: datetime
    seen_before: datetime
    claimed_at: datetime | None
    kinds: tuple[str, ...]
    severity: Severity
    disclosed: bool | None
    reverts_to: int | None
    stats: Stats
    evidence: tuple[str, ...] = ()
    held_by: str | None = None
    fingerprint: bytes | None = None
    id: int = 0
    watched: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """The difference of two revisions of one article, neighbours or not."""

    edit: Edit
    old: Revision
    new: Revision
    changes: tuple[Change, ...]
