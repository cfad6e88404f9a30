"""CPU per feed: everything new, two items changed, the same bytes; beside stock feedparser and bare expat in the same run.

    python bench/parse.py FOLDER_OR_FILES…

Feeds are any files; those that nobody reads are counted and left out of the means. Figures are milliseconds of process time, the least of
several rounds. `two changed` means all items known but two; `same bytes` is what a poll does before it parses: one hash.
"""

import argparse
import hashlib
import io
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

import feedparser
import feedparser.api

from monitor.errors import ParseError
from monitor.model import FeedDocument
from monitor.parse.feed import parse_feed

ROUNDS = 5


def stock(body: bytes) -> object:
    readers = feedparser.api.PREFERRED_XML_PARSERS
    kept, readers[:] = list(readers), ["drv_libxml2"]
    try:
        return feedparser.parse(io.BytesIO(body))
    finally:
        readers[:] = kept


def keeping_expat(body: bytes) -> object:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    kept: list[str] = []
    parser.CharacterDataHandler = kept.append
    parser.StartElementHandler = lambda name, attributes: None
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        return None
    return kept


def everything(body: bytes) -> FeedDocument:
    return parse_feed(body, content_type=None, url="https://feeds.example.org/a.xml")


def same_bytes(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def least(work: Callable[[bytes], object], bodies: list[bytes]) -> float:
    """Mean milliseconds a body, of the best round."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for body in bodies:
            work(body)
        rounds.append((time.process_time() - began) / len(bodies) * 1000)
    return min(rounds)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("feeds", nargs="+", type=Path)
    warnings.simplefilter("ignore")
    files = [file for path in arguments.parse_args().feeds for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    read: dict[bytes, FeedDocument] = {}
    for file in files:
        body = file.read_bytes()
        try:
            read[body] = everything(body)
        except ParseError as error:
            print(f"{file}: {error.code}", file=sys.stderr)
    bodies = list(read)
    known = {body: frozenset(item.item_sha for item in document.items[2:]) for body, document in read.items()}

    def two_changed(body: bytes) -> object:
        return parse_feed(body, content_type=None, url="https://feeds.example.org/a.xml", known=known[body])

    items = statistics.mean(len(document.items) for document in read.values())
    print(f"{len(bodies)} of {len(files)} files read; mean {statistics.mean(map(len, bodies)) / 1000:.1f} kB, {items:.1f} items")
    figures = {work.__name__: least(work, bodies) for work in (stock, keeping_expat, everything, two_changed, same_bytes)}
    for name, milliseconds in figures.items():
        print(f"{name:14} {milliseconds:8.3f} ms a feed")
    print(f"everything / stock feedparser: {figures['everything'] / figures['stock']:.3f}")
    print(f"two changed / expat keeping its text: {figures['two_changed'] / figures['keeping_expat']:.1f}")


if __name__ == "__main__":
    main()
