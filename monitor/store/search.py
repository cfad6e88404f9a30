"""Search over all versions: one index row for each revision, the paragraphs that went and those that came.

The index runs behind a cursor, not in the transaction of an outcome: indexing takes six times all other inserts (measured).
"""

from collections.abc import Sequence
from datetime import datetime

from monitor.errors import StoreError
from monitor.model import Content
from monitor.ports import Hit
from monitor.store.halves import Halves
from monitor.store.instants import from_ms
from monitor.store.rows import Row, Rows
from monitor.store.stored import Read, checked_text
from monitor.store.terms import Query, documents, fts5_match, paragraphs, read_query, snippet, terms, ts_query, ts_vector
from monitor.store.values import words_of
from monitor.store.writer import Transaction

BATCH = 100  # revisions indexed in one transaction: tens of milliseconds
CURSOR = "search_to"
NEVER = 2**63 - 1  # more than any id
FEW_ARTICLES = 1000
_OF_FEEDS = "SELECT article_id FROM listing WHERE feed_id IN (SELECT id FROM feed WHERE slug IN (:slugs))"
MOST_TERMS = 60_000  # of one document; PostgreSQL's tsvector ends at 1 MB


class Searching(Halves):
    """Search over SQL."""

    def search(
        self, query: str, *, where: str = "any", feeds: Sequence[str] = (), since: datetime | None = None, limit: int = 50
    ) -> tuple[Hit, ...]:
        wanted = read_query(query)
        rows = _matches(self._reads, wanted, where, feeds, since, limit)
        return tuple(_hit(self._reads, row, wanted, where) for row in rows)

    def index(self) -> bool:
        """Brings the search index up to date by one batch; whether there is more."""
        return self._write(index_some)


def index_some(tx: Transaction) -> bool:
    """Indexes the next revisions behind the cursor; whether there may be more."""
    row = tx.row("SELECT value FROM meta WHERE key = :key", key=CURSOR)
    after = int(row["value"]) if row else 0
    found = tx.rows("SELECT * FROM revision WHERE id > :after ORDER BY id LIMIT :size", after=after, size=BATCH)
    if not found:
        return False
    for revision in found:
        _index(tx, revision)
    tx.run(
        "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key=CURSOR, value=str(found[-1]["id"]),
    )  # fmt: skip
    return len(found) == BATCH


def _index(tx: Transaction, revision: Row) -> None:
    before, after = document_terms(tx, revision)
    if tx.dialect == "sqlite":
        tx.run(
            "INSERT INTO doc (rowid, before, after) VALUES (:id, :before, :after)",
            id=revision["id"],
            before=" ".join(before),
            after=" ".join(after),
        )
    else:
        tx.run(
            "INSERT INTO doc (revision_id, before, after) VALUES (:id, CAST(:before AS tsvector), CAST(:after AS tsvector))"
            " ON CONFLICT (revision_id) DO NOTHING",
            id=revision["id"], before=ts_vector(before), after=ts_vector(after),
        )  # fmt: skip


def remove_document(tx: Transaction, revision_id: int, before: list[str], after: list[str]) -> None:
    """Takes a revision out of the index; a contentless index must be told again what it holds."""
    if tx.dialect == "postgresql":
        tx.run("UPDATE doc SET before = CAST('' AS tsvector), after = CAST('' AS tsvector) WHERE revision_id = :id", id=revision_id)
        return
    cursor = tx.row("SELECT value FROM meta WHERE key = :key", key=CURSOR)
    if cursor is not None and revision_id <= int(cursor["value"]):
        tx.run(
            "INSERT INTO doc (doc, rowid, before, after) VALUES ('delete', :id, :before, :after)",
            id=revision_id, before=" ".join(before), after=" ".join(after),
        )  # fmt: skip


def document_terms(rows: Rows, revision: Row) -> tuple[list[str], list[str]]:
    """The terms a revision is found by; none where its text was removed or is damaged."""
    try:
        read: Read = {}
        before, after = _moved(rows, revision, words_of(checked_text(rows, revision, read))[0], read)
    except StoreError:
        return [], []
    return terms("\n".join(before))[:MOST_TERMS], terms("\n".join(after))[:MOST_TERMS]


def _moved(rows: Rows, revision: Row, new: Content, read: Read) -> tuple[list[str], list[str]]:
    """The paragraphs that went and those that came; one text stands on the other, with `read` their chain is read once."""
    parent = rows.row("SELECT * FROM revision WHERE article_id = :id AND rev = :rev", id=revision["article_id"], rev=revision["rev"] - 1)
    try:
        old = words_of(checked_text(rows, parent, read))[0] if parent else None
    except StoreError:
        old = None  # it was removed or is damaged: then all of the new text is what came
    return documents(old, new)


def _matches(rows: Rows, query: Query, where: str, feeds: Sequence[str], since: datetime | None, limit: int) -> list[Row]:
    conditions = ["1 = 1"] if where == "any" else ["revision.rev > 1"]
    values: dict[str, object] = {"limit": limit}
    if feeds:
        conditions.append(f"revision.article_id IN ({_OF_FEEDS})")
        values["slugs"] = list(feeds)
        if rows.dialect == "sqlite" and _are_small(rows, feeds):
            conditions.append(f"+doc.rowid IN (SELECT id FROM revision WHERE article_id IN ({_OF_FEEDS}))")
    if since is not None:
        # and a place to end: a walk from the newest on would else pass every older one
        numbers = "doc.rowid" if rows.dialect == "sqlite" else "doc.revision_id"
        conditions.append(
            f"revision.first_seen_at >= :since AND {numbers} >="
            f" (SELECT coalesce(min(+id), {NEVER}) FROM revision WHERE first_seen_at >= :since)"
        )
        values["since"] = since
    if rows.dialect == "sqlite":
        source, order = "doc JOIN revision ON revision.id = doc.rowid", "doc.rowid"
        conditions.append("doc MATCH :query")
        values["query"] = fts5_match(query, where)
    else:
        source, order = "doc JOIN revision ON revision.id = doc.revision_id", "doc.revision_id"
        came, went = "doc.after @@ CAST(:query AS tsquery)", "doc.before @@ CAST(:query AS tsquery)"
        conditions.append({"added": f"{came} AND NOT {went}", "removed": f"{went} AND NOT {came}"}.get(where, came))
        values["query"] = ts_query(query)
    return rows.rows(f"SELECT revision.* FROM {source} WHERE {' AND '.join(conditions)} ORDER BY {order} DESC LIMIT :limit", **values)


def _are_small(rows: Rows, feeds: Sequence[str]) -> bool:
    """Whether the feeds have so few articles that their revisions are a set to look up, which is faster than to read each hit."""
    found = rows.rows(f"{_OF_FEEDS} LIMIT :most", slugs=list(feeds), most=FEW_ARTICLES + 1)
    return len(found) <= FEW_ARTICLES


def _hit(rows: Rows, row: Row, query: Query, where: str) -> Hit:
    title = ""
    read: Read = {}
    try:
        new = words_of(checked_text(rows, row, read))[0]
        title = new.title
        if where == "any":
            shown = snippet(query, paragraphs(new))
        else:
            before, after = _moved(rows, row, new, read)
            shown = snippet(query, before if where == "removed" else after)
    except StoreError:
        shown = "(this text is damaged or was removed)"
    return Hit(row["article_id"], row["rev"], from_ms(row["first_seen_at"]), title, shown, "text" if where == "any" else where)
