"""What a difference costs: pairs of made-up articles in which 2 % of the words were edited, in milliseconds of CPU a pair.

    python bench/diff_pair.py [WORDS…]

Comparing, judging with measuring, and writing as JSON are told apart; the last line is the growth of their sum (1 is linear).
"""

import argparse
import math
import random
import time
from collections.abc import Callable

from monitor.cli.diff_files import pair_line
from monitor.compare import texts_diff
from monitor.diff import compare
from monitor.model import Content

R = random.Random(11)
WORDS = ["".join(R.choices("abcdefghiklmnoprstuvw", k=R.randint(2, 9))) for _ in range(9000)]
COMMON = [1 / (place + 2) for place in range(len(WORDS))]
EDITED = 0.02
TIMES = 5


def article(words: int) -> list[str]:
    out: list[str] = []
    while words > 0:
        sentences = [" ".join(R.choices(WORDS, COMMON, k=R.randint(8, 25))).capitalize() + "." for _ in range(R.randint(2, 5))]
        out.append(" ".join(sentences))
        words -= len(out[-1].split())
    return out


def edited(paragraph: str) -> str:
    out: list[str] = []
    for word in paragraph.split():
        chance = R.random() / EDITED
        if chance >= 1:
            out.append(word)
        elif chance < 0.5:
            out.append(R.choice(WORDS))
        elif chance < 0.75:
            out += [word, R.choice(WORDS)]
    return " ".join(out)


def best(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest run."""
    took = []
    for _ in range(TIMES):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return 1000 * min(took)


def cost(words: int) -> float:
    old = Content("", body=tuple(article(words)))
    new = Content("", body=tuple(map(edited, old.body)))
    one = texts_diff(old, new)
    comparing = best(lambda: compare(old, new))
    judging = best(lambda: texts_diff(old, new)) - comparing
    writing = best(lambda: pair_line("", one))
    print(f"{words:7} words{comparing:9.1f} compared{judging:9.1f} judged{writing:8.1f} written", flush=True)
    return comparing + judging + writing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", type=int, default=[500, 2000, 8000, 20000, 64000])
    sizes = parser.parse_args().words
    costs = [cost(words) for words in sizes]
    if len(sizes) > 1:
        print(f"growth {math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0]):.2f}")


if __name__ == "__main__":
    main()
