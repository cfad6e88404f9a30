"""The feed behind an address that a person names: the address itself, or what its page names."""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.errors import Ambiguous, NetworkError, ParseError
from monitor.fetch import asking
from monitor.model import Answer, Failure, FeedDocument, Request, Response
from monitor.settings import FetchSettings

PLACES_TRIED = 8


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed with the answer it was read from."""

    answer: Response
    document: FeedDocument

    @property
    def lasting_address(self) -> str:
        """Where the feed is for good: behind permanent redirects only."""
        address = self.answer.url
        for hop in self.answer.hops:
            if hop.status not in (301, 308):
                break
            address = hop.url
        return address


def find_feed(settings: FetchSettings, url: str) -> FoundFeed:
    """Asks for the address, and where it is no feed for those its page names. As polite and as guarded as everything else.

    Raises NetworkError when there is none, Ambiguous when a page names several, ParseError for a feed that must not be read.
    """
    with asking(settings) as ask:
        return _found(ask, url)


def _found(ask: Callable[[Request], Answer], url: str) -> FoundFeed:
    from monitor.parse.discover import common_places, feed_links

    page = _whole(ask(Request(url, "feed")), url)
    try:
        return _parsed(page)
    except ParseError as error:
        if error.code == "xml_dtd_entity":
            raise
    links = feed_links(page.body, url=page.final_url, content_type=page.header("content-type"))
    declared = [link for link in links if link.is_declared and "comment" not in link.url + link.title.lower()]
    if len(declared) > 1:
        candidates = [f"{link.url}  {link.title}".rstrip() for link in declared]
        raise Ambiguous(f"{url} names {len(declared)} feeds", candidates, hint="add the one you want by its address")
    places = [link.url for link in declared or links] or list(common_places(page.final_url))
    for place in places[:PLACES_TRIED]:
        try:
            return _parsed(_whole(ask(Request(place, "feed")), place))
        except (ParseError, NetworkError):
            continue
    raise NetworkError(
        f"{url} is no feed and names none", hint="look for its RSS or Atom address, or follow single pages: monitor watch URL"
    )


def _whole(answer: Answer, url: str) -> Response:
    if isinstance(answer, Failure):
        raise NetworkError(f"{url}: {answer.message}")
    if answer.status != 200:
        raise NetworkError(f"{url} answered {answer.status}")
    return answer


def _parsed(answer: Response) -> FoundFeed:
    from monitor.parse.feed import parse_feed

    return FoundFeed(answer, parse_feed(answer.body, content_type=answer.header("content-type"), url=answer.final_url))
