"""A disk that is really full, and one whose sync fails: what was acknowledged is there, and nothing is built on what may be lost."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_cases import HOUR, T0, content, edited, look, seen, with_article

from monitor.errors import StoreError
from monitor.model import Content
from monitor.settings import StoreSettings
from monitor.store.reserve import NAME
from monitor.store.sql import SqlStore, open_store

MEGABYTE = 1_000_000


def opened(folder: Path) -> SqlStore:
    store = open_store(None, state_dir=folder, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 80 MB in memory; mounting it is root's right."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(disk)], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system of our own can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def long_words(number: int) -> Content:
    if number == 0:
        return content()
    chance = random.Random(number)
    return content(f"Ferry {number}", *(chance.randbytes(4000).hex() for _ in range(60)))


def write_until_full(store: SqlStore, article: int, after: int) -> tuple[int, StoreError]:
    """How many revisions were acknowledged in all, and what was said then."""
    for number in range(after, 10_000):
        at = T0 + number * HOUR
        try:
            told = edited(at, long_words(number), after=number, old=long_words(number - 1))
            assert look(store, article, at, seen(article, number, at, "edited", revision=told)).stored
        except StoreError as error:
            return number, error
    raise AssertionError("the disk was never full")


def test_on_a_full_disk_nothing_is_lost_and_reading_goes_on(small_disk: Path) -> None:
    state, filler = small_disk / "state", small_disk / "filler"
    store = opened(state)
    article = with_article(store)
    assert (state / NAME).stat().st_size > 7 * MEGABYTE
    fill(small_disk, "filler")
    os.truncate(filler, filler.stat().st_size - MEGABYTE)

    acknowledged, error = write_until_full(store, article, 1)

    assert "the disk is full" in error.message
    assert not (state / NAME).exists()
    assert [revision.rev for revision in store.revisions(article)] == list(range(1, acknowledged + 1))
    assert list(store.verify()) == []
    more, _ = write_until_full(store, article, acknowledged)  # what the reserve gave
    assert more > acknowledged
    filler.unlink()
    at = T0 + more * HOUR
    told = edited(at, long_words(more), after=more, old=long_words(more - 1))
    assert look(store, article, at, seen(article, more, at, "edited", revision=told)).stored
    assert [revision.rev for revision in store.revisions(article)] == list(range(1, more + 2))
    assert list(store.verify()) == []
    store.close()


def fill(disk: Path, name: str) -> None:
    free = os.statvfs(disk)
    with (disk / name).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)


def test_commands_on_a_full_disk_use_the_reserve_then_say_so_and_read_on(small_disk: Path) -> None:
    state = small_disk / "state"
    opened(state).close()
    command = [sys.executable, "-m", "monitor", "--config", str(small_disk), "--state", str(state)]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *words], capture_output=True, text=True, check=False)

    fill(small_disk, "filler")
    first = run("watch", "https://a.example/1")
    fill(small_disk, "more")
    second = run("watch", "https://a.example/2")
    read = run("ls", "--jsonl")

    assert first.returncode == 0
    assert (second.returncode, second.stderr.count("the disk is full"), second.stderr.count("Traceback")) == (1, 1, 0)
    assert (read.returncode, read.stdout.count("https://a.example/1"), read.stderr) == (0, 1, "")


# --- a sync that fails ----------------------------------------------------------------------------------------------

BROKEN = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int broken(void) { const char *flag = getenv("BROKEN_WHEN"); return flag && !access(flag, F_OK); }
#define FAILS_LATER(name) \
    int name(int fd) { \
        static int (*real)(int); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        if (broken()) { errno = EIO; return -1; } \
        return real(fd); \
    }
FAILS_LATER(fsync)
FAILS_LATER(fdatasync)
"""

WRITER = """
import sys
from pathlib import Path
from store_cases import HOUR, T0, content, edited, look, seen, with_article
from test_disk import opened

state, flag = Path(sys.argv[1]), Path(sys.argv[2])
store = opened(state)
article = with_article(store)
print("acknowledged 1", flush=True)
flag.touch()
at = T0 + HOUR
look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, content("Never"))))
print("acknowledged 2", flush=True)
"""


def test_a_failed_sync_ends_the_process_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed: no disk can be made to fail")
    source, library, state, flag = tmp_path / "broken.c", tmp_path / "broken.so", tmp_path / "state", tmp_path / "now"
    source.write_text(BROKEN)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    here = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    environment = os.environ | {"LD_PRELOAD": str(library), "BROKEN_WHEN": str(flag), "PYTHONPATH": here}

    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(state), str(flag)], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 70
    assert done.stdout == "acknowledged 1\n"
    assert "the disk failed while writing" in done.stderr
    store = opened(state)
    assert store.revision(1, 1).content.title == "Ferry strikes pier"  # type: ignore[union-attr]
    assert list(store.verify()) == []
    store.close()
