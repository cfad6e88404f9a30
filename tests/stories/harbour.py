"""A pretend outlet for the stories: its feed and its pages, in words of our own."""

from dataclasses import dataclass, replace
from html import escape

HOST = "https://harbour.example"


@dataclass(frozen=True)
class Piece:
    """One article as its outlet would publish it."""

    slug: str = "ferry-2041"
    headline: str = "Harbour council delays the night ferry"
    summary: str = "The late boats will not sail before spring."
    posted: str | None = "2023-09-19T16:20:00+09:00"
    updated: str | None = None
    body: tuple[str, ...] = (
        "The harbour council voted on Tuesday to delay the night ferry until spring, citing a shortage of trained crew.",
        "Councillor Mina Oh said the town had hired 12 deckhands since June and needed at least 30 before the boats could sail.",
        "Fishing families along the eastern pier have waited for a late crossing since the old bridge closed two winters ago.",
        "“We were told it would be this autumn,” said Dag Lund, who runs a bakery beside the ticket office.",
        "The council will meet again next month to decide how the remaining crew are to be paid and trained.",
    )
    links: tuple[str, ...] = ("Market square gets new lamps", "School choir wins the coast prize")

    @property
    def url(self) -> str:
        return f"{HOST}/news/{self.slug}"

    def edited(self, **changes: object) -> "Piece":
        return replace(self, **changes)  # type: ignore[arg-type] # the names are the fields'

    def page(self) -> str:
        stamps = "".join(
            f'<meta property="article:{name}" content="{value}">'
            for name, value in (("published_time", self.posted), ("modified_time", self.updated))
            if value
        )
        paragraphs = "".join(f"<p>{escape(text)}</p>" for text in self.body)
        related = "".join(f'<li><a href="/news/{i}">{escape(text)}</a></li>' for i, text in enumerate(self.links))
        return (
            f'<!doctype html><html lang="en"><head><title>{escape(self.headline)} | Harbour Post</title>{stamps}'
            f'<meta property="og:title" content="{escape(self.headline)}"><link rel="canonical" href="{self.url}"></head><body>'
            f"<nav><ul><li><a href='/'>Home</a></li><li><a href='/town'>Town</a></li></ul></nav>"
            f"<main><article><h1>{escape(self.headline)}</h1>{paragraphs}</article></main>"
            f"<aside><h2>Most read</h2><ul>{related}</ul></aside><footer><p>© Harbour Post</p></footer></body></html>"
        )


def feed(*pieces: Piece) -> str:
    """The outlet's RSS feed with these pieces, newest first."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{piece.slug}</guid><link>{piece.url}</link><title>{escape(piece.headline)}</title>"
        f"<description>{escape(piece.summary)}</description></item>"
        for piece in pieces
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Harbour Post</title><link>{HOST}</link>{items}</channel></rss>"
