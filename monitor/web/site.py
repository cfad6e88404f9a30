"""What every page is given: the program, a store to read, templates, and the way an answer is made."""

import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from monitor import __version__
from monitor.app import App
from monitor.errors import MonitorError, NotFound
from monitor.model import Article, Diff, Edit, Revision, Segment
from monitor.ports import Counts, FeedState, Store
from monitor.render.excerpt import remark
from monitor.settings import Feed, Settings
from monitor.web import blocks, charts, words
from monitor.web.configured import Configured
from monitor.web.filters import number
from monitor.web.gate import Gate

log = logging.getLogger("monitor.web")

T = TypeVar("T")
Writing = Callable[[], AbstractContextManager[Store]]
OUTLETS_FOR = 30.0  # seconds; names of feeds change seldom
KEPT_MOST = 200
HEADLINE = 300  # characters of one in a list; nobody's is longer but in malice
SHARE = 50  # a value may take a fiftieth of the time to be made again
PATIENCE = 0.5  # seconds a page waits for the names of its outlets; it shows slugs instead
COUNTED_FOR = 10.0  # and counting what each has reads a row an article: half a second at a million


class Remembered:
    """The values of the last so many keys, for what never changes once it is told."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of this key, made at the first call."""
        try:
            self._values.move_to_end(key)
            return cast(T, self._values[key])
        except KeyError:
            value = make()
        self._values[key] = value
        while len(self._values) > self._size:
            self._values.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Row:
    """One edit in a list: its headline as it changed (or stands), and the change that tells most."""

    edit: Edit
    outlet: str
    headline: tuple[Segment, ...]
    field: str
    excerpt: tuple[Segment, ...]

    @property
    def remark(self) -> str:
        """A sentence for what words do not show: a page that went or came back, a text that returned."""
        return remark(self.edit)

    @property
    def href(self) -> str:
        """Where its difference is shown."""
        return f"/a/{self.edit.article}/{self.edit.from_rev}..{self.edit.to_rev}"


