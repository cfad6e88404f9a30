"""Recorded history through the very same recipes, at the recorded times. Nothing is fetched."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from monitor import identify
from monitor.backfill.record import Record
from monitor.errors import UsageError
from monitor.look import look
from monitor.model import Answer, Failure, FeedTask, PageTask, Response, Saved
from monitor.poll import poll
from monitor.ports import Doors, Recipe


@dataclass(frozen=True, slots=True)
class Filled:
    """What a backfill added."""

    snapshots: int = 0
    skipped: int = 0
    articles: int = 0
    revisions: int = 0
    edits: int = 0
    suspect: int = 0


def backfill(records: Iterable[Record], slug_of: Callable[[str], str | None], doors: Doors, *, with_pages: bool) -> Filled:
    """Plays the records, oldest first. `slug_of` names the feed of an address; an unknown feed's record raises UsageError.

    `with_pages` False: no page was recorded, so the feeds' own words are the versions.
    """
    total = Filled()
    for record in records:
        recipe, is_new_page = _recipe(record, slug_of, doors, with_pages=with_pages)
        if recipe is None:
            total = replace(total, skipped=total.skipped + 1)
            continue
        saved = drive(recipe, record)
        total = Filled(
            total.snapshots + 1,
            total.skipped,
            total.articles + len(saved.new_articles) + is_new_page,
            total.revisions + saved.revisions,
            total.edits + len(saved.edits),
            total.suspect + (saved.verdict == "suspect"),
        )
    return total


def _recipe(record: Record, slug_of: Callable[[str], str | None], doors: Doors, *, with_pages: bool) -> tuple[Recipe | None, bool]:
    """The recipe that this record answers, None when something newer was observed already; and whether its page made an article."""
    if record.kind == "feed":
        slug = slug_of(record.url)
        if slug is None:
            raise UsageError(f"no configured feed has the address {record.url}", hint="name it with --feed SLUG")
        task = doors.store.feed_task(slug, record.at)
        if not with_pages:
            task = replace(task, feed=replace(task.feed, pages=False))
        return (poll(task, doors) if _is_newer(record, task) else None), False
    keys = identify.url_keys(record.url)
    known = next(iter(doors.store.find_articles(keys).values()), None)
    article_id = doors.store.watch(record.url, keys, record.at) if known is None else known
    page_task = doors.store.page_task(article_id, record.at)
    return (look(page_task, doors) if _is_newer(record, page_task) else None), known is None


def _is_newer(record: Record, task: FeedTask | PageTask) -> bool:
    return task.pace.asked_at is None or record.at > task.pace.asked_at


def drive(recipe: Recipe, record: Record) -> Saved:
    """Runs the recipe with the recorded answer; anything else it asks for was not recorded."""
    answer: Answer | None = None
    try:
        request = next(recipe)
        while True:
            answer = _answer(record, request.url) if answer is None else _not_recorded(record, request.url)
            request = recipe.send(answer)
    except StopIteration as end:
        saved: Saved = end.value
        return saved


def _answer(record: Record, url: str) -> Answer:
    final = record.url or url
    if record.status >= 400:
        sentence = f"{final} answered {record.status}"
        return Failure(url, f"http_{record.status}", sentence, record.at, record.status, record.headers, final, body=record.body)
    return Response(url, final, record.status, record.headers, record.body, record.at, record.at)


def _not_recorded(record: Record, url: str) -> Failure:
    return Failure(url, "network", f"{url} was not recorded", record.at)
