"""A paragraph to its sentences. Nothing is lost: the sentences joined are the paragraph."""

import sentencex

# A text shorter than this has one sentence for our purpose: fences inside it would cost more than they give.
_SHORT = 24


def sentences(text: str, language: str) -> list[str]:
    """The sentences with the blanks behind them; a line break always ends one. `language` is a two-letter code."""
    out: list[str] = []
    for line in text.split("\n"):
        if out:
            out[-1] += "\n"
        out += _of_line(line, language) or ([""] if not out else [])
    return [sentence for sentence in out if sentence]


def _of_line(line: str, language: str) -> list[str]:
    if len(line) < _SHORT:
        return [line] if line else []
    try:
        found: list[str] = sentencex.segment(language, line)
    except UnicodeEncodeError:
        return [line]
    return found if sum(map(len, found)) == len(line) else [line]
