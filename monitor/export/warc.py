"""Stored responses as WARC (ISO 28500): records other archives' tools read, with the headers as they came."""

import uuid
from datetime import datetime
from io import BytesIO
from pathlib import Path

from monitor.errors import UsageError
from monitor.model import RawPage, Revision
from monitor.ports import ArticleQuery, Store
from monitor.times import rfc3339

# what was true of the bytes on the wire, and is no longer of the decoded ones; kept under the name the Internet Archive uses
OF_THE_WIRE = ("content-encoding", "transfer-encoding", "content-length")


def write_warc(store: Store, path: Path, since: datetime | None = None) -> int:
    """Each revision's response as one record, in order; how many. Raises UsageError when the extra is not installed."""
    try:
        from warcio.warcwriter import WARCWriter
    except ImportError as error:
        raise UsageError("WARC needs the extra 'export'", hint="pip install 'monitor[export]'") from error
    n = 0
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=path.suffix == ".gz", warc_version="WARC/1.1")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "monitor", "format": "WARC File Format 1.1"}))
        for article in store.articles(ArticleQuery(since=since, merged=True)):
            for revision in store.revisions(article.id):
                page = store.raw(article.id, revision.rev)
                if page is not None and (since is None or revision.last_seen_at >= since):
                    writer.write_record(_record(writer, revision, page))
                    n += 1
    return n


def _record(writer: object, revision: Revision, page: RawPage) -> object:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    assert isinstance(writer, WARCWriter)
    kept = [(f"X-Archive-Orig-{name}" if name.lower() in OF_THE_WIRE else name, value) for name, value in page.headers]
    headers = StatusAndHeaders(f"{page.status} OK" if page.status == 200 else str(page.status), kept, protocol="HTTP/1.1")
    headers.add_header("Content-Length", str(len(page.body)))
    about = {
        "WARC-Date": rfc3339(revision.first_seen_at),
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{page.url}#{revision.hash}')}>",
    }
    return writer.create_warc_record(page.url, "response", payload=BytesIO(page.body), http_headers=headers, warc_headers_dict=about)
