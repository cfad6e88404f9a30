"""Texts compared by their letters alone."""

import hashlib
import re
import unicodedata

_NOT_LETTERS = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """Only letters and digits, lower case: to compare what may be written with other spaces, quotes and marks."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _NOT_LETTERS.sub("", text).lower()


def fingerprint(text: str) -> int:
    """64 bits that two blocks of text share when their letters are the same."""
    return int.from_bytes(hashlib.blake2b(letters(text).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
