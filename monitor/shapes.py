"""The contract's JSON shapes of the nouns: the one place where a value becomes what scripts read."""

from datetime import datetime, timedelta
from typing import Any

from monitor.model import Article, Change, Diff, Edit, Look, Report, Restamp, Revision, Stamp, Story, Tally
from monitor.proof import said_json
from monitor.times import rfc3339

Json = dict[str, Any]


def article_json(article: Article) -> Json:
    """CONTRACT's article."""
    return {
        "id": article.id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "feeds": list(article.feeds),
        "title": article.title,
        "state": article.state,
        "revisions": article.revisions,
        "first_seen_at": rfc3339(article.first_seen_at),
        "posted_at": _time(article.posted_at),
        "updated_at": _time(article.updated_at),
        "last_edit_at": _time(article.last_edit_at),
        "next_look_at": _time(article.next_look_at),
        "language": article.language,
        "merged_into": article.merged_into,
        "flapping": article.flapping,
    }


def revision_json(revision: Revision) -> Json:
    """CONTRACT's revision: every key that is hashed, and what may change beside them."""
    content = revision.content
    return {
        "article": revision.article,
        "rev": revision.rev,
        "hash": revision.hash,
        "parent_hash": revision.parent_hash,
        "event": revision.event,
        "confirmed": revision.confirmed,
        "source": revision.source,
        "url": revision.url,
        "first_seen_at": rfc3339(revision.first_seen_at),
        "last_seen_at": rfc3339(revision.last_seen_at),
        "posted_at": _stamp(revision.posted),
        "updated_at": _stamp(revision.updated),
        "title": content.title,
        "subtitle": content.subtitle,
        "authors": list(content.authors),
        "section": content.section,
        "body": list(content.body),
        "captions": list(content.captions),
        "language": content.language,
        "listings": said_json(revision.listings),
        "restamps": [restamp_json(restamp) for restamp in revision.restamps],
        "stamps": {"posted": _stamp_proof(revision.posted), "updated": _stamp_proof(revision.updated)},
        "extractor": revision.extractor,
        "redacted": revision.redacted,
    }


def restamp_json(restamp: Restamp) -> Json:
    """A stamp that moved alone."""
    return {"at": rfc3339(restamp.at), "posted_at": _stamp(restamp.posted), "updated_at": _stamp(restamp.updated), "url": restamp.url}


def edit_json(edit: Edit) -> Json:
    """CONTRACT's edit."""
    stats = edit.stats
    shape: Json = {
        "id": edit.id,
        "article": edit.article,
        "from_rev": edit.from_rev,
        "to_rev": edit.to_rev,
        "url": edit.url,
        "title": edit.title,
        "feeds": list(edit.feeds),
        "seen_after": rfc3339(edit.seen_after),
        "seen_before": rfc3339(edit.seen_before),
        "claimed_at": _time(edit.claimed_at),
        "kinds": list(edit.kinds),
        "severity": {"level": edit.severity.level, "score": edit.severity.score, "reasons": list(edit.severity.reasons)},
        "disclosed": edit.disclosed,
        "reverts_to": edit.reverts_to,
        "stats": {
            "words": {"added": stats.words_added, "removed": stats.words_removed},
            "paragraphs": {
                "total": stats.paragraphs,
                "changed": stats.changed,
                "added": stats.added,
                "removed": stats.removed,
                "moved": stats.moved,
            },
            "similarity": round(stats.similarity, 4),
        },
        "evidence": list(edit.evidence),
    }
    if edit.held_by:
        shape["held_by"] = edit.held_by
    if edit.watched:
        shape["watched"] = watched_json(edit)
    return shape


def watched_json(edit: Edit) -> Json:
    """The phrases of the watchlist that an edit added and removed."""
    return {name: [phrase for mine, phrase in edit.watched if mine == sign] for name, sign in (("added", "+"), ("removed", "-"))}


def diff_json(diff: Diff, *, full: bool = True) -> Json:
    """CONTRACT's diff; without `full` the unchanged paragraphs are left out."""
    changes = [change_json(change) for change in diff.changes if full or change.op != "equal"]
    return {**edit_json(diff.edit), "from": _side(diff.old), "to": _side(diff.new), "changes": changes}


