"""Whether the publisher told readers of an edit, and the proof: which stamp said what, and when it was read."""

from collections.abc import Sequence
from datetime import datetime

from monitor.classify.version import Version
from monitor.model import Stamp
from monitor.times import rfc3339


def disclosed(old: Version, new: Version, *, text_changed: bool, notes: Sequence[str]) -> tuple[bool | None, str]:
    """True, false, or None when the page carries no stamp to judge by; and the sentence that proves it.

    The Updated stamp must have moved past the last one read. Where a page shows a Posted alone, that is its stamp.
    """
    if not text_changed:
        return None, "the article's own text did not change"
    if notes:
        return True, f"disclosed: {notes[0]}"
    before, after = old.updated or old.posted, new.updated or new.posted
    if before is None and after is None:
        return None, f"no stamp on the page to judge by (read {_at(old.seen_at)} and {_at(new.seen_at)})"
    if before is None:
        assert after is not None
        if new.updated and new.updated.at > old.seen_at:
            return True, f"disclosed: no stamp was read at {_at(old.seen_at)}, {_says(new)} at {_at(new.seen_at)}"
        return None, f"no earlier stamp to compare with: {_says(new)} at {_at(new.seen_at)}, none at {_at(old.seen_at)}"
    if after is not None and after.at > before.at and (new.updated or not old.updated):
        return True, f"disclosed: {_says(old)} when read at {_at(old.seen_at)}, {_says(new)} at {_at(new.seen_at)}"
    return (
        False,
        f"not disclosed: {_says(old)} when read at {_at(old.seen_at)}, {_says(new)} at {_at(new.seen_at)}, and no correction note came",
    )


def _says(version: Version) -> str:
    stamp: Stamp | None = version.updated or version.posted
    if stamp is None:
        return "no stamp stood on the page"
    label = "Updated" if version.updated else "Posted"
    read = f" (“{stamp.text}”, {stamp.source or 'page'})" if stamp.text else f" ({stamp.source})" if stamp.source else ""
    return f"{label} said {_at(stamp.at)}{read}"


def _at(at: datetime) -> str:
    return rfc3339(at)
