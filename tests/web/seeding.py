"""A small newsroom to show: outlets in four scripts, edits of every kind, a text that would like to be a program."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.app import App
from monitor.compare import diff_of
from monitor.identify import url_keys
from monitor.model import (
    ArticleUpdate,
    Content,
    Dispatch,
    Event,
    Listing,
    Look,
    LookOutcome,
    NewRevision,
    Pace,
    PollOutcome,
    RawPage,
    Revision,
    Said,
    Stamp,
)
from monitor.ports import Store
from monitor.settings import Feed, Rule, Settings, Target, WebSettings

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

FEEDS = (
    Feed("gazette", "https://gazette.example/rss", tags=("uk", "politics"), timezone="Europe/London"),
    Feed("haneul", "https://haneul.example/rss", tags=("kr",), timezone="Asia/Seoul"),
    Feed("marsa", "https://marsa.example/rss", tags=("ar",)),
    Feed("gangkou", "https://gangkou.example/rss"),
    Feed("hills", "https://hills.example/rss", paused=True),
)
TITLES = {"gazette": "The Quay Gazette", "haneul": "하늘일보", "marsa": "أخبار المرسى", "gangkou": "港口日报", "hills": "Hill Country News"}
RULES = (
    Rule("headlines", to=("desk",), kinds=("headline",)),
    Rule("quiet-admissions", to=("desk",), undisclosed=True, min_severity="medium", added=("admits",)),
)


@dataclass
class StandingClock:
    """A clock that stands still."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass
class SeededApp(App):
    """The program over a store that is there already."""

    given: Store | None = None

    def reading(self) -> Store:  # type: ignore[override]  # any store will do
        assert self.given is not None
        return self.given


@dataclass
class Newsroom:
    """Publishes articles into a store, as polls and looks would have found them."""

    store: Store
    heads: dict[int, Revision] = field(default_factory=dict)
    polled: int = 0

    def publish(self, slug: str, name: str, at: datetime, content: Content, *, stamp: bool = True, summary: str = "") -> int:
        url = f"https://{slug}.example/{name}"
        listing = Listing(
            slug, name, 0, name, url, content.title, summary or None, None, content.authors, at, None, name.encode().ljust(32, b"."), 0,
            at, at,
        )  # fmt: skip
        update = ArticleUpdate(None, 0, url, keys=tuple(url_keys(url)), listing=listing, watch=Pace(at, 5 * MINUTE))
        article = self._poll(slug, at, update).new_articles[0]
        posted = Stamp(at - 2 * MINUTE, "+00:00", f"{at - 2 * MINUTE:%H:%M}", "json-ld") if stamp else None
        said = {slug: Said(content.title, summary or None)}
        first = NewRevision("new", True, "page", url, at, posted, None, content, said, "walk/1", _page(url, content))
        self._look(article, at, 0, first)
        return article

    def edit(
        self, article: int, at: datetime, content: Content, *, updated: bool = False, event: Event = "edited",
        reverts_to: int | None = None, dispatches: tuple[Dispatch, ...] = (), confirmed: bool = True,
    ) -> None:  # fmt: skip
        head = self.store.revision(article, self._revisions(article))
        assert head is not None
        head = replace(head, last_seen_at=at - 20 * MINUTE)
        stamp = Stamp(at - 3 * MINUTE, "+00:00", f"{at - 3 * MINUTE:%H:%M}", "json-ld") if updated else None
        newer = replace(
            head, rev=head.rev + 1, parent_hash=head.hash, event=event, first_seen_at=at, last_seen_at=at, content=content,
            updated=stamp or head.updated, restamps=(),
        )  # fmt: skip
        diff = diff_of(head, newer, url=head.url, feeds=self._feeds(article))
        revision = NewRevision(
            event, confirmed, "page", head.url, at, head.posted, newer.updated, content, head.listings, "walk/1", _page(head.url, content),
            replace(diff.edit, reverts_to=reverts_to), diff.changes, dispatches,
        )  # fmt: skip
        self._look(article, at - 20 * MINUTE, head.rev, None)
        self._look(article, at, head.rev, revision)

    def fail(self, slug: str, at: datetime, code: str, message: str) -> None:
        task = self.store.feed_task(slug, at)
        pace = Pace(at + 2 * HOUR, HOUR, failures=task.pace.failures + 1, asked_at=at)
        self.store.save_poll(PollOutcome(task, at, f"error:{code}", None, pace, error=message))

    def quiet(self, slug: str, at: datetime) -> None:
        task = self.store.feed_task(slug, at)
        self.store.save_poll(PollOutcome(task, at, "not_modified", 304, Pace(at + HOUR, HOUR, asked_at=at)))

    def _poll(self, slug: str, at: datetime, *updates: ArticleUpdate):
        task = self.store.feed_task(slug, at)
        pace = Pace(at + HOUR, HOUR, asked_at=at)
        return self.store.save_poll(
            PollOutcome(task, at, "ok", 200, pace, title=TITLES.get(slug, slug), entries=len(updates), usable=True, articles=updates)
        )

    def _look(self, article: int, at: datetime, after: int, revision: NewRevision | None) -> None:
        known = self.store.article(article)
        assert known is not None
        verdict = "same" if revision is None else "new" if revision.event == "new" else "edited"
        look = Look(at, known.url, 200, verdict, None, after + (1 if revision else 0), timedelta(milliseconds=180), 24_000)
        update = ArticleUpdate(
            article, after, known.url, revision=revision, look=look, seen=revision is None,
            state="gone" if revision and revision.event == "gone" else None,
        )  # fmt: skip
        saved = self.store.save_look(LookOutcome(self.store.page_task(article, at), at, Pace(at + HOUR, 5 * MINUTE, asked_at=at), update))
        assert saved.stored

    def _revisions(self, article: int) -> int:
        known = self.store.article(article)
        assert known is not None
        return known.revisions

    def _feeds(self, article: int) -> tuple[str, ...]:
        known = self.store.article(article)
        assert known is not None
        return known.feeds


