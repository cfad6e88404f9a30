"""A new revision with all that belongs to it: text, raw page, hash, edit, changes, outbox rows."""

import hashlib
import json
import zlib
from dataclasses import replace
from datetime import datetime

from monitor import proof
from monitor.model import ArticleUpdate, Dispatch, Edit, NewRevision, RawPage
from monitor.settings import StoreSettings
from monitor.store import primer
from monitor.store.codes import DISPATCH_STATES, EVENTS, SOURCES, WATCH_PAGE
from monitor.store.rows import Row
from monitor.store.stored import raw_base, text_base
from monitor.store.texts import RAW_LEVEL, Base, content_sha, pack, pack_json, squeeze
from monitor.store.values import beside_sha, change_json, edit_values, headers_json, stamps_text
from monitor.store.writer import Transaction


def add_revision(
    tx: Transaction, article: int, head: Row | None, update: ArticleUpdate, at: datetime, settings: StoreSettings
) -> Edit | None:
    """Stores the update's revision on top of the head, and its edit if it has one; the edit as stored."""
    new = update.revision
    assert new is not None
    tx.lock_stream()
    tx.added += 1
    rev = update.after_rev + 1
    parent = tx.row("SELECT hash FROM revision WHERE id = :id", id=head["id"]) if head else None
    base = text_base(tx, head["id"]) if head else None
    text_id, text_hash = _keep_text(tx, article, new, base)
    raw_sha = _keep_raw(tx, article, new.raw, head) if new.raw is not None and settings.raw != "none" else None
    stamps = stamps_text(new.posted, new.updated)
    answer = (
        (new.raw.url, new.raw.status, pack_json(headers_json(new.raw.headers))) if new.raw is not None and raw_sha is not None else None
    )
    _supersede(tx, article, head)
    revision_id = tx.insert(
        "revision",
        article_id=article,
        rev=rev,
        hash=_hash(new, bytes(parent["hash"]).hex() if parent else None),
        content_sha=text_hash,
        text_key=proof.text_key(new.content),
        event=EVENTS.index(new.event),
        source=SOURCES.index(new.source),
        text_id=text_id,
        raw_sha=raw_sha,
        extractor=new.extractor,
        url=new.url,
        first_seen_at=new.first_seen_at,
        last_seen_at=max(at, new.first_seen_at),
        confirmed=int(new.confirmed),
        posted_at=new.posted.at if new.posted else None,
        updated_at=new.updated.at if new.updated else None,
        stamps=stamps,
        beside_sha=beside_sha(stamps, new.extractor, raw_sha, answer),
    )
    if answer is not None:
        tx.insert("answer", revision_id=revision_id, url=answer[0], status=answer[1], headers=answer[2])
    _move_head(tx, article, new, rev)
    if new.edit is None:
        return None
    return _keep_edit(tx, article, revision_id, rev, new, base)


def _hash(new: NewRevision, parent_hash: str | None) -> bytes:
    return bytes.fromhex(
        proof.revision_hash(
            content=new.content,
            event=new.event,
            source=new.source,
            url=new.url,
            first_seen_at=new.first_seen_at,
            posted=new.posted,
            updated=new.updated,
            listings=new.listings,
            parent_hash=parent_hash,
        )
    )


def _keep_text(tx: Transaction, article: int, new: NewRevision, base: Base | None) -> tuple[int, bytes]:
    """The id of the text and its hash; a text that the article had before is not stored again."""
    plain = proof.content_json(new.content, new.listings)
    sha = content_sha(plain)
    known = tx.row(
        "SELECT revision.text_id FROM revision JOIN text ON text.id = revision.text_id"
        " WHERE revision.article_id = :id AND revision.content_sha = :sha AND text.data IS NOT NULL LIMIT 1",
        id=article, sha=sha,
    )  # fmt: skip
    if known is not None:
        return int(known["text_id"]), sha
    frame = pack(plain, base, primed=True)
    text_id = tx.insert(
        "text",
        article_id=article,
        base_id=frame.base_id,
        depth=frame.depth,
        primer=frame.primer,
        crc=frame.crc,
        size=frame.size,
        data=frame.data,
    )
    return text_id, sha


