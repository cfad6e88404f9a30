"""The first schema: everything, from nothing. Frozen: later changes are migrations of their own."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


SQLITE = (
    """
CREATE TABLE text ( id INTEGER NOT NULL, article_id BIGINT NOT NULL, base_id BIGINT, depth SMALLINT NOT NULL, primer SMALLINT NOT
    NULL, crc BIGINT NOT NULL, size INTEGER NOT NULL, data BLOB, PRIMARY KEY (id) )
""",
    """
CREATE TABLE raw ( id INTEGER NOT NULL, sha BLOB NOT NULL, article_id BIGINT NOT NULL, base_id BIGINT, depth SMALLINT NOT NULL,
    primer SMALLINT NOT NULL, crc BIGINT NOT NULL, size INTEGER NOT NULL, data BLOB, PRIMARY KEY (id), UNIQUE (sha) )
""",
    """CREATE INDEX ix_raw_article_id ON raw (article_id)""",
    """CREATE TABLE edit_feed ( feed_id BIGINT NOT NULL, edit_id BIGINT NOT NULL, PRIMARY KEY (feed_id, edit_id) ) WITHOUT ROWID""",
    """CREATE INDEX ix_edit_feed_edit_id ON edit_feed (edit_id)""",
    """
CREATE TABLE seal ( id INTEGER NOT NULL, at BIGINT NOT NULL, from_id BIGINT NOT NULL, to_id BIGINT NOT NULL, n BIGINT NOT NULL,
    root BLOB NOT NULL, digest BLOB NOT NULL, prev BLOB, PRIMARY KEY (id) )
""",
    """CREATE TABLE note ( id INTEGER NOT NULL, at BIGINT NOT NULL, about TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (id) )""",
    """CREATE TABLE meta ( "key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key") )""",
    """
CREATE TABLE host ( id INTEGER NOT NULL, name TEXT NOT NULL, ready_at BIGINT, free_at BIGINT NOT NULL, lease_until BIGINT NOT
    NULL, fence BIGINT NOT NULL, PRIMARY KEY (id), UNIQUE (name) )
""",
    """CREATE INDEX host_ready ON host (ready_at) WHERE ready_at IS NOT NULL""",
    """
CREATE TABLE feed ( id INTEGER NOT NULL, slug TEXT NOT NULL, url TEXT NOT NULL, url_key BLOB NOT NULL, configured SMALLINT NOT
    NULL, every_ms BIGINT, min_interval_ms BIGINT, pages SMALLINT NOT NULL, paused SMALLINT NOT NULL, timezone TEXT, tags TEXT
    NOT NULL, title TEXT, moved_to TEXT, memo TEXT NOT NULL, usable_at BIGINT, polled_at BIGINT, outcome TEXT, status SMALLINT,
    error TEXT, PRIMARY KEY (id), UNIQUE (slug) )
""",
    """CREATE INDEX feed_by_url ON feed (url_key)""",
    """
CREATE TABLE poll ( feed_id BIGINT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, n BIGINT NOT NULL, outcome TEXT NOT
    NULL, status SMALLINT, PRIMARY KEY (feed_id, from_at) ) WITHOUT ROWID
""",
    """
CREATE TABLE look ( article_id BIGINT NOT NULL, at BIGINT NOT NULL, verdict SMALLINT NOT NULL, status SMALLINT, reason TEXT, rev
    INTEGER, url TEXT, ms INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (article_id, at) ) WITHOUT ROWID
""",
    """
CREATE TABLE block ( host_id BIGINT NOT NULL, fp BIGINT NOT NULL, articles BIGINT NOT NULL, last_article BIGINT NOT NULL, last_at
    BIGINT NOT NULL, PRIMARY KEY (host_id, fp) ) WITHOUT ROWID
""",
    """
CREATE TABLE target ( id INTEGER NOT NULL, name TEXT NOT NULL, active SMALLINT NOT NULL, from_edit_id BIGINT NOT NULL, PRIMARY
    KEY (id), UNIQUE (name) )
""",
    """CREATE TABLE mute ( subject TEXT NOT NULL, until BIGINT, PRIMARY KEY (subject) )""",
    """
CREATE TABLE article ( id INTEGER NOT NULL, url TEXT NOT NULL, canonical_url TEXT, host_id INTEGER NOT NULL, title TEXT NOT NULL,
    language TEXT, state SMALLINT NOT NULL, head_rev INTEGER NOT NULL, first_seen_at BIGINT NOT NULL, posted_at BIGINT,
    updated_at BIGINT, last_edit_at BIGINT, merged_into BIGINT, flapping SMALLINT NOT NULL, blocks_counted SMALLINT NOT NULL,
    memo TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(host_id) REFERENCES host (id) )
""",
    """CREATE INDEX article_edited ON article (last_edit_at) WHERE last_edit_at IS NOT NULL""",
    """CREATE INDEX article_seen ON article (first_seen_at)""",
    """
