"""CPU per article page, beside trafilatura's fast mode in the same run, page by page in turn.

    python bench/extract.py PAGES [--limit N]

PAGES is a folder (or its tar, tar.xz) that holds .html files. Prints the median and mean of three readings: a first look, trafilatura
(fast, with metadata), and a look at unchanged bytes. Exit 1 if a first look costs more than half of trafilatura, or the same bytes
more than 0.3 ms.
"""

import argparse
import statistics
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from trafilatura import bare_extraction

from monitor.extract.page import extract_page
from monitor.model import PageContext, RawPage

SAME_BYTES_MS = 0.3
SHARE_OF_TRAFILATURA = 0.5


def pages(place: Path) -> Iterator[bytes]:
    if place.is_dir():
        for file in sorted(place.rglob("*.html")):
            yield file.read_bytes()
        return
    with tarfile.open(place) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if member.name.endswith(".html") and (file := archive.extractfile(member)):
                yield file.read()


def cpu_ms(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return (time.process_time() - began) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    args = parser.parse_args()
    found = list(pages(args.pages))
    found = found[:: max(1, len(found) // args.limit)][: args.limit]
    context = PageContext(url="https://example.com/news/1", now=datetime.now(UTC))
    for body in found[:3]:  # imports and compiled patterns are not what is measured
        extract_page(body, (), 200, context)
        bare_extraction(body, fast=True, with_metadata=True)
    ours, theirs, same = [], [], []
    for body in found:
        ours.append(cpu_ms(lambda body=body: extract_page(body, (), 200, context)))
        theirs.append(cpu_ms(lambda body=body: bare_extraction(body, fast=True, with_metadata=True)))
        page = extract_page(body, (), 200, context)
        again = PageContext(url=context.url, now=context.now, known=page.content, known_raw=RawPage(context.url, 200, (), body))
        same.append(cpu_ms(lambda body=body, again=again: extract_page(body, (), 200, again)))
    print(f"{len(found)} pages, median {statistics.median(map(len, found)) / 1000:.0f} kB")
    for name, times in (("monitor", ours), ("trafilatura fast", theirs), ("monitor, same bytes", same)):
        print(f"{name:22} median {statistics.median(times):7.2f} ms   mean {statistics.mean(times):7.2f} ms")
    share = statistics.median(ours) / statistics.median(theirs)
    print(f"share of trafilatura: {share:.2f} (at most {SHARE_OF_TRAFILATURA})")
    return int(share > SHARE_OF_TRAFILATURA or statistics.median(same) > SAME_BYTES_MS)


if __name__ == "__main__":
    sys.exit(main())
