"""Lines that pages print between paragraphs and that are never an article's: labels of ads, boxes and buttons."""

import re
from functools import lru_cache

from monitor.extract.letters import letters
from monitor.extract.words import phrases

_LONGEST_PROMPT = 140


def is_label(text: str) -> bool:
    """Is this line nothing but such a label, or a short call to read, follow or subscribe?"""
    if len(text) >= _LONGEST_PROMPT:
        return False
    whole, prompt = _labels()
    return whole.fullmatch(letters(text)) is not None or prompt.match(text) is not None


@lru_cache(maxsize=1)
def _labels() -> tuple[re.Pattern[str], re.Pattern[str]]:
    told = phrases("labels")
    return re.compile("|".join(told["whole"])), re.compile(r"\W*(?:" + "|".join(told["prompts"]) + ")", re.IGNORECASE)
