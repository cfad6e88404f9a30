"""One zip that proves an article's history to somebody who has no monitor: revisions, raw pages, seals, and how to check them.

The same store gives the same bytes, so that the zip itself can be named by its hash.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from monitor.model import Article, RawPage, Revision
from monitor.ports import EditQuery, Store
from monitor.proof import HASHED_KEYS
from monitor.shapes import article_json, change_json, edit_json, revision_json

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same time for every member: a zip's times prove nothing

CHECK = '''#!/usr/bin/env python3
"""Checks this bundle with nothing but Python: python3 check.py"""
import hashlib, json, pathlib

KEYS = {keys!r}.split()
here, parent, faults, raws = pathlib.Path(__file__).parent, None, 0, 0
for line in (here / "revisions.jsonl").read_text(encoding="utf-8").splitlines():
    r = json.loads(line)
    name = f"{{r['article']}}@{{r['rev']}}"
    if r["parent_hash"] != parent:
        faults += 1; print(name, "does not follow the revision before it")
    if r.get("redacted"):
        print(name, "was removed for legal reasons; its hash holds its place")
    else:
        said = json.dumps({{k: r[k] for k in KEYS}}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(said.encode()).hexdigest() != r["hash"]:
            faults += 1; print(name, "is not what its hash says")
    parent = r["hash"]
for page in sorted((here / "raw").glob("*.body")) if (here / "raw").exists() else []:
    raws += 1
    if hashlib.sha256(page.read_bytes()).hexdigest() != page.stem:
        faults += 1; print(page.name, "is not what its name says")
print("FAULTS:" if faults else "all fits:", faults or f"last hash {{parent}}, {{raws}} raw pages")
raise SystemExit(bool(faults))
'''

README = """# {title}

The history of one article, as it was seen: {url}

- `article.json`      the article
- `revisions.jsonl`   every version, oldest first, one JSON object a line
- `edits.jsonl`       what differs between neighbours
- `raw/HASH.body`     the response each version was read from, byte for byte (its content encoding undone); `raw/REV.json` its headers
- `ledger.jsonl`      seals over all revisions of the store, if any were made
- `check.py`          checks all of it: `python3 check.py`, no other software needed

## What is claimed, and how to check it

A version's `hash` is SHA-256 over the canonical JSON (RFC 8785) of exactly these keys of its line in `revisions.jsonl`:

    {keys}

There are no numbers among them, so Python's `json.dumps(…, ensure_ascii=False, sort_keys=True, separators=(",", ":"))` is canonical.
`parent_hash` is the hash of the version before: nobody can change, drop or add one in the middle without changing every later hash.
`first_seen_at` is when we saw the text, `posted_at` and `updated_at` are what the publisher claimed on the page.

A hash that was published (in a digest, a ledger, a time stamp of a third party) before a dispute began proves the rest.
The last hash here is `{last}`.
"""


def write_bundle(store: Store, article: Article, revisions: Sequence[Revision], ledger: str | None, path: Path) -> str:
    """Writes the zip; its SHA-256. `revisions` are those wanted, from the first on, so that the chain can be followed."""
    part = path.with_name(path.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        _add(bundle, "README.md", _readme(article, revisions))
        _add(bundle, "check.py", CHECK.format(keys=" ".join(HASHED_KEYS)))
        _add(bundle, "article.json", json.dumps(article_json(article), ensure_ascii=False, indent=1))
        _add(bundle, "revisions.jsonl", _lines(revision_json(revision) for revision in revisions))
        last = revisions[-1].rev
        edits = [edit for edit in store.edits(EditQuery(article=article.id)) if edit.to_rev <= last]
        _add(
            bundle,
            "edits.jsonl",
            _lines({**edit_json(edit), "changes": [change_json(change) for change in store.changes(edit.id)]} for edit in edits),
        )
        written: set[str] = set()
        for revision in revisions:
            page = store.raw(article.id, revision.rev)
            if page is not None:
                _add_raw(bundle, revision, page, written)
        if ledger:
            _add(bundle, "ledger.jsonl", ledger)
    part.replace(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _add_raw(bundle: zipfile.ZipFile, revision: Revision, page: RawPage, written: set[str]) -> None:
    name = hashlib.sha256(page.body).hexdigest()
    if name not in written:
        _add(bundle, f"raw/{name}.body", page.body)
        written.add(name)
    head = {
        "rev": revision.rev,
        "body_sha256": name,
        "url": page.url,
        "status": page.status,
        "headers": [list(pair) for pair in page.headers],
    }
    _add(bundle, f"raw/{revision.rev}.json", json.dumps(head, ensure_ascii=False, indent=1))


def _readme(article: Article, revisions: Sequence[Revision]) -> str:
    return README.format(title=article.title or article.url, url=article.url, keys=" ".join(HASHED_KEYS), last=revisions[-1].hash)


def _lines(rows: Iterable[object]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _add(bundle: zipfile.ZipFile, name: str, content: str | bytes) -> None:
    bundle.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED, 9)