@dataclass
class Site:
    """The pages over one program. `writing` opens the store for one change, or raises Busy; None where nothing may be changed."""

    app: App
    store: Store
    gate: Gate
    writing: Writing | None = None
    closing: bool = False
    days: Remembered = field(default_factory=lambda: Remembered(400))
    _rows: Remembered = field(default_factory=lambda: Remembered(2000))
    _diffs: Remembered = field(default_factory=lambda: Remembered(64))
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _counter: threading.Thread | None = None
    _counted_from: float = 0.0
    _kept: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.templates = _environment(self)
        self._configured = Configured(self.app)

    @property
    def settings(self) -> Settings:
        """The configuration as its files say now."""
        return self._configured.settings()

    @property
    def may_add(self) -> bool:
        """Whether a feed may be added here: it is asked for at once, which is nothing for whoever happens to sit at this machine."""
        return self.writing is not None and self.gate.token is not None

    @property
    def now(self) -> datetime:
        """The program's time."""
        return self.app.clock.now()

    @property
    def timezone(self) -> str:
        """The zone times are shown in."""
        return self.app.settings.timezone

    @property
    def public_url(self) -> str:
        """Where the pages are known to the world, without a slash at the end; empty when nobody said."""
        return (self.app.settings.web.public_url or "").rstrip("/")

    def here(self, request: Request) -> str:
        """The address of this site for absolute links."""
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"

    def page(
        self, request: Request, name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
    ) -> Response:
        """A page from its template, with an ETag over what it says; 304 for who has it."""
        known = self.gate.knows(request)
        html = self.templates.get_template(name).render(
            request=request,
            path=request.url.path,
            form_token=lambda: self.gate.form_token(request),
            version=__version__ if known else "",
            locked=self.gate.token is not None,
            known=known,
            **values,
        )
        return answer(request, html.encode("utf-8", "replace"), "text/html; charset=utf-8", status=status, headers=headers)

    def kept(self, key: str, seconds: float, make: Callable[[], T]) -> T:
        """A value that is made again at most every so many seconds.

        Who comes first waits for it; later ones are given the last one while the next is made.
        """
        until, value = self._kept.get(key, (None, None))
        if until is None:
            if len(self._kept) >= KEPT_MOST:  # addresses are made up by who asks
                self._kept.clear()
            return self._make(key, seconds, make)
        now = self.app.clock.monotonic()
        if now >= until:
            self._kept[key] = (now + seconds, value)
            threading.Thread(target=self._make_again, args=(key, seconds, make), daemon=True, name="again").start()
        return cast(T, value)

    def _make(self, key: str, seconds: float, make: Callable[[], T]) -> T:
        started = self.app.clock.monotonic()
        value = make()
        ended = self.app.clock.monotonic()
        # what takes long to make is made less often, so that the pages keep the processor
        self._kept[key] = (ended + max(seconds, SHARE * (ended - started)), value)
        return value

    def _make_again(self, key: str, seconds: float, make: Callable[[], object]) -> None:
        try:
            self._make(key, seconds, make)
        except MonitorError as error:
            log.warning("kept the last value key=%s error=%s", key.split()[0], error)

    def outlets(self) -> dict[str, str]:
        """The titles of all feeds by slug; none yet while the store still counts for the first reader."""
        if "outlets" not in self._kept:
            with self._counting:
                counter = self._counter or threading.Thread(target=self._titles, daemon=True, name="outlets")
                if self._counter is None:
                    self._counter, self._counted_from = counter, self.app.clock.monotonic()
                    counter.start()
            counter.join(max(0.0, self._counted_from + PATIENCE - self.app.clock.monotonic()))
            if "outlets" not in self._kept:
                return {}
        return self._titles()

    def _titles(self) -> dict[str, str]:
        return self.kept("outlets", OUTLETS_FOR, lambda: {state.feed.slug: state.title or state.feed.slug for state in self.feeds()})

    def feeds(self) -> tuple[FeedState, ...]:
        """All feeds and how they are, as far as anybody polled them; those of feeds.toml as it is now."""
        states = self.kept("feeds", COUNTED_FOR, self.store.feeds)
        configured = {feed.slug: feed for feed in self.settings.feeds}
        known = tuple(replace(state, feed=configured.pop(state.feed.slug, state.feed)) for state in states)
        return known + tuple(_never_polled(feed) for feed in configured.values())

    def counts(self) -> Counts:
        """The store in numbers."""
        return self.kept("counts", COUNTED_FOR, lambda: self.store.counts(self.now))

    def forget(self) -> None:
        """What is kept for a while is read anew: something was changed."""
        self._kept.clear()
        self._counter = None
        self._configured.read()

    def outlet(self, feeds: Sequence[str], url: str) -> str:
        """Who publishes an article: the title of its first feed, else its host."""
        return next((self.outlets().get(slug, slug) for slug in feeds), "") or words.host(url) or url

    def article(self, text: str) -> Article:
        """The article of this number. Raises NotFound."""
        found = number(text)
        article = self.store.article(found) if found else None
        if article is None:
            raise NotFound(f"There is no article {text[:40]}.")
        return article

    def revision(self, article: Article, text: str) -> Revision:
        """The revision of this number. Raises NotFound."""
        found = number(text)
        revision = self.store.revision(article.id, found) if found else None
        if revision is None:
            raise NotFound(f"Article {article.id} has no revision {text[:40]}.")
        return revision

    def diff(self, article: Article, old: Revision, new: Revision) -> Diff:
        """The difference of two revisions: as it was told for neighbours, computed (and kept a while) for others."""
        edit = self.store.edit(article.id, new.rev) if old.rev == new.rev - 1 else None
        if edit is not None:
            changes = self._diffs.get(("told", edit.id), lambda: self.store.changes(edit.id))
            return Diff(edit, old, new, changes)
        return self._diffs.get((old.hash, new.hash, old.last_seen_at), lambda: _computed(article, old, new))

    def row(self, edit: Edit) -> Row:
        """One edit as lists show it."""
        headline, field_name, excerpt = self._rows.get((edit.id, edit.article, edit.to_rev), lambda: self._told(edit))
        return Row(edit, self.outlet(edit.feeds, edit.url), headline, field_name, excerpt)

    def rows(self, edits: Iterable[Edit]) -> tuple[Row, ...]:
        """Edits as lists show them."""
        return tuple(map(self.row, edits))

    def _told(self, edit: Edit) -> tuple[tuple[Segment, ...], str, tuple[Segment, ...]]:
        changes = self.store.changes(edit.id)
        headline = next((change.segments for change in changes if change.field == "headline" and change.op != "equal"), None)
        field_name, excerpt = blocks.glance(changes)
        return blocks.cut(headline or (("=", edit.title),), HEADLINE), field_name, excerpt


def _never_polled(feed: Feed) -> FeedState:
    return FeedState(0, feed, feed.url, None, True, None, None, None, None, 0, 0, 0)


def answer(request: Request, body: bytes, media_type: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with an ETag over its bytes; 304 for who has them."""
    more = dict(headers or {})
    if status == 200:
        etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        more["etag"] = etag
        if etag in (part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=more)
    return Response(body, status, more, media_type=media_type)


def json_answer(request: Request, document: object, *, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON document."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return answer(request, body, "application/json", headers=headers)


def _computed(article: Article, old: Revision, new: Revision) -> Diff:
    from monitor.compare import diff_of

    return diff_of(old, new, url=article.url, feeds=article.feeds)


def _environment(site: Site) -> Environment:
    environment = Environment(
        autoescape=True,
        loader=PackageLoader("monitor.web", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=words.shown,
        auto_reload=False,
    )
    environment.filters |= {
        "clock": lambda at: words.clock(at, site.timezone),
        "day": lambda at: words.day(at, site.timezone),
        "weekday": lambda at: words.weekday(at, site.timezone),
        "moment": lambda at: words.moment(at, site.timezone, site.now),
        "claimed": lambda stamp: words.claimed(stamp, site.timezone, site.now),
        "marked": words.marked,
        "found": words.found,
        "quoted": words.quoted,
        "short": words.short,
        "ago": lambda at: words.span(site.now - at),
        "until": lambda at: words.span(at - site.now),
        "span": words.span,
        "thousands": words.thousands,
        "many": words.many,
        "host": words.host,
        "link": words.link,
        "tongue": words.tongue,
        "without_secret": words.without_secret,
        "zip": zip,
    }
    environment.globals |= {"timezone": site.timezone, "share": charts.share}
    return environment
