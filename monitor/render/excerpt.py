"""What of a change is shown: words around each difference, the rest folded to `…`. Pure, shared by all renderings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.model import Change, Diff, Edit, Segment
from monitor.text import shorten, term_safe

CONTEXT = 90  # characters kept on each side of a difference: a line or so, enough to know the sentence
CHANGED_MAX = 1500  # characters of one added or removed piece; more is a rewrite, which the page shows better

FIELDS = ("headline", "subheading", "byline", "section", "body", "caption", "feed-headline", "feed-summary")
"""The order in which fields are shown."""

LINE_MAX = 300  # characters of a headline, name or reason where it stands as one line
ADDRESS_MAX = 1000  # characters of an address that is shown; longer ones are made to hurt

SIGNS = {"replace": "~", "insert": "+", "delete": "−", "move": ">", "split": "~", "merge": "~", "equal": " "}


@dataclass(frozen=True, slots=True)
class Place:
    """One change as it is shown: `where` ('¶7→3', '' for fields that stand alone), its sign, and its shortened segments."""

    field: str
    where: str
    sign: str
    segments: tuple[Segment, ...]
    remark: str = ""


def places(diff: Diff, *, context: int = CONTEXT) -> tuple[Place, ...]:
    """Everything that changed, in the order it is shown: headline first, then as it stands in the article."""
    changed = [change for change in diff.changes if change.op != "equal"]
    order = sorted(range(len(changed)), key=lambda at: (_rank(changed[at].field), at))
    return tuple(_place(changed[at], context) for at in order)


def _rank(field: str) -> int:
    name = field.partition(":")[0]
    return FIELDS.index(name) if name in FIELDS else len(FIELDS)


def _place(change: Change, context: int) -> Place:
    remark = {"move": "moved", "split": "split", "merge": "merged"}.get(change.op, "")
    return Place(change.field, _where(change), SIGNS[change.op], excerpt(change.segments, context), remark)


def _where(change: Change) -> str:
    if change.field not in ("body", "caption"):
        return ""
    old, new = (",".join(map(str, numbers[:3])) for numbers in (change.from_pars, change.to_pars))
    if old and new and old != new:
        return f"¶{old}→{new}"
    return f"¶{old or new}"


def excerpt(segments: Sequence[Segment], context: int = CONTEXT) -> tuple[Segment, ...]:
    """The segments as one line each, made harmless; equal text far from a difference becomes `…`."""
    shown: list[Segment] = []
    last = len(segments) - 1
    for at, (sign, raw) in enumerate(segments):
        text = term_safe(raw[: 20 * CHANGED_MAX])
        if sign != "=":
            shown.append((sign, text if len(text) <= CHANGED_MAX else text[:CHANGED_MAX].rstrip() + " …"))
        elif last == 0:
            shown.append((sign, _head(text, 2 * context)))
        else:
            shown.append((sign, _folded(text, context, before=at > 0, after=at < last)))
    return tuple((sign, text) for sign, text in shown if text)


def _folded(text: str, context: int, *, before: bool, after: bool) -> str:
    """Equal text of which only the ends that touch a difference are kept."""
    head = context if before else 0
    tail = context if after else 0
    if len(text) <= head + tail + 20:
        return text
    start = _head(text, head).removesuffix("…") if head else ""
    end = _tail(text, tail) if tail else ""
    return f"{start}…{end}"


def _head(text: str, size: int) -> str:
    if len(text) <= size:
        return text
    cut = text.rfind(" ", size // 2, size)
    return text[: cut if cut > 0 else size] + " …"


def _tail(text: str, size: int) -> str:
    cut = text.find(" ", len(text) - size, len(text) - size // 2)
    return text[cut if cut > 0 else len(text) - size :]


def field_name(field: str) -> str:
    """A field as a heading: 'Headline', 'Feed headline (bbc)'."""
    name, _, slug = field.partition(":")
    words = name.replace("-", " ").capitalize()
    return f"{words} ({term_safe(slug)})" if slug else words


def one_line(text: str) -> str:
    """Foreign words as one harmless line of bearable length."""
    return shorten(term_safe(text[: 20 * LINE_MAX]), LINE_MAX)


def remark(edit: Edit) -> str:
    """A sentence for what words alone do not show: a page that went or came back, a text that returned."""
    if "gone" in edit.kinds:
        return "The page is gone; its last text is kept."
    if "restored" in edit.kinds:
        return "The page is back."
    if edit.reverts_to is not None or "reverted" in edit.kinds:
        back = f" of revision {edit.reverts_to}" if edit.reverts_to is not None else ""
        return f"Changed back to the text{back}."
    return ""


TOLD_BEFORE = "You were told before; since then other outlets made the same edit."
CORRECTION = "Correction of ours: this was told as not disclosed. The publisher's Updated stamp followed, so it was disclosed."


def local(at: datetime, zone: ZoneInfo) -> str:
    """`19 Nov 16:20`, in the reader's zone."""
    there = at.astimezone(zone)
    return f"{there.day} {there:%b %H:%M}"


def lasting(span: timedelta) -> str:
    """`6h 46m`, `3d 2h`, `40s`: the two largest units."""
    seconds = int(abs(span).total_seconds())
    units = [(seconds // 86400, "d"), (seconds % 86400 // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s")]
    first = next((index for index, (number, _) in enumerate(units) if number), 3)
    return " ".join(f"{number}{unit}" for number, unit in units[first : first + 2] if number) or "0s"


def times(diff: Diff, zone: ZoneInfo) -> Iterator[str]:
    """What the publisher claims, and between which looks the edit happened."""
    new_posted, new_updated = diff.new.stamps
    old_updated = diff.old.stamps[1]
    if new_posted:
        yield f"Posted {local(new_posted.at, zone)}"
    if new_updated:
        moved = f"{local(old_updated.at, zone)} → " if old_updated and old_updated.at != new_updated.at else ""
        yield f"Updated {moved}{local(new_updated.at, zone)}"
    edit = diff.edit
    yield f"seen between {local(edit.seen_after, zone)} and {local(edit.seen_before, zone)}"


_URL = re.compile(r"[!#-;=?-\[\]_a-z~]+", re.IGNORECASE)


def web_address(url: str) -> str | None:
    """The address where a reader may be sent: http or https, without quotes, blanks or controls; None for all others."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if len(url) > ADDRESS_MAX:
        return None
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or not _URL.fullmatch(url):
        return _quoted(url) if parts.scheme in ("http", "https") and host and not url.isascii() else None
    return _without_brackets(url)


def _without_brackets(url: str) -> str:
    """The address with brackets only around an IPv6 host, as RFC 3986 wants them."""
    before, _, path = url.partition("//")
    host, slash, rest = path.partition("/")
    if "?" in host or "#" in host:
        return url.replace("[", "%5B").replace("]", "%5D")
    return f"{before}//{host}{slash}{rest.replace('[', '%5B').replace(']', '%5D')}"


def _quoted(url: str) -> str | None:
    from urllib.parse import quote

    try:
        ascii_url = quote(url, safe="!#$%&'()*+,/:;=?@[]_.~-")
    except UnicodeEncodeError:
        return None
    return _without_brackets(ascii_url) if _URL.fullmatch(ascii_url) else None
