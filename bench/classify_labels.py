"""Precision and recall of each kind on edits that were judged by hand.

    python bench/classify_labels.py CORPUS [--show KIND] [--labels FILE]

CORPUS is a folder (or its tar.xz) of JSONL files with lines {"id", "old": {"title", "body"}, "new": {…}}; the labels hold only ids and
kinds. Kinds of fields and paragraphs follow from the difference itself and are not judged here.
"""

import argparse
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.compare import texts_diff
from monitor.model import Content, Diff

LABELS = Path(__file__).parents[1] / "tests" / "classify" / "labels.tsv"
SAID = LABELS.with_name("said.tsv")
JUDGED = ("typography", "typo", "number", "quote", "name", "hedge", "date", "correction-note", "rewritten")


def labels(path: Path) -> dict[str, frozenset[str]]:
    rows = (line.rstrip("\n").split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {name: frozenset(filter(None, kinds.split(","))) for name, kinds in rows}


def said_so(path: Path) -> dict[tuple[str, str], bool]:
    """(edit, kind) that the rules once said: whether it was true."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {(name, kind): verdict == "yes" for name, kind, verdict in rows}


def pairs(corpus: Path) -> Iterator[dict[str, Any]]:
    if corpus.is_dir():
        for file in sorted(corpus.rglob("*.jsonl")):
            yield from map(json.loads, file.read_text(encoding="utf-8").split("\n")[:-1])
        return
    with tarfile.open(corpus) as archive:
        for member in archive:
            if member.name.endswith(".jsonl") and (file := archive.extractfile(member)):
                yield from (json.loads(line) for line in file.read().split(b"\n") if line)


def judged(pair: dict[str, Any]) -> Diff:
    old, new = (
        Content(side["title"] or "", body=tuple(p for p in side["body"] if p.strip()), language=pair.get("lang"))
        for side in (pair["old"], pair["new"])
    )
    return texts_diff(old, new)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--show", metavar="KIND", help="print the edits where this kind is wrong")
    asked = parser.parse_args()
    wanted = labels(asked.labels)
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    true: Counter[str] = Counter()
    found = 0
    reviewed, still = said_so(SAID), Counter[tuple[str, bool]]()
    names = {name for name, _ in reviewed}
    for pair in pairs(asked.corpus):
        if not isinstance(pair["old"], dict) or (pair["id"] not in wanted and pair["id"] not in names):
            continue
        diff = judged(pair)
        kinds = set(diff.edit.kinds) & set(JUDGED)
        still.update((kind, reviewed[pair["id"], kind]) for kind in kinds if (pair["id"], kind) in reviewed)
        if pair["id"] not in wanted:
            continue
        found += 1
        truth = wanted[pair["id"]]
        right.update(kinds & truth)
        said.update(kinds)
        true.update(truth)
        if asked.show in kinds ^ truth:
            print(pair["id"], "wanted" if asked.show in truth else "not wanted", *diff.edit.evidence[:-1], sep="\n    ")
    print(f"{found} of {len(wanted)} labelled edits found")
    print(f"{'kind':16}{'labelled':>9}{'said':>6}{'right':>7}{'precision':>11}{'recall':>8}")
    for kind in JUDGED:
        precision = f"{right[kind] / said[kind]:.2f}" if said[kind] else "-"
        recall = f"{right[kind] / true[kind]:.2f}" if true[kind] else "-"
        print(f"{kind:16}{true[kind]:9}{said[kind]:6}{right[kind]:7}{precision:>11}{recall:>8}")
    print("of what the rules said on other edits, drawn by chance and judged by hand:")
    for kind in sorted({kind for _, kind in reviewed}):
        yes, no = still[kind, True], still[kind, False]
        print(f"{kind:16} said {yes + no}, right {yes}" + (f", precision {yes / (yes + no):.2f}" if yes + no else ""))


if __name__ == "__main__":
    main()
