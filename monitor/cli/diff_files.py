"""Texts to compare from files: plain text, the JSON of `show` or `extract`, and data sets of pairs."""

import gc
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from monitor.compare import texts_diff
from monitor.errors import UsageError
from monitor.model import Change, Content, Diff
from monitor.shapes import Json, diff_json


def read_content(path: Path) -> Content:
    """A text file (first line the headline, blank lines part paragraphs) or a JSON object with `title` and `body`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: {error}") from error
    if text.lstrip().startswith("{"):
        return content_of(parsed(text, str(path)), str(path))
    return plain_text(text)


def plain_text(text: str) -> Content:
    """The first line is the headline; paragraphs are parted by blank lines, lines of one paragraph joined by blanks."""
    lines = text.splitlines()
    paragraphs: list[list[str]] = [[]]
    for line in lines[1:]:
        if line.strip():
            paragraphs[-1].append(line.strip())
        else:
            paragraphs.append([])
    return Content(title=lines[0].strip() if lines else "", body=tuple(" ".join(part) for part in paragraphs if part))


def parsed(text: str, place: str) -> Json:
    """A JSON object. Raises UsageError that names the place."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{place} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"{place} is no JSON object")
    return value


def content_of(said: Json, place: str) -> Content:
    """The words of a revision as JSON prints them; what is missing is empty. Raises UsageError that names the place."""

    def line(key: str) -> str | None:
        value = said.get(key)
        if value is not None and not isinstance(value, str):
            raise UsageError(f"{place}: {key} is no text")
        return value

    def lines(key: str) -> tuple[str, ...]:
        value: Any = said.get(key) or ()
        if isinstance(value, str) or not all(isinstance(part, str) for part in value):
            raise UsageError(f"{place}: {key} is no list of texts")
        return tuple(value)

    return Content(
        title=line("title") or "",
        subtitle=line("subtitle"),
        authors=lines("authors"),
        section=line("section"),
        body=lines("body"),
        captions=lines("captions"),
        language=line("language"),
    )


def pairs(path: Path) -> Iterator[tuple[Any, Diff]]:
    """(id, difference) of each line of a data set."""
    gc.set_threshold(_VALUES)
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if raw.strip():
                    place = f"{path}:{number}"
                    pair = parsed(_decoded(raw, place), place)
                    sides = [pair.get(side) for side in ("old", "new")]
                    if not all(isinstance(side, dict) for side in sides):
                        raise UsageError(f"{place}: a pair needs the objects old and new")
                    old, new = (
                        content_of(side, f"{place}: {name}") for side, name in zip(sides, ("old", "new"), strict=True) if side is not None
                    )
                    yield pair.get("id"), texts_diff(old, new)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


# Values made before the collector looks for cycles, in a process that compares text after text and ends. A difference has no
# cycles but tens of thousands of small values: at Python's own 700 a tenth of the time went into looking.
_VALUES = 50_000


def _decoded(raw: bytes, place: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{place} is not UTF-8: {error}") from error


def unstored_json(diff: Diff, *, full: bool = True) -> Json:
    """CONTRACT's diff of two texts that are no revisions: what only a store knows is null."""
    shape = diff_json(diff, full=full)
    for key in ("id", "article", "from_rev", "to_rev", "url", "seen_after", "seen_before"):
        shape[key] = None
    shape["evidence"] = shape["evidence"][:-1]  # the last sentence speaks of stamps
    for side in ("from", "to"):
        shape[side] = dict.fromkeys(shape[side])
    return shape


def dumps(shape: Json) -> str:
    """One line of JSON; escaped where a text holds lone surrogates, which no UTF-8 can carry."""
    line = json.dumps(shape, ensure_ascii=False)
    return line if _is_unicode(line) else json.dumps(shape)


def pair_line(name: Any, diff: Diff) -> str:
    """The difference of a pair as `dumps` writes it. Its changes, nearly all of it, are written here, which takes a third of the time."""
    line = dumps({**unstored_json(replace(diff, changes=())), "id": name})
    texts = "".join([text for change in diff.changes for _, text in change.segments])
    if not _is_unicode(texts):
        return dumps({**unstored_json(diff), "id": name})
    quoted = _in_quotes if texts.isascii() and not texts.encode().translate(None, _AS_THEY_ARE) else encode_basestring
    return line.removesuffix("]}") + ", ".join([_change_line(change, quoted) for change in diff.changes]) + "]}"


def _change_line(change: Change, quoted: Callable[[str], str]) -> str:
    segments = ", ".join([f'["{sign}", {quoted(text)}]' for sign, text in change.segments])
    return (
        f'{{"field": {encode_basestring(change.field)}, "op": "{change.op}", "from_par": {_numbers(change.from_pars)}, '
        f'"to_par": {_numbers(change.to_pars)}, "segments": [{segments}], "kinds": [{", ".join(map(_in_quotes, change.kinds))}]}}'
    )


def _numbers(numbers: tuple[int, ...]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else str(list(numbers)) if numbers else "null"


def _in_quotes(text: str) -> str:
    return f'"{text}"'


# What JSON never escapes.
_AS_THEY_ARE = bytes(set(range(0x20, 0x80)) - set(b'"\\'))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
