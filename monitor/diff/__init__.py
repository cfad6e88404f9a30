"""Two versions of an article to the changes between them. Pure."""

from monitor.diff.fields import compare, measure

__all__ = ["compare", "measure"]
