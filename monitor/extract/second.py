"""Second opinions from other people's extractors; slow, so they are asked on the first look and about doubtful changes only."""

from datetime import datetime

from monitor.extract.stamps import Reading
from monitor.model import Stamp


def guessed_day(html: str, reading: Reading) -> Stamp | None:
    """The day of publication that htmldate finds in markup and lines; never a day it only infers from numbers."""
    from htmldate import find_date

    try:
        day = find_date(html, extensive_search=False, original_date=True, max_date=datetime.strftime(reading.now, "%Y-%m-%d"))
    except Exception:  # noqa: BLE001 - another library's parser over hostile input; no date is an answer
        return None
    return reading.read(day, "guess") if day else None


def second_text(html: str) -> str | None:
    """The article's text as trafilatura reads it, paragraphs on lines; None when it finds none."""
    from trafilatura import extract

    try:
        # deduplicate keeps a memory between calls: the same page would give different texts
        text = extract(html, favor_precision=True, include_comments=False, include_tables=False, deduplicate=False)
    except Exception:  # noqa: BLE001 - as above: no second opinion
        return None
    return text or None
