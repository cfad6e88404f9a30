"""Articles, revisions, edits and sentence pairs as flat rows, streamed: an article at a time, never the whole store."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from monitor.diff.split import sentences
from monitor.model import Change, Edit
from monitor.ports import ArticleQuery, EditQuery, Store
from monitor.shapes import article_json, change_json, edit_json, revision_json, watched_json

Json = dict[str, Any]

KINDS = ("articles", "revisions", "edits", "pairs")
TEXT_FIELDS = ("headline", "subheading", "caption", "body")
ALIKE = 0.35  # share of words two sentences must have in common to be a pair; below, one went and another came


def lines(store: Store, since: datetime | None = None) -> Iterator[Json]:
    """Every article with its revisions and edits, each line with its `kind`: what `import` reads back."""
    for article in store.articles(ArticleQuery(since=since, merged=True)):
        yield {"kind": "article", **article_json(article)}
        for revision in store.revisions(article.id):
            if since is None or revision.last_seen_at >= since:
                yield {"kind": "revision", **revision_json(revision)}
        for edit in store.edits(EditQuery(article=article.id, since=since)):
            yield {"kind": "edit", **edit_json(edit), "changes": [change_json(change) for change in store.changes(edit.id)]}


def rows(store: Store, what: str, since: datetime | None = None) -> Iterator[Json]:
    """Rows of one kind for tables: every value a number, a text, yes or no, or nothing; lists joined."""
    if what == "articles":
        for article in store.articles(ArticleQuery(since=since, merged=True)):
            yield flat(article_json(article))
    elif what == "revisions":
        for article in store.articles(ArticleQuery(since=since, merged=True)):
            for revision in store.revisions(article.id):
                if since is None or revision.last_seen_at >= since:
                    yield flat(revision_json(revision))
    elif what == "edits":
        for edit in store.edits(EditQuery(since=since)):
            # what an edit says only where it is so is a column all the same
            yield flat(edit_json(edit) | {"held_by": edit.held_by, "watched": watched_json(edit)})
    else:
        for edit in store.edits(EditQuery(since=since)):
            yield from pairs(edit, store.changes(edit.id))


def flat(row: Json, prefix: str = "") -> Json:
    """Nested values as columns (`stats.words.added`); paragraphs parted by a blank line, other lists by a space."""
    columns: Json = {}
    for name, value in row.items():
        if isinstance(value, dict) and name not in ("listings",):
            columns |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, list | dict):
            columns[prefix + name] = _joined(name, value)
        else:
            columns[prefix + name] = value
    return columns


def _joined(name: str, value: Any) -> str:
    import json

    if isinstance(value, dict) or any(isinstance(part, dict) for part in value):
        return json.dumps(value, ensure_ascii=False)
    return ("\n\n" if name in ("body", "captions", "reasons", "evidence", "added", "removed") else " ").join(map(str, value))


def pairs(edit: Edit, changes: Iterable[Change]) -> Iterator[Json]:
    """Old and new sentences side by side, as research on revisions reads them: `old` or `new` is None where one came or went."""
    for change in changes:
        if change.field not in TEXT_FIELDS:
            continue
        old = "".join(text for sign, text in change.segments if sign in "=-")
        new = "".join(text for sign, text in change.segments if sign in "=+")
        for before, after in aligned(sentences(old, ""), sentences(new, "")):
            yield {
                "article": edit.article,
                "from_rev": edit.from_rev,
                "to_rev": edit.to_rev,
                "field": change.field,
                "from_par": " ".join(map(str, change.from_pars)),
                "to_par": " ".join(map(str, change.to_pars)),
                "op": "equal" if before == after else "insert" if before is None else "delete" if after is None else "replace",
                "old": before,
                "new": after,
            }


def aligned(old: list[str], new: list[str]) -> list[tuple[str | None, str | None]]:
    """Sentences of one paragraph in pairs, in order: the alignment with the most words in common (Needleman and Wunsch, 1970)."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], _met(old[i], new[j]) + best[i + 1][j + 1])
    found: list[tuple[str | None, str | None]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        both = i < len(old) and j < len(new)
        met = _met(old[i], new[j]) if both else 0.0
        if both and met and best[i][j] == met + best[i + 1][j + 1]:
            found.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif j >= len(new) or (i < len(old) and best[i][j] == best[i + 1][j]):
            found.append((old[i], None))
            i += 1
        else:
            found.append((None, new[j]))
            j += 1
    return found


def _met(one: str, other: str) -> float:
    if one == other:
        return 2.0  # more than any two sentences that only resemble each other
    left, right = set(one.split()), set(other.split())
    shared = len(left & right) / (len(left | right) or 1)
    return shared if shared >= ALIKE else 0.0
