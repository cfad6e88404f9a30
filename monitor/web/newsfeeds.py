"""Edits as feeds to subscribe to: Atom and JSON Feed, of all, of an outlet, an article, or a rule."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from monitor.errors import NotFound
from monitor.model import Content, Diff, Edit, Revision
from monitor.ports import EditQuery
from monitor.render import atom
from monitor.report import misfit
from monitor.settings import Rule
from monitor.web.filters import query_string, read_filter
from monitor.web.pages import find_edits
from monitor.web.site import Site, answer

ENTRIES = 50
KEPT_FOR = 15.0  # seconds; readers of feeds come in herds, and a feed is a hundred revisions
RULE_PERIOD = timedelta(days=30)  # how far back a rule's edits are sought
RULE_LOOKED_AT = 2000  # edits a rule is tried on at most

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EMPTY = Revision(0, 0, "", None, "new", True, "page", "", _EPOCH, _EPOCH, None, None, Content(""))


def of_all(request: Request) -> Response:
    """`/edits.atom`, `/edits.json`: those that the filter in the query string lets through."""
    site: Site = request.app.state.site
    chosen = read_filter(request.query_params, strict=True)
    return _answer(request, "Edits", query_string(chosen).removeprefix("?"), islice(find_edits(site, chosen), ENTRIES))


def of_feed(request: Request) -> Response:
    """`/feeds/SLUG.atom`: the edits of one outlet."""
    site: Site = request.app.state.site
    slug = request.path_params["slug"]
    if slug not in site.outlets():
        raise NotFound(f"There is no feed '{slug[:60]}'.")
    chosen = replace(read_filter(request.query_params, strict=True), feed=slug)
    return _answer(request, f"Edits in {site.outlets()[slug]}", f"feed:{slug}", islice(find_edits(site, chosen), ENTRIES))


def of_article(request: Request) -> Response:
    """`/a/42.atom`: the edits of one article, noise too."""
    site: Site = request.app.state.site
    article = site.article(request.path_params["article"])
    edits = site.store.edits(EditQuery(article=article.id, newest=True, limit=ENTRIES))
    return _answer(request, f"Edits of “{article.title or article.url}”", f"article:{article.id}", edits)


def of_rule(request: Request) -> Response:
    """`/rules/NAME.atom`: what a rule of the configuration would tell, whoever it tells it to."""
    site: Site = request.app.state.site
    name = request.path_params["name"]
    rule = next((rule for rule in site.settings.rules if rule.name == name), None)
    if rule is None:
        raise NotFound(f"There is no rule '{name[:60]}'.")
    fitting = (edit for edit, why_not in tried(site, rule) if why_not is None)
    return _answer(request, f"Edits by the rule {name}", f"rule:{name}", islice(fitting, ENTRIES))


def tried(site: Site, rule: Rule, *, period: timedelta = RULE_PERIOD) -> Iterator[tuple[Edit, str | None]]:
    """The edits of the last while, newest first, each with why the rule does not want it, None when it does."""
    tags = {feed.slug: frozenset(feed.tags) for feed in site.settings.feeds}
    query = EditQuery(since=site.now - period, newest=True, limit=RULE_LOOKED_AT)
    for edit in site.store.edits(query):
        diff = diff_of_edit(site, edit, words=bool(rule.added or rule.removed or rule.authors))
        if diff is not None:
            yield (
                edit,
                misfit(
                    rule, diff, frozenset().union(*(tags.get(slug, frozenset()) for slug in edit.feeds)),
                    zone=ZoneInfo(site.timezone), now=edit.seen_before,
                ),
            )  # fmt: skip


def diff_of_edit(site: Site, edit: Edit, *, words: bool = True) -> Diff | None:
    """An edit with its two revisions and what changed; None where one is missing. Without `words` they are left empty."""
    if not words:
        return Diff(edit, _EMPTY, _EMPTY, ())
    old, new = (site.store.revision(edit.article, rev) for rev in (edit.from_rev, edit.to_rev))
    return Diff(edit, old, new, site.store.changes(edit.id)) if old and new else None


def _answer(request: Request, title: str, scope: str, edits: Iterator[Edit]) -> Response:
    site: Site = request.app.state.site
    kind = "application/atom+xml" if request.url.path.endswith(".atom") else "application/feed+json"
    body = site.kept(
        f"feed {site.here(request)} {request.url.path}?{request.url.query}", KEPT_FOR, lambda: _body(request, title, scope, edits, kind)
    )
    return answer(request, body, f"{kind}; charset=utf-8")


def _body(request: Request, title: str, scope: str, edits: Iterator[Edit], kind: str) -> bytes:
    site: Site = request.app.state.site
    here = site.here(request)
    query = f"?{request.url.query}" if request.url.query and "token=" not in request.url.query else ""
    state = site.settings.web.public_url or str(site.settings.state_dir.resolve())
    channel = atom.Channel(title, atom.channel_id(state, scope), self_url=f"{here}{request.url.path}{query}", pages=here)
    diffs = [diff for edit in edits if (diff := diff_of_edit(site, edit))]
    return atom.atom(diffs, channel) if kind == "application/atom+xml" else atom.json_feed(diffs, channel)