def _page(url: str, content: Content) -> RawPage:
    body = f"<html><head><title>{content.title}</title></head><body>{''.join(f'<p>{p}</p>' for p in content.body)}</body></html>"
    return RawPage(url, 200, (("Content-Type", "text/html; charset=utf-8"),), body.encode())


FLOOD = Content(
    "Minister denies knowing of flood report",
    "The warning reached her office in May, papers show",
    ("Ada Quay", "Ben Pier"),
    "Politics",
    (
        "The environment minister spoke to reporters outside the ministry on Thursday morning.",
        "Officials said the report was sent on 3 May and never opened.",
        "It warned that the lower harbour would stand under water within two hours of a spring tide.",
        "A spokesman called the claim “baseless”.",
        "Some 1,200 homes lie behind the old wall.",
        "The wall was last repaired in 1987. Money for a new one has been promised twice.",
        "Opposition parties called for an inquiry.",
        "The council keeps forty pumps in a shed by the ferry landing.",
        "Most of them are older than the people who run them.",
        "Residents were asked to keep sandbags at their doors until Sunday.",
        "The next spring tide is expected at dawn.",
        "Ferries to the islands run as planned.",
        "Schools on the lower road stay closed.",
        "A hearing is set for Monday.",
    ),
    ("The harbour wall on Thursday.",),
    "en",
)
FLOOD_2 = replace(
    FLOOD,
    title="Minister admits seeing flood report",
    body=(
        FLOOD.body[0],
        "Officials said the report was sent on 3 May and opened the same day.",
        "Opposition parties called for an inquiry.",
        FLOOD.body[2],
        "The department later confirmed that two meetings took place.",
        "Some 1,900 homes lie behind the old wall.",
        "The wall was last repaired in 1987.",
        "Money for a new one has been promised twice.",
        *FLOOD.body[7:],
    ),
)
FLOOD_3 = replace(
    FLOOD_2,
    body=(*FLOOD_2.body, "Correction: an earlier version of this article gave a wrong number of homes behind the wall."),
)
KOREAN = Content(
    "시, 부두 보수에 120억 원 투입",
    None,
    ("김하늘",),
    "사회",
    (
        "시는 오래된 부두를 고치는 데 120억 원을 쓰기로 했다고 19일 밝혔다.",
        "공사는 내년 3월에 시작해 2년 동안 이어진다.",
        "시장은 주민의 안전이 먼저라고 말했다.",
    ),
    (),
    "ko",
)
ARABIC = Content(
    "الوزير ينفي علمه بتقرير الفيضان",
    None,
    (),
    None,
    (
        "تحدث الوزير إلى الصحفيين يوم الخميس أمام الوزارة.",
        "قال مسؤولون إن التقرير أرسل في الثالث من مايو ولم يُفتح.",
        "دعت أحزاب المعارضة إلى تحقيق.",
    ),
    (),
    "ar",
)
CHINESE = Content(
    "港口新闸门明年启用",
    None,
    ("林舟",),
    "本地",
    ("港务局周四表示，新闸门将于明年三月启用。", "工程耗资三亿元，比原计划多出一成。", "附近居民担心夜间噪音。"),
    (),
    "zh",
)
HOSTILE = Content(
    "<script>alert(1)</script>\u202eevil {{7*7}}",
    '"><img src=x onerror=alert(2)>',
    ("</title><svg onload=alert(3)>",),
    "javascript:alert(4)",
    ("<b>bold?</b> & ${7*7} <%= 7*7 %> \x1b[31mred", "'-alert(5)-'", "</p></div></main><form action=//evil.example>"),
    (),
    'en" onload="alert(6)',
)


