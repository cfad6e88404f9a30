"""Second opinions from other people's extractors; slow, so they are asked on the first look and about doubtful changes only."""

from dataclasses import replace

from monitor.extract.letters import letters
from monitor.extract.reconcile import partner_of
from monitor.extract.stamps import Reading
from monitor.model import Content, Stamp
from monitor.proof import text_key


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


def is_at_odds(before: str, now: str, known: Content, new: Content) -> bool:
    """Whether trafilatura, asked for the whole page before and now, had none of the paragraphs that came or went in its text.

    It is asked about whole paragraphs alone: an edited one is an edit, whoever reads it. It has no say where it finds less than half of
    what stayed.
    """
    old, there = set(known.body), set(new.body)
    came = [paragraph for paragraph in new.body if paragraph not in old]
    went = [paragraph for paragraph in known.body if paragraph not in there]
    stayed = [letters(paragraph) for paragraph in new.body if paragraph in old]
    if text_key(replace(new, body=known.body)) != text_key(known) or any(partner_of(paragraph, went) is not None for paragraph in came):
        return False
    then, today = letters(quick_text(before)), letters(quick_text(now))
    read = sum(len(key) for key in stayed if key in then and key in today)
    if not (came or went) or read * 2 <= sum(map(len, stayed)):
        return False
    return not any(letters(paragraph) in today for paragraph in came) and not any(letters(paragraph) in then for paragraph in went)


def quick_text(html: str) -> str:
    """The article's text as trafilatura reads it at its fastest; empty when it finds none."""
    from trafilatura import extract

    try:
        return extract(html, fast=True, include_comments=False, include_tables=True, deduplicate=False) or ""
    except Exception:  # noqa: BLE001 - another library's parser over hostile input; no text is an answer
        return ""


def second_text(html: str) -> str | None:
    """The article's text as trafilatura reads it, paragraphs on lines; None when it finds none."""
    from trafilatura import extract

    try:
        # deduplicate keeps a memory between calls: the same page would give different texts
        text = extract(html, favor_precision=True, include_comments=False, include_tables=False, deduplicate=False)
    except Exception:  # noqa: BLE001 - as above: no second opinion
        return None
    return text or None
