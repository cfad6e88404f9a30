"""A running daemon takes changed files: once they stand still, and again when the store could not follow."""

from pathlib import Path

import pytest
from fakes import FakeClock

from monitor.app import App
from monitor.cli.face import Face
from monitor.cli.run import _Reload
from monitor.config import read_settings
from monitor.engine.leader import Leader
from monitor.engine.workers import ProcessWorkers
from monitor.errors import ConfigError, StoreError
from monitor.settings import Feed
from monitor.store.memory import MemoryStore

PIER = '[feeds.pier]\nurl = "https://pier.example/rss"\n'
MOLE = '[feeds.mole]\nurl = "https://mole.example/rss"\n'


class Away(MemoryStore):
    """A store that is away when it is asked for the first time."""

    tries = 0

    def sync_feeds(self, feeds: "tuple[Feed, ...]", *more: object) -> None:  # type: ignore[override]  # the rest is passed on
        self.tries += 1
        if self.tries == 1:
            raise StoreError("the disk is full")
        super().sync_feeds(feeds, *more)  # type: ignore[arg-type]


def reload(folder: Path, store: MemoryStore) -> _Reload:
    (folder / "feeds.toml").write_text(PIER)
    app = App(read_settings(folder, folder), FakeClock())
    return _Reload(Face(folder, folder, "never", None), app, store, ProcessWorkers(wall=app.settings.fetch.timeout), Leader(""))


def slugs(store: MemoryStore) -> list[str]:
    return [row.feed.slug for row in store.feed_rows.values() if row.configured]


def test_a_file_is_taken_when_it_stands_still(tmp_path: Path) -> None:
    """An editor that empties the file before it writes would else let every feed go for a moment."""
    store = MemoryStore()
    look = reload(tmp_path, store)

    (tmp_path / "feeds.toml").write_text("")
    emptied = look(False)
    (tmp_path / "feeds.toml").write_text(PIER + MOLE)
    written = look(False)
    taken = look(False)

    assert (emptied, written) == (None, None)
    assert taken is not None
    assert slugs(store) == ["pier", "mole"]
    assert look(False) is None


@pytest.mark.parametrize("asked", [True, False])
def test_feeds_whose_file_is_gone_are_followed_on(tmp_path: Path, asked: bool) -> None:
    """An unmounted disk is no wish to let every feed go; an empty file is."""
    store = MemoryStore()
    look = reload(tmp_path, store)
    (tmp_path / "feeds.toml").unlink()
    look(False)

    with pytest.raises(ConfigError, match=r"feeds\.toml is gone"):
        look(asked)
    with pytest.raises(ConfigError, match=r"feeds\.toml is gone"):
        look(True)

    (tmp_path / "feeds.toml").write_text("")
    assert look(True) is not None
    assert slugs(store) == []


def test_who_asks_for_it_does_not_wait(tmp_path: Path) -> None:
    look = reload(tmp_path, MemoryStore())
    (tmp_path / "feeds.toml").write_text(PIER + MOLE)

    assert look(True) is not None


def test_a_change_that_the_store_could_not_follow_is_taken_later(tmp_path: Path) -> None:
    store = Away()
    look = reload(tmp_path, store)
    (tmp_path / "feeds.toml").write_text(PIER + MOLE)

    with pytest.raises(StoreError):
        look(True)

    assert look(False) is not None
    assert slugs(store) == ["pier", "mole"]


def test_a_mistake_is_named_once(tmp_path: Path) -> None:
    look = reload(tmp_path, MemoryStore())
    (tmp_path / "feeds.toml").write_text("feeds = 3\n")
    look(False)

    with pytest.raises(ConfigError):
        look(False)

    assert look(False) is None
