"""Revisions from another store, taken over with their hashes: each is computed anew and must fit before it is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.errors import StoreError
from monitor.model import ArticleUpdate, Change, Edit, Key, NewRevision, Revision
from monitor.settings import StoreSettings
from monitor.store.asking import host_id
from monitor.store.codes import STATES
from monitor.store.halves import key_shas
from monitor.store.revising import add_revision
from monitor.store.rows import Row
from monitor.store.saving import keep_name, keep_restamp
from monitor.store.values import host_name
from monitor.store.writer import Transaction


def take_over(
    tx: Transaction,
    url: str,
    title: str,
    first_seen_at: datetime,
    keys: Sequence[Key],
    revisions: Sequence[Revision],
    edits: Mapping[int, tuple[Edit, tuple[Change, ...]]],
    settings: StoreSettings,
) -> tuple[int, int]:
    """The article's id and how many revisions are new here. Raises StoreError, and then nothing was written, where hashes do not fit."""
    article = _article(tx, url, title, first_seen_at, keys)
    known = {row["rev"]: row for row in tx.rows("SELECT id, rev, hash FROM revision WHERE article_id = :id ORDER BY rev", id=article)}
    head: Row | None = known[max(known)] if known else None
    added = 0
    for revision in revisions:
        mine = known.get(revision.rev)
        if mine is not None:
            if bytes(mine["hash"]).hex() != revision.hash:
                raise StoreError(f"{url}: revision {revision.rev} here has another hash; two histories are not mixed")
            continue
        if revision.redacted or revision.rev != (head["rev"] if head else 0) + 1:
            raise StoreError(f"{url}: revision {revision.rev} cannot be taken over: its words, or a revision before it, are missing")
        head = _add(tx, article, head, revision, edits.get(revision.rev), settings)
        added += 1
    return article, added


def _article(tx: Transaction, url: str, title: str, first_seen_at: datetime, keys: Sequence[Key]) -> int:
    shas = list(key_shas(tx, keys).values())
    row = tx.row("SELECT article_id FROM alias WHERE key IN (:keys) ORDER BY first_seen_at LIMIT 1", keys=shas)
    if row is not None:
        return int(row["article_id"])
    host = host_id(tx, host_name(url))
    # nobody asks for its page: a history that was imported is followed only when a feed or `monitor watch` says so
    article = tx.insert("article", url=url, host_id=host, title=title, first_seen_at=first_seen_at, state=STATES.index("retired"))
    keep_name(tx, article, keys, first_seen_at)
    return article


def _add(
    tx: Transaction,
    article: int,
    head: Row | None,
    revision: Revision,
    told: tuple[Edit, tuple[Change, ...]] | None,
    settings: StoreSettings,
) -> Row:
    new = NewRevision(
        revision.event, revision.confirmed, revision.source, revision.url, revision.first_seen_at, revision.posted, revision.updated,
        revision.content, revision.listings, revision.extractor,
    )  # fmt: skip
    if told is not None:
        new = replace(new, edit=told[0], changes=told[1])
    update = ArticleUpdate(article, head["rev"] if head else 0, revision.url, revision=new)
    add_revision(tx, article, head, update, revision.last_seen_at, settings)
    row = tx.row("SELECT id, rev, hash FROM revision WHERE article_id = :id AND rev = :rev", id=article, rev=revision.rev)
    if row is None or bytes(row["hash"]).hex() != revision.hash:
        raise StoreError(f"{revision.url}: revision {revision.rev} is not what its hash says, or does not follow the one before")
    for moved in revision.restamps:
        keep_restamp(tx, article, row, moved)
    return row
