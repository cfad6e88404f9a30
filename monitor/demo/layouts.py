"""How the newsroom's pages look: on a desktop with stamps, much furniture and a box amid the body; on a telephone without stamps."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from monitor.demo.stories import Story

MENU = ("Home", "Region", "Business", "Health", "Science", "Culture", "Sports", "Opinion", "Photos")


def desktop(story: Story, outlet: str, others: Sequence[str], now: datetime, tick: int) -> str:
    """The article's page. `tick` turns what stands around the article: tickers, counts, lists and boxes, never its words."""
    turned = [*others[tick % len(others) :], *others[: tick % len(others)]]
    menu = "".join(f'<li><a href="/{item.lower()}">{item}</a></li>' for item in MENU)
    updated = f"<br>Updated : {story.updated:%Y-%m-%d %H:%M}" if story.updated else ""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(story.headline)} - {escape(outlet)}</title>
<link rel="stylesheet" href="/style.css?v={tick}"><meta property="og:site_name" content="{escape(outlet)}">
<meta property="og:title" content="{escape(story.headline)}"><meta property="og:type" content="article"></head>
<body>
<div id="top_menu"><ul>{menu}</ul></div>
<div class="all_menu"><ul>{menu}</ul></div>
<div class="ticker">Top {len(turned)} <ul>{_listed(turned)}</ul></div>
<div class="clock">{now:%a, %B %d, %Y} | {now:%H:%M} &middot; {1204 + 37 * tick} readers online</div>
<div class="view_cate"><a href="/{story.section.lower()}">{escape(story.section)}</a></div>
<div class="view_HD_div"><div class="view_headline HD">{escape(story.headline)}</div></div>
<div class="view_date">Posted : {story.posted:%Y-%m-%d %H:%M}{updated}</div>
<div class="reporter"><a href="/reporter">{escape(story.author)}</a></div>
<div class="view_util"><a href="#print">Print</a> <a href="#up">Font size up</a> <a href="#down">Font size down</a></div>
<div class="share"><a href="#a">Share on A</a> <a href="#b">Share on B</a> {3 + tick} comments</div>
<div id="startts" itemprop="articleBody">
{_body(story, turned, now)}
</div>
<div class="view_email">Email<a href="mailto:{story.mail}">{story.mail}</a> <a href="#list">Article List</a>
<a href="#more">More articles by this reporter</a></div>
<div class="top10"><h3>Top 10 Stories</h3><ol>{_twice(turned)}</ol></div>
<div class="top5"><h3>Top 5 Entertainment News</h3><ol>{_listed(turned[:5])}</ol></div>
<div class="gallery"><h3>Photo Galleries</h3><ul>{_listed(turned[2:4])}</ul></div>
<div class="company">{escape(outlet)}, 7 Quay Street, 2nd floor. Tel. 000-0000. All rights reserved.</div>
<div class="bottom_menu"><ul>{menu}</ul></div>
</body></html>
"""


def mobile(story: Story, outlet: str, others: Sequence[str], tick: int) -> str:
    """The same article for a telephone: no stamp anywhere."""
    turned = [*others[tick % len(others) :], *others[: tick % len(others)]]
    paragraphs = [f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs]
    paragraphs.insert(2, _photo(story.photos[1].caption, story.photos[1].caption))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(story.headline)}</title></head>
<body>
<div class="bar"><a href="#settings">Settings</a> <button>A+</button> <button>A-</button></div>
<h2 class="view_tit">{escape(story.headline)}</h2>
<div class="share"><a href="#a">Share</a> <a href="#b">Copy link</a> {3 + tick}</div>
{_photo(story.photos[0].caption, story.photos[0].caption)}
<div class="view_con">
<h3 class="sub">{escape(story.deck)}</h3>
<p class="by">By {escape(story.author)}</p>
{"".join(paragraphs)}
</div>
<div class="writer">{escape(story.author)} <a href="mailto:{story.mail}">{story.mail}</a></div>
<div class="close">X CLOSE</div>
<div class="top10"><h3>Top 10 Stories</h3><ol>{_listed(turned)}</ol></div>
<div class="company">{escape(outlet)}</div>
</body></html>
"""


def feed(stories: Sequence[Story], outlet: str, address: str, now: datetime) -> str:
    """The newsroom's RSS feed, newest first as given."""
    items = "".join(
        f"""<item><title>{escape(story.headline)}</title><link>{address}{story.path}</link>
<guid isPermaLink="false">{story.path.rpartition("_")[2].removesuffix(".html")}</guid>
<pubDate>{story.posted:%a, %d %b %Y %H:%M:%S %z}</pubDate><description>{escape(story.deck)}</description></item>
"""
        for story in stories
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>{escape(outlet)}</title><link>{address}/</link><description>All the news of the town</description>
<lastBuildDate>{now:%a, %d %b %Y %H:%M:%S %z}</lastBuildDate>
{items}</channel></rss>
"""


def _body(story: Story, turned: Sequence[str], now: datetime) -> str:
    parts = [f'<div class="sub_title">{escape(story.deck)}</div>', f"<span>By {escape(story.author)}</span><br><br>"]
    photos = {photo.before: photo for photo in story.photos}
    first = story.photos[0].caption
    for at, paragraph in enumerate(story.paragraphs):
        if at in photos:
            # the second picture carries the alt text of the first, as pages put together in a hurry do
            parts.append(_photo(photos[at].caption, first if at == story.photos[1].before else photos[at].caption))
        parts.append(f"<span>{escape(paragraph)}</span><br><br>")
        if at == 2:
            parts.append(_related(turned[:3], now))
    return "\n".join(parts)


def _photo(caption: str, alt: str) -> str:
    return f'<div class="photo"><img src="/pictures/1.jpg" alt="{escape(alt)}"><div class="view_caption">{escape(caption)}</div></div>'


def _related(titles: Sequence[str], now: datetime) -> str:
    rows = "".join(
        f'<li><a href="/r{at}"><img alt="{escape(title)}"></a> <a href="/r{at}">{escape(title)}</a>'
        f" <em>{now - timedelta(hours=at + 1):%Y-%m-%d %H:%M} | Region</em></li>"
        for at, title in enumerate(titles)
    )
    return f'<div class="view_relation"><ul>{rows}</ul></div>'


def _listed(titles: Sequence[str]) -> str:
    return "".join(f'<li><a href="/s{at}">{escape(title)}</a></li>' for at, title in enumerate(titles))


def _twice(titles: Sequence[str]) -> str:
    return "".join(
        f'<li><a href="/s{at}"><img alt="{escape(title)}"></a><a href="/s{at}">{escape(title)}</a></li>' for at, title in enumerate(titles)
    )
