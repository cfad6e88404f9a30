"""What is carried elsewhere is whole, harmless and can come back."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_cases import HOUR, T0, content, edited, first, look, seen, with_article, with_edit

from monitor.errors import StoreError
from monitor.export.bundle import write_bundle
from monitor.export.lines import aligned, lines, rows
from monitor.export.reading import histories
from monitor.export.tables import safe_cell, write_csv, write_jsonl, write_parquet
from monitor.export.warc import write_warc
from monitor.identify import url_keys
from monitor.settings import StoreSettings
from monitor.store.sql import SqlStore, open_store


def opened(folder: Path) -> SqlStore:
    store = open_store(None, state_dir=folder, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    return store


def exported(store: SqlStore) -> str:
    out = io.StringIO()
    write_jsonl(lines(store), out)
    return out.getvalue()


def taken_over(store: SqlStore, text: str) -> int:
    return sum(
        store.take_over(one.url, one.title, one.first_seen_at, url_keys(one.url), one.revisions, one.edits)[1]
        for one in histories(text.splitlines())
    )


def test_what_was_exported_comes_back_with_its_hashes_and_twice_is_once(tmp_path: Path) -> None:
    here, there = opened(tmp_path / "here"), opened(tmp_path / "there")
    article = with_edit(here)
    text = exported(here)

    new, again = taken_over(there, text), taken_over(there, text)

    assert (new, again) == (2, 0)
    mine, theirs = here.revisions(article), there.revisions(1)
    assert [replace(one, raw_sha=None) for one in mine] == [replace(one, article=article, raw_sha=None) for one in theirs]
    told, kept = here.edit(article, 2), there.edit(1, 2)
    assert told is not None
    assert kept is not None
    assert kept.kinds == told.kinds
    assert there.changes(kept.id) == here.changes(told.id)
    assert list(there.verify()) == []
    here.close()
    there.close()


def test_a_history_that_was_tampered_with_is_refused_whole(tmp_path: Path) -> None:
    here, there = opened(tmp_path / "here"), opened(tmp_path / "there")
    with_edit(here)
    text = exported(here).replace("The ferry hit the quay.", "The ferry missed the quay.", 1)

    with pytest.raises(StoreError, match="hash"):
        taken_over(there, text)

    assert there.counts(T0).revisions == 0
    here.close()
    there.close()


@given(st.text(max_size=30))
def test_no_cell_of_a_csv_is_run_as_a_formula(text: str) -> None:
    cell = safe_cell(text)

    assert isinstance(cell, str)
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == "'" + text


@pytest.mark.parametrize("what", ["articles", "revisions", "edits", "pairs"])
def test_tables_have_the_same_columns_in_every_row(tmp_path: Path, what: str) -> None:
    import pyarrow.parquet as parquet

    store = opened(tmp_path)
    with_edit(store)
    out = io.StringIO()

    n = write_csv(rows(store, what), out)
    write_parquet(rows(store, what), tmp_path / "rows.parquet")

    read = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert n == len(read) > 0
    table = parquet.read_table(tmp_path / "rows.parquet")
    assert table.num_rows == n
    assert table.column_names == list(read[0])
    store.close()


def test_what_few_edits_say_is_a_column_all_the_same(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_edit(store)
    at = T0 + 2 * HOUR
    marked = edited(at, content("Third"), after=2, held_by="quiet hours", watched=(("+", "sea wall"), ("-", "Mina Oh")))
    look(store, article, at, seen(article, 2, at, "edited", revision=marked))
    out = io.StringIO()

    write_csv(rows(store, "edits"), out)

    first, second = csv.DictReader(io.StringIO(out.getvalue()))
    names = ("held_by", "watched.added", "watched.removed")
    assert [first[name] for name in names] == ["", "", ""]
    assert [second[name] for name in names] == ["quiet hours", "sea wall", "Mina Oh"]
    store.close()


def test_a_mark_of_the_watchlist_is_taken_over(tmp_path: Path) -> None:
    here, there = opened(tmp_path / "here"), opened(tmp_path / "there")
    article = with_article(here)
    at = T0 + HOUR
    marked = edited(at, content("Second"), watched=(("+", "sea wall"), ("-", "Mina Oh")))
    look(here, article, at, seen(article, 1, at, "edited", revision=marked))

    taken_over(there, exported(here))

    assert there.edit(1, 2).watched == (("+", "sea wall"), ("-", "Mina Oh"))  # type: ignore[union-attr]
    here.close()
    there.close()


def test_pairs_set_old_and_new_sentences_side_by_side() -> None:
    old = ["The ferry left at nine.", "It hit the old pier.", "Nobody was hurt."]
    new = ["The ferry left at nine.", "It hit the new pier.", "Divers looked for damage.", "Nobody was hurt."]

    assert aligned(old, new) == [
        ("The ferry left at nine.", "The ferry left at nine."),
        ("It hit the old pier.", "It hit the new pier."),
        (None, "Divers looked for damage."),
        ("Nobody was hurt.", "Nobody was hurt."),
    ]


@given(st.lists(st.sampled_from("abcd"), max_size=6), st.lists(st.sampled_from("abcd"), max_size=6))
def test_pairs_spell_both_sides(old: list[str], new: list[str]) -> None:
    found = aligned(old, new)

    assert [before for before, _ in found if before is not None] == old
    assert [after for _, after in found if after is not None] == new


def test_a_bundle_is_checked_by_stock_python_and_names_what_was_changed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    number = with_edit(store)
    article = store.article(number)
    assert article is not None

    sha = write_bundle(store, article, store.revisions(number), None, tmp_path / "one.zip")
    again = write_bundle(store, article, store.revisions(number), None, tmp_path / "two.zip")

    with zipfile.ZipFile(tmp_path / "one.zip") as bundle:
        bundle.extractall(tmp_path / "open")
    whole = subprocess.run([sys.executable, "-I", tmp_path / "open" / "check.py"], capture_output=True, text=True, check=False)
    revisions = tmp_path / "open" / "revisions.jsonl"
    revisions.write_text(revisions.read_text().replace("hit the quay", "hit the keys"))
    changed = subprocess.run([sys.executable, "-I", tmp_path / "open" / "check.py"], capture_output=True, text=True, check=False)
    assert sha == again
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert "2 raw pages" in whole.stdout
    assert changed.returncode == 1
    assert f"{number}@2 is not what its hash says" in changed.stdout
    store.close()


# warcio leaves its own temporary file to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_warc_holds_the_responses_with_their_headers(tmp_path: Path) -> None:
    from warcio.archiveiterator import ArchiveIterator

    store = opened(tmp_path)
    article = with_article(store, revision=False)
    at = T0 + HOUR
    page = first(at).raw
    assert page is not None
    zipped = replace(page, headers=(("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("ETag", '"x"')))
    look(store, article, at, seen(article, 0, at, "new", revision=replace(first(at), raw=zipped)))

    assert write_warc(store, tmp_path / "pages.warc.gz") == 1

    with (tmp_path / "pages.warc.gz").open("rb") as stream:
        (record,) = [
            (record.rec_headers.get_header("WARC-Date"), dict(record.http_headers.headers), record.content_stream().read())
            for record in ArchiveIterator(stream)
            if record.rec_type == "response"
        ]
    assert record[0] == "2026-03-02T10:00:00Z"
    assert record[1]["ETag"] == '"x"'
    assert record[1]["X-Archive-Orig-Content-Encoding"] == "gzip"
    assert record[2] == page.body
    store.close()


def test_only_what_was_seen_since_is_exported(tmp_path: Path) -> None:
    store = opened(tmp_path)
    article = with_edit(store)
    at = T0 + 5 * HOUR
    old = content("Ferry strikes quay", "The ferry hit the quay.", "Nobody was hurt.")
    look(store, article, at, seen(article, 2, at, "edited", revision=edited(at, content("Third"), after=2, old=old)))

    said = [json.loads(line) for line in exported(store).splitlines()]
    lately = [line["kind"] for line in lines(store, T0 + 3 * HOUR)]

    assert [line["kind"] for line in said] == ["article", "revision", "revision", "revision", "edit", "edit"]
    assert lately == ["article", "revision", "edit"]
    store.close()
