"""The slowest texts we know of, one megabyte each side: seconds of CPU and peak memory for a difference with its judgement.

    python bench/diff_worst.py [--size BYTES] [CASE…]

Each case runs in a process of its own. The promise: no input takes more than 2 seconds a megabyte, both texts counted.
"""

import argparse
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from monitor.compare import texts_diff
from monitor.model import Content

R = random.Random(7)
Texts = tuple[list[str], list[str]]


def coined(alphabet: str, size: int, longest: int = 9) -> list[str]:
    return ["".join(R.choices(alphabet, k=R.randint(2, longest))) for _ in range(size)]


def paragraphs(words: list[str], size: int, each: int = 60, joint: str = " ", end: str = ". ") -> list[str]:
    out, used = [], 0
    while used < size:
        text = joint.join(R.choices(words, k=each)) + end
        out.append(text)
        used += len(text.encode())
    return out


def touched(texts: list[str], words: list[str], joint: str = " ", rate: float = 0.02) -> list[str]:
    def touch(text: str) -> str:
        parts = text.split(joint) if joint else list(text)
        return joint.join(R.choice(words) if R.random() < rate else part for part in parts)

    return [touch(text) for text in texts]


LATIN, HAN, KANA = "abcdefghijklmnoprstuvw", "".join(map(chr, range(0x4E00, 0x5200))), "".join(map(chr, range(0x3042, 0x3090)))
HANGUL, THAI, ARABIC = (
    "".join(map(chr, range(0xAC00, 0xB400))),
    "".join(map(chr, range(0x0E01, 0x0E2E))),
    "".join(map(chr, range(0x0627, 0x064A))),
)


def script(alphabet: str, joint: str, end: str, each: int = 60) -> Callable[[int], Texts]:
    def make(size: int) -> Texts:
        words = coined(alphabet, 4000)
        old = paragraphs(words, size, each, joint, end)
        return old, touched(old, words, joint or "")

    return make


def one_paragraph(size: int) -> Texts:
    words = coined(LATIN, 9000)
    old = paragraphs(words, size)
    return ["".join(old)], ["".join(touched(old, words))]


