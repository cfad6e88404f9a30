"""Addresses as names of articles: when two addresses are one, and what in them stays when the rest changes. Pure."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

# Query parameters that tell where a reader came from, not what is shown. By prefix, and by whole name.
_TRACKING_PREFIX = (
    "utm_", "mtm_", "at_", "ns_", "pk_", "piwik_", "hsa_", "_hs", "mc_", "vero_", "oly_", "wt_", "fb_", "ga_", "stm_", "itm_",
)  # fmt: skip
_TRACKING = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "igshid", "twclid", "ttclid", "li_fat_id", "epik",
    "srsltid", "xtor", "cloc", "ref", "referrer", "referer", "rss", "src", "source", "feed", "feedtype", "feedname", "cmp",
    "cmpid", "campaign", "campaign_id", "smid", "smtyp", "emc", "partner", "ftag", "ito", "ocid", "traffic_source", "cid", "ncid",
    "icid", "sref", "spm", "share", "share_id", "soc_src", "soc_trk", "guccounter", "guce_referrer", "guce_referrer_sig",
    "mkt_tok", "trk", "trkcampaign", "wprov", "via", "taid", "wtmc", "xing_share", "__twitter_impression", "amp", "outputtype",
    "_ga", "_gl", "s_cid", "s_campaign", "sc_campaign", "sh", "sharetype", "sr_share", "input_source", "utm", "ref_src", "ref_url",
})  # fmt: skip
# `m=1` and `amp` show the same article to another screen (Blogger, WordPress).
_SCREEN = frozenset({("m", "1"), ("m", "0"), ("mobile", "1"), ("view", "amp"), ("mode", "amp"), ("type", "amp")})
_TWIN_LABELS = frozenset({"www", "ww", "www1", "www2", "w", "m", "mobile", "mob", "amp", "touch", "wap"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)\Z", re.IGNORECASE)
_AMP_PATH = re.compile(r"/amp(?=/|\Z)|(?<=[.\-_])amp(?=\.html?\Z)|\.amp(?=\Z|\.html?\Z)", re.IGNORECASE)
_SAFE = "!$&'()*+,;=:@/-._~"
_ROUTE = re.compile(r"[/!=]")


def is_web(url: str | None) -> bool:
    """Whether this is an http(s) address with a host, without control characters, blanks or user names."""
    if not url or any(char <= " " or "\x7f" <= char <= "\x9f" for char in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in _DEFAULT_PORTS and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def resolve(base: str, reference: str) -> str:
    """The reference against its base (RFC 3986), an empty query kept, which urljoin drops; as it stands where either is no address."""
    reference = reference.strip()
    try:
        joined = urljoin(base, reference)
    except ValueError:
        return reference
    address, mark, fragment = joined.partition("#")
    is_cut = reference.partition("#")[0].endswith("?") and "?" not in address
    return f"{address}?{mark}{fragment}" if is_cut else joined


def may_share(url: str, other: str) -> bool:
    """Whether what was confided to an address may be sent to another one too: the same host and port, and never from https to http."""
    try:
        here, there = urlsplit(url), urlsplit(other)
    except ValueError:
        return False
    is_safe = here.scheme.lower() != "https" or there.scheme.lower() == "https"
    return is_safe and bool(here.netloc) and here.netloc.lower() == there.netloc.lower()


def host_of(url: str) -> str:
    """The host, lower case in ASCII, without the twins' labels (`www.`, `m.`, `amp.`); '' when there is none."""
    try:
        return _plain_host(urlsplit(url.strip()).hostname or "")
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def url_key(url: str) -> str | None:
    """One name for all spellings of an address; None when it is no http(s) address.

    Scheme, `www.`/`m.`/`amp.`, default port, case of host and escapes, index page, trailing slash, AMP path, tracking parameters, their
    order and the fragment do not count; a fragment that is a route (`#!/…`) does.
    """
    try:
        parts = urlsplit(_unwrapped(url.strip().replace("&amp;", "&")))
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError:
        return None
    host = _plain_host(parts.hostname or "")
    if scheme not in _DEFAULT_PORTS or not host:
        return None
    path = _AMP_PATH.sub("", _INDEX.sub("/", _one_spelling(parts.path or "/"))).rstrip("/")
    path = re.sub(r"/{2,}", "/", path)
    query = _plain_query(parts.query, host)
    place = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    route = f"#{parts.fragment}" if _ROUTE.search(parts.fragment) and not parts.fragment.startswith((":~:", "xtor=", "utm_")) else ""
    return place + path + (f"?{query}" if query else "") + route


