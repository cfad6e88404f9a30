"""Feeds anything to the parser: python tests/parse/fuzz_feed.py CORPUS_FOLDER -max_total_time=600. Needs atheris; not run by pytest.

A crash is any exception but ParseError; a hang is a second for 64 kB. Known items must read the same alone as together.
"""

import contextlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["monitor"]):
    from monitor.errors import ParseError
    from monitor.model import Entry
    from monitor.parse.discover import feed_links
    from monitor.parse.feed import parse_feed
    from monitor.parse.opml import read_opml
    from monitor.times import read_stamp
    from monitor.urls import stable_token, url_key

from feed_samples import ALL


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    url_key(text)
    stable_token(text)
    read_stamp(text, timezone="Asia/Seoul")
    feed_links(data, url="https://example.org/", content_type=None)
    with contextlib.suppress(ParseError):
        read_opml(data)
    try:
        whole = parse_feed(data, content_type=None, url="https://example.org/feed")
    except ParseError:
        return
    known = frozenset(item.item_sha for item in whole.items[::2])
    part = parse_feed(data, content_type=None, url="https://example.org/feed", known=known)
    again = [item for item in part.items if isinstance(item, Entry)]
    assert all(entry in whole.entries for entry in again), "an item reads otherwise alone than in its feed"


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in ALL.items():
        (folder / name).write_bytes(body)
    atheris.Setup([sys.argv[0], *sys.argv[1:]], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
