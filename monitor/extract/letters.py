"""Texts compared by their letters alone."""

import re
import unicodedata

_NOT_LETTERS = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """Only letters and digits, lower case: to compare what may be written with other spaces, quotes and marks."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _NOT_LETTERS.sub("", text).lower()
