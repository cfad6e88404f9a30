"""The tables of remembering, as SQLModel classes: the one truth of the schema that migrations are checked against.

Those of asking and telling stand in `tables_of_work`. Times are milliseconds since 1970 (`Instant`), hashes 32 bytes, lookup keys the
first 16 of one, enumerations small integers whose numbers are in `codes`. What is plain SQL (views, the search index) stands in `schema`.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Double, Index, Integer, LargeBinary, SmallInteger, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from monitor.store.codes import KIND_BITS
from monitor.store.columns import NOT_A_ROWID_TABLE, Id, Instant, blob, code, maybe, moment, number, only_where, ref, row_id, words


class Article(SQLModel, table=True):
    """One story. `head_rev` is the compare-and-swap of every change; title and stamps are copies for lists."""

    __table_args__ = (
        Index("article_edited", "last_edit_at", **only_where("last_edit_at IS NOT NULL")),
        Index("article_seen", "first_seen_at"),
    )

    id: int | None = row_id()
    url: str = words()
    canonical_url: str | None = maybe(Text)
    host_id: int = ref("host")
    title: str = words()
    language: str | None = maybe(Text)
    state: int = code()
    head_rev: int = Field(default=0, sa_type=Integer)
    first_seen_at: datetime = moment()
    posted_at: datetime | None = maybe(Instant)
    updated_at: datetime | None = maybe(Instant)
    last_edit_at: datetime | None = maybe(Instant)
    merged_into: int | None = maybe(BigInteger)
    flapping: int = code()
    blocks_counted: int = code()
    memo: str = words("{}")


class Alias(SQLModel, table=True):
    """One name of an article. `key` = sha256(kind, scope, value)[:16]."""

    key: bytes = blob(key=True)
    article_id: int = Field(foreign_key="article.id", index=True, sa_type=BigInteger)
    kind: int = code()
    first_seen_at: datetime = moment()

    __table_args__ = (NOT_A_ROWID_TABLE,)


class Listing(SQLModel, table=True):
    """What a feed says of an article now. Present while `gone_at` is NULL."""

    __table_args__ = (
        Index("listing_article", "article_id"),
        Index("listing_gone", "feed_id", "gone_at"),
        Index("listing_of_feed", "feed_id", "article_id"),
    )

    feed_id: int = Field(primary_key=True, foreign_key="feed.id", sa_type=BigInteger)
    key_sha: bytes = blob(key=True)
    key: str = words()
    article_id: int = ref("article")
    guid: str | None = maybe(Text)
    url: str | None = maybe(Text)
    title: str = words()
    summary: str | None = maybe(Text)
    content: str | None = maybe(Text)
    authors: str = words("[]")
    published_at: datetime | None = maybe(Instant)
    updated_at: datetime | None = maybe(Instant)
    item_sha: bytes = blob()
    position: int = Field(default=0, sa_type=Integer)
    first_seen_at: datetime = moment()
    changed_at: datetime = moment()
    gone_at: datetime | None = maybe(Instant)


class Words(SQLModel, table=True):
    """A version's words: canonical JSON, zstd, against the text `base_id` or whole. `data` NULL: redacted.

    With `pack_id` they lie in that pack from byte `pack_at` on, `size` bytes, and `data` is empty.
    """

    __tablename__ = "text"

    id: int | None = row_id()
    article_id: int = Field(sa_type=BigInteger)
    base_id: int | None = maybe(BigInteger)
    depth: int = code()
    primer: int = code()
    crc: int = number()
    size: int = Field(default=0, sa_type=Integer)
    data: bytes | None = maybe(LargeBinary)
    pack_id: int | None = maybe(BigInteger)
    pack_at: int | None = maybe(Integer)


class Pack(SQLModel, table=True):
    """Many older texts, one after the other, in one zstd frame."""

    id: int | None = row_id()
    crc: int = number()
    size: int = Field(sa_type=Integer)
    data: bytes = blob()


class Raw(SQLModel, table=True):
    """The bytes of a response, content-addressed, zstd against an earlier page of the same article or whole."""

    id: int | None = row_id()
    sha: bytes = Field(sa_type=LargeBinary, unique=True)
    article_id: int = Field(index=True, sa_type=BigInteger)
    base_id: int | None = maybe(BigInteger)
    depth: int = code()
    primer: int = code()
    crc: int = number()
    size: int = Field(default=0, sa_type=Integer)
    data: bytes | None = maybe(LargeBinary)


class Revision(SQLModel, table=True):
    """One version. Only `confirmed` and `last_seen_at` ever change, neither is hashed. The parent's hash is the hash of rev - 1."""

    __table_args__ = (
        UniqueConstraint("article_id", "rev"),
        Index("revision_hash", text("substr(hash, 1, 8)")),
        Index("revision_seen", "first_seen_at"),
    )

    id: int | None = row_id()
    article_id: int = ref("article")
    rev: int = Field(sa_type=Integer)
    hash: bytes = blob()
    content_sha: bytes = blob()
    text_key: bytes = blob()
    event: int = code()
    source: int = code()
    text_id: int = ref("text")
    raw_sha: bytes | None = maybe(LargeBinary)
    extractor: str = words()
    url: str = words()
    first_seen_at: datetime = moment()
    last_seen_at: datetime = moment()
    confirmed: int = code()
    posted_at: datetime | None = maybe(Instant)
    updated_at: datetime | None = maybe(Instant)
    stamps: str = words("[null,null]")
    beside_sha: bytes = blob()