def is_home(url: str) -> bool:
    """Whether the address is a site's front page, which names no article."""
    key = url_key(url)
    return key is None or not re.search(r"[/?#]", key)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registrable domain, as far as their last labels tell."""
    return _site(host_of(one)) == _site(host_of(other)) != ""


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![0-9a-zA-Z])(?:[a-zA-Z]{1,3})?(\d{6,20})(?![0-9])")
_BBC = re.compile(r"(?<![a-z0-9])c(?=[a-z0-9]*\d)[a-z0-9]{10,12}(?![a-z0-9])")
_AFTER_A = re.compile(r"-a-(\d+)\Z")
_TILDE = re.compile(r"~(\w{4,})\Z")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?:\d{4,6})?\Z")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml|ece|story|amp)\Z", re.IGNORECASE)


@lru_cache(maxsize=4096)
def stable_token(url: str) -> str | None:
    """`host:token` for the part of the path that stays when the slug changes: a long number, a UUID, `-a-123`, `~id`; None without one.

    It is looked for in the last two segments, the last first. A number that reads as a date is none.
    """
    try:
        parts = urlsplit(url.strip().replace("&amp;", "&"))
    except ValueError:
        return None
    host = _plain_host(parts.hostname or "")
    if not host:
        return None
    segments = [segment for segment in _AMP_PATH.sub("", unquote(parts.path)).split("/") if segment]
    for segment in reversed(segments[-2:]):
        token = _token(_EXTENSION.sub("", segment))
        if token:
            return f"{host}:{token}"
    return None


def _token(segment: str) -> str | None:
    if match := _UUID.search(segment):
        return match[0].lower()
    if match := _AFTER_A.search(segment) or _TILDE.search(segment):
        return match[1]
    numbers = [number for number in _NUMBER.findall(segment) if not _DATE.match(number)]
    if numbers:
        return str(numbers[-1])
    if match := _BBC.search(segment):
        return match[0]
    return None


def _plain_host(host: str) -> str:
    host = host.lower().rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    labels = host.split(".")
    # a twin's label may stand second: en.m.wikipedia.org
    while len(labels) > 2 and labels[0] in _TWIN_LABELS:
        labels = labels[1:]
    if len(labels) > 3 and labels[1] in {"m", "mobile", "amp"}:
        del labels[1]
    return ".".join(labels)


_AMP_CACHE = re.compile(
    r"https?://(?:www\.google\.[a-z.]+/amp|[\w-]+\.cdn\.ampproject\.org/[cv])/(?P<secure>s/)?(?P<rest>[^/]+\..+)", re.IGNORECASE
)


def _unwrapped(url: str) -> str:
    match = _AMP_CACHE.match(url)
    return f"http{'s' if match['secure'] else ''}://{match['rest']}" if match else url


def _one_spelling(path: str) -> str:
    if "%" not in path and path.isascii():
        return path
    try:
        return quote(unquote(path, errors="strict"), safe=_SAFE)
    except UnicodeDecodeError:
        return re.sub(r"%[0-9a-fA-F]{2}", lambda escape: escape[0].upper(), path)


def _plain_query(query: str, host: str) -> str:
    if not query:
        return ""
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
        if not _is_tracking(name.lower(), value, host)
    )
    try:
        return urlencode(kept)
    except UnicodeEncodeError:
        return query


def _is_tracking(name: str, value: str, host: str) -> bool:
    if name.startswith(_TRACKING_PREFIX) or (name, value) in _SCREEN:
        return True
    # `src=123` or `cid=4711` may be what the page is about; a word or an empty value is where a reader came from
    return name in _TRACKING and not (value.isdecimal() and name in {"source", "src", "cid", "feed", "share", "sh", "ref", "partner"})


# Second-level labels under which names are registered, for the country domains where that is the rule.
_SECOND_LEVEL = frozenset({
    "co", "com", "net", "org", "gov", "edu", "ac", "or", "ne", "go", "re", "pe", "gob", "gouv", "govt", "nom", "mil",
})  # fmt: skip


def _site(host: str) -> str:
    labels = host.split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:]) if not labels[-1].isdecimal() else host
