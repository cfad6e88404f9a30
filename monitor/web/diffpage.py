"""The difference of two revisions: the page a newsroom prints, its address, and its card."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.errors import NotFound
from monitor.model import Article, Diff
from monitor.render.excerpt import remark
from monitor.web import blocks, card
from monitor.web.blocks import Block, Fold, View
from monitor.web.filters import number
from monitor.web.parts import part_of
from monitor.web.site import Site, answer

_NUMBERS = re.compile(r"([0-9]{1,19})\.\.([0-9]{1,19})")
HEAD_FIELDS = ("headline", "subheading", "byline", "section")
HEAD = 2000  # characters of each: nobody's is longer but in malice, and JSON has all of it


def difference(request: Request) -> Response:
    """`/a/42/1..2`: the difference. Other ways to say the pair (`09:34..16:20`) lead to the one with numbers."""
    site: Site = request.app.state.site
    article = site.article(request.path_params["article"])
    pair = request.path_params["pair"]
    named = _NUMBERS.fullmatch(pair)
    if not named:
        return _redirect(site, article, pair)
    old, new = int(named[1]), int(named[2])
    if old >= new:
        return _to(article, old, new, request.url.query)
    diff = _diff(site, article, pair)
    view = request.query_params.get("view", "inline")
    if view not in get_args(View):
        view = "inline"
    full = request.query_params.get("full") == "1"
    found = blocks.sections(diff.changes, fold=not full)
    if view in ("old", "new"):
        found = blocks.reading(found, "old" if view == "old" else "new")
    wanted = number(request.query_params.get("part", "")) or 1
    head = tuple(section for section in found if section.field in HEAD_FIELDS)
    # what did not change is left out but for the text itself, which is why one reads the page
    rest = [section for section in found if section.field not in HEAD_FIELDS and (section.changes or full or section.field == "body")]
    part = part_of(rest, wanted, twice=view == "side", full=full)
    return site.page(
        request,
        "diff.html",
        article=article,
        diff=diff,
        edit=diff.edit,
        old=diff.old,
        new=diff.new,
        outlet=site.outlet(article.feeds, article.url),
        view=cast(View, view),
        full=full,
        head={section.field: tuple(map(_headed, section.blocks)) for section in head},
        part=part,
        marks=[(section, blocks.marks(section)) for section in found if section.field == "body"],
        folds=any(isinstance(item, Fold) for section in part.sections for item in section.items),
        changes=sum(section.changes for section in found),
        steps=_steps(article, diff),
        waited=_waited(diff),
        here=site.here(request),
        card=card.can_draw(),
        remark=remark(diff.edit),
    )


def compare(request: Request) -> Response:
    """`/a/42/compare?a=1&b=3`: to the address of that difference, the older one first."""
    site: Site = request.app.state.site
    article = site.article(request.path_params["article"])
    numbers = [number(request.query_params.get(name, "")) for name in ("a", "b")]
    if None in numbers:
        raise NotFound("Two revisions are needed to compare.")
    a, b = filter(None, numbers)
    view = request.query_params.get("view", "")
    return _to(article, a, b, f"view={view}" if view in get_args(View) else "")


def picture(request: Request) -> Response:
    """`/a/42/1..2/card.png`: the difference as a picture for those who share its address."""
    site: Site = request.app.state.site
    article = site.article(request.path_params["article"])
    diff = _diff(site, article, request.path_params["pair"])
    image = card.png(site.templates, diff, site.outlet(article.feeds, article.url), site.timezone)
    if image is None:
        raise NotFound("This machine has no fonts to draw a card with.")
    return answer(request, image, "image/png")


def _headed(block: Block) -> Block:
    return replace(block, segments=blocks.cut(block.segments, HEAD))


def _diff(site: Site, article: Article, pair: str) -> Diff:
    named = _NUMBERS.fullmatch(pair)
    if not named:
        raise NotFound(f"'{pair[:40]}' names no two revisions.")
    return site.diff(article, site.revision(article, named[1]), site.revision(article, named[2]))


def _redirect(site: Site, article: Article, pair: str) -> Response:
    from monitor.refs import resolve

    if len(pair) > 100:
        raise NotFound("This names no two revisions.")
    found = resolve(site.store, f"{article.id}@{pair}", purpose="diff", timezone=site.timezone, now=site.now)
    if found.old is None:
        return RedirectResponse(f"/a/{article.id}@{found.new.rev}", 303)
    return _to(article, found.old.rev, found.new.rev)


def _to(article: Article, a: int, b: int, query: str = "") -> Response:
    """To the difference of these two, the older one first; to the one revision where they are one."""
    pair = f"@{a}" if a == b else f"/{min(a, b)}..{max(a, b)}"
    return RedirectResponse(f"/a/{article.id}{pair}" + (f"?{query}" if query else ""), 303)


def _steps(article: Article, diff: Diff) -> dict[str, str]:
    """Where the keys [ and ] and the arrows lead: the differences before and after this one."""
    old, new = diff.old.rev, diff.new.rev
    steps = {"older": "", "newer": ""}
    if old > 1:
        steps["older"] = f"/a/{article.id}/{old - 1}..{old}"
    if new < article.revisions:
        steps["newer"] = f"/a/{article.id}/{new}..{new + 1}"
    return steps


def _waited(diff: Diff) -> timedelta | None:
    """How long after the older version's stamp (or sighting) the newer one came."""
    old_posted, old_updated = diff.old.stamps
    before = old_updated or old_posted
    after = diff.new.updated
    if before and after and after.at > before.at:
        return after.at - before.at
    return None
