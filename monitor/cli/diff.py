"""`monitor diff`: what differs between two revisions, two files, or the pairs of a data set."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from monitor.cli.face import Face, pass_face, print_json, say
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.cli.face import Reading
    from monitor.model import Diff
    from monitor.refs import Resolved

View = Literal["auto", "inline", "side", "unified"]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The options of `diff`, as typed."""

    as_json: bool
    as_lines: bool
    exit_code: bool
    full: bool
    stat: bool
    view: View
    word_diff: bool
    context: int
    fields: tuple[str, ...]
    noise: bool
    each: bool
    reverse: bool
    pager: bool


@click.command()
@click.argument("words", nargs=-1, metavar="[REF [REV [REV]] | OLD NEW]")
@click.option("--json", "as_json", is_flag=True, help="The difference as one JSON document.")
@click.option("--jsonl", "as_lines", is_flag=True, help="One JSON object a line (with --pairs, --each).")
@click.option("--stat", is_flag=True, help="Only how much changed where.")
@click.option(
    "--view", type=click.Choice(["auto", "inline", "side", "unified"]), default="auto", help="auto: side by side from 110 columns."
)
@click.option("--full", is_flag=True, help="Unchanged paragraphs too.")
@click.option(
    "-U", "--unified", "context", metavar="N", type=click.IntRange(min=0), default=1, help="Unchanged paragraphs around a change [1]."
)
@click.option("--word-diff", is_flag=True, help="Mark words as [-removed-] and {+added+}, also in colour.")
@click.option("--headline", is_flag=True, help="Only the headline, and what feeds say in its place.")
@click.option("--body", is_flag=True, help="Only the body.")
@click.option("--noise", is_flag=True, help="Also what only looks different: quotes, dashes, case.")
@click.option("--net/--each", default=True, help="A range as one difference [net], or edit by edit.")
@click.option("-R", "--reverse", is_flag=True, help="From the new text to the old one.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when something differs.")
@click.option("--no-index", is_flag=True, help="Compare two files: text, or the JSON of show and extract.")
@click.option("--pairs", "data_set", metavar="FILE", type=click.Path(path_type=Path), help="Compare each pair of a JSONL file.")
@click.option("--no-pager", is_flag=True, help="Never use a pager.")
@pass_face
def diff(
    face: Face, words: tuple[str, ...], as_json: bool, as_lines: bool, stat: bool, view: View, full: bool, context: int,
    word_diff: bool, headline: bool, body: bool, noise: bool, net: bool, reverse: bool, exit_code: bool, no_index: bool,
    data_set: Path | None, no_pager: bool,
) -> int:  # fmt: skip
    """What differs between two revisions. Without REF: the latest edit.

    \b
    monitor diff 42                     its latest edit
    monitor diff 42@16:20..09:34        by the publisher's own stamps
    monitor diff 42 1 3 --stat
    monitor diff --no-index old.txt new.txt
    """
    if data_set and (words or no_index):
        raise UsageError("--pairs compares a data set, and nothing beside it")
    fields = (("headline", "feed-headline") if headline else ()) + (("body",) if body else ())
    wanted = _Wanted(as_json, as_lines, exit_code, full, stat, view, word_diff, context, fields, noise, not net, reverse, not no_pager)
    if data_set:
        return _data_set(data_set, wanted)
    return _two_files(face, words, wanted) if no_index else _revisions(face, words or ("last",), wanted)


def _data_set(path: Path, wanted: _Wanted) -> int:
    from monitor.cli.diff_files import pair_line, pairs

    differ = False
    for name, one in pairs(path):
        differ = differ or _differs(one)
        sys.stdout.write(pair_line(name, one) + "\n")
    return int(wanted.exit_code and differ)


def _two_files(face: Face, words: tuple[str, ...], wanted: _Wanted) -> int:
    if len(words) != 2:
        raise UsageError("--no-index compares two files", hint="monitor diff --no-index OLD NEW")
    from monitor.cli.diff_files import dumps, read_content, unstored_json
    from monitor.compare import texts_diff

    old, new = (read_content(Path(word)) for word in (reversed(words) if wanted.reverse else words))
    one = texts_diff(old, new)
    if wanted.as_json or wanted.as_lines:
        shape = unstored_json(one, full=wanted.full)
        if wanted.as_lines or not sys.stdout.isatty():
            sys.stdout.write(dumps({"schema": "monitor.diff/1", **shape}) + "\n")
        else:
            print_json("diff", shape)
    elif _differs(one):
        _print(face, [one], wanted, timezone="UTC", names=(words[0], words[1]))
    return int(wanted.exit_code and _differs(one))


