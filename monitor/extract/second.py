"""Second opinions from other people's extractors; slow, so they are asked on the first look and about doubtful changes only."""

from monitor.extract.stamps import Reading
from monitor.model import Stamp


def guessed_day(html: str, reading: Reading) -> Stamp | None:
    """The day of publication that htmldate finds in markup and lines, or elsewhere if the page spells that very day."""
    day = _found_day(html, reading, extensive=False)
    if day is None:
        day = _found_day(html, reading, extensive=True)
        if day is not None and not _is_spelt(day, html):
            return None
    return reading.read(day, "guess") if day else None


def _found_day(html: str, reading: Reading, *, extensive: bool) -> str | None:
    from htmldate import find_date

    try:
        day = find_date(html, extensive_search=extensive, original_date=True, max_date=f"{reading.now:%Y-%m-%d}")
    except Exception:  # noqa: BLE001 - another library's parser over hostile input; no date is an answer
        return None
    return day if isinstance(day, str) else None


def _is_spelt(day: str, html: str) -> bool:
    """Does this day stand on the page in digits? A day that was only made up from a year or a month does not."""
    year, month, date = day.split("-")
    short = (str(int(month)), str(int(date)))
    return any(
        form in html
        for m, d in ((month, date), short)
        for form in (
            f"{year}-{m}-{d}",
            f"{d}.{m}.{year}",
            f"{year}/{m}/{d}",
            f"{d}/{m}/{year}",
            f"{m}/{d}/{year}",
            f"{year}.{m}.{d}",
            f"{d}.{m}.{year[2:]}",
        )
    )


def second_text(html: str) -> str | None:
    """The article's text as trafilatura reads it, paragraphs on lines; None when it finds none."""
    from trafilatura import extract

    try:
        # deduplicate keeps a memory between calls: the same page would give different texts
        text = extract(html, favor_precision=True, include_comments=False, include_tables=False, deduplicate=False)
    except Exception:  # noqa: BLE001 - as above: no second opinion
        return None
    return text or None
