"""A difference as a picture (PNG) for those who share its address: SVG from a template, drawn by resvg with the machine's fonts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import bidirectional, east_asian_width

from jinja2 import Environment

from monitor.model import Diff, Segment
from monitor.web import blocks, words

WIDTH, HEIGHT, MARGIN = 1200, 630, 72
SIZES = ((62, 3), (52, 4), (44, 5))
"""Letter sizes and how many lines of them fit, the largest that does is taken."""

SERIFS = ("Noto Serif", "Source Serif 4", "DejaVu Serif", "Liberation Serif", "Georgia", "Times New Roman", "Times")
SANS = ("Noto Sans", "DejaVu Sans", "Liberation Sans", "Helvetica Neue", "Arial", "Helvetica")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the picture: its runs of words, and where it stands. `x` is its right end for text that runs leftwards."""

    runs: tuple[Segment, ...]
    x: int
    y: int
    leftwards: bool


def png(templates: Environment, diff: Diff, outlet: str, timezone: str) -> bytes | None:
    """The picture, 1200 by 630; None where it cannot be drawn."""
    if not can_draw():
        return None
    return _drawn(svg(templates, diff, outlet, timezone))


def svg(templates: Environment, diff: Diff, outlet: str, timezone: str) -> str:
    """The picture before it is drawn: the headline as it changed, else the change that tells most under the headline."""
    headline = next((change.segments for change in diff.changes if change.field == "headline" and change.op != "equal"), None)
    _, excerpt = blocks.glance(diff.changes, width=170)
    told = headline or excerpt or (("=", diff.new.content.title),)
    title = "" if headline or not excerpt else _short(diff.new.content.title, 62)
    size, lines = _lines(told, 258 if title else 218)
    return templates.get_template("card.svg").render(
        lines=lines,
        size=size,
        outlet=_short(outlet, 44),
        title=title,
        day=words.day(diff.edit.seen_before, timezone),
        edit=diff.edit,
        width=WIDTH,
        height=HEIGHT,
        margin=MARGIN,
    )


def can_draw() -> bool:
    """Whether resvg is installed and the machine has fonts: without them it draws pictures without words."""
    return bool(_family(SERIFS) or _family(SANS))


@lru_cache(maxsize=4)
def _family(names: tuple[str, ...]) -> str:
    """The first of these families that this machine has, empty for none."""
    try:
        import resvg_py
    except ImportError:
        return ""
    frame = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{}</svg>'
    blank = resvg_py.svg_to_bytes(svg_string=frame.format(""))
    letter = '<text x="2" y="30" font-family="{}" font-size="30">M</text>'
    return next((name for name in names if resvg_py.svg_to_bytes(svg_string=frame.format(letter.format(name))) != blank), "")


@lru_cache(maxsize=64)
def _drawn(picture: str) -> bytes:
    import resvg_py

    sans, serif = _family(SANS), _family(SERIFS)
    return bytes(resvg_py.svg_to_bytes(svg_string=picture, serif_family=serif or sans, sans_serif_family=sans or serif))


def _lines(segments: Sequence[Segment], top: int) -> tuple[int, tuple[Line, ...]]:
    leftwards = _runs_leftwards("".join(text for _, text in segments))
    for size, most in SIZES:
        broken = _broken(segments, (WIDTH - 2 * MARGIN) / size)
        if len(broken) <= most:
            break
    if len(broken) > most:
        broken = [*broken[: most - 1], [*broken[most - 1], ("=", " …")]]
    x = WIDTH - MARGIN if leftwards else MARGIN
    return size, tuple(Line(tuple(runs), x, top + round(index * size * 1.26), leftwards) for index, runs in enumerate(broken))


def _broken(segments: Sequence[Segment], width: float) -> list[list[Segment]]:
    """Lines of at most `width` ems, broken at spaces, in scripts without spaces anywhere."""
    lines: list[list[Segment]] = [[]]
    left = width
    for sign, text in _spaced(segments):
        for word in _words(" ".join(text.split("\n"))):
            wide = sum(map(_ems, word.rstrip()))
            if wide > left and lines[-1]:
                lines.append([])
                left = width
                word = word.lstrip()
            lines[-1].append((sign, word))
            left -= sum(map(_ems, word))
    return [_joined(line) for line in lines]


def _spaced(segments: Sequence[Segment]) -> list[Segment]:
    # words that went and words that came touch; on the page a margin parts them, here a blank has to
    found: list[Segment] = []
    for sign, text in segments:
        if found and found[-1][0] == "-" and sign == "+" and not (found[-1][1][-1:].isspace() or text[:1].isspace()):
            found.append(("=", " "))
        found.append((sign, text))
    return found


def _words(text: str) -> list[str]:
    found: list[str] = []
    for character in text:
        if (found and found[-1] and not found[-1][-1].isspace() and not _is_wide(character)) or (found and character.isspace()):
            found[-1] += character
        else:
            found.append(character)
    return found


def _joined(line: Sequence[Segment]) -> list[Segment]:
    runs: list[Segment] = []
    for sign, text in line:
        if runs and runs[-1][0] == sign:
            runs[-1] = (sign, runs[-1][1] + text)
        else:
            runs.append((sign, text))
    return [*runs[:-1], (runs[-1][0], runs[-1][1].rstrip())] if runs else []


def _ems(character: str) -> float:
    # a serif's mean widths, a little wide, so that a line never leaves the picture
    if _is_wide(character):
        return 1.0
    return 0.29 if character in " .,:;'’il|!" else 0.75 if character.isupper() or character in "mw" else 0.54


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


def _runs_leftwards(text: str) -> bool:
    return next((bidirectional(character) in ("R", "AL") for character in text if bidirectional(character) in ("L", "R", "AL")), False)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
