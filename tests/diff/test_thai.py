"""Thai has no blanks between words: ICU's dictionary parts them where PyICU is installed."""

import sys
from types import ModuleType

import pytest

from monitor.diff import compare
from monitor.diff import tokens as room
from monitor.diff.tokens import tokens
from monitor.model import Content

SENTENCE = "รถไฟมาสาย"


class EveryThree:
    """ICU's iterator as we use it: a border after every third letter."""

    @staticmethod
    def createWordInstance(locale: object) -> "EveryThree":
        return EveryThree()

    def setText(self, text: str) -> None:
        self.size = len(text)

    def __iter__(self) -> object:
        return iter(range(3, self.size + 1, 3))


@pytest.fixture
def forgotten() -> object:
    room._breaker.cache_clear()
    yield
    room._breaker.cache_clear()


def test_words_are_parted_by_the_dictionary(forgotten: object, monkeypatch: pytest.MonkeyPatch) -> None:
    icu = ModuleType("icu")
    icu.BreakIterator, icu.Locale = EveryThree, str  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "icu", icu)

    assert tokens(SENTENCE) == ["รถไ", "ฟมา", "สาย"]


def test_without_it_no_letter_is_cut(forgotten: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icu", None)

    parts = tokens("ที่ นี่")

    assert "".join(parts) == "ที่ นี่"
    assert parts[0] == "ที่"


def test_with_pyicu_itself_a_thai_word_changes_as_a_whole(forgotten: object) -> None:
    pytest.importorskip("icu", reason="PyICU is not installed: Debian's python3-icu, or pip install PyICU with libicu-dev")

    (change,) = compare(Content("รถไฟมาสาย"), Content("รถเมล์มาสาย"))

    assert change.segments == (("-", "รถไฟ"), ("+", "รถเมล์"), ("=", "มาสาย"))
    assert tokens("รถไฟมาสาย") == ["รถไฟ", "มา", "สาย"]
