"""Second opinions from other people's extractors; slow, so they are asked on the first look and about doubtful changes only."""

from collections.abc import Set
from dataclasses import dataclass, replace

from monitor.extract.blocks import Block, Document
from monitor.extract.islands import lasting_name
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


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it was answered and as it was walked."""

    html: str
    document: Document


def is_at_odds(before: Seen, now: Seen, known: Content, new: Content) -> bool:
    """Whether trafilatura, asked for the whole page before and now, had none of the paragraphs that came or went in its text.

    It is asked about whole paragraphs alone, and only where one stands in a place of its own: an edited one is an edit, whoever reads
    it, and so is one that stands as the others do. It has no say where it finds less than half of what stayed.
    """
    old, there = set(known.body), set(new.body)
    came, went, stayed = there - old, old - there, old & there
    if text_key(replace(new, body=known.body)) != text_key(known) or any(partner_of(paragraph, went) is not None for paragraph in came):
        return False
    if _stand_as(stayed, came, now.document) and _stand_as(stayed, went, before.document):
        return False
    then, today = letters(quick_text(before.html)), letters(quick_text(now.html))
    keys = [letters(paragraph) for paragraph in stayed]
    if sum(len(key) for key in keys if key in then and key in today) * 2 <= sum(map(len, keys)):
        return False
    return not any(letters(paragraph) in today for paragraph in came) and not any(letters(paragraph) in then for paragraph in went)


def _stand_as(others: Set[str], texts: Set[str], document: Document) -> bool:
    """Do these texts stand in elements of the same name, in parents of the same name, as some of the others?"""
    own = {_place(document, block) for block in document.blocks if block.text in others}
    return all(_place(document, block) in own for block in document.blocks if block.text in texts)


def _place(document: Document, block: Block) -> tuple[str, ...]:
    chain = [document.elements[at] for at in document.chain(block.at)[:2]]
    return tuple(part for element in chain for part in (element.tag, lasting_name(element.name)))


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