CREATE TABLE watch ( id INTEGER NOT NULL, kind SMALLINT NOT NULL, ref_id BIGINT NOT NULL, host_id INTEGER NOT NULL, next_at
    BIGINT, floor_ms BIGINT NOT NULL, asked_at BIGINT, seen_at BIGINT, fence BIGINT NOT NULL, validators_url TEXT, etag TEXT,
    modified TEXT, body_sha BLOB, failures BIGINT NOT NULL, memo TEXT NOT NULL, PRIMARY KEY (id), UNIQUE (kind, ref_id), FOREIGN
    KEY(host_id) REFERENCES host (id) )
""",
    """CREATE INDEX watch_due ON watch (host_id, next_at) WHERE next_at IS NOT NULL""",
    """
CREATE TABLE delivery ( id INTEGER NOT NULL, "key" BLOB NOT NULL, target_id INTEGER NOT NULL, state SMALLINT NOT NULL, fence
    BIGINT NOT NULL, lease_until BIGINT NOT NULL, attempts BIGINT NOT NULL, reference TEXT, sent_at BIGINT, error TEXT, PRIMARY
    KEY (id), UNIQUE ("key"), FOREIGN KEY(target_id) REFERENCES target (id) )
""",
    """
CREATE TABLE alias ( "key" BLOB NOT NULL, article_id BIGINT NOT NULL, kind SMALLINT NOT NULL, first_seen_at BIGINT NOT NULL,
    PRIMARY KEY ("key"), FOREIGN KEY(article_id) REFERENCES article (id) ) WITHOUT ROWID
""",
    """CREATE INDEX ix_alias_article_id ON alias (article_id)""",
    """
CREATE TABLE listing ( feed_id BIGINT NOT NULL, key_sha BLOB NOT NULL, "key" TEXT NOT NULL, article_id INTEGER NOT NULL, guid
    TEXT, url TEXT, title TEXT NOT NULL, summary TEXT, content TEXT, authors TEXT NOT NULL, published_at BIGINT, updated_at
    BIGINT, item_sha BLOB NOT NULL, position INTEGER NOT NULL, first_seen_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, gone_at
    BIGINT, PRIMARY KEY (feed_id, key_sha), FOREIGN KEY(feed_id) REFERENCES feed (id), FOREIGN KEY(article_id) REFERENCES article
    (id) )
""",
    """CREATE INDEX listing_article ON listing (article_id)""",
    """CREATE INDEX listing_gone ON listing (feed_id, gone_at)""",
    """
CREATE TABLE revision ( id INTEGER NOT NULL, article_id INTEGER NOT NULL, rev INTEGER NOT NULL, hash BLOB NOT NULL, content_sha
    BLOB NOT NULL, text_key BLOB NOT NULL, event SMALLINT NOT NULL, source SMALLINT NOT NULL, text_id INTEGER NOT NULL, raw_sha
    BLOB, extractor TEXT NOT NULL, url TEXT NOT NULL, first_seen_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL, confirmed
    SMALLINT NOT NULL, posted_at BIGINT, updated_at BIGINT, stamps TEXT NOT NULL, beside_sha BLOB NOT NULL, PRIMARY KEY (id),
    UNIQUE (article_id, rev), FOREIGN KEY(article_id) REFERENCES article (id), FOREIGN KEY(text_id) REFERENCES text (id) )
""",
    """CREATE INDEX revision_hash ON revision (substr(hash, 1, 8))""",
    """
CREATE TABLE merge ( id INTEGER NOT NULL, at BIGINT NOT NULL, loser INTEGER NOT NULL, winner INTEGER NOT NULL, reason TEXT NOT
    NULL, moved TEXT NOT NULL, undone_at BIGINT, PRIMARY KEY (id), FOREIGN KEY(loser) REFERENCES article (id), FOREIGN
    KEY(winner) REFERENCES article (id) )
""",
    """
CREATE TABLE answer ( revision_id INTEGER NOT NULL, url TEXT NOT NULL, status SMALLINT NOT NULL, headers BLOB NOT NULL, PRIMARY
    KEY (revision_id), FOREIGN KEY(revision_id) REFERENCES revision (id) )
""",
    """
CREATE TABLE restamp ( revision_id BIGINT NOT NULL, at BIGINT NOT NULL, posted_at BIGINT, updated_at BIGINT, url TEXT, stamps
    TEXT NOT NULL, beside_sha BLOB NOT NULL, PRIMARY KEY (revision_id, at), FOREIGN KEY(revision_id) REFERENCES revision (id) )
""",
    """
CREATE TABLE edit ( id INTEGER NOT NULL, article_id INTEGER NOT NULL, to_id BIGINT NOT NULL, host_id BIGINT NOT NULL, from_rev
    INTEGER NOT NULL, to_rev INTEGER NOT NULL, title TEXT NOT NULL, seen_after BIGINT NOT NULL, seen_before BIGINT NOT NULL,
    claimed_at BIGINT, kinds BIGINT NOT NULL, level SMALLINT NOT NULL, score SMALLINT NOT NULL, reasons TEXT NOT NULL, disclosed
    SMALLINT, corrected_at BIGINT, reverts_to INTEGER, words_added INTEGER NOT NULL, words_removed INTEGER NOT NULL, paragraphs
    INTEGER NOT NULL, changed INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL, moved INTEGER NOT NULL,
    similarity DOUBLE NOT NULL, evidence TEXT NOT NULL, held_by TEXT, fingerprint BLOB, PRIMARY KEY (id), FOREIGN KEY(article_id)
    REFERENCES article (id), UNIQUE (to_id), FOREIGN KEY(to_id) REFERENCES revision (id) )
