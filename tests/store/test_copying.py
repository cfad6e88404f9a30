"""A state that outgrew SQLite goes on in PostgreSQL with its whole history."""

from datetime import timedelta
from pathlib import Path

import pytest
from fakes import FakeClock, FakeWeb, run_due
from harbour import HOST, Piece, feed

from monitor.engine.workers import InlineWorkers
from monitor.errors import StoreError
from monitor.ports import ArticleQuery, Doors, EditQuery, Store
from monitor.settings import Feed, ScheduleSettings, StoreSettings
from monitor.store.copying import copy_state, prove
from monitor.store.sql import open_store

pytestmark = pytest.mark.postgres


def play(store: Store, clock: FakeClock, *pieces: Piece) -> None:
    web = FakeWeb(clock)
    doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
    store.sync_feeds([Feed("harbour", f"{HOST}/feed.xml")], clock.now())
    for piece in pieces:
        web[f"{HOST}/feed.xml"] = feed(Piece())
        web[piece.url] = piece.page()
        for _ in range(12):
            clock.at += timedelta(minutes=20)
            run_due(store, doors, web, clock)


def test_a_copied_state_says_the_same_verifies_and_goes_on(tmp_path: Path, database_url: str) -> None:
    clock = FakeClock()
    old = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    play(old, clock, Piece(), Piece(headline="Harbour council scraps the night ferry"))
    old.close()
    new = open_store(database_url, state_dir=tmp_path, read_only=False, settings=StoreSettings())

    copied = copy_state(tmp_path / "monitor.db", database_url)

    old = open_store(None, state_dir=tmp_path, read_only=True, settings=StoreSettings())
    assert copied.revisions == len(old.revisions(1)) == 2
    assert new.revisions(1) == old.revisions(1)
    assert list(new.edits(EditQuery())) == list(old.edits(EditQuery()))
    assert list(new.articles(ArticleQuery())) == list(old.articles(ArticleQuery()))
    assert prove(new) == prove(old) == []
    play(new, clock, Piece(headline="Night ferry sails after all"))
    assert [revision.rev for revision in new.revisions(1)] == [1, 2, 3]
    while new.index():
        pass
    assert [hit.rev for hit in new.search("scraps", where="removed")] == [3]
    assert prove(new) == []
    new.close()
    old.close()


def test_a_database_with_articles_is_not_copied_over(tmp_path: Path, database_url: str) -> None:
    clock = FakeClock()
    for url in (None, database_url):
        store = open_store(url, state_dir=tmp_path, read_only=False, settings=StoreSettings())
        play(store, clock, Piece())
        store.close()

    with pytest.raises(StoreError, match="holds articles already"):
        copy_state(tmp_path / "monitor.db", database_url)