def _keep_raw(tx: Transaction, article: int, raw: RawPage, head: Row | None) -> bytes:
    sha = hashlib.sha256(raw.body).digest()
    if tx.row("SELECT id FROM raw WHERE sha = :sha", sha=sha) is None:
        frame = pack(raw.body, raw_base(tx, head["id"]) if head else None, RAW_LEVEL)
        tx.insert(
            "raw", sha=sha, article_id=article, base_id=frame.base_id, depth=frame.depth, crc=frame.crc, size=frame.size, data=frame.data
        )
    return sha


def _supersede(tx: Transaction, article: int, head: Row | None) -> None:
    """The old head keeps when it was seen last; the watch starts to count for the new one."""
    if head is None:
        return
    watch = tx.row(f"SELECT id, seen_at FROM watch WHERE kind = {WATCH_PAGE} AND ref_id = :id", id=article)
    if watch is not None and watch["seen_at"] is not None:
        tx.run("UPDATE revision SET last_seen_at = :at WHERE id = :id AND last_seen_at < :at", at=watch["seen_at"], id=head["id"])
        tx.run("UPDATE watch SET seen_at = NULL WHERE id = :id", id=watch["id"])


def _move_head(tx: Transaction, article: int, new: NewRevision, rev: int) -> None:
    tx.run(
        "UPDATE article SET head_rev = :rev, title = CASE WHEN :title = '' THEN title ELSE :title END,"
        " language = COALESCE(:language, language),"
        " posted_at = :posted, updated_at = :updated,"
        " last_edit_at = CASE WHEN :edited = 1 THEN :seen ELSE last_edit_at END WHERE id = :id",
        rev=rev, title=new.content.title, language=new.content.language, posted=new.posted.at if new.posted else None,
        updated=new.updated.at if new.updated else None, edited=new.edit is not None,
        seen=new.edit.seen_before if new.edit else new.first_seen_at, id=article,
    )  # fmt: skip


def _keep_edit(tx: Transaction, article: int, revision_id: int, rev: int, new: NewRevision, base: Base | None) -> Edit:
    assert new.edit is not None
    host = tx.row("SELECT host_id FROM article WHERE id = :id", id=article)
    edit_id = tx.insert(
        "edit",
        article_id=article,
        to_id=revision_id,
        host_id=host["host_id"] if host else 0,
        from_rev=rev - 1,
        to_rev=rev,
        **edit_values(new.edit),
    )
    said = json.dumps([change_json(change) for change in new.changes], ensure_ascii=False, separators=(",", ":")).encode()
    packed = squeeze(said, primer.CHANGES + (base.plain if base else b""))
    tx.insert("change", edit_id=edit_id, crc=zlib.crc32(packed), size=len(said), data=packed)
    tx.run(
        "INSERT INTO edit_feed (feed_id, edit_id) SELECT DISTINCT feed_id, CAST(:edit AS BIGINT) FROM listing WHERE article_id = :id",
        edit=edit_id, id=article,
    )  # fmt: skip
    for dispatch in new.dispatches:
        _keep_dispatch(tx, edit_id, dispatch)
    return replace(new.edit, id=edit_id, article=article, from_rev=rev - 1, to_rev=rev)


def _keep_dispatch(tx: Transaction, edit_id: int, dispatch: Dispatch) -> None:
    target = target_id(tx, dispatch.target)
    tx.run(
        "INSERT INTO outbox (edit_id, target_id, state, reason, rule, due_at) VALUES (:edit, :target, :state, :reason, :rule, :due)"
        " ON CONFLICT (edit_id, target_id) DO NOTHING",
        edit=edit_id, target=target, state=DISPATCH_STATES.index(dispatch.state), reason=dispatch.reason, rule=dispatch.rule,
        due=dispatch.due_at,
    )  # fmt: skip


def target_id(tx: Transaction, name: str) -> int:
    """The target's number; a new one starts at the newest edit."""
    row = tx.row("SELECT id FROM target WHERE name = :name", name=name)
    if row is not None:
        return int(row["id"])
    newest = tx.row("SELECT max(id) AS id FROM edit")
    return tx.insert("target", name=name, from_edit_id=(newest["id"] if newest else 0) or 0)
