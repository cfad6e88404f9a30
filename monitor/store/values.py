"""Rows to nouns and back: no row leaves this room."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from monitor.model import (
    KINDS,
    ArticleState,
    Change,
    Content,
    Edit,
    Event,
    Headers,
    Key,
    Level,
    Listing,
    Look,
    Pace,
    Restamp,
    Said,
    Segment,
    Severity,
    Source,
    Stamp,
    Stats,
    Validators,
    Verdict,
)
from monitor.settings import Feed
from monitor.store.codes import EVENTS, KIND_BITS, LEVELS, SOURCES, STATES, VERDICTS, kind_mask, kinds_of
from monitor.store.instants import from_ms, maybe_from_ms, to_ms
from monitor.store.rows import Row

PACE_COLUMNS = "next_at, floor_ms, validators_url, etag, modified, body_sha, asked_at, failures, memo"


def host_name(url: str) -> str:
    """`host:port` of an address, as turns are taken by; the scheme's own port is left out."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
    return netloc.removesuffix(":443" if parts.scheme == "https" else ":80")


def key_sha(key: Key, scope: str) -> bytes:
    """The 16 bytes an alias is found by. `scope` is the feed's number where the key's scope is a feed, so that a rename keeps it."""
    return hashlib.sha256("\0".join((key.kind, scope, key.value)).encode("utf-8", "surrogatepass")).digest()[:16]


def text_sha(text: str) -> bytes:
    """The 16 bytes a listing key or an address is found by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


# --- pace and feeds -------------------------------------------------------------------------------------------------


def pace_of(row: Row) -> Pace:
    """The pace of a watch."""
    validators = Validators(row["validators_url"], row["etag"], row["modified"]) if row["validators_url"] is not None else None
    return Pace(
        next_at=maybe_from_ms(row["next_at"]),
        floor=timedelta(milliseconds=row["floor_ms"]),
        validators=validators,
        body_sha=row["body_sha"],
        asked_at=maybe_from_ms(row["asked_at"]),
        failures=row["failures"],
        memo=row["memo"],
    )


def pace_values(pace: Pace) -> dict[str, object]:
    """The columns of a watch that a pace fills."""
    validators = pace.validators
    return {
        "next_at": pace.next_at,
        "floor_ms": pace.floor,
        "validators_url": validators.url if validators else None,
        "etag": validators.etag if validators else None,
        "modified": validators.last_modified if validators else None,
        "body_sha": pace.body_sha,
        "asked_at": pace.asked_at,
        "failures": pace.failures,
        "memo": pace.memo,
    }


def feed_of(row: Row) -> Feed:
    """A feed as it was configured, without the secrets that are never stored."""
    return Feed(
        slug=row["slug"],
        url=row["url"],
        every=_span(row["every_ms"]),
        pages=bool(row["pages"]),
        timezone=row["timezone"],
        tags=tuple(json.loads(row["tags"])),
        paused=bool(row["paused"]),
        min_interval=_span(row["min_interval_ms"]),
    )


def feed_values(feed: Feed) -> dict[str, object]:
    """The columns of a feed that feeds.toml fills."""
    return {
        "slug": feed.slug,
        "url": feed.url,
        "url_key": text_sha(feed.url),
        "configured": 1,
        "every_ms": feed.every,
        "min_interval_ms": feed.min_interval,
        "pages": int(feed.pages),
        "paused": int(feed.paused),
        "timezone": feed.timezone,
        "tags": json.dumps(feed.tags, ensure_ascii=False),
    }


def _span(ms: int | None) -> timedelta | None:
    return None if ms is None else timedelta(milliseconds=ms)


# --- listings and looks ---------------------------------------------------------------------------------------------


def listing_of(row: Row) -> Listing:
    """A listing; the row carries the slug of its feed."""
    return Listing(
        feed=row["slug"],
        key=row["key"],
        article_id=row["article_id"],
        guid=row["guid"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        content=row["content"],
        authors=tuple(json.loads(row["authors"])),
        published_at=maybe_from_ms(row["published_at"]),
        updated_at=maybe_from_ms(row["updated_at"]),
        item_sha=row["item_sha"],
        position=row["position"],
        first_seen_at=from_ms(row["first_seen_at"]),
        changed_at=from_ms(row["changed_at"]),
        gone_at=maybe_from_ms(row["gone_at"]),
    )


def look_of(row: Row) -> Look:
    """A look; the row carries its address."""
    return Look(
        at=from_ms(row["at"]),
        url=row["url"],
        status=row["status"],
        verdict=cast(Verdict, VERDICTS[row["verdict"]]),
        reason=row["reason"],
        rev=row["rev"],
        took=timedelta(milliseconds=row["ms"]),
        bytes=row["bytes"],
    )


# --- revisions ------------------------------------------------------------------------------------------------------


def stamps_text(posted: Stamp | None, updated: Stamp | None) -> str:
    """What stamps have beside their time, as JSON."""
    return json.dumps([[stamp.zone, stamp.text, stamp.source] if stamp else None for stamp in (posted, updated)], ensure_ascii=False)


def beside_sha(stamps: str, extractor: str, raw_sha: bytes | None, answer: tuple[str, int, bytes] | None) -> bytes:
    """What guards the words beside a revision that its hash does not cover: how stamps were read, by whom, and the answer's head."""
    url, status, headers = answer or ("", 0, b"")
    said = "\0".join([stamps, extractor, (raw_sha or b"").hex(), url, str(status), headers.hex()])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()[:16]


