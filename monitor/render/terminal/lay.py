"""Words to lines of a given width: foreign text made harmless, wide characters counted, no blank at a line's end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.color import ColorSystem
from rich.style import Style

from monitor.model import Segment
from monitor.text import display_width, term_safe

# The sixteen colours of the reader's own theme; form beside colour, so that nobody needs to see red from green.
REMOVED, ADDED, MOVED, FAINT, STRONG = "red strike", "green underline", "cyan", "dim", "bold"
LEVEL_STYLES = {"noise": "dim", "low": "", "medium": "yellow", "high": "bold red"}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one style. Its text is safe to print."""

    text: str
    style: str = ""


def foreign(text: str, style: str = "") -> Span:
    """A span of text that others wrote."""
    return Span(term_safe(text), style)


Line = list[Span]


def line(*spans: Span) -> Line:
    """Spans as one line, neighbours of one style joined, without blanks at its end."""
    kept: Line = []
    for span in spans:
        if kept and kept[-1].style == span.style:
            kept[-1] = Span(kept[-1].text + span.text, span.style)
        elif span.text:
            kept.append(span)
    while kept and not kept[-1].text.strip(" "):
        kept.pop()
    return [*kept[:-1], Span(kept[-1].text.rstrip(" "), kept[-1].style)] if kept else []


def painted(lines: Sequence[Line], *, color: bool) -> str:
    """The lines as text to print, each ended by a line break; without `color` no escape stands in it."""
    return "".join("".join(_paint(span) if color else span.text for span in one) + "\n" for one in lines)


def _paint(span: Span) -> str:
    # a style is rendered around text that holds no controls: rich's own markup is never read
    return Style.parse(span.style).render(span.text, color_system=ColorSystem.STANDARD) if span.style else span.text


def marked(segments: Sequence[Segment], *, marks: bool, keep: str = "=-+") -> list[Span]:
    """Segments as spans; with `marks` what was removed stands in `[-…-]`, what was added in `{+…+}`.

    Blanks at the edges of a change stay outside its marks. A line break, where a paragraph was split or merged, shows as ¶.
    """
    spans: list[Span] = []
    for sign, text in segments:
        if sign not in keep or not text:
            continue
        if sign == "=":
            spans.append(foreign(text))
            continue
        style, opening, closing = (REMOVED, "[-", "-]") if sign == "-" else (ADDED, "{+", "+}")
        shown = term_safe(text.replace("\n", "¶"))
        core = shown.strip(" ") or shown
        start = shown.index(core)
        if not marks:
            opening = closing = ""
            if sign == "+" and spans and spans[-1].style == REMOVED:
                spans.append(Span(" "))  # colour alone does not part what went from what came
        spans += [Span(shown[:start]), Span(f"{opening}{core}{closing}", style), Span(shown[start + len(core) :])]
    return [span for span in spans if span.text]


# --- wrapping -------------------------------------------------------------------------------------------------------

_WIDE = "ᄀ-ᅟ⺀-〾ぁ-㏿㐀-䶿一-鿿ꥠ-꥿豈-﫿︰-﹏！-｠￠-￦\U00020000-\U0003fffd"
_ATOM = re.compile(f" +|[{_WIDE}]|[^ {_WIDE}]+")
# Marks that must not begin a line, and those that must not end one.
_CLOSING = frozenset("、。，．！？；：」』）】〉》〕｝ー・%％”’")
_OPENING = frozenset("「『（【〈《〔｛“‘")


def wrapped(spans: Sequence[Span], width: int) -> list[list[Span]]:
    """The spans on lines of at most `width` columns, broken at blanks and between wide characters; at least one line."""
    lines: list[list[Span]] = [[]]
    used = 0
    for word, blanks in _words(spans):
        size = sum(display_width(span.text) for span in word)
        if used and used + size > width:
            lines.append([])
            used = 0
        if size > width:
            for piece in _pieces(word, width):
                taken = sum(display_width(span.text) for span in piece)
                if used and used + taken > width:
                    lines.append([])
                    used = 0
                lines[-1] += piece
                used += taken
        else:
            lines[-1] += word
            used += size
        if blanks:
            lines[-1].append(blanks)
            used += len(blanks.text)
    return [line(*one) for one in lines]


def _words(spans: Sequence[Span]) -> list[tuple[list[Span], Span | None]]:
    """Runs that must stay on one line, each with the blanks behind it."""
    out: list[tuple[list[Span], Span | None]] = []
    word: list[Span] = []
    for span in spans:
        for atom in _ATOM.findall(span.text):
            if atom[0] == " ":
                out.append((word, Span(atom, span.style)))
                word = []
                continue
            last = word[-1].text[-1] if word else ""
            wide = display_width(atom[0]) == 2 or (bool(last) and display_width(last) == 2)
            if word and wide and atom[0] not in _CLOSING and last not in _OPENING and not atom.startswith(("-]", "+}")):
                out.append((word, None))
                word = []
            word.append(Span(atom, span.style))
    return [*out, (word, None)] if word else out


def _pieces(word: Sequence[Span], width: int) -> list[list[Span]]:
    """A word that is wider than a line, cut."""
    out: list[list[Span]] = []
    for span in word:
        rest = span.text
        while rest:
            end = used = 0
            for character in rest:
                used += display_width(character)
                if used > width:
                    break
                end += 1
            end = max(end, 1)
            out.append([Span(rest[:end], span.style)])
            rest = rest[end:]
    return out


def columns(spans: Sequence[Span]) -> int:
    """How wide the spans are."""
    return sum(display_width(span.text) for span in spans)


def padded(spans: Sequence[Span], width: int) -> list[Span]:
    """The spans with blanks up to `width`."""
    return [*spans, Span(" " * max(0, width - columns(spans)))]


# --- times ----------------------------------------------------------------------------------------------------------


def moment(at: datetime, zone: tzinfo, beside: datetime | None = None) -> str:
    """`2026-11-19 16:20`, only `16:20` on the day of `beside`; the second where two moments share the minute."""
    local = at.astimezone(zone)
    if beside is None:
        return f"{local:%Y-%m-%d %H:%M}"
    other = beside.astimezone(zone)
    same_minute = (local.date(), local.hour, local.minute) == (other.date(), other.hour, other.minute)
    clock = f"{local:%H:%M:%S}" if same_minute and local != other else f"{local:%H:%M}"
    return clock if local.date() == other.date() else f"{local:%Y-%m-%d} {clock}"


def zone_name(at: datetime, zone: tzinfo) -> str:
    """The zone as it is called at that moment."""
    return at.astimezone(zone).tzname() or "UTC"
