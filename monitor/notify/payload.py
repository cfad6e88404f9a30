"""What programs are told: the contract's diff for one article, the report for several, as JSON bytes. Pure."""

import json
from typing import Any

from monitor.model import Delivery
from monitor.render.html import is_one_story
from monitor.shapes import diff_json, report_json


def payload(delivery: Delivery) -> bytes:
    """UTF-8 JSON, the same bytes for each try but for `attempt`. One article: `monitor.diff/1`; several: `monitor.report/1`."""
    report = delivery.report
    assert report is not None
    about: dict[str, Any] = {"delivery": delivery.key, "target": delivery.target, "attempt": delivery.attempts}
    if is_one_story(report):
        story = report.stories[0]
        document = {
            "schema": "monitor.diff/1",
            **about,
            **diff_json(story.diff, full=False),
            "edits": [edit.id for edit in story.edits],
            "also": [{"article": edit.article, "url": edit.url, "feeds": list(edit.feeds)} for edit in story.also],
            "correction": story.correction,
            "told_before": story.told_before,
            "rules": list(story.rules),
        }
    else:
        document = {"schema": "monitor.report/1", **about, **report_json(report)}
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