""",
    """CREATE INDEX edit_fingerprint ON edit (host_id, fingerprint) WHERE fingerprint IS NOT NULL""",
    """CREATE INDEX edit_seen ON edit (seen_before)""",
    """CREATE INDEX edit_article ON edit (article_id, to_rev)""",
    """CREATE INDEX edit_level ON edit (level, id)""",
    """
CREATE TABLE tombstone ( revision_id INTEGER NOT NULL, at BIGINT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (revision_id),
    FOREIGN KEY(revision_id) REFERENCES revision (id) )
""",
    """
CREATE TABLE archived ( revision_id INTEGER NOT NULL, at BIGINT NOT NULL, job TEXT, address TEXT, error TEXT, PRIMARY KEY
    (revision_id), FOREIGN KEY(revision_id) REFERENCES revision (id) )
""",
    """
CREATE TABLE change ( edit_id INTEGER NOT NULL, crc BIGINT NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY
    (edit_id), FOREIGN KEY(edit_id) REFERENCES edit (id) )
""",
    """
CREATE TABLE outbox ( id INTEGER NOT NULL, edit_id INTEGER NOT NULL, target_id INTEGER NOT NULL, state SMALLINT NOT NULL, reason
    TEXT NOT NULL, rule TEXT, due_at BIGINT NOT NULL, delivery_id BIGINT, PRIMARY KEY (id), UNIQUE (edit_id, target_id), FOREIGN
    KEY(edit_id) REFERENCES edit (id), FOREIGN KEY(target_id) REFERENCES target (id) )
""",
    """CREATE INDEX outbox_due ON outbox (target_id, due_at) WHERE state <= 1""",
    """CREATE VIRTUAL TABLE doc USING fts5(before, after, content='', tokenize='ascii')""",
    """
CREATE VIEW v_feeds AS SELECT id, slug, url, title, configured, strftime('%Y-%m-%dT%H:%M:%fZ', polled_at / 1000.0, 'unixepoch')
    AS polled_at, outcome, error FROM feed
""",
    """
CREATE VIEW v_articles AS SELECT article.id, article.url, article.canonical_url, article.title, CASE article.state WHEN 0 THEN
    'watched' WHEN 1 THEN 'retired' WHEN 2 THEN 'gone' END AS state, article.head_rev AS revisions, article.language,
    strftime('%Y-%m-%dT%H:%M:%fZ', article.first_seen_at / 1000.0, 'unixepoch') AS first_seen_at, strftime('%Y-%m-%dT%H:%M:%fZ',
    article.posted_at / 1000.0, 'unixepoch') AS posted_at, strftime('%Y-%m-%dT%H:%M:%fZ', article.updated_at / 1000.0,
    'unixepoch') AS updated_at, strftime('%Y-%m-%dT%H:%M:%fZ', article.last_edit_at / 1000.0, 'unixepoch') AS last_edit_at,
    article.merged_into, article.flapping, (SELECT group_concat(slug, ' ') FROM (SELECT DISTINCT feed.slug FROM listing JOIN feed
    ON feed.id = listing.feed_id WHERE listing.article_id = article.id) AS mine) AS feeds FROM article
""",
    """
CREATE VIEW v_revisions AS SELECT revision.id, revision.article_id AS article, revision.rev, lower(hex(revision.hash)) AS hash,
    CASE revision.event WHEN 0 THEN 'new' WHEN 1 THEN 'edited' WHEN 2 THEN 'reverted' WHEN 3 THEN 'gone' WHEN 4 THEN 'restored'
    END AS event, CASE revision.source WHEN 0 THEN 'page' WHEN 1 THEN 'feed' END AS source, revision.confirmed, revision.url,
    strftime('%Y-%m-%dT%H:%M:%fZ', revision.first_seen_at / 1000.0, 'unixepoch') AS first_seen_at, strftime('%Y-%m-%dT%H:%M:%fZ',
    revision.last_seen_at / 1000.0, 'unixepoch') AS last_seen_at, strftime('%Y-%m-%dT%H:%M:%fZ', revision.posted_at / 1000.0,
    'unixepoch') AS posted_at, strftime('%Y-%m-%dT%H:%M:%fZ', revision.updated_at / 1000.0, 'unixepoch') AS updated_at,
    revision.extractor FROM revision
""",
    """
