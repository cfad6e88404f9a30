"""Values for the store's tests: a feed, its articles, and what polls and looks learn of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model import (
    ArticleUpdate,
    Change,
    Content,
    Dispatch,
    Edit,
    Key,
    Listing,
    Look,
    LookOutcome,
    NewRevision,
    Pace,
    PollOutcome,
    RawPage,
    Said,
    Saved,
    Severity,
    Stamp,
    Stats,
)
from monitor.ports import Store
from monitor.settings import Feed

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
FEED = Feed("harbour", "https://news.example/rss", tags=("sea",), timezone="Asia/Seoul")
OTHER = Feed("hills", "https://hills.example/rss", every=timedelta(minutes=30))


def content(title: str = "Ferry strikes pier", *body: str) -> Content:
    return Content(
        title, "A calm morning", ("Ada Quay",), "Local", body or ("The ferry hit the pier.", "Nobody was hurt."), ("The pier",), "en"
    )


def url_of(name: str) -> str:
    return f"https://news.example/{name}"


def url_key(name: str) -> Key:
    return Key("url", "", url_of(name))


def guid_key(name: str, feed: str = "harbour") -> Key:
    return Key("guid", feed, name)


def listing(name: str, at: datetime, *, feed: str = "harbour", title: str | None = None) -> Listing:
    return Listing(
        feed, name, 0, name, url_of(name), title or f"Story {name}", "In short", None, ("Ada Quay",), at, None,
        name.encode().ljust(32, b"."),
        0, at, at,
    )  # fmt: skip


def new_update(name: str, at: datetime, *, feed: str = "harbour", watch: bool = True) -> ArticleUpdate:
    return ArticleUpdate(
        None,
        0,
        url_of(name),
        keys=(guid_key(name, feed), url_key(name)),
        listing=listing(name, at, feed=feed),
        watch=Pace(at, 5 * MINUTE) if watch else None,
    )


def poll(store: Store, at: datetime, *updates: ArticleUpdate, slug: str = "harbour", **more: object) -> Saved:
    task = store.feed_task(slug, at)
    pace = Pace(at + HOUR, HOUR, asked_at=at, memo='{"n":1}')
    outcome = PollOutcome(task, at, "ok", 200, pace, title="Harbour News", entries=len(updates), usable=True, articles=updates)
    return store.save_poll(replace(outcome, **more))  # type: ignore[arg-type]


def look(store: Store, article: int, at: datetime, update: ArticleUpdate, **more: object) -> Saved:
    task = store.page_task(article, at)
    outcome = LookOutcome(task, at, Pace(at + HOUR, 5 * MINUTE, asked_at=at, memo='{"looks":1}'), update)
    return store.save_look(replace(outcome, **more))  # type: ignore[arg-type]


def first(at: datetime, words: Content | None = None, *, raw: bytes | None = b"<html>the page</html>", **more: object) -> NewRevision:
    page = RawPage(url_of("a"), 200, (("Content-Type", "text/html"),), raw) if raw is not None else None
    revision = NewRevision(
        "new", True, "page", url_of("a"), at, Stamp(at - HOUR, "+09:00", "2026-03-02 17:00", "visible"), None, words or content(),
        {"harbour": Said("Story a", "In short")}, "walk/1", page,
    )  # fmt: skip
    return replace(revision, **more)  # type: ignore[arg-type]


def spelled(old: Content, new: Content) -> tuple[Change, ...]:
    """Changes that spell both texts, without finesse."""
    gone = tuple(Change("body", "delete", (n,), (), (("-", text),)) for n, text in enumerate(old.body, 1) if text not in new.body)
    came = tuple(Change("body", "insert", (), (n,), (("+", text),)) for n, text in enumerate(new.body, 1) if text not in old.body)
    kept = tuple(
        Change("body", "equal", (n,), (new.body.index(text) + 1,), (("=", text),)) for n, text in enumerate(old.body, 1) if text in new.body
    )
    headline = Change("headline", "replace", (1,), (1,), (("-", old.title), ("+", new.title)), ("name",))
    return (headline, *gone, *came, *kept)


def edited(
    at: datetime, words: Content, *, after: int = 1, old: Content | None = None, dispatches: tuple[Dispatch, ...] = (), **edit: object
) -> NewRevision:
    changes = spelled(old or content(), words)
    told = Edit(
        0, after, after + 1, url_of("a"), words.title, ("harbour",), at - HOUR, at, at, ("body", "name"),
        Severity("medium", 40, ("a name",)),
        False, None, Stats(1, 1, 2, 1, 0, 0, 0, 0.9), ("no stamp moved",), None, b"f" * 8,
    )  # fmt: skip
    page = RawPage(url_of("a"), 200, (("Content-Type", "text/html"),), b"<html>the page, edited</html>")
    return NewRevision(
        "edited", False, "page", url_of("a"), at, Stamp(at - HOUR, "+09:00", "2026-03-02 17:00", "visible"), None, words,
        {"harbour": Said("Story a", "In short")}, "walk/1", page, replace(told, **edit), changes, dispatches,
    )  # fmt: skip


def seen(article: int, rev: int, at: datetime, verdict: str = "same", **more: object) -> ArticleUpdate:
    found = Look(at, url_of("a"), 200, verdict, None, rev, timedelta(milliseconds=250), 1234)  # type: ignore[arg-type]
    return replace(ArticleUpdate(article, rev, url_of("a"), look=found), **more)  # type: ignore[arg-type]


def with_article(store: Store, *, revision: bool = True) -> int:
    """A store that knows the feed and one article, with its first revision."""
    store.sync_feeds([FEED, OTHER], T0)
    article = poll(store, T0, new_update("a", T0)).new_articles[0]
    if revision:
        look(store, article, T0 + MINUTE, seen(article, 0, T0 + MINUTE, "new", revision=first(T0 + MINUTE)))
    return article


def with_edit(store: Store, dispatches: tuple[Dispatch, ...] = ()) -> int:
    """The same, with one edit an hour later."""
    article = with_article(store)
    at = T0 + HOUR
    words = content("Ferry strikes quay", "The ferry hit the quay.", "Nobody was hurt.")
    look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, words, dispatches=dispatches)))
    return article
