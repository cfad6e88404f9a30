"""Pages for those who run it: the feeds and how they are, what was told, the configuration, and trying rules."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from monitor.errors import Ambiguous, Busy, ConfigError, MonitorError, NetworkError, NotFound, ParseError, UsageError
from monitor.model import KINDS, LEVELS, TRUST_WINDOW, DispatchState, OutletTrust
from monitor.ports import ArticleQuery, EditQuery, FeedState, PollRun
from monitor.settings import Rule
from monitor.web.filters import number
from monitor.web.newsfeeds import tried
from monitor.web.site import Site

POLLS = 50  # in a strip
STATES: tuple[DispatchState, ...] = ("waiting", "held", "merged", "muted", "sent", "dropped", "dead")
TRIED_SHOWN = 40  # edits shown of a tried rule
TRUSTED_FOR = 60.0  # seconds; a page of many hosts need not be counted for each reader
FEEDS_SHOWN = 50  # on one page of the list
READ_ARTICLES, READ_LOOKS = 20, 50  # looked through to tell how well a feed's pages are read


def feeds(request: Request) -> Response:
    """`/feeds`: every feed, those that fail first."""
    return _feeds(request)


def _feeds(request: Request, *, typed: str = "", refused: MonitorError | None = None) -> Response:
    site: Site = request.app.state.site
    states = sorted(site.feeds(), key=lambda state: (not state.configured, not state.failures, state.feed.slug))
    first = min(number(request.query_params.get("from", "")) or 0, max(0, len(states) - 1)) // FEEDS_SHOWN * FEEDS_SHOWN
    shown = states[first : first + FEEDS_SHOWN]
    return site.page(
        request,
        "feeds.html",
        states=shown,
        newer=max(0, first - FEEDS_SHOWN) if first else None,
        older=first + FEEDS_SHOWN if first + FEEDS_SHOWN < len(states) else None,
        strips={state.feed.slug: strip(polls_of(site, state.feed.slug, POLLS)) for state in shown},
        counts=site.counts(),
        untrusted=[outlet for outlet in _trust(site) if not outlet.is_trusted],
        may_add=site.may_add,
        typed=typed,
        refused=refused,
        status=422 if refused else 200,
    )


def feed(request: Request) -> Response:
    """`/feeds/SLUG`: one feed, its last polls, and what can be done about it."""
    site: Site = request.app.state.site
    state = _state(site, request.path_params["slug"])
    runs = polls_of(site, state.feed.slug, POLLS)
    edits = site.store.edits(EditQuery(feeds=(state.feed.slug,), min_level="low", newest=True, limit=10))
    done = request.query_params.get("done", "")
    return site.page(
        request,
        "feed.html",
        state=state,
        strip_polls=strip(runs)[-POLLS:],
        runs=runs,
        rows=site.rows(edits),
        reading=_reading(site, state.feed.slug),
        may_act=site.writing is not None,
        done=done if done in ("add", "poll", "pause", "resume") else "",
    )


def add(request: Request) -> Response:
    """POST `/feeds`: one more feed, asked for and read, then written into feeds.toml. Only for who holds a token."""
    from monitor import subscriptions

    site: Site = request.app.state.site
    if not site.may_add:
        raise Busy("Feeds are added here only where [web] token is set; else with monitor feeds add URL.")
    typed = request.scope["form"].get("url", "").strip()[:2048]
    if not site.gate.adds.takes("", site.app.clock.monotonic()):
        raise Busy("Too many feeds were added just now. Wait a minute.")
    try:
        new, _ = subscriptions.found(site.settings, typed)
        subscriptions.add(site.settings.config_dir, [new], lambda: _checked(site))
    except (UsageError, ConfigError, NetworkError, ParseError, Ambiguous) as error:
        return _feeds(request, typed=typed, refused=error)
    site.forget()
    return RedirectResponse(f"/feeds/{new.slug}?done=add", 303)


def act(request: Request) -> Response:
    """POST `/feeds/SLUG`: poll now, pause, resume."""
    site: Site = request.app.state.site
    state = _state(site, request.path_params["slug"])
    wanted = request.scope["form"].get("do", "")
    acts: dict[str, Callable[[Site, FeedState], None]] = {"poll": _poll_now, "pause": _pause, "resume": _resume}
    if wanted not in acts:
        raise NotFound("Nothing of that name can be done.")
    acts[wanted](site, state)
    site.forget()
    return RedirectResponse(f"/feeds/{state.feed.slug}?done={wanted}", 303)


def outbox(request: Request) -> Response:
    """`/outbox`: what was told to whom, what waits, what failed, and why."""
    site: Site = request.app.state.site
    state = request.query_params.get("state", "")
    target = request.query_params.get("target", "")[:200]
    rows = site.store.outbox(target=target or None, state=state if state in STATES else None, limit=101)
    targets = tuple(target.name for target in site.settings.targets)
    return site.page(
        request, "outbox.html", rows=rows[:100], more=len(rows) > 100, states=STATES, state=state, target=target, targets=targets
    )


def settings(request: Request) -> Response:
    """`/settings`: the configuration in force, where each key comes from, and a place to try a rule."""
    from monitor.config.written import in_force

    site: Site = request.app.state.site
    lines = [line for line in in_force(site.settings) if not line.key.startswith("feeds.")]
    rule = _typed_rule(site, request)
    found = list(islice(tried(site, rule, period=timedelta(days=7)), 500)) if rule else []
    fitting = [edit for edit, why_not in found if why_not is None]
    return site.page(
        request,
        "settings.html",
        lines=lines,
        rules=site.settings.rules,
        rule=rule,
        form=request.query_params,
        kinds=KINDS,
        levels=LEVELS,
        looked_at=len(found),
        fitting=site.rows(fitting[:TRIED_SHOWN]),
        fits=len(fitting),
        refused=[(site.row(edit), why_not) for edit, why_not in found if why_not is not None][:TRIED_SHOWN],
    )


def healthz(request: Request) -> Response:
    """`/healthz`: 200 while the store can be read. Tells a stranger nothing else."""
    site: Site = request.app.state.site
    site.store.get_meta("healthz")
    return JSONResponse({"status": "ok"})


def polls_of(site: Site, slug: str, limit: int) -> tuple[PollRun, ...]:
    """How the last polls went, newest first."""
    return site.store.polls(slug, limit)


def _reading(site: Site, slug: str) -> tuple[int, Counter[str]]:
    """How the pages of a feed's newest articles are read: looks at them, and among those what went wrong, by reason."""
    looks, wrong = 0, Counter[str]()
    for article in site.store.articles(ArticleQuery(feeds=(slug,), newest=True, limit=READ_ARTICLES)):
        for look in islice(site.store.looks(article.id), READ_LOOKS):
            looks += 1
            if look.verdict in ("suspect", "failed", "held"):
                wrong[look.reason or look.verdict] += 1
    return looks, wrong


