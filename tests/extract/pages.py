"""A page in plain newspaper markup, and ways to disturb it."""

from datetime import UTC, datetime

from monitor.extract.page import extract_page
from monitor.model import Content, Headers, Page, PageContext, RawPage

NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
URL = "https://paper.example/2024/03/04/cranes"
HTML: Headers = (("content-type", "text/html; charset=utf-8"),)
TITLE = "Linden Bay keeps its old cranes after all"
BODY = (
    "The harbour board of Linden Bay voted on Monday to keep its two oldest cranes, which were to be cut up for scrap this spring.",
    "“They still lift forty tonnes on a calm day,” said Petra Osgood, who has run the northern quay since 2011 and spoke for an hour.",
    "The board set aside 380,000 crowns for new cables and asked the maker for a written report by the end of June.",
    "Three members voted against the plan, saying the money was needed for a second slipway that fishermen have waited nine years for.",
    "A second reading is due in April, after which the mayor may sign the order and the cranes are painted in the colours of the town.",
)


def html(
    *paragraphs: str, title: str = TITLE, head: str = "", above: str = "", after: str = "", between: str = "", lang: str = "en", at: int = 2
) -> str:
    texts = [f"<p>{text}</p>" for text in paragraphs or BODY]
    texts.insert(at, between)
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} - The Paper</title>'
        f'<meta property="og:title" content="{title}">{head}</head><body><header><nav><a href="/">Home</a></nav></header>'
        f'{above}<main><article><h1>{title}</h1><div class="story-body">{"".join(texts)}</div>{after}</article></main>'
        f'<footer><p>All rights reserved.</p></footer></body></html>'
    )  # fmt: skip


def read(page: str | bytes, *, headers: Headers = HTML, status: int = 200, **context: object) -> Page:
    body = page.encode() if isinstance(page, str) else page
    return extract_page(body, headers, status, PageContext(**{"url": URL, "now": NOW, **context}))  # type: ignore[arg-type]


def read_after(first: str, then: str | bytes, *, headers: Headers = HTML, **context: object) -> tuple[Content, Page]:
    """The first page's words, and the second page read beside it."""
    before = read(first, **context)
    assert before.verdict == "article"
    known = {"known": before.content, "known_raw": RawPage(URL, 200, HTML, first.encode()), "extractor": before.extractor}
    return before.content, read(then, headers=headers, **{**context, **known})
