"""How far an outlet's silence can be trusted: looks at its pages that gave no article, or suddenly much less of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.model.remembering import Look

TRUST_WINDOW = timedelta(days=7)
SHRUNKEN = "shrunken"
# Fewer bad looks than this are chance; from this share on edits may go unseen for days.
BAD_LOOKS, BAD_SHARE = 3, 0.2


def sign_of(look: Look) -> str | None:
    """How this look counts: "" as it should be, a suspect look's reason, or "shrunken"; None for one that got no page."""
    if look.verdict == "failed":
        return None
    if look.verdict == "suspect":
        return look.reason or "empty"
    return SHRUNKEN if look.verdict == "held" and "much text lost" in (look.reason or "") else ""


@dataclass(frozen=True, slots=True)
class OutletTrust:
    """How an outlet's pages were read: `looks` that got a page, and those of them that could not be trusted, by reason."""

    host: str
    looks: int
    reasons: Mapping[str, int]

    @property
    def bad(self) -> int:
        return sum(self.reasons.values())

    @property
    def is_trusted(self) -> bool:
        """Whether silence of this outlet means that nothing was edited."""
        return self.bad < BAD_LOOKS or self.bad < BAD_SHARE * self.looks

    @property
    def said(self) -> str:
        """In words: "12 of 40 looks gave no whole article (consent 9, shrunken 3)"."""
        if not self.reasons:
            return f"all {self.looks} looks gave an article"
        most_first = sorted(self.reasons.items(), key=lambda row: (-row[1], row[0]))
        return f"{self.bad} of {self.looks} looks gave no whole article ({', '.join(f'{reason} {times}' for reason, times in most_first)})"