CREATE VIEW v_edits AS SELECT edit.id, edit.article_id AS article, edit.from_rev, edit.to_rev, article.url, edit.title,
    strftime('%Y-%m-%dT%H:%M:%fZ', edit.seen_after / 1000.0, 'unixepoch') AS seen_after, strftime('%Y-%m-%dT%H:%M:%fZ',
    edit.seen_before / 1000.0, 'unixepoch') AS seen_before, strftime('%Y-%m-%dT%H:%M:%fZ', edit.claimed_at / 1000.0, 'unixepoch')
    AS claimed_at, trim(CASE WHEN edit.kinds & 1 <> 0 THEN 'headline ' ELSE '' END || CASE WHEN edit.kinds & 2 <> 0 THEN
    'subheading ' ELSE '' END || CASE WHEN edit.kinds & 4 <> 0 THEN 'byline ' ELSE '' END || CASE WHEN edit.kinds & 8 <> 0 THEN
    'section ' ELSE '' END || CASE WHEN edit.kinds & 16 <> 0 THEN 'caption ' ELSE '' END || CASE WHEN edit.kinds & 32 <> 0 THEN
    'body ' ELSE '' END || CASE WHEN edit.kinds & 64 <> 0 THEN 'feed-headline ' ELSE '' END || CASE WHEN edit.kinds & 128 <> 0
    THEN 'feed-summary ' ELSE '' END || CASE WHEN edit.kinds & 256 <> 0 THEN 'typography ' ELSE '' END || CASE WHEN edit.kinds &
    512 <> 0 THEN 'typo ' ELSE '' END || CASE WHEN edit.kinds & 1024 <> 0 THEN 'number ' ELSE '' END || CASE WHEN edit.kinds &
    2048 <> 0 THEN 'quote ' ELSE '' END || CASE WHEN edit.kinds & 4096 <> 0 THEN 'name ' ELSE '' END || CASE WHEN edit.kinds &
    8192 <> 0 THEN 'hedge ' ELSE '' END || CASE WHEN edit.kinds & 16384 <> 0 THEN 'date ' ELSE '' END || CASE WHEN edit.kinds &
    32768 <> 0 THEN 'paragraph-added ' ELSE '' END || CASE WHEN edit.kinds & 65536 <> 0 THEN 'paragraph-removed ' ELSE '' END ||
    CASE WHEN edit.kinds & 131072 <> 0 THEN 'paragraph-moved ' ELSE '' END || CASE WHEN edit.kinds & 262144 <> 0 THEN
    'paragraph-split ' ELSE '' END || CASE WHEN edit.kinds & 524288 <> 0 THEN 'paragraph-merged ' ELSE '' END || CASE WHEN
    edit.kinds & 1048576 <> 0 THEN 'correction-note ' ELSE '' END || CASE WHEN edit.kinds & 2097152 <> 0 THEN 'rewritten ' ELSE
    '' END || CASE WHEN edit.kinds & 4194304 <> 0 THEN 'reverted ' ELSE '' END || CASE WHEN edit.kinds & 8388608 <> 0 THEN 'gone
    ' ELSE '' END || CASE WHEN edit.kinds & 16777216 <> 0 THEN 'restored ' ELSE '' END) AS kinds, CASE edit.level WHEN 0 THEN
    'noise' WHEN 1 THEN 'low' WHEN 2 THEN 'medium' WHEN 3 THEN 'high' END AS level, edit.score, edit.disclosed, edit.reverts_to,
    edit.words_added, edit.words_removed, edit.paragraphs, edit.changed, edit.added, edit.removed, edit.moved, edit.similarity,
    edit.held_by FROM edit JOIN article ON article.id = edit.article_id
""",
    """
CREATE VIEW v_looks AS SELECT look.article_id AS article, strftime('%Y-%m-%dT%H:%M:%fZ', look.at / 1000.0, 'unixepoch') AS at,
    CASE look.verdict WHEN 0 THEN 'same' WHEN 1 THEN 'restamped' WHEN 2 THEN 'edited' WHEN 3 THEN 'new' WHEN 4 THEN 'held' WHEN 5
    THEN 'suspect' WHEN 6 THEN 'failed' WHEN 7 THEN 'gone' END AS verdict, look.status, look.reason, look.rev, COALESCE(look.url,
    article.url) AS url, look.ms, look.bytes FROM look JOIN article ON article.id = look.article_id
""",
    """
CREATE VIEW v_restamps AS SELECT revision.article_id AS article, revision.rev, strftime('%Y-%m-%dT%H:%M:%fZ', restamp.at /
    1000.0, 'unixepoch') AS at, strftime('%Y-%m-%dT%H:%M:%fZ', restamp.posted_at / 1000.0, 'unixepoch') AS posted_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', restamp.updated_at / 1000.0, 'unixepoch') AS updated_at, restamp.url FROM restamp JOIN
    revision ON revision.id = restamp.revision_id
""",
    """
CREATE VIEW v_outbox AS SELECT outbox.id, outbox.edit_id AS edit, target.name AS target, CASE outbox.state WHEN 0 THEN 'waiting'
    WHEN 1 THEN 'held' WHEN 2 THEN 'merged' WHEN 3 THEN 'muted' WHEN 4 THEN 'sent' WHEN 5 THEN 'dropped' WHEN 6 THEN 'dead' END
    AS state, outbox.reason, strftime('%Y-%m-%dT%H:%M:%fZ', outbox.due_at / 1000.0, 'unixepoch') AS due_at FROM outbox JOIN
    target ON target.id = outbox.target_id
""",
    """INSERT INTO meta (key, value) VALUES ('schema', '0001'), ('hash_v', '1')""",
)

POSTGRESQL = (
    """
CREATE TABLE text ( id BIGSERIAL NOT NULL, article_id BIGINT NOT NULL, base_id BIGINT, depth SMALLINT NOT NULL, primer SMALLINT
    NOT NULL, crc BIGINT NOT NULL, size INTEGER NOT NULL, data BYTEA, PRIMARY KEY (id) )
""",
    """
CREATE TABLE raw ( id BIGSERIAL NOT NULL, sha BYTEA NOT NULL, article_id BIGINT NOT NULL, base_id BIGINT, depth SMALLINT NOT
    NULL, primer SMALLINT NOT NULL, crc BIGINT NOT NULL, size INTEGER NOT NULL, data BYTEA, PRIMARY KEY (id), UNIQUE (sha) )
""",
    """CREATE INDEX ix_raw_article_id ON raw (article_id)""",
    """CREATE TABLE edit_feed ( feed_id BIGINT NOT NULL, edit_id BIGINT NOT NULL, PRIMARY KEY (feed_id, edit_id) )""",
    """CREATE INDEX ix_edit_feed_edit_id ON edit_feed (edit_id)""",
    """
CREATE TABLE seal ( id BIGSERIAL NOT NULL, at BIGINT NOT NULL, from_id BIGINT NOT NULL, to_id BIGINT NOT NULL, n BIGINT NOT NULL,
    root BYTEA NOT NULL, digest BYTEA NOT NULL, prev BYTEA, PRIMARY KEY (id) )
""",
    """CREATE TABLE note ( id BIGSERIAL NOT NULL, at BIGINT NOT NULL, about TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (id) )""",
    """CREATE TABLE meta ( key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key) )""",
    """
