"""Configuration files that are changed by more than one at a time, or while a person is still writing them."""

import threading
from pathlib import Path
from typing import Any

import pytest

from monitor import subscriptions
from monitor.config import read_settings
from monitor.config.edit import change_file
from monitor.errors import ConfigError, UsageError
from monitor.subscriptions import NewFeed


def feed(slug: str) -> NewFeed:
    return NewFeed(slug, f"https://{slug}.example/rss")


def test_who_comes_while_another_changes_the_file_undoes_nothing(tmp_path: Path) -> None:
    """The second one starts while the first has read the file and not written it yet."""
    second = threading.Thread(target=subscriptions.add, args=(tmp_path, [feed("second")], lambda: None))

    def slowly(document: Any) -> None:
        second.start()
        second.join(0.2)
        document["feeds"] = {"first": {"url": "https://first.example/rss"}}

    change_file(tmp_path / "feeds.toml", slowly, lambda: None)
    second.join(10)

    written = (tmp_path / "feeds.toml").read_text()
    assert "[feeds.first]" in written
    assert "[feeds.second]" in written


def test_a_name_that_was_just_taken_is_not_written_over(tmp_path: Path) -> None:
    subscriptions.add(tmp_path, [feed("pier")], lambda: None)
    before = (tmp_path / "feeds.toml").read_text()

    with pytest.raises(UsageError, match="already"):
        subscriptions.add(tmp_path, [NewFeed("pier", "https://other.example/rss")], lambda: None)

    assert (tmp_path / "feeds.toml").read_text() == before


@pytest.mark.parametrize("written", [b"[feeds.pier\n", b"\xff\xfe[feeds.pier]\n", b"[feeds.a]\n[feeds.a]\n"])
def test_a_file_that_is_being_mended_is_named_and_left_as_it_is(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "feeds.toml").write_bytes(written)

    with pytest.raises(ConfigError, match=r"feeds\.toml"):
        subscriptions.add(tmp_path, [feed("pier")], lambda: None)

    assert (tmp_path / "feeds.toml").read_bytes() == written


@pytest.mark.parametrize(
    "written", ["feeds = 3\n", "feeds = [1]\n", '[[feeds]]\nurl = "https://pier.example/rss"\n', "[feeds]\npier = 3\n"]
)
def test_a_section_that_is_none_is_named_with_its_line(tmp_path: Path, written: str) -> None:
    (tmp_path / "feeds.toml").write_text(written)

    with pytest.raises(ConfigError, match=r"feeds\.toml:[12]: 'feeds(\.pier)?' must be"):
        subscriptions.set_keys(tmp_path, ["pier"], {"paused": True}, lambda: read_settings(tmp_path, tmp_path))
    with pytest.raises(ConfigError, match=r"feeds\.toml:[12]: 'feeds(\.pier)?' must be"):
        subscriptions.add(tmp_path, [feed("mole")], lambda: read_settings(tmp_path, tmp_path))

    assert (tmp_path / "feeds.toml").read_text() == written


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file, where a folder should be")

    with pytest.raises(UsageError, match=r"cannot write .*config/feeds\.toml: "):
        subscriptions.add(tmp_path / "config", [feed("pier")], lambda: None)
