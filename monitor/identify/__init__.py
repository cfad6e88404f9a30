"""Which article an entry speaks of. Pure.

Many keys name one article: guid, address, a stable token in the path, rel=canonical and og:url of the page, title and minute. One
snapshot of a feed is matched whole and one to one: first by what is surest, and never two entries to one article. What a feed's guids
and links are worth is learnt from its own snapshots and kept in the feed's memo.
"""

from monitor.identify.names import entry_keys, page_keys, url_keys
from monitor.identify.snapshot import match

__all__ = ["entry_keys", "match", "page_keys", "url_keys"]