CREATE TABLE host ( id BIGSERIAL NOT NULL, name TEXT NOT NULL, ready_at BIGINT, free_at BIGINT NOT NULL, lease_until BIGINT NOT
    NULL, fence BIGINT NOT NULL, PRIMARY KEY (id), UNIQUE (name) )
""",
    """CREATE INDEX host_ready ON host (ready_at) WHERE ready_at IS NOT NULL""",
    """
CREATE TABLE feed ( id BIGSERIAL NOT NULL, slug TEXT NOT NULL, url TEXT NOT NULL, url_key BYTEA NOT NULL, configured SMALLINT NOT
    NULL, every_ms BIGINT, min_interval_ms BIGINT, pages SMALLINT NOT NULL, paused SMALLINT NOT NULL, timezone TEXT, tags TEXT
    NOT NULL, title TEXT, moved_to TEXT, memo TEXT NOT NULL, usable_at BIGINT, polled_at BIGINT, outcome TEXT, status SMALLINT,
    error TEXT, PRIMARY KEY (id), UNIQUE (slug) )
""",
    """CREATE INDEX feed_by_url ON feed (url_key)""",
    """
CREATE TABLE poll ( feed_id BIGINT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, n BIGINT NOT NULL, outcome TEXT NOT
    NULL, status SMALLINT, PRIMARY KEY (feed_id, from_at) )
""",
    """
CREATE TABLE look ( article_id BIGINT NOT NULL, at BIGINT NOT NULL, verdict SMALLINT NOT NULL, status SMALLINT, reason TEXT, rev
    INTEGER, url TEXT, ms INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (article_id, at) )
""",
    """
CREATE TABLE block ( host_id BIGINT NOT NULL, fp BIGINT NOT NULL, articles BIGINT NOT NULL, last_article BIGINT NOT NULL, last_at
    BIGINT NOT NULL, PRIMARY KEY (host_id, fp) )
""",
    """
CREATE TABLE target ( id BIGSERIAL NOT NULL, name TEXT NOT NULL, active SMALLINT NOT NULL, from_edit_id BIGINT NOT NULL, PRIMARY
    KEY (id), UNIQUE (name) )
""",
    """CREATE TABLE mute ( subject TEXT NOT NULL, until BIGINT, PRIMARY KEY (subject) )""",
    """
CREATE TABLE article ( id BIGSERIAL NOT NULL, url TEXT NOT NULL, canonical_url TEXT, host_id BIGINT NOT NULL, title TEXT NOT
    NULL, language TEXT, state SMALLINT NOT NULL, head_rev INTEGER NOT NULL, first_seen_at BIGINT NOT NULL, posted_at BIGINT,
    updated_at BIGINT, last_edit_at BIGINT, merged_into BIGINT, flapping SMALLINT NOT NULL, blocks_counted SMALLINT NOT NULL,
    memo TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(host_id) REFERENCES host (id) )
""",
    """CREATE INDEX article_edited ON article (last_edit_at) WHERE last_edit_at IS NOT NULL""",
    """CREATE INDEX article_seen ON article (first_seen_at)""",
    """