def no_sentence(size: int) -> Texts:
    words = coined(LATIN, 9000)
    old = " ".join(R.choices(words, k=size // 7))
    return [old], touched([old], words)


def five_words(size: int) -> Texts:
    words = ["one", "two", "three", "four", "five"]
    return [" ".join(R.choices(words, k=size // 5))], [" ".join(R.choices(words, k=size // 5))]


def five_words_in_sentences(size: int) -> Texts:
    words = ["one", "two", "three", "four", "five"]
    return paragraphs(words, size, 12), paragraphs(words, size, 12)


def one_letter(size: int) -> Texts:
    return ["a" * size], ["a" * (size // 2) + "b" + "a" * (size // 2)]


def one_word(size: int) -> Texts:
    return ["a " * (size // 2)], ["a " * (size // 2 - 3)]


def same_lines(size: int) -> Texts:
    return ["Read more about this"] * (size // 20), ["Read more about this"] * (size // 20 - 3)


def shuffled(size: int) -> Texts:
    old = paragraphs(coined(LATIN, 9000), size)
    return old, R.sample(old, len(old))


def shuffled_and_touched(size: int) -> Texts:
    words = coined(LATIN, 9000)
    old = paragraphs(words, size)
    return old, touched(R.sample(old, len(old)), words)


def all_other(size: int) -> Texts:
    return paragraphs(coined(LATIN, 9000), size), paragraphs(coined("qxyz" + LATIN, 9000), size)


def short_lines(size: int) -> Texts:
    words = coined(LATIN, 300)
    return paragraphs(words, size, 3), paragraphs(words, size, 3)


def figures(size: int) -> Texts:
    words = [f"{R.randint(1, 9999):,}" for _ in range(4000)] + ["12%", "$3.5bn", "3 May", "18:00"]
    old = paragraphs(words, size)
    return old, touched(old, words, rate=0.2)


def quotations(size: int) -> Texts:
    words = [f"“{word} {word} {word}”" for word in coined(LATIN, 3000)] + coined(LATIN, 900)
    old = paragraphs(words, size, 40)
    return old, touched(old, coined(LATIN, 900), rate=0.1)


def open_quotes(size: int) -> Texts:
    return ["“" * (size // 3)], ["„" * (size // 3)]


def blanks(size: int) -> Texts:
    old = paragraphs(coined(LATIN, 9000), size)
    return old, [text.replace(" ", "\u00a0") for text in old]


def marks(size: int) -> Texts:
    return ["-,.;:!" * (size // 6)], ["!:;.,-" * (size // 6)]


def accents(size: int) -> Texts:
    return ["e\u0301" * (size // 3)], ["é" * (size // 3)]


def notes(size: int) -> Texts:
    return [], paragraphs(["correction", "version", "article", "this", "of", "error", "editor's", "note"], size)


def periodic(size: int) -> Texts:
    line = " ".join(coined(LATIN, 7))
    return [f"{line} " * (size // len(line))], [f"{line} " * (size // len(line) // 2) + "but " + f"{line} " * (size // len(line) // 2)]


def han_soup(size: int) -> Texts:
    return ["".join(R.choices(HAN, k=size // 3))], ["".join(R.choices(HAN, k=size // 3))]


def han_paragraphs_of_few(size: int) -> Texts:
    few = HAN[:40]
    return paragraphs(list(few), size, 120, "", "。"), paragraphs(list(few), size, 120, "", "。")


def sentences_permuted(size: int) -> Texts:
    lines = paragraphs(coined(LATIN, 9000), size, 12)
    return ["".join(lines)], ["".join(R.sample(lines, len(lines)))]


def thousands_of_moves(size: int) -> Texts:
    old = paragraphs(coined(LATIN, 9000), size, 9)
    return old, [text for pair in zip(old[1::2], old[::2], strict=False) for text in pair]


def repeated_words(size: int) -> Texts:
    words = [f"{word} {word} {word}" for word in coined(LATIN, 200)]
    old = paragraphs(words, size, 20)
    return old, touched(old, coined(LATIN, 200), rate=0.1)


def near_duplicates(size: int) -> Texts:
    line = " ".join(coined(LATIN, 40))
    return [f"{line} {k}" for k in range(size // len(line))], [f"{line} {k + 1}x" for k in range(size // len(line))]


def splits(size: int) -> Texts:
    halves = paragraphs(coined(LATIN, 9000), size, 30)
    return [first + second for first, second in zip(halves[::2], halves[1::2], strict=False)], halves


def hedges(size: int) -> Texts:
    words = ["not", "may", "alleged", "reported", "claims", "denies", "possibly", "no", "the", "mayor"]
    old = paragraphs(words, size)
    return old, touched(old, words, rate=0.1)


def names(size: int) -> Texts:
    words = [word.capitalize() for word in coined(LATIN, 4000)]
    old = paragraphs(words, size)
    return old, touched(old, words, rate=0.1)


def long_word(size: int) -> Texts:
    return ["".join(R.choices(LATIN, k=size))], ["".join(R.choices(LATIN, k=size))]


def han_names(size: int) -> Texts:
    sounds = list("阿巴拉馬里莉萊羅蘭勒雷魯盧洛倫克柯卡凱嘉吉傑斯史")
    old = paragraphs(sounds, size, 120, "", "。")
    return old, touched(old, sounds)


def stops(size: int) -> Texts:
    return ["a. " * (size // 3)], ["b. " * (size // 3)]


CASES: dict[str, Callable[[int], Texts]] = {
    "edited": script(LATIN, " ", ". "), "han": script(HAN, "", "。"), "kana": script(KANA, "", "。"), "hangul": script(HANGUL, " ", ". "),
    "thai": script(THAI, "", " "), "arabic": script(ARABIC, " ", ". "), "one-paragraph": one_paragraph, "no-sentence": no_sentence,
    "five-words": five_words, "five-words-in-sentences": five_words_in_sentences, "one-letter": one_letter, "one-word": one_word,
    "same-lines": same_lines, "shuffled": shuffled, "shuffled-and-touched": shuffled_and_touched, "all-other": all_other,
    "short-lines": short_lines, "figures": figures, "quotations": quotations, "open-quotes": open_quotes, "blanks": blanks, "marks": marks,
    "accents": accents, "notes": notes, "periodic": periodic, "han-soup": han_soup, "few-han": han_paragraphs_of_few,
    "sentences-permuted": sentences_permuted, "moves": thousands_of_moves, "repeated-words": repeated_words,
    "near-duplicates": near_duplicates, "splits": splits, "hedges": hedges, "names": names, "long-word": long_word,
    "han-names": han_names, "stops": stops,
}  # fmt: skip


def run(case: str, size: int) -> None:
    old, new = CASES[case](size)
    start = time.process_time()
    texts_diff(Content("", body=tuple(old)), Content("", body=tuple(new)))
    took = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{case:26}{took:8.2f} s{peak:8.0f} MB{'   too slow' if took > 4 * size / 1e6 else ''}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES])
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--here", action="store_true", help="in this process, one case")
    asked = parser.parse_args()
    if asked.here:
        run(asked.cases[0], asked.size)
        return
    for case in asked.cases or CASES:
        subprocess.run([sys.executable, __file__, case, "--size", str(asked.size), "--here"], check=False, timeout=300)


if __name__ == "__main__":
    main()
