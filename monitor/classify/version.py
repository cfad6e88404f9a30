"""One version as a judge sees it."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Content, Stamp


@dataclass(frozen=True, slots=True)
class Version:
    """Words, and the stamps as last read (restamps included). `seen_at`: when the old one was seen last, the new one first."""

    content: Content
    posted: Stamp | None
    updated: Stamp | None
    seen_at: datetime