def _revisions(face: Face, words: tuple[str, ...], wanted: _Wanted) -> int:
    if len(words) > 3:
        raise UsageError("diff takes a REF and at most two revisions", hint="monitor diff 42 1 3")
    from monitor.refs import resolve, with_revs

    with face.reading() as reading:
        found = resolve(reading.store, with_revs(words[0], words[1:]), purpose="diff", timezone=reading.settings.timezone, now=reading.now)
        for note in found.notes:
            say(note)
        diffs = list(_diffs_of(reading, found, wanted))
        zone = reading.settings.timezone
    if not any(one.edit.from_rev != one.edit.to_rev for one in diffs):
        one = "has one revision" if found.article.revisions == 1 else f"has nothing before revision {found.new.rev}"
        say(f"article {found.article.id} {one}, so there is nothing to compare with")
    _say_diffs(face, diffs, wanted, zone)
    return int(wanted.exit_code and any(_differs(one) for one in diffs))


def _say_diffs(face: Face, diffs: "list[Diff]", wanted: _Wanted, timezone: str) -> None:
    from monitor.shapes import diff_json

    shapes = [diff_json(one, full=wanted.full) for one in diffs] if wanted.as_json or wanted.as_lines else []
    if wanted.as_lines:
        from monitor.cli.face import print_lines

        print_lines(shapes)
    elif wanted.as_json and len(shapes) == 1:
        print_json("diff", shapes[0])
    elif wanted.as_json:
        print_json("diffs", {"items": shapes})
    else:
        _print(face, [one for one in diffs if one.edit.from_rev != one.edit.to_rev], wanted, timezone=timezone)


def _diffs_of(reading: "Reading", found: "Resolved", wanted: _Wanted) -> "Iterator[Diff]":
    """One difference of a whole range, or one for each of its edits, as stored where they are neighbours."""
    if found.old is None:
        yield _of_one(found)
        return
    first, last = (found.new, found.old) if wanted.reverse else (found.old, found.new)
    if not wanted.each or abs(first.rev - last.rev) == 1:
        yield _between(reading, found, first.rev, last.rev)
        return
    step = 1 if first.rev < last.rev else -1
    for rev in range(first.rev, last.rev, step):
        yield _between(reading, found, rev, rev + step)


def _between(reading: "Reading", found: "Resolved", first: int, last: int) -> "Diff":
    from monitor.errors import NotFound
    from monitor.model import Diff

    known = {revision.rev: revision for revision in found.revisions}
    old, new = (known.get(rev) or reading.store.revision(found.article.id, rev) for rev in (first, last))
    if old is None or new is None:
        raise NotFound(f"article {found.article.id} has no revision {first if old is None else last}")
    stored = reading.store.edit(found.article.id, last) if last == first + 1 else None
    stored = stored if stored and stored.from_rev == first else None
    # as it was told then: comparing anew would cost a third of the command, and might judge otherwise by now
    if stored and (changes := reading.store.changes(stored.id)):
        return Diff(stored, old, new, changes)
    from monitor.compare import diff_of

    one = diff_of(old, new, url=found.article.url, feeds=found.article.feeds, event=None if last == first + 1 else "edited")
    if last < first:  # backwards, stamps tell nothing of what the publisher owned up to
        return replace(one, edit=replace(one.edit, disclosed=None))
    return replace(one, edit=stored) if stored else one


def _of_one(found: "Resolved") -> "Diff":
    """A single revision beside itself: nothing differs."""
    from monitor.compare import diff_of

    one = diff_of(found.new, found.new, url=found.article.url, feeds=found.article.feeds, event="edited")
    return replace(one, changes=())


def _differs(one: "Diff") -> bool:
    return any(change.op != "equal" for change in one.changes)


def _print(face: Face, diffs: "Iterable[Diff]", wanted: _Wanted, *, timezone: str, names: tuple[str, str] | None = None) -> None:
    from monitor.render.terminal import Sight, render_diff

    sight = Sight(
        wanted.view, wanted.context, wanted.full, wanted.stat, wanted.fields, True if wanted.noise else None, wanted.word_diff, names
    )
    texts = [render_diff(one, sight, timezone=timezone, columns=face.columns, color=face.is_colored) for one in diffs]
    text = "\n".join(texts)
    if wanted.pager and sys.stdout.isatty() and text.count("\n") >= _screen_lines():
        _paged(text, face.is_colored)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()


def _screen_lines() -> int:
    import shutil

    return shutil.get_terminal_size().lines


def _paged(text: str, color: bool) -> None:
    """Through $MONITOR_PAGER, $PAGER or `less -FRX`; printed plainly where none of them runs."""
    import os
    import shlex
    import subprocess

    command = shlex.split(os.environ.get("MONITOR_PAGER") or os.environ.get("PAGER") or "less -FRX")
    try:
        subprocess.run(command, input=text.encode("utf-8", "replace"), check=False)
    except (OSError, ValueError):
        sys.stdout.write(text)