def change_json(change: Change) -> Json:
    """One change; a single paragraph number stands alone, several as a list, none as null."""
    return {
        "field": change.field,
        "op": change.op,
        "from_par": _paragraphs(change.from_pars),
        "to_par": _paragraphs(change.to_pars),
        "segments": [[sign, text] for sign, text in change.segments],
        "kinds": list(change.kinds),
    }


def look_json(look: Look) -> Json:
    """CONTRACT's look."""
    return {
        "at": rfc3339(look.at),
        "url": look.url,
        "status": look.status,
        "verdict": look.verdict,
        "reason": look.reason,
        "rev": look.rev,
        "took_ms": round(look.took.total_seconds() * 1000),
        "bytes": look.bytes,
    }


def _side(revision: Revision) -> Json:
    return {
        "rev": revision.rev,
        "hash": revision.hash,
        "posted_at": _stamp(revision.posted),
        "updated_at": _stamp(revision.updated),
        "first_seen_at": rfc3339(revision.first_seen_at),
    }


def _paragraphs(numbers: tuple[int, ...]) -> int | list[int] | None:
    if not numbers:
        return None
    return numbers[0] if len(numbers) == 1 else list(numbers)


def _time(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None


def _stamp(stamp: Stamp | None) -> str | None:
    return rfc3339(stamp.at) if stamp else None


def _stamp_proof(stamp: Stamp | None) -> Json | None:
    return {"text": stamp.text, "zone": stamp.zone, "read_from": stamp.source} if stamp else None


def report_json(report: Report) -> Json:
    """A report: its figures, the edits it shows, and every story with its difference."""
    told = [edit for story in report.stories for edit in (*story.edits, *story.also)]
    told += [edit for notice in report.notices for edit in notice.edits]
    return {
        "since": _time(report.since),
        "until": rfc3339(report.until),
        "reason": report.reason,
        "total": report.edits,
        "more": report.more,
        "counts": [
            {"feed": row.slug, "outlet": row.outlet, "edits": row.edits, "headlines": row.headlines, "undisclosed": row.undisclosed}
            for row in report.counts
        ],
        "edits": [edit_json(edit) for edit in sorted(told, key=lambda edit: edit.id)],
        "stories": [_story_json(story) for story in report.stories],
        "notices": [
            {"what": "template change", "host": notice.host, "edits": [edit.id for edit in notice.edits]} for notice in report.notices
        ],
        "troubles": [
            {"subject": trouble.subject, "message": trouble.message, "since": _time(trouble.since)} for trouble in report.troubles
        ],
        "held": [{"subject": trouble.subject, "message": trouble.message} for trouble in report.held],
        "figures": tally_json(report.figures) if report.figures else None,
    }


def tally_json(found: Tally) -> Json:
    """Figures of a period. `first_edit_s`: median seconds from publication to the first edit."""
    return {
        "edits": found.edits,
        "days": [{"day": day.isoformat(), "edits": count} for day, count in zip(found.days, found.by_day, strict=True)],
        "hours": list(found.hours),
        "kinds": dict(found.kinds),
        "levels": dict(found.levels),
        "first_edits": dict(found.first_edits),
        "first_edit_s": _seconds(found.first_edit),
        "outlets": [
            {
                "outlet": outlet.outlet,
                "edits": outlet.edits,
                "headlines": outlet.headlines,
                "disclosed": outlet.disclosed,
                "undisclosed": outlet.undisclosed,
                "undisclosed_share": outlet.undisclosed_share,
                "corrections": outlet.corrections,
                "first_edit_s": _seconds(outlet.first_edit),
            }
            for outlet in found.outlets
        ],
    }


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())


def _story_json(story: Story) -> Json:
    return {
        **diff_json(story.diff, full=False),
        "outlet": story.outlet,
        "first_title": story.title,
        "edits": [edit.id for edit in story.edits],
        "also": [edit.id for edit in story.also],
        "held": story.held,
        "correction": story.correction,
        "told_before": story.told_before,
        "rules": list(story.rules),
    }
