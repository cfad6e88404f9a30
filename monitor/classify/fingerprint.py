"""By what the same edit is known in another article: a template that changed, a report of an agency that many print."""

import hashlib
from collections.abc import Sequence

from monitor.model import Change
from monitor.text import fold


def fingerprint(changes: Sequence[Change]) -> bytes | None:
    """Equal for the same edit in another article: the whole paragraphs that differ, before and after. None when none does."""
    differing = [(change.field, change.op, _spelled(change, "+"), _spelled(change, "-")) for change in changes if change.op != "equal"]
    if not differing:
        return None
    return hashlib.sha256(repr(sorted(differing)).encode("utf-8", "surrogatepass")).digest()[:16]


def _spelled(change: Change, without: str) -> str:
    return fold("".join([text for sign, text in change.segments if sign != without]))