def _trust(site: Site) -> tuple[OutletTrust, ...]:
    """How the pages of each host were read in the last days."""
    return site.kept("trust", TRUSTED_FOR, lambda: site.store.outlets(site.now - TRUST_WINDOW))


def strip(runs: tuple[PollRun, ...]) -> list[tuple[datetime, str, str]]:
    """One (time, outcome, how it is drawn) a poll, oldest first: runs of equal outcomes taken apart, their times spread evenly."""
    found: list[tuple[datetime, str, str]] = []
    for run in runs:
        shown = min(run.times, POLLS)
        step = (run.to_at - run.from_at) / max(1, run.times - 1)
        found += [(run.to_at - step * back, run.outcome, _drawn(run.outcome)) for back in range(shown)]
        if len(found) >= POLLS:
            break
    return found[:POLLS][::-1]


def _drawn(outcome: str) -> str:
    if outcome.startswith("error:"):
        return "bad"
    return "news" if outcome == "ok" else "same"


def _state(site: Site, slug: str) -> FeedState:
    state = next((state for state in site.feeds() if state.feed.slug == slug), None)
    if state is None:
        raise NotFound(f"There is no feed '{slug[:60]}'.")
    return state


def _poll_now(site: Site, state: FeedState) -> None:
    if site.writing is None:
        raise Busy("Nothing can be changed from here.")
    with site.writing() as store:
        if not store.ask_soon(state.feed.slug, site.now):
            raise Busy("This feed is paused: resume it first.")


def _pause(site: Site, state: FeedState) -> None:
    _set_paused(site, state, True)


def _resume(site: Site, state: FeedState) -> None:
    _set_paused(site, state, False)


def _set_paused(site: Site, state: FeedState, paused: bool) -> None:
    # the file is the one source of truth; the daemon follows when it reads it again
    from monitor import subscriptions

    if site.writing is None or not any(feed.slug == state.feed.slug for feed in site.settings.feeds):
        raise Busy("This feed is not in feeds.toml.")
    subscriptions.set_keys(site.settings.config_dir, [state.feed.slug], {"paused": paused or None}, lambda: _checked(site))


def _checked(site: Site) -> object:
    from monitor.config import read_settings

    return read_settings(site.settings.config_dir, site.settings.state_dir, secrets=False)


def _typed_rule(site: Site, request: Request) -> Rule | None:
    form = request.query_params
    if form.get("rule"):
        return next((rule for rule in site.settings.rules if rule.name == form["rule"]), None)
    if "try" not in form:
        return None
    return Rule(
        name="typed here",
        kinds=tuple(kind for kind in form.getlist("kind") if kind in KINDS),
        min_severity=form["min"] if form.get("min") in LEVELS else "low",
        undisclosed=form.get("undisclosed") == "1",
        added=_words(form.get("added", "")),
        removed=_words(form.get("removed", "")),
    )


def _words(text: str) -> tuple[str, ...]:
    # patterns stay for the file: who may see the pages need not be who may load the machine
    return tuple(word for word in (part.strip()[:80] for part in text[:400].split(",")) if word and not word.startswith("re:"))
