"""How SQLite goes about what the pages ask: no filter may pass every edit there is, or sort them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from store_cases import FEED, T0

from monitor.model import KINDS
from monitor.ports import ArticleQuery, EditQuery
from monitor.settings import StoreSettings
from monitor.store.sql import SqlStore, open_store


class Noted:
    """Passes questions on, and keeps how each was gone about."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows
        self.plans: list[str] = []

    def rows(self, sql: str, **values: object) -> Any:
        self.plans += [row["detail"] for row in self._rows.rows(f"EXPLAIN QUERY PLAN {sql}", **values)]
        return self._rows.rows(sql, **values)

    def row(self, sql: str, **values: object) -> Any:
        return next(iter(self.rows(sql, **values)), None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[SqlStore, Noted]]:
    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    store.sync_feeds([FEED], T0)
    before, noted = store._reads, Noted(store._reads)
    store._reads = noted  # type: ignore[assignment]
    yield store, noted
    store._reads = before
    store.close()


WEEK = T0 - timedelta(days=7)
FILTERS = [
    EditQuery(newest=True, limit=31),
    *(EditQuery(kinds=(kind,), min_level="low", newest=True, limit=31) for kind in KINDS),
    *(EditQuery(min_level=level, newest=True, limit=31) for level in ("medium", "high")),  # type: ignore[arg-type]
    EditQuery(undisclosed=True, newest=True, limit=31),
    EditQuery(feeds=("harbour",), min_level="low", newest=True, limit=31),
    EditQuery(feeds=("harbour",), kinds=("gone",), newest=True, limit=31),
    EditQuery(since=WEEK, newest=True, limit=31),
    EditQuery(after=7, limit=31),
    EditQuery(before=70, newest=True, limit=31),
]


@pytest.mark.parametrize("query", FILTERS, ids=repr)
def test_no_filter_of_edits_passes_them_all_or_sorts_them(asked: tuple[SqlStore, Noted], query: EditQuery) -> None:
    list(asked[0].edits(query))

    wrong = [step for step in asked[1].plans if step.startswith("SCAN") or "TEMP B-TREE" in step]
    assert not [step for step in wrong if "(subquery" not in step and "some" not in step]
    walked = next(step for step in asked[1].plans if "edit" in step and step.startswith("SEARCH edit"))
    rare = query.kinds or query.undisclosed or query.min_level in ("medium", "high")
    assert not (rare and not query.feeds) or "edit_" in walked.partition("INDEX")[2]


def test_the_articles_of_a_feed_are_found_by_an_index_alone(asked: tuple[SqlStore, Noted]) -> None:
    list(asked[0].articles(ArticleQuery(feeds=("harbour",), newest=True, limit=20)))
    asked[0].feeds()

    assert any("listing" in step and "COVERING INDEX listing_of_feed" in step for step in asked[1].plans)
    assert "SCAN listing" not in asked[1].plans
