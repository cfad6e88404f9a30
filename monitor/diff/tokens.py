"""A text to the tokens that may differ: words, figures, marks, blanks. Nothing is lost: the tokens joined are the text.

A token is never cut, so its borders decide what a change may look like: letters and digits that stand together are one
token, also around a hyphen (`low energy` to `low-energy` is an exchange of words, not of a blank), Hangul words are stem
and particle, Han and Hiragana go by character, Katakana by word, Thai by dictionary.
"""

import functools
import re
from collections.abc import Callable
from itertools import pairwise

# Scripts whose words stock `re` finds: Latin, Greek, Cyrillic without combining marks, and the punctuation around them.
_EASY = re.compile(
    "[\x00-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u200a\u2010-\u2029\u202f-\u205f\u20a0-\u20cf\u2100-\u218f\u2190-\u22ff]*\\Z"
)
_FIGURE = r"[$£€¥₩]?\d+(?:[.,:/’']\d+)*(?:[^\W\d_]+|\ ?%)?"
_EASY_TOKEN = re.compile(rf"{_FIGURE}|[^\W_]+(?:['’-][^\W_]+)*|\s+|.", re.S | re.X)
_EASY_WORD = re.compile(r"[^\W_]+(?:[.,:/'’][^\W_]+)*")


def tokens(text: str) -> list[str]:
    """The text in pieces; `"".join(tokens(text)) == text`."""
    if text.isascii() or _EASY.match(text):
        return _EASY_TOKEN.findall(text)
    out: list[str] = []
    for token in _hard_token().findall(text):
        first = token[0]
        if "가" <= first <= "힣" and len(token) > 2:
            out += _stem_and_particle(token)
        elif "ก" <= first <= "๛" or "ກ" <= first <= "ໟ" or "ក" <= first <= "៿" or "က" <= first <= "႟":
            out += _dictionary_words(token)
        else:
            out.append(token)
    return out


def words(text: str) -> list[str]:
    """What the text says, without blanks and marks."""
    if text.isascii() or _EASY.match(text):
        return _EASY_WORD.findall(text)
    return [token for token in tokens(text) if is_word(token)]


def is_word(token: str) -> bool:
    """Whether the token says something: a word or a figure, no blank and no mark."""
    return token[0].isalnum() or token[-1].isalnum()


def is_one_word(text: str) -> bool:
    """Whether the text is surely one token, and that a word; not every word is told."""
    return text.isalpha() and (text.isascii() or _EASY.match(text) is not None)


@functools.cache
def _hard_token() -> "re.Pattern[str]":
    # 10 ms to import: only for texts that need it
    import regex  # type: ignore[import-untyped]  # it ships no types

    pattern: re.Pattern[str] = regex.compile(
        r"""\p{Sc}?\d+(?:[.,:/]\d+)*(?:[\p{L}\p{M}--[\p{Hangul}\p{Han}\p{Hiragana}\p{Katakana}]]+|\ ?[%％])?
        |\p{Hangul}+
        |\p{Katakana}[\p{Katakana}ー・]*
        |\p{Hiragana}
        |\p{Han}\p{M}*
        |[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+
        |[[\p{L}\p{M}\p{N}\u200c\u200d]--[\p{Hangul}\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+
         (?:['’-][[\p{L}\p{M}]--[\p{Hangul}\p{Han}]]+)*
        |\s+
        |\X""",
        regex.VERBOSE | regex.DOTALL | regex.VERSION1,
    )
    return pattern


# Korean particles, longest first: a changed particle is not a changed name. A stem keeps two syllables at least.
_PARTICLE = re.compile(
    "(?:으로부터|에게서|에서는|에서도|으로는|으로도|이라고|이라는|까지는|라고|라는|에서|에게|에는|에도|까지|부터|으로|처럼|보다|마다|조차|"
    "은|는|이|가|을|를|의|에|로|와|과|도|만|께)$"
)


def is_particle(token: str) -> bool:
    """Whether a Hangul token may be a particle: it says how its word is used, not which it is."""
    return bool(_PARTICLE.match(token))


def _stem_and_particle(word: str) -> list[str]:
    found = _PARTICLE.search(word)
    return [word[: found.start()], found[0]] if found and found.start() >= 2 else [word]


def _dictionary_words(run: str) -> list[str]:
    return _breaker()(run)


@functools.cache
def _breaker() -> Callable[[str], list[str]]:
    """Words by ICU's dictionary where PyICU is installed, else by what a reader sees as one letter."""
    try:
        import icu
    except ImportError:
        import regex

        cluster = regex.compile(r"[เแโใไ]?\X[ะาำๅ]?")
        return lambda run: list(cluster.findall(run))
    breaker = icu.BreakIterator.createWordInstance(icu.Locale("th"))

    def cut(run: str) -> list[str]:
        breaker.setText(run)
        # ICU counts UTF-16 units; the scripts that come here are all in the basic plane
        return [run[start:end] for start, end in pairwise([0, *breaker])]

    return cut