def seed(store: Store) -> dict[str, int]:
    """Fills the store; the articles by name."""
    store.sync_feeds(FEEDS, NOON - 40 * HOUR)
    store.sync_targets(["desk"], NOON - 40 * HOUR)
    room = Newsroom(store)
    ids: dict[str, int] = {}
    for number in range(9):
        for slug in ("gazette", "haneul", "marsa", "gangkou"):
            room.quiet(slug, NOON - (30 - number) * HOUR)
    ids["long"] = room.publish("gazette", "long-read", NOON - 26 * HOUR, _long())
    room.edit(ids["long"], NOON - 20 * HOUR, _long(every=40))
    ids["often"] = room.publish("gazette", "live", NOON - 9 * HOUR, _live(0))
    for number in range(1, 12):
        room.edit(ids["often"], NOON - 9 * HOUR + number * 31 * MINUTE, _live(number), updated=number % 3 == 0)
    ids["flood"] = room.publish("gazette", "flood-report", NOON - 5 * HOUR, FLOOD, summary="Papers show a warning")
    sent = Dispatch("desk", "waiting", "severity high", NOON + 4 * HOUR + 20 * MINUTE, "headlines")
    room.edit(ids["flood"], NOON + 4 * HOUR + 20 * MINUTE, FLOOD_2, dispatches=(sent,))
    room.edit(
        ids["flood"],
        NOON + 7 * HOUR,
        FLOOD_3,
        updated=True,
        dispatches=(Dispatch("desk", "dropped", "headlines: kinds body are not headline", NOON),),
    )
    ids["korean"] = room.publish("haneul", "pier", NOON - 4 * HOUR, KOREAN)
    room.edit(
        ids["korean"], NOON + 2 * HOUR,
        replace(KOREAN, title="시, 부두 보수에 150억 원 투입", body=(KOREAN.body[0].replace("120억", "150억"), *KOREAN.body[1:])),
    )  # fmt: skip
    opened = ARABIC.body[1].replace("ولم يُفتح", "وفُتح في اليوم نفسه")
    ids["arabic"] = room.publish("marsa", "flood", NOON - 3 * HOUR, ARABIC, stamp=False)
    room.edit(
        ids["arabic"], NOON + 3 * HOUR,
        replace(ARABIC, title="الوزير يقر بعلمه بتقرير الفيضان", body=(ARABIC.body[0], opened, ARABIC.body[2])),
    )  # fmt: skip
    ids["chinese"] = room.publish("gangkou", "gate", NOON - 2 * HOUR, CHINESE)
    room.edit(
        ids["chinese"],
        NOON + 5 * HOUR,
        replace(CHINESE, body=(CHINESE.body[0].replace("三月", "五月"), CHINESE.body[1])),
        updated=True,
        confirmed=False,
    )
    ids["gone"] = room.publish("hills", "well", NOON - HOUR, replace(FLOOD, title="Village well runs dry", body=FLOOD.body[4:6]))
    room.edit(ids["gone"], NOON + 6 * HOUR, replace(FLOOD, title="Village well runs dry", body=FLOOD.body[4:6]), event="gone")
    ids["typography"] = room.publish(
        "hills", "quotes", NOON - HOUR, replace(FLOOD, title="Bridge opens", body=("The “new” bridge is open.", *FLOOD.body[9:]))
    )
    room.edit(ids["typography"], NOON + 6 * HOUR, replace(FLOOD, title="Bridge opens", body=('The "new" bridge is open.', *FLOOD.body[9:])))
    ids["hostile"] = room.publish("hills", "hostile", NOON - HOUR, HOSTILE)
    room.edit(
        ids["hostile"],
        NOON + 8 * HOUR,
        replace(HOSTILE, title=HOSTILE.title + "<img src=//evil.example/p>", body=("<i>worse</i>", *HOSTILE.body)),
    )
    ids["single"] = room.publish("gazette", "single", NOON + 9 * HOUR, replace(FLOOD, title="Lamp posts painted green"))
    for number in range(5):
        room.quiet("haneul", NOON + (10 + number) * HOUR)
    for number in range(3):
        room.fail("hills", NOON + (9 + number) * HOUR, "timeout", "https://hills.example/rss did not answer within 20 s")
    return ids


def _long(every: int = 0) -> Content:
    text = "The keeper of the northern light counts ships, weather and the hours between two tides, and writes each down with care."
    words = text.split()
    body = []
    for number in range(420):
        turned = words[number % 17 :] + words[: number % 17]
        text = f"Entry {number}: " + " ".join(turned * 2) + "."
        body.append(text.replace("weather", "fog") if every and number % every == 3 else text)
    return Content("A year in the log of the northern light", None, ("Ada Quay",), "Features", tuple(body), (), "en")


def _live(number: int) -> Content:
    lines = [
        f"{9 + at // 2:02}:{30 * (at % 2):02} Update {at}: the water stands at {210 + 7 * at} centimetres." for at in range(number + 1)
    ]
    return Content(f"Live: harbour water at {210 + 7 * number} cm", None, (), "Live", tuple(reversed(lines)) + FLOOD.body[7:12], (), "en")


def seeded_app(store: Store, folder: Path, **web: object) -> SeededApp:
    """The program over this store, its configuration folder made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feeds.toml").write_text("".join(f'[feeds.{feed.slug}]\nurl = "{feed.url}"\n' for feed in FEEDS))
    settings = Settings(
        folder, folder, timezone="Europe/London", feeds=FEEDS, rules=RULES, targets=(Target("desk", "mailto:desk@example.org"),),
        web=WebSettings(**web),  # type: ignore[arg-type]
    )  # fmt: skip
    return SeededApp(settings, StandingClock(), given=store)
