"""Edits → Atom 1.0 (RFC 4287) and JSON Feed 1.1, with ids that stay the same wherever and whenever they are written. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from uuid import NAMESPACE_URL, UUID, uuid5

from monitor.model import Diff
from monitor.render.excerpt import field_name, one_line, places, remark, web_address
from monitor.render.plain import marked, side
from monitor.report import gist, headlines
from monitor.text import shorten, term_safe
from monitor.times import rfc3339

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACES_MAX = 60  # changes shown of one edit; the article's own page shows all
SUMMARY_MAX = 500

# What XML 1.0 cannot carry even escaped, beside what term_safe takes care of
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # a tag of RFC 5646, roughly; pages say anything


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed of edits is called and where it is. `id` never changes for the same state and scope.

    `self_url` is the feed's own address and `pages` monitor's own pages, None where nothing is served.
    """

    title: str
    id: str
    self_url: str | None = None
    pages: str | None = None


def channel_id(state: str, scope: str) -> str:
    """The id of a feed: from the state's own id and what the feed is limited to ('', 'feed:bbc', 'article:42', 'rule:x')."""
    return uuid5(NAMESPACE_URL, f"monitor:{state}:{scope}").urn


def edit_id(diff: Diff) -> str:
    """The id of an edit, from the hashes of its two revisions: the same in every feed, copy and export."""
    both = sha256(f"{diff.old.hash}..{diff.new.hash}".encode()).digest()
    return UUID(bytes=both[:16], version=5).urn


