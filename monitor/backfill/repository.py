"""Histories that were kept in git: one file, one version a commit (git scraping)."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from monitor.backfill.record import Record
from monitor.errors import UsageError
from monitor.times import to_milliseconds


def read_repository(folder: Path, path: str, feed_url: str | None, page_url: str | None) -> Iterator[Record]:
    """The versions of a file as answers of `feed_url` or `page_url`, at their commits' times, oldest first.

    Raises UsageError where there is no such repository or file, or nobody says whose answers they are.
    """
    url = feed_url or page_url
    if url is None:
        raise UsageError(f"nothing says what {path} is a recording of", hint="--feed SLUG for a feed, --url URL for a page")
    commits = versions(folder, path)
    if not commits:
        raise UsageError(f"{path} is in no commit of {folder}")
    within = _git(folder, "rev-parse", "--show-prefix").decode().strip()  # log counts paths from the folder, cat-file from the top
    for at, body in zip((at for _, at in commits), blobs(folder, [f"{commit}:{within}{path}" for commit, _ in commits]), strict=True):
        if body is not None:  # in this commit it was removed
            yield Record(at, "feed" if feed_url else "page", url, 200, (), body)


def versions(folder: Path, path: str | None = None) -> list[tuple[str, datetime]]:
    """The commits (of one file), oldest first, each with its time."""
    log = _git(folder, "log", "--all", "--date-order", "--reverse", "--format=%H %cI", *(["--", path] if path else []))
    made = (line.split(" ", 1) for line in log.decode().splitlines())
    return sorted(((commit, to_milliseconds(datetime.fromisoformat(at).astimezone(UTC))) for commit, at in made), key=lambda one: one[1])


def blobs(folder: Path, names: list[str]) -> Iterator[bytes | None]:
    """What stands under each name (`COMMIT:PATH`), None where there is no file, through one git process."""
    with subprocess.Popen(
        ["git", "-C", str(folder), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        for name in names:
            reader.stdin.write(name.replace("\n", " ").encode() + b"\n")
            reader.stdin.flush()
            said = reader.stdout.readline().split()
            if len(said) != 3 or said[1] != b"blob":
                if len(said) == 3 and said[2].isdigit():
                    reader.stdout.read(int(said[2]) + 1)
                yield None
                continue
            yield reader.stdout.read(int(said[2]))
            reader.stdout.read(1)


def _git(folder: Path, *words: str) -> bytes:
    try:
        done = subprocess.run(["git", "--no-pager", "-C", str(folder), *words], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise UsageError("reading a repository needs git") from error
    if done.returncode:
        raise UsageError(f"cannot read {folder}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