CREATE TABLE watch ( id BIGSERIAL NOT NULL, kind SMALLINT NOT NULL, ref_id BIGINT NOT NULL, host_id BIGINT NOT NULL, next_at
    BIGINT, floor_ms BIGINT NOT NULL, asked_at BIGINT, seen_at BIGINT, fence BIGINT NOT NULL, validators_url TEXT, etag TEXT,
    modified TEXT, body_sha BYTEA, failures BIGINT NOT NULL, memo TEXT NOT NULL, PRIMARY KEY (id), UNIQUE (kind, ref_id), FOREIGN
    KEY(host_id) REFERENCES host (id) ) WITH (fillfactor = 80)
""",
    """CREATE INDEX watch_due ON watch (host_id, next_at) WHERE next_at IS NOT NULL""",
    """
CREATE TABLE delivery ( id BIGSERIAL NOT NULL, key BYTEA NOT NULL, target_id BIGINT NOT NULL, state SMALLINT NOT NULL, fence
    BIGINT NOT NULL, lease_until BIGINT NOT NULL, attempts BIGINT NOT NULL, reference TEXT, sent_at BIGINT, error TEXT, PRIMARY
    KEY (id), UNIQUE (key), FOREIGN KEY(target_id) REFERENCES target (id) )
""",
    """
CREATE TABLE alias ( key BYTEA NOT NULL, article_id BIGINT NOT NULL, kind SMALLINT NOT NULL, first_seen_at BIGINT NOT NULL,
    PRIMARY KEY (key), FOREIGN KEY(article_id) REFERENCES article (id) )
""",
    """CREATE INDEX ix_alias_article_id ON alias (article_id)""",
    """
CREATE TABLE listing ( feed_id BIGINT NOT NULL, key_sha BYTEA NOT NULL, key TEXT NOT NULL, article_id BIGINT NOT NULL, guid TEXT,
    url TEXT, title TEXT NOT NULL, summary TEXT, content TEXT, authors TEXT NOT NULL, published_at BIGINT, updated_at BIGINT,
    item_sha BYTEA NOT NULL, position INTEGER NOT NULL, first_seen_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, gone_at
    BIGINT, PRIMARY KEY (feed_id, key_sha), FOREIGN KEY(feed_id) REFERENCES feed (id), FOREIGN KEY(article_id) REFERENCES article
    (id) )
""",
    """CREATE INDEX listing_article ON listing (article_id)""",
    """CREATE INDEX listing_gone ON listing (feed_id, gone_at)""",
    """
CREATE TABLE revision ( id BIGSERIAL NOT NULL, article_id BIGINT NOT NULL, rev INTEGER NOT NULL, hash BYTEA NOT NULL, content_sha
    BYTEA NOT NULL, text_key BYTEA NOT NULL, event SMALLINT NOT NULL, source SMALLINT NOT NULL, text_id BIGINT NOT NULL, raw_sha
    BYTEA, extractor TEXT NOT NULL, url TEXT NOT NULL, first_seen_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL, confirmed
    SMALLINT NOT NULL, posted_at BIGINT, updated_at BIGINT, stamps TEXT NOT NULL, beside_sha BYTEA NOT NULL, PRIMARY KEY (id),
    UNIQUE (article_id, rev), FOREIGN KEY(article_id) REFERENCES article (id), FOREIGN KEY(text_id) REFERENCES text (id) )
""",
    """CREATE INDEX revision_hash ON revision (substr(hash, 1, 8))""",
    """
CREATE TABLE merge ( id BIGSERIAL NOT NULL, at BIGINT NOT NULL, loser BIGINT NOT NULL, winner BIGINT NOT NULL, reason TEXT NOT
    NULL, moved TEXT NOT NULL, undone_at BIGINT, PRIMARY KEY (id), FOREIGN KEY(loser) REFERENCES article (id), FOREIGN
    KEY(winner) REFERENCES article (id) )
""",
    """
CREATE TABLE answer ( revision_id BIGINT NOT NULL, url TEXT NOT NULL, status SMALLINT NOT NULL, headers BYTEA NOT NULL, PRIMARY
    KEY (revision_id), FOREIGN KEY(revision_id) REFERENCES revision (id) )
""",
    """
CREATE TABLE restamp ( revision_id BIGINT NOT NULL, at BIGINT NOT NULL, posted_at BIGINT, updated_at BIGINT, url TEXT, stamps
    TEXT NOT NULL, beside_sha BYTEA NOT NULL, PRIMARY KEY (revision_id, at), FOREIGN KEY(revision_id) REFERENCES revision (id) )
""",
    """