def etag(body: bytes) -> str:
    """A strong validator of a rendered feed."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def atom(diffs: Sequence[Diff], channel: Channel) -> bytes:
    """The edits as an Atom feed, newest first, UTF-8."""
    newest = sorted(diffs, key=lambda diff: (diff.edit.seen_before, diff.edit.id), reverse=True)
    updated = newest[0].edit.seen_before if newest else EPOCH
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        _tag("id", channel.id),
        _tag("title", channel.title),
        _tag("updated", rfc3339(updated)),
        "<author><name>monitor</name></author>",
        "<generator>monitor</generator>",
        *_link("self", channel.self_url, "application/atom+xml"),
        *_link("alternate", channel.pages, "text/html"),
    ]
    for diff in newest:
        lines += _entry(diff, channel)
    lines.append("</feed>\n")
    return "\n".join(lines).encode()


def _entry(diff: Diff, channel: Channel) -> Iterator[str]:
    edit = diff.edit
    yield "<entry>"
    yield _tag("id", edit_id(diff))
    yield _tag("title", title_of(diff))
    yield _tag("updated", rfc3339(edit.seen_before))
    yield _tag("published", rfc3339(edit.seen_before))
    address = web_address(edit.url)
    yield from _link("alternate", address or _page(diff, channel), "text/html")
    if address:
        yield from _link("related", _page(diff, channel), "text/html")
    for author in diff.new.content.authors[:10]:
        if name := _xml(one_line(author)):
            yield f"<author><name>{escape(name)}</name></author>"
    for kind in (*edit.kinds, f"severity-{edit.severity.level}"):
        yield f'<category term="{escape(kind)}"/>'
    yield f'<summary type="text">{escape(_xml(summary_of(diff)))}</summary>'
    yield f'<content type="html">{escape(_xml(fragment(diff), keep_lines=True))}</content>'
    yield "</entry>"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(_xml(text))}</{name}>"


def _link(rel: str, href: str | None, kind: str) -> Iterator[str]:
    if href:
        yield f'<link rel="{rel}" type="{kind}" href="{escape(href)}"/>'


def _page(diff: Diff, channel: Channel) -> str | None:
    return f"{channel.pages.rstrip('/')}/a/{diff.edit.article}" if channel.pages else None


def _xml(text: str, *, keep_lines: bool = False) -> str:
    return _NO_XML.sub("\ufffd", text if keep_lines else term_safe(text))


def json_feed(diffs: Sequence[Diff], channel: Channel) -> bytes:
    """The edits as a JSON Feed 1.1, newest first, UTF-8."""
    newest = sorted(diffs, key=lambda diff: (diff.edit.seen_before, diff.edit.id), reverse=True)
    document: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _xml(channel.title),
        **({"home_page_url": channel.pages} if channel.pages else {}),
        **({"feed_url": channel.self_url} if channel.self_url else {}),
        "authors": [{"name": "monitor"}],
        "items": [_item(diff, channel) for diff in newest],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _item(diff: Diff, channel: Channel) -> dict[str, object]:
    edit = diff.edit
    address = web_address(edit.url) or _page(diff, channel)
    language = diff.new.content.language
    authors = [{"name": name} for author in diff.new.content.authors if (name := _xml(one_line(author)))]
    return {
        "id": edit_id(diff),
        **({"url": address} if address else {}),
        "title": _xml(title_of(diff)),
        "summary": _xml(summary_of(diff)),
        "content_html": _xml(fragment(diff), keep_lines=True),
        "date_published": rfc3339(edit.seen_before),
        "date_modified": rfc3339(edit.seen_before),
        **({"authors": authors} if authors else {}),
        **({"language": language} if language and _LANGUAGE.fullmatch(language) else {}),
        "tags": [*edit.kinds, f"severity-{edit.severity.level}"],
        "_monitor": {
            "article": edit.article,
            "from_rev": edit.from_rev,
            "to_rev": edit.to_rev,
            "severity": edit.severity.level,
            "disclosed": edit.disclosed,
            "feeds": list(edit.feeds),
        },
    }


def title_of(diff: Diff) -> str:
    """What happened and to which article, in one line."""
    edit = diff.edit
    headline = shorten(term_safe(edit.title), 200) or f"article {edit.article}"
    for kind, verb in (("gone", "Gone"), ("restored", "Back"), ("reverted", "Changed back"), ("correction-note", "Corrected")):
        if kind in edit.kinds:
            return f"{verb}: {headline}"
    return f"Headline changed: {headline}" if headlines(diff) else f"Edited: {headline}"


def summary_of(diff: Diff) -> str:
    """The first change with its marks, and how much there is."""
    pair = headlines(diff)
    if pair:
        words = f"“{shorten(term_safe(pair[0]), 200)}” → “{shorten(term_safe(pair[1]), 200)}”"
    else:
        words = " ".join(marked(place.segments) for place in places(diff, context=40)[:4]) or remark(diff.edit)
    return shorten(f"{gist(diff.edit)}. {words}", SUMMARY_MAX)


def fragment(diff: Diff) -> str:
    """The edit as a piece of HTML for feed readers: text, <ins>, <del>, nothing that acts. Lines are parted by line breaks."""
    return "\n".join(_fragment_lines(diff))


def _fragment_lines(diff: Diff) -> Iterable[str]:
    yield f"<p>{escape(gist(diff.edit))}</p>"
    if note := remark(diff.edit):
        yield f"<p>{escape(note)}</p>"
    shown, field = places(diff), None
    for place in shown[:PLACES_MAX]:
        if place.field != field:
            field = place.field
            yield f"<h4>{escape(field_name(field))}</h4>"
        if not place.where and place.sign == "~":
            yield f"<p>− <del>{escape(side(place.segments, '-'))}</del><br>+ <ins>{escape(side(place.segments, '+'))}</ins></p>"
            continue
        words = "".join(_word(sign, text) for sign, text in place.segments)
        note = f" <em>({escape(place.remark)})</em>" if place.remark else ""
        yield f"<p>{escape(f'{place.where} {place.sign}'.strip())} {words}{note}</p>"
    if len(shown) > PLACES_MAX:
        yield f"<p>… and {len(shown) - PLACES_MAX} more changes</p>"


def _word(sign: str, text: str) -> str:
    if sign == "=":
        return escape(text)
    tag, before, after = ("del", "[−", "−]") if sign == "-" else ("ins", "[+", "+]")
    return f"<{tag}>{before}{escape(text)}{after}</{tag}>"
