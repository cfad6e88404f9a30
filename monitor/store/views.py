"""Read-only views with stable names, for Datasette, DuckDB, pandas and people: times readable, codes as words, no tables to know.

The words of a version stand compressed in `text`, so they are no column here: `monitor export` writes them.
"""

from monitor.store.codes import DISPATCH_STATES, EVENTS, KIND_BITS, LEVELS, SOURCES, STATES, VERDICTS
from monitor.store.rows import Dialect


def views(dialect: Dialect) -> list[str]:
    """The statements that make the views."""

    def at(column: str, name: str | None = None) -> str:
        name = name or column.rpartition(".")[2]
        if dialect == "sqlite":
            return f"strftime('%Y-%m-%dT%H:%M:%fZ', {column} / 1000.0, 'unixepoch') AS {name}"
        return f"to_timestamp({column} / 1000.0) AS {name}"

    def word(column: str, words: tuple[str, ...], name: str | None = None) -> str:
        cases = " ".join(f"WHEN {number} THEN '{text}'" for number, text in enumerate(words))
        return f"CASE {column} {cases} END AS {name or column.rpartition('.')[2]}"

    def hexed(column: str, name: str) -> str:
        return f"lower(hex({column})) AS {name}" if dialect == "sqlite" else f"encode({column}, 'hex') AS {name}"

    joined = "group_concat(slug, ' ')" if dialect == "sqlite" else "string_agg(slug, ' ' ORDER BY slug)"
    kinds = " || ".join(f"CASE WHEN edit.kinds & {1 << bit} <> 0 THEN '{kind} ' ELSE '' END" for kind, bit in KIND_BITS.items())
    shown = {
        "v_feeds": f"SELECT id, slug, url, title, configured, {at('polled_at')}, outcome, error FROM feed",
        "v_articles": f"SELECT article.id, article.url, article.canonical_url, article.title, {word('article.state', STATES)},"
        f" article.head_rev AS revisions, article.language, {at('article.first_seen_at')}, {at('article.posted_at')},"
        f" {at('article.updated_at')}, {at('article.last_edit_at')}, article.merged_into, article.flapping,"
        f" (SELECT {joined} FROM (SELECT DISTINCT feed.slug FROM listing JOIN feed ON feed.id = listing.feed_id"
        " WHERE listing.article_id = article.id) AS mine) AS feeds FROM article",
        "v_revisions": f"SELECT revision.id, revision.article_id AS article, revision.rev, {hexed('revision.hash', 'hash')},"
        f" {word('revision.event', EVENTS)}, {word('revision.source', SOURCES)}, revision.confirmed, revision.url,"
        f" {at('revision.first_seen_at')}, {at('revision.last_seen_at')}, {at('revision.posted_at')}, {at('revision.updated_at')},"
        " revision.extractor FROM revision",
        "v_edits": "SELECT edit.id, edit.article_id AS article, edit.from_rev, edit.to_rev, article.url, edit.title,"
        f" {at('edit.seen_after')}, {at('edit.seen_before')}, {at('edit.claimed_at')}, trim({kinds}) AS kinds,"
        f" {word('edit.level', LEVELS)}, edit.score, edit.disclosed, edit.reverts_to, edit.words_added,"
        " edit.words_removed, edit.paragraphs, edit.changed, edit.added, edit.removed, edit.moved, edit.similarity, edit.held_by"
        " FROM edit JOIN article ON article.id = edit.article_id",
        "v_looks": f"SELECT look.article_id AS article, {at('look.at')}, {word('look.verdict', VERDICTS)}, look.status,"
        " look.reason, look.rev, COALESCE(look.url, article.url) AS url, look.ms, look.bytes"
        " FROM look JOIN article ON article.id = look.article_id",
        "v_restamps": f"SELECT revision.article_id AS article, revision.rev, {at('restamp.at')}, {at('restamp.posted_at')},"
        f" {at('restamp.updated_at')}, restamp.url FROM restamp JOIN revision ON revision.id = restamp.revision_id",
        "v_outbox": f"SELECT outbox.id, outbox.edit_id AS edit, target.name AS target, {word('outbox.state', DISPATCH_STATES)},"
        f" outbox.reason, {at('outbox.due_at')} FROM outbox JOIN target ON target.id = outbox.target_id",
    }
    return [f"CREATE VIEW {name} AS {query}" for name, query in shown.items()]
