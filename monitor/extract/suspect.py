"""Is this an article page at all? Walls, errors, other pages and halves of pages, each with its reason."""

from monitor.extract.blocks import Document
from monitor.extract.metadata import Metadata
from monitor.model import Headers, Page, PageContext


def suspicion(html: str, headers: Headers, document: Document, metadata: Metadata, page: Page, context: PageContext) -> str | None:
    """One of SUSPECT_REASONS, or None for an article."""
    if not page.content.body:
        return "empty"
    return None