CREATE TABLE edit ( id BIGSERIAL NOT NULL, article_id BIGINT NOT NULL, to_id BIGINT NOT NULL, host_id BIGINT NOT NULL, from_rev
    INTEGER NOT NULL, to_rev INTEGER NOT NULL, title TEXT NOT NULL, seen_after BIGINT NOT NULL, seen_before BIGINT NOT NULL,
    claimed_at BIGINT, kinds BIGINT NOT NULL, level SMALLINT NOT NULL, score SMALLINT NOT NULL, reasons TEXT NOT NULL, disclosed
    SMALLINT, corrected_at BIGINT, reverts_to INTEGER, words_added INTEGER NOT NULL, words_removed INTEGER NOT NULL, paragraphs
    INTEGER NOT NULL, changed INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL, moved INTEGER NOT NULL,
    similarity DOUBLE PRECISION NOT NULL, evidence TEXT NOT NULL, held_by TEXT, fingerprint BYTEA, PRIMARY KEY (id), FOREIGN
    KEY(article_id) REFERENCES article (id), UNIQUE (to_id), FOREIGN KEY(to_id) REFERENCES revision (id) )
""",
    """CREATE INDEX edit_fingerprint ON edit (host_id, fingerprint) WHERE fingerprint IS NOT NULL""",
    """CREATE INDEX edit_seen ON edit (seen_before)""",
    """CREATE INDEX edit_article ON edit (article_id, to_rev)""",
    """CREATE INDEX edit_level ON edit (level, id)""",
    """
CREATE TABLE tombstone ( revision_id BIGINT NOT NULL, at BIGINT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (revision_id),
    FOREIGN KEY(revision_id) REFERENCES revision (id) )
""",
    """
CREATE TABLE archived ( revision_id BIGINT NOT NULL, at BIGINT NOT NULL, job TEXT, address TEXT, error TEXT, PRIMARY KEY
    (revision_id), FOREIGN KEY(revision_id) REFERENCES revision (id) )
""",
    """
CREATE TABLE change ( edit_id BIGINT NOT NULL, crc BIGINT NOT NULL, size INTEGER NOT NULL, data BYTEA NOT NULL, PRIMARY KEY
    (edit_id), FOREIGN KEY(edit_id) REFERENCES edit (id) )
""",
    """
CREATE TABLE outbox ( id BIGSERIAL NOT NULL, edit_id BIGINT NOT NULL, target_id BIGINT NOT NULL, state SMALLINT NOT NULL, reason
    TEXT NOT NULL, rule TEXT, due_at BIGINT NOT NULL, delivery_id BIGINT, PRIMARY KEY (id), UNIQUE (edit_id, target_id), FOREIGN
    KEY(edit_id) REFERENCES edit (id), FOREIGN KEY(target_id) REFERENCES target (id) )
""",
    """CREATE INDEX outbox_due ON outbox (target_id, due_at) WHERE state <= 1""",
    """CREATE TABLE doc (revision_id BIGINT PRIMARY KEY REFERENCES revision(id), before TSVECTOR NOT NULL, after TSVECTOR NOT NULL)""",
    """CREATE INDEX doc_before ON doc USING gin (before)""",
    """CREATE INDEX doc_after ON doc USING gin (after)""",
    """ALTER TABLE text ALTER COLUMN data SET STORAGE EXTERNAL""",
    """ALTER TABLE raw ALTER COLUMN data SET STORAGE EXTERNAL""",
    """ALTER TABLE change ALTER COLUMN data SET STORAGE EXTERNAL""",
    """
CREATE VIEW v_feeds AS SELECT id, slug, url, title, configured, to_timestamp(polled_at / 1000.0) AS polled_at, outcome, error
    FROM feed
""",
    """
CREATE VIEW v_articles AS SELECT article.id, article.url, article.canonical_url, article.title, CASE article.state WHEN 0 THEN
    'watched' WHEN 1 THEN 'retired' WHEN 2 THEN 'gone' END AS state, article.head_rev AS revisions, article.language,
    to_timestamp(article.first_seen_at / 1000.0) AS first_seen_at, to_timestamp(article.posted_at / 1000.0) AS posted_at,
    to_timestamp(article.updated_at / 1000.0) AS updated_at, to_timestamp(article.last_edit_at / 1000.0) AS last_edit_at,
    article.merged_into, article.flapping, (SELECT string_agg(slug, ' ' ORDER BY slug) FROM (SELECT DISTINCT feed.slug FROM
    listing JOIN feed ON feed.id = listing.feed_id WHERE listing.article_id = article.id) AS mine) AS feeds FROM article
""",
    """
CREATE VIEW v_revisions AS SELECT revision.id, revision.article_id AS article, revision.rev, encode(revision.hash, 'hex') AS
    hash, CASE revision.event WHEN 0 THEN 'new' WHEN 1 THEN 'edited' WHEN 2 THEN 'reverted' WHEN 3 THEN 'gone' WHEN 4 THEN
    'restored' END AS event, CASE revision.source WHEN 0 THEN 'page' WHEN 1 THEN 'feed' END AS source, revision.confirmed,
    revision.url, to_timestamp(revision.first_seen_at / 1000.0) AS first_seen_at, to_timestamp(revision.last_seen_at / 1000.0) AS
    last_seen_at, to_timestamp(revision.posted_at / 1000.0) AS posted_at, to_timestamp(revision.updated_at / 1000.0) AS
    updated_at, revision.extractor FROM revision
""",
    """
