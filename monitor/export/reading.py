"""Exported JSON lines, read back: an article with its revisions and edits at a time, every claim parsed before it is believed."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from monitor.errors import UsageError
from monitor.model import Change, Content, Edit, Restamp, Revision, Said, Segment, Severity, Stamp, Stats

Json = dict[str, Any]


@dataclass(slots=True)
class History:
    """One article as it was exported."""

    url: str
    title: str
    first_seen_at: datetime
    feeds: tuple[str, ...] = ()
    canonical_url: str | None = None
    revisions: list[Revision] = field(default_factory=list)
    edits: dict[int, tuple[Edit, tuple[Change, ...]]] = field(default_factory=dict)


def histories(lines: Iterable[str]) -> Iterator[History]:
    """Each article whole. Raises UsageError that names the line that cannot be read."""
    current: History | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            kind = said["kind"]
            if kind == "article":
                if current is not None:
                    yield current
                feeds = tuple(said["feeds"])
                current = History(said["url"], said["title"], _moment(said["first_seen_at"]), feeds, said["canonical_url"])
            elif current is not None and kind == "revision":
                current.revisions.append(revision_of(said))
            elif current is not None and kind == "edit":
                edit = edit_of(said)
                current.edits[edit.to_rev] = edit, tuple(change_of(change) for change in said["changes"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"line {number} is not a line of an export: {error!r}") from error
    if current is not None:
        yield current


def revision_of(said: Json) -> Revision:
    """A revision from its JSON."""
    content = Content(
        said["title"],
        said["subtitle"],
        tuple(said["authors"]),
        said["section"],
        tuple(said["body"]),
        tuple(said["captions"]),
        said["language"],
    )
    read = said.get("stamps") or {}
    posted, updated = _stamp(said["posted_at"], read.get("posted")), _stamp(said["updated_at"], read.get("updated"))
    return Revision(
        said["article"], said["rev"], said["hash"], said["parent_hash"], said["event"], said["confirmed"], said["source"], said["url"],
        _moment(said["first_seen_at"]), _moment(said["last_seen_at"]), posted, updated, content,
        {slug: Said(one["title"], one["summary"]) for slug, one in said["listings"].items()},
        tuple(_restamp(one) for one in said["restamps"]), said.get("extractor", ""), None, said.get("redacted", False),
    )  # fmt: skip


def edit_of(said: Json) -> Edit:
    """An edit from its JSON."""
    words, pars = said["stats"]["words"], said["stats"]["paragraphs"]
    stats = Stats(
        words["added"], words["removed"], pars["total"], pars["changed"], pars["added"], pars["removed"], pars["moved"],
        said["stats"]["similarity"],
    )  # fmt: skip
    severity = Severity(said["severity"]["level"], said["severity"]["score"], tuple(said["severity"]["reasons"]))
    edit = Edit(
        said["article"], said["from_rev"], said["to_rev"], said["url"], said["title"], tuple(said["feeds"]), _moment(said["seen_after"]),
        _moment(said["seen_before"]), _moment(said["claimed_at"]) if said["claimed_at"] else None, tuple(said["kinds"]), severity,
        said["disclosed"], said["reverts_to"], stats,
    )  # fmt: skip
    watched = said.get("watched", {"added": (), "removed": ()})
    phrases: list[Segment] = [("+", phrase) for phrase in watched["added"]]
    phrases += [("-", phrase) for phrase in watched["removed"]]
    return replace(edit, evidence=tuple(said.get("evidence", ())), held_by=said.get("held_by"), watched=tuple(phrases))


def change_of(said: Json) -> Change:
    """A change from its JSON."""
    segments = tuple((sign, text) for sign, text in said["segments"])
    return Change(said["field"], said["op"], _numbers(said["from_par"]), _numbers(said["to_par"]), segments, tuple(said["kinds"]))


def _numbers(said: int | list[int] | None) -> tuple[int, ...]:
    return () if said is None else (said,) if isinstance(said, int) else tuple(said)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _stamp(at: str | None, read: Json | None) -> Stamp | None:
    if at is None:
        return None
    return Stamp(_moment(at), read["zone"], read["text"], read["read_from"]) if read else Stamp(_moment(at))


def _restamp(said: Json) -> Restamp:
    return Restamp(_moment(said["at"]), _stamp(said["posted_at"], None), _stamp(said["updated_at"], None), said["url"])
