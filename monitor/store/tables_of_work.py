"""The tables of asking (hosts, watches, polls, looks) and of telling (targets, outbox, deliveries), as SQLModel classes."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, SmallInteger, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from monitor.store.columns import NOT_A_ROWID_TABLE, Instant, Span, blob, code, maybe, moment, number, only_where, ref, row_id, words

# --- asking ---------------------------------------------------------------------------------------------------------


class Host(SQLModel, table=True):
    """A host with its turn. `free_at`: nothing before. `ready_at`: the next turn, NULL when nothing is to be asked."""

    __table_args__ = (Index("host_ready", "ready_at", **only_where("ready_at IS NOT NULL")),)

    id: int | None = row_id()
    name: str = Field(unique=True, sa_type=Text)
    ready_at: datetime | None = maybe(Instant)
    free_at: int = number()
    lease_until: int = number()
    fence: int = number()


class Watch(SQLModel, table=True):
    """What is asked again and again: a feed (kind 0) or an article's page (kind 1), with its pace and its claim."""

    __table_args__ = (
        UniqueConstraint("kind", "ref_id"),
        Index("watch_due", "host_id", "next_at", **only_where("next_at IS NOT NULL")),
        Index("watch_stirred", "host_id", **only_where("stirred = 1")),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    id: int | None = row_id()
    kind: int = code()
    ref_id: int = number()
    host_id: int = ref("host")
    next_at: datetime | None = maybe(Instant)
    floor_ms: timedelta = Field(sa_type=Span)
    asked_at: datetime | None = maybe(Instant)
    seen_at: datetime | None = maybe(Instant)
    fence: int = number()
    validators_url: str | None = maybe(Text)
    etag: str | None = maybe(Text)
    modified: str | None = maybe(Text)
    body_sha: bytes | None = maybe(LargeBinary)
    failures: int = number()
    memo: str = words("{}")
    stirred: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": text("0")})


class Habit(SQLModel, table=True):
    """How a host's articles are edited, as its looks taught (JSON of `schedule`)."""

    host_id: int = Field(primary_key=True, sa_type=BigInteger)
    said: str = words()


class Subscription(SQLModel, table=True):
    """A feed at its hub. `due_at`: when something is to be done next (ask, renew, leave); `until`: the end of the lease."""

    feed_id: int = Field(primary_key=True, sa_type=BigInteger)
    topic: str = words()
    hub: str = words()
    token: str = Field(unique=True, sa_type=Text)
    secret: str = words()
    state: int = code()
    due_at: datetime | None = maybe(Instant)
    until: datetime | None = maybe(Instant)
    failures: int = number()
    pushed_at: datetime | None = maybe(Instant)


class Feed(SQLModel, table=True):
    """A feed: first what feeds.toml says of it, then what its polls taught."""

    __table_args__ = (Index("feed_by_url", "url_key"),)

    id: int | None = row_id()
    slug: str = Field(unique=True, sa_type=Text)
    url: str = words()
    url_key: bytes = blob()
    configured: int = code(1)
    every_ms: timedelta | None = maybe(Span)
    min_interval_ms: timedelta | None = maybe(Span)
    pages: int = code(1)
    paused: int = code(0)
    timezone: str | None = maybe(Text)
    tags: str = words("[]")
    title: str | None = maybe(Text)
    moved_to: str | None = maybe(Text)
    memo: str = words("{}")
    usable_at: datetime | None = maybe(Instant)
    polled_at: datetime | None = maybe(Instant)
    outcome: str | None = maybe(Text)
    status: int | None = maybe(SmallInteger)
    error: str | None = maybe(Text)


class Poll(SQLModel, table=True):
    """Polls of a feed as runs of equal outcomes: a row only when something changes."""

    feed_id: int = Field(primary_key=True, sa_type=BigInteger)
    from_at: datetime = Field(primary_key=True, sa_type=Instant)
    to_at: datetime = moment()
    n: int = number()
    outcome: str = words()
    status: int | None = maybe(SmallInteger)

    __table_args__ = (NOT_A_ROWID_TABLE,)


class Look(SQLModel, table=True):
    """One look at an article's page. The key is the idempotence: the same look twice is one row. Partitions are made in `months`."""

    article_id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(primary_key=True, sa_type=Instant)
    verdict: int = code()
    status: int | None = maybe(SmallInteger)
    reason: str | None = maybe(Text)
    rev: int | None = maybe(Integer)
    url: str | None = maybe(Text)
    ms: int = Field(default=0, sa_type=Integer)
    bytes: int = Field(default=0, sa_type=Integer)

    __table_args__ = ({**NOT_A_ROWID_TABLE, "postgresql_partition_by": "RANGE (at)"},)


class Trust(SQLModel, table=True):
    """How many looks at a host's pages of one day (since 1970) ended for this reason; an empty one is an article."""

    host_id: int = Field(primary_key=True, sa_type=BigInteger)
    day: int = Field(primary_key=True, sa_type=BigInteger)
    reason: str = Field(primary_key=True, sa_type=Text)
    looks: int = number()

    __table_args__ = (NOT_A_ROWID_TABLE,)


class Block(SQLModel, table=True):
    """How many articles of a host have this block of text: from three on it is boilerplate."""

    host_id: int = Field(primary_key=True, sa_type=BigInteger)
    fp: int = Field(primary_key=True, sa_type=BigInteger)
    articles: int = number()
    last_article: int = number()
    last_at: datetime = moment()

    __table_args__ = (NOT_A_ROWID_TABLE,)


# --- telling --------------------------------------------------------------------------------------------------------


class Target(SQLModel, table=True):
    """Where reports go. A new target starts at the newest edit, never at the beginning."""

    id: int | None = row_id()
    name: str = Field(unique=True, sa_type=Text)
    active: int = code(1)
    from_edit_id: int = number()


class Delivery(SQLModel, table=True):
    """One message to one target; `key` is the same for the same edits, so a repeat is recognisable."""

    id: int | None = row_id()
    key: bytes = Field(sa_type=LargeBinary, unique=True)
    target_id: int = ref("target")
    state: int = code()
    fence: int = number()
    lease_until: int = number()
    attempts: int = number()
    reference: str | None = maybe(Text)
    sent_at: datetime | None = maybe(Instant)
    error: str | None = maybe(Text)


class Outbox(SQLModel, table=True):
    """One edit for one target. A "no" is a row too, with its reason."""

    __table_args__ = (
        UniqueConstraint("edit_id", "target_id"),
        Index("outbox_due", "target_id", "due_at", **only_where("state <= 1")),
    )

    id: int | None = row_id()
    edit_id: int = ref("edit")
    target_id: int = ref("target")
    state: int = code()
    reason: str = words()
    rule: str | None = maybe(Text)
    due_at: datetime = moment()
    delivery_id: int | None = maybe(BigInteger)


class Mute(SQLModel, table=True):
    """An article or feed nothing is told of for a while; `until` NULL: for ever."""

    subject: str = Field(primary_key=True, sa_type=Text)
    until: datetime | None = maybe(Instant)
