"""Words as search knows them: folded, and scripts without spaces cut into overlapping pairs. One cut for both databases.

`trigram` finds no Korean or Chinese word of two letters, plain word search one in six (measured); pairs find all, in a third of the
trigram's bytes. A pair-cut run ends with its last letter alone, so that a single letter is found as the beginning of a term.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from monitor.errors import UsageError
from monitor.model import Content

# Hangul, Han, kana, Thai, Lao, Myanmar, Khmer: written without spaces, or with endings that stick to the word
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f]"
FIRST_UNSPACED = "\u0e00"  # most words begin below it and need no closer look
LONGEST_TERM = 200  # characters; PostgreSQL refuses lexemes over 2 kB
MOST_PHRASES = 32
SNIPPET = 160  # characters shown around a hit


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that stand side by side; `prefix`: the last one may go on."""

    terms: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Phrases that must all be there, and the words as typed, for the snippet."""

    phrases: tuple[Phrase, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a query was found: 'text', 'added' or 'removed', and the words around it."""

    where: str
    snippet: str


def read_query(query: str) -> Query:
    """Words, "phrases in quotes" and beginnings*. Any text is safe; UsageError when nothing in it can be searched for."""
    phrases: list[Phrase] = []
    words: list[str] = []
    for quoted, bare in re.findall(r'"([^"]*)"|([^\s"]+)', query):
        word = quoted or bare
        star = not quoted and bare.endswith("*")
        for part in [word] if quoted else [run.group() for run in _run().finditer(_folded(word))]:
            cut = _cut(part, whole=False)
            if cut:
                single = len(cut) == 1 and len(cut[0]) == 1 and _is_unspaced(cut[0])
                phrases.append(Phrase(tuple(cut), star or single))
                words.append(word.strip("*"))
    if not phrases:
        raise UsageError("there is no word in this query", hint="monitor search 'ferry \"struck the pier\"'")
    if len(phrases) > MOST_PHRASES:
        raise UsageError(f"a query may have {MOST_PHRASES} words, this one has {len(phrases)}")
    return Query(tuple(phrases), tuple(words))


def terms(text: str) -> list[str]:
    """All terms of a text, in order."""
    return _cut(text, whole=True)


def _cut(text: str, *, whole: bool) -> list[str]:
    cut: list[str] = []
    ended_with_letter = False
    for run in _run().findall(_folded(text)):
        ended_with_letter = False
        if run[0] >= FIRST_UNSPACED and _is_unspaced(run):
            cut += [run[i : i + 2] for i in range(len(run) - 1)]
            cut.append(run[-1])
            ended_with_letter = len(run) > 1
        else:
            cut.append(run[:LONGEST_TERM])
    if not whole and ended_with_letter:
        cut.pop()  # what was typed may go on in the text
    return cut


@cache
def _run() -> re.Pattern[str]:
    # compiled when first needed: a command that searches nothing need not wait for it
    return re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")


def _is_unspaced(text: str) -> bool:
    return re.match(f"[{_UNSPACED}]", text) is not None


def _folded(text: str) -> str:
    text = text.casefold()
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", re.sub(_MARKS, "", unicodedata.normalize("NFKD", text)))


def documents(old: Content | None, new: Content) -> tuple[list[str], list[str]]:
    """The paragraphs a revision is found by: those that went, and those that came (of a first one: all)."""
    after = paragraphs(new)
    if old is None:
        return [], after
    before = paragraphs(old)
    known_before, known_after = set(before), set(after)
    return [text for text in before if text not in known_after], [text for text in after if text not in known_before]


def paragraphs(content: Content) -> list[str]:
    """Every text of a version."""
    return [text for text in (content.title, content.subtitle, *content.authors, *content.body, *content.captions) if text]


def found_in(query: Query, where: str, old: Content | None, new: Content) -> Found | None:
    """What a query finds in one revision, said as the indexes of both databases would."""
    before, after = documents(old, new)
    came, went = _has(query, after), _has(query, before)
    if where == "removed":
        return Found("removed", snippet(query, before)) if old is not None and went and not came else None
    if where == "added":
        return Found("added", snippet(query, after)) if old is not None and came and not went else None
    return Found("text", snippet(query, paragraphs(new))) if came else None


def _has(query: Query, texts: Iterable[str]) -> bool:
    found = terms("\n".join(texts))
    return all(_has_phrase(phrase, found) for phrase in query.phrases)


def _has_phrase(phrase: Phrase, found: Sequence[str]) -> bool:
    *head, last = phrase.terms
    for start in range(len(found) - len(head)):
        end = found[start + len(head)]
        if found[start : start + len(head)] == head and (end.startswith(last) if phrase.prefix else end == last):
            return True
    return False


def snippet(query: Query, texts: Sequence[str]) -> str:
    """The paragraph in which the query's words stand, cut around the first of them."""
    wanted = [word.casefold() for word in query.words]
    best = max(texts, key=lambda text: sum(word in text.casefold() for word in wanted), default="")
    places = [place for word in wanted if (place := best.casefold().find(word)) >= 0]
    start = max(0, (min(places) if places else 0) - SNIPPET // 3)
    end = start + SNIPPET
    return ("…" if start else "") + best[start:end].strip() + ("…" if end < len(best) else "")


def fts5_match(query: Query, where: str) -> str:
    """The query as FTS5 reads it; terms hold no quotes, so nothing can break out."""
    said = " AND ".join(f'"{" ".join(phrase.terms)}"' + (" *" if phrase.prefix else "") for phrase in query.phrases)
    came, went = f"after : ({said})", f"before : ({said})"
    return {"added": f"({came}) NOT ({went})", "removed": f"({went}) NOT ({came})"}.get(where, came)


def ts_query(query: Query) -> str:
    """The query as PostgreSQL's tsquery reads it."""
    return " & ".join(
        "("
        + " <-> ".join(f"'{term}'" + (":*" if phrase.prefix and i == len(phrase.terms) - 1 else "") for i, term in enumerate(phrase.terms))
        + ")"
        for phrase in query.phrases
    )


def ts_vector(found: Sequence[str]) -> str:
    """Terms as PostgreSQL's tsvector reads them, with their places (the last place there is stands for all beyond)."""
    places: dict[str, list[int]] = {}
    for place, term in enumerate(found, 1):
        mine = places.setdefault(term, [])
        if len(mine) < 255 and place <= 16383:
            mine.append(place)
    return " ".join(f"'{term}'" + (":" + ",".join(map(str, mine)) if mine else "") for term, mine in places.items())