CREATE VIEW v_edits AS SELECT edit.id, edit.article_id AS article, edit.from_rev, edit.to_rev, article.url, edit.title,
    to_timestamp(edit.seen_after / 1000.0) AS seen_after, to_timestamp(edit.seen_before / 1000.0) AS seen_before,
    to_timestamp(edit.claimed_at / 1000.0) AS claimed_at, trim(CASE WHEN edit.kinds & 1 <> 0 THEN 'headline ' ELSE '' END || CASE
    WHEN edit.kinds & 2 <> 0 THEN 'subheading ' ELSE '' END || CASE WHEN edit.kinds & 4 <> 0 THEN 'byline ' ELSE '' END || CASE
    WHEN edit.kinds & 8 <> 0 THEN 'section ' ELSE '' END || CASE WHEN edit.kinds & 16 <> 0 THEN 'caption ' ELSE '' END || CASE
    WHEN edit.kinds & 32 <> 0 THEN 'body ' ELSE '' END || CASE WHEN edit.kinds & 64 <> 0 THEN 'feed-headline ' ELSE '' END ||
    CASE WHEN edit.kinds & 128 <> 0 THEN 'feed-summary ' ELSE '' END || CASE WHEN edit.kinds & 256 <> 0 THEN 'typography ' ELSE
    '' END || CASE WHEN edit.kinds & 512 <> 0 THEN 'typo ' ELSE '' END || CASE WHEN edit.kinds & 1024 <> 0 THEN 'number ' ELSE ''
    END || CASE WHEN edit.kinds & 2048 <> 0 THEN 'quote ' ELSE '' END || CASE WHEN edit.kinds & 4096 <> 0 THEN 'name ' ELSE ''
    END || CASE WHEN edit.kinds & 8192 <> 0 THEN 'hedge ' ELSE '' END || CASE WHEN edit.kinds & 16384 <> 0 THEN 'date ' ELSE ''
    END || CASE WHEN edit.kinds & 32768 <> 0 THEN 'paragraph-added ' ELSE '' END || CASE WHEN edit.kinds & 65536 <> 0 THEN
    'paragraph-removed ' ELSE '' END || CASE WHEN edit.kinds & 131072 <> 0 THEN 'paragraph-moved ' ELSE '' END || CASE WHEN
    edit.kinds & 262144 <> 0 THEN 'paragraph-split ' ELSE '' END || CASE WHEN edit.kinds & 524288 <> 0 THEN 'paragraph-merged '
    ELSE '' END || CASE WHEN edit.kinds & 1048576 <> 0 THEN 'correction-note ' ELSE '' END || CASE WHEN edit.kinds & 2097152 <> 0
    THEN 'rewritten ' ELSE '' END || CASE WHEN edit.kinds & 4194304 <> 0 THEN 'reverted ' ELSE '' END || CASE WHEN edit.kinds &
    8388608 <> 0 THEN 'gone ' ELSE '' END || CASE WHEN edit.kinds & 16777216 <> 0 THEN 'restored ' ELSE '' END) AS kinds, CASE
    edit.level WHEN 0 THEN 'noise' WHEN 1 THEN 'low' WHEN 2 THEN 'medium' WHEN 3 THEN 'high' END AS level, edit.score,
    edit.disclosed, edit.reverts_to, edit.words_added, edit.words_removed, edit.paragraphs, edit.changed, edit.added,
    edit.removed, edit.moved, edit.similarity, edit.held_by FROM edit JOIN article ON article.id = edit.article_id
""",
    """
CREATE VIEW v_looks AS SELECT look.article_id AS article, to_timestamp(look.at / 1000.0) AS at, CASE look.verdict WHEN 0 THEN
    'same' WHEN 1 THEN 'restamped' WHEN 2 THEN 'edited' WHEN 3 THEN 'new' WHEN 4 THEN 'held' WHEN 5 THEN 'suspect' WHEN 6 THEN
    'failed' WHEN 7 THEN 'gone' END AS verdict, look.status, look.reason, look.rev, COALESCE(look.url, article.url) AS url,
    look.ms, look.bytes FROM look JOIN article ON article.id = look.article_id
""",
    """
CREATE VIEW v_restamps AS SELECT revision.article_id AS article, revision.rev, to_timestamp(restamp.at / 1000.0) AS at,
    to_timestamp(restamp.posted_at / 1000.0) AS posted_at, to_timestamp(restamp.updated_at / 1000.0) AS updated_at, restamp.url
    FROM restamp JOIN revision ON revision.id = restamp.revision_id
""",
    """
CREATE VIEW v_outbox AS SELECT outbox.id, outbox.edit_id AS edit, target.name AS target, CASE outbox.state WHEN 0 THEN 'waiting'
    WHEN 1 THEN 'held' WHEN 2 THEN 'merged' WHEN 3 THEN 'muted' WHEN 4 THEN 'sent' WHEN 5 THEN 'dropped' WHEN 6 THEN 'dead' END
    AS state, outbox.reason, to_timestamp(outbox.due_at / 1000.0) AS due_at FROM outbox JOIN target ON target.id =
    outbox.target_id
""",
    """INSERT INTO meta (key, value) VALUES ('schema', '0001'), ('hash_v', '1')""",
)