class Answered(SQLModel, table=True):
    """How a revision's page was answered: what `raw` needs beside the bytes to be a response again."""

    __tablename__ = "answer"

    revision_id: int = Field(primary_key=True, foreign_key="revision.id", sa_type=Id)
    url: str = words()
    status: int = code()
    headers: bytes = blob()


class Restamp(SQLModel, table=True):
    """A stamp or an address that moved alone, beside the revision it belongs to."""

    revision_id: int = Field(primary_key=True, foreign_key="revision.id", sa_type=BigInteger)
    at: datetime = Field(primary_key=True, sa_type=Instant)
    posted_at: datetime | None = maybe(Instant)
    updated_at: datetime | None = maybe(Instant)
    url: str | None = maybe(Text)
    stamps: str = words("[null,null]")
    beside_sha: bytes = blob()


class Edit(SQLModel, table=True):
    """What differs between two neighbouring revisions, judged. Kinds are bits, so that a filter is a scan of narrow rows."""

    __table_args__ = (
        Index("edit_article", "article_id", "to_rev"),
        Index("edit_seen", "seen_before"),
        Index("edit_medium", "id", **only_where("level >= 2")),
        Index("edit_high", "id", **only_where("level >= 3")),
        Index("edit_undisclosed", "id", **only_where("disclosed = 0")),
        *(Index(f"edit_kind_{bit}", "id", **only_where(f"(kinds & {1 << bit}) <> 0")) for bit in KIND_BITS.values()),
        Index("edit_fingerprint", "host_id", "fingerprint", **only_where("fingerprint IS NOT NULL")),
    )

    id: int | None = row_id()
    article_id: int = ref("article")
    to_id: int = Field(foreign_key="revision.id", unique=True, sa_type=BigInteger)
    host_id: int = Field(sa_type=BigInteger)
    from_rev: int = Field(sa_type=Integer)
    to_rev: int = Field(sa_type=Integer)
    title: str = words()
    seen_after: datetime = moment()
    seen_before: datetime = moment()
    claimed_at: datetime | None = maybe(Instant)
    kinds: int = number()
    level: int = code()
    score: int = code()
    reasons: str = words("[]")
    disclosed: int | None = maybe(SmallInteger)
    corrected_at: datetime | None = maybe(Instant)
    reverts_to: int | None = maybe(Integer)
    words_added: int = Field(default=0, sa_type=Integer)
    words_removed: int = Field(default=0, sa_type=Integer)
    paragraphs: int = Field(default=0, sa_type=Integer)
    changed: int = Field(default=0, sa_type=Integer)
    added: int = Field(default=0, sa_type=Integer)
    removed: int = Field(default=0, sa_type=Integer)
    moved: int = Field(default=0, sa_type=Integer)
    similarity: float = Field(default=0.0, sa_type=Double)
    evidence: str = words("[]")
    held_by: str | None = maybe(Text)
    fingerprint: bytes | None = maybe(LargeBinary)
    watched: str | None = maybe(Text)


class Change(SQLModel, table=True):
    """The diff as it was told: JSON, zstd with the old text as dictionary."""

    edit_id: int = Field(primary_key=True, foreign_key="edit.id", sa_type=Id)
    crc: int = number()
    size: int = Field(default=0, sa_type=Integer)
    data: bytes = blob()


class EditFeed(SQLModel, table=True):
    """Which feeds an edit's article stood in."""

    __tablename__ = "edit_feed"

    feed_id: int = Field(primary_key=True, sa_type=BigInteger)
    edit_id: int = Field(primary_key=True, index=True, sa_type=BigInteger)

    __table_args__ = (NOT_A_ROWID_TABLE,)


class Merge(SQLModel, table=True):
    """Two articles that are one story; `moved` (JSON) names what went from loser to winner, so that it can go back."""

    id: int | None = row_id()
    at: datetime = moment()
    loser: int = ref("article")
    winner: int = ref("article")
    reason: str = words()
    moved: str = words("{}")
    undone_at: datetime | None = maybe(Instant)


class Tombstone(SQLModel, table=True):
    """A revision whose words were removed for legal reasons; its hash stays."""

    revision_id: int = Field(primary_key=True, foreign_key="revision.id", sa_type=Id)
    at: datetime = moment()
    reason: str = words()


class Archived(SQLModel, table=True):
    """Where a web archive keeps a revision's page, or what became of asking it."""

    revision_id: int = Field(primary_key=True, foreign_key="revision.id", sa_type=Id)
    at: datetime = moment()
    job: str | None = maybe(Text)
    address: str | None = maybe(Text)
    error: str | None = maybe(Text)


class Seal(SQLModel, table=True):
    """The ledger: a digest over the hashes of the revisions from_id to to_id and the seal before."""

    id: int | None = row_id()
    at: datetime = moment()
    from_id: int = number()
    to_id: int = number()
    n: int = number()
    root: bytes = blob()
    digest: bytes = blob()
    prev: bytes | None = maybe(LargeBinary)


class Note(SQLModel, table=True):
    """What a person may want to know later: a feed moved, guids migrated, a clock stepped."""

    id: int | None = row_id()
    at: datetime = moment()
    about: str = words()
    text: str = words()


class Meta(SQLModel, table=True):
    """Single facts: the schema, cursors, what a report told last."""

    key: str = Field(primary_key=True, sa_type=Text)
    value: str = words()