def restamp_sha(at: datetime, posted: datetime | None, updated: datetime | None, url: str | None, stamps: str) -> bytes:
    """What guards a restamp."""
    said = "\0".join([str(to_ms(at)), *(str(to_ms(one)) if one else "" for one in (posted, updated)), url or "", stamps])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()[:16]


def stamps_of(row: Row) -> tuple[Stamp | None, Stamp | None]:
    """Posted and Updated of a revision or a restamp."""
    said = json.loads(row["stamps"])
    posted, updated = (
        None if ms is None else Stamp(from_ms(ms), *(rest or (None, "", "")))
        for ms, rest in zip((row["posted_at"], row["updated_at"]), said, strict=True)
    )
    return posted, updated


def restamp_of(row: Row) -> Restamp:
    """A stamp that moved alone."""
    posted, updated = stamps_of(row)
    return Restamp(from_ms(row["at"]), posted, updated, row["url"])


def words_of(plain: bytes) -> tuple[Content, dict[str, Said]]:
    """The content and listings of a version from its canonical JSON."""
    said = json.loads(plain)
    content = Content(
        title=said["title"],
        subtitle=said["subtitle"],
        authors=tuple(said["authors"]),
        section=said["section"],
        body=tuple(said["body"]),
        captions=tuple(said["captions"]),
        language=said["language"],
    )
    return content, {slug: Said(one["title"], one["summary"]) for slug, one in said["listings"].items()}


def event_of(code: int) -> Event:
    """The event's word."""
    return cast(Event, EVENTS[code])


def source_of(code: int) -> Source:
    """The source's word."""
    return cast(Source, SOURCES[code])


def state_of(code: int) -> ArticleState:
    """The article state's word."""
    return cast(ArticleState, STATES[code])


def headers_json(headers: Headers) -> list[list[str]]:
    """Headers as JSON keeps them."""
    return [[name, value] for name, value in headers]


# --- edits ----------------------------------------------------------------------------------------------------------


def edit_values(edit: Edit) -> dict[str, object]:
    """The columns of an edit."""
    stats = edit.stats
    return {
        "title": edit.title,
        "seen_after": edit.seen_after,
        "seen_before": edit.seen_before,
        "claimed_at": edit.claimed_at,
        "kinds": kind_mask(edit.kinds),
        "level": LEVELS.index(edit.severity.level),
        "score": edit.severity.score,
        "reasons": json.dumps(edit.severity.reasons, ensure_ascii=False),
        "disclosed": None if edit.disclosed is None else int(edit.disclosed),
        "reverts_to": edit.reverts_to,
        "words_added": stats.words_added,
        "words_removed": stats.words_removed,
        "paragraphs": stats.paragraphs,
        "changed": stats.changed,
        "added": stats.added,
        "removed": stats.removed,
        "moved": stats.moved,
        "similarity": stats.similarity,
        "evidence": json.dumps(edit.evidence, ensure_ascii=False),
        "held_by": edit.held_by,
        "fingerprint": edit.fingerprint,
        "watched": json.dumps(edit.watched, ensure_ascii=False) if edit.watched else None,
    }


KIND_ORDER = tuple(kind for kind in KINDS if kind in KIND_BITS)


def edit_of(row: Row, feeds: tuple[str, ...]) -> Edit:
    """An edit; the row carries its article's url."""
    stats = Stats(
        row["words_added"],
        row["words_removed"],
        row["paragraphs"],
        row["changed"],
        row["added"],
        row["removed"],
        row["moved"],
        row["similarity"],
    )
    return Edit(
        article=row["article_id"],
        from_rev=row["from_rev"],
        to_rev=row["to_rev"],
        url=row["url"],
        title=row["title"],
        feeds=feeds,
        seen_after=from_ms(row["seen_after"]),
        seen_before=from_ms(row["seen_before"]),
        claimed_at=maybe_from_ms(row["claimed_at"]),
        kinds=kinds_of(row["kinds"], KIND_ORDER),
        severity=Severity(cast(Level, LEVELS[row["level"]]), row["score"], _sentences(row["reasons"])),
        disclosed=None if row["disclosed"] is None else bool(row["disclosed"]),
        reverts_to=row["reverts_to"],
        stats=stats,
        evidence=_sentences(row["evidence"]),
        held_by=row["held_by"],
        fingerprint=row["fingerprint"],
        id=row["id"],
        watched=tuple((sign, phrase) for sign, phrase in json.loads(row["watched"] or "[]")),
    )


def _sentences(kept: str) -> tuple[str, ...]:
    return () if kept == "[]" else tuple(json.loads(kept))


def change_json(change: Change) -> list[Any]:
    """A change as JSON keeps it: short, and exact."""
    return [change.field, change.op, change.from_pars, change.to_pars, change.segments, change.kinds]


def change_of(said: list[Any]) -> Change:
    """A change from its JSON."""
    field, op, from_pars, to_pars, segments, kinds = said
    parts = tuple(cast(Segment, (sign, text)) for sign, text in segments)
    return Change(field, op, tuple(from_pars), tuple(to_pars), parts, tuple(kinds))
