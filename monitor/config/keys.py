"""Every key a user may set: how it is read, what it means. Reference pages, the schema and `config show` are made from this table."""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.config import values as v
from monitor.model import KINDS, LEVELS


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `field` is its name in `settings` where that differs. A `secret` is masked wherever settings are shown."""

    name: str
    read: Callable[[object], object]
    doc: str
    example: str
    field: str = ""
    secret: bool = False
    required: bool = False

    @property
    def attribute(self) -> str:
        """The field of the settings dataclass."""
        return self.field or self.name


TOP = (
    Key("timezone", v.a_zone, "How times are shown; storage is UTC.", '"Europe/London"'),
    Key("watchlist", v.texts, "Words or names; an edit that adds or removes one says so.", '["Kim Min-jae", "Han River"]'),
)

DATABASE = (
    Key("url", v.a_text, "Not set: monitor.db in the state folder; relative SQLite paths start there too.",
        '"postgresql://user@host/db"', secret=True),
)  # fmt: skip

FETCH = (
    Key(
        "user_agent",
        v.a_text,
        "Who asks. Put in how you can be reached; else it is `abuse@` this machine.",
        '"monitor/0.1 (+https://example.org/contact)"',
    ),
    Key("timeout", v.some_time, "One deadline for the whole exchange, not per read.", '"20s"'),
    Key("max_bytes", v.a_size, "Of the body, on the wire and decoded.", '"10MB"'),
    Key("allow_networks", v.several(v.a_network), "Private networks that may be asked; default none.", '["127.0.0.0/8"]'),
    Key("host_gap", v.a_duration, 'Rest between two requests to one host; "0s" is allowed.', '"2s"'),
    Key("per_host", v.a_count, "Requests in flight to one host.", "1"),
    Key(
        "concurrency",
        v.a_count,
        "Requests in flight in all, and at most four times as many more that have waited half a second for an answer.",
        "64",
    ),
    Key("robots", v.a_switch, "Whether robots.txt is obeyed for article pages.", "true"),
)

SCHEDULE = (
    Key("feed_min", v.some_time,
        "Least time between two polls of a feed. Not set: 1 h with validators, 24 h without, and the publisher's own hints may lower it "
        "to 10 minutes (1 h without validators). Set: the floor for all.", '"1h"'),
    Key("feed_max", v.some_time, "The most; caps every rule but Retry-After and error back-off.", '"24h"'),
    Key("page_min", v.some_time, "Least time between two looks at one article's page.", '"5m"'),
    Key("page_max", v.some_time, "The most between two looks.", '"3d"'),
    Key("watch_for", v.some_time, "How long after the last edit a page is still looked at.", '"30d"'),
)  # fmt: skip

STORE = (
    Key("raw", v.one_of("edits", "all", "none"), "Raw responses kept: of every revision, of edited ones, or none.", '"all"'),
    Key("looks_for", v.some_time, "How long the record of single looks is kept; on PostgreSQL to the end of its month.", '"400d"'),
    Key("connections", v.a_count, "Connections by which one process reads from PostgreSQL, at most.", "4"),
)

MAIL = (
    Key("host", v.a_text, "SMTP server.", '"smtp.example.org"', required=True),
    Key("port", v.a_port, "Its port.", "587"),
    Key("tls", v.one_of("starttls", "tls", "none"), "How the connection is encrypted.", '"starttls"'),
    Key("user", v.a_text, "Login name, where the server wants one.", '"monitor"'),
    Key("password", v.a_text, "And its password.", '{ env = "SMTP_PASSWORD" }', secret=True),
    Key("from", v.a_text, "The address mail comes from.", '"monitor@example.org"', field="sender", required=True),
    Key("to", v.texts, "Short for one target named `mail`.", '["desk@example.org"]'),
    Key("mode", v.one_of("instant", "digest"), "Every edit at once, or all of them once a day; for `to`.", '"instant"'),
    Key("at", v.a_clock, "When a digest goes out, in `timezone`; for `to`.", '"07:30"'),
)

WEB = (
    Key("listen", v.a_listener, "Where `run` serves the pages; not set: nowhere.", '"127.0.0.1:8484"'),
    Key("token", v.a_text, "What a reader must know to see the pages.", '{ file = "/run/credentials/monitor/web" }', secret=True),
    Key(
        "public_url",
        v.a_web_address,
        "The pages' address as others reach it, for links in reports and for hubs (WebSub).",
        '"https://edits.example.org"',
    ),
)

QUIET = (
    Key("from", v.a_clock, "Reports are held from this time on, in `timezone`.", '"22:00"', field="start", required=True),
    Key("to", v.a_clock, "Until this time.", '"07:00"', field="end", required=True),
    Key("bypass", v.one_of("none", *LEVELS), 'The severity that passes all the same; "none": nothing passes.', '"high"'),
)

TARGET = (
    Key("url", v.a_text, "mailto:…, webhook+https://…, exec:…, or any address Apprise knows.", '"mailto:desk@example.org"',
        secret=True, required=True),
    Key("mode", v.one_of("instant", "digest"), "Every edit at once, or all of them once a day.", '"digest"'),
    Key("at", v.a_clock, "When a digest goes out.", '"07:30"'),
    Key("days", v.some_days, "On which days.", '"mon-fri"'),
    Key("wait", v.a_duration, "How long an instant message waits for further edits of its article, to tell them as one.", '"10m"'),
    Key("max", v.a_rate, "At most so many messages; the rest come together in one.", '"6/h"', field="max_per"),
    Key("empty", v.one_of("skip", "send"), "Whether a digest without edits is sent.", '"skip"'),
    Key("secret", v.a_text, "What a webhook is signed with.", '{ env = "HOOK_SECRET" }', secret=True),
)  # fmt: skip

RULE = (
    Key("name", v.a_text, "What the rule is called in `notify log`.", '"headlines"', required=True),
    Key("to", v.texts, "Targets that hear of it.", '["desk"]', required=True),
    Key("feeds", v.texts, "Only these feeds.", '["koreatimes"]'),
    Key("tags", v.texts, "Only feeds with one of these tags.", '["kr"]'),
    Key("kinds", v.several(v.one_of(*KINDS)), "Only edits of one of these kinds.", '["headline", "number"]'),
    Key("min_severity", v.one_of(*LEVELS), "Only from this level on.", '"medium"'),
    Key("undisclosed", v.a_switch, "Only edits the publisher did not disclose.", "true"),
    Key("added", v.texts, "Only if one of these words was added; `re:…` for a pattern.", '["re:\\\\badmit"]'),
    Key("removed", v.texts, "Only if one of these words was removed.", '["denied"]'),
    Key("authors", v.texts, "Only articles by one of these.", '["Ha Yun-seo"]'),
    Key("hours", v.some_hours, "Only edits seen in these hours, in `timezone`.", '"9-17"'),
)

FEED = (
    Key("url", v.a_web_address, "The feed's address. A new one keeps the feed's history.", '"https://example.org/rss"', required=True),
    Key("every", v.some_time, "Fixed instead of adaptive; beats floor and hints.", '"30m"'),
    Key("pages", v.a_switch, "Follow each entry to its article page.", "true"),
    Key("timezone", v.a_zone, "For stamps that name no zone.", '"Asia/Seoul"'),
    Key("tags", v.texts, "Free words to select feeds by.", '["kr"]'),
    Key("paused", v.a_switch, "Neither the feed nor its pages are asked.", "false"),
    Key("headers", v.some_headers, "Sent with each request to this feed and its pages.", '{ Authorization = { env = "FEED_TOKEN" } }',
        secret=True),
    Key("user", v.a_text, "Who we are to this feed (Basic), with `password`.", '"reader"'),
    Key("password", v.a_text, "The password of `user`.", '{ file = "/run/credentials/monitor/feed" }', secret=True),
    Key("bearer", v.a_text, "The token we show to this feed (Bearer).", '{ env = "FEED_TOKEN" }', secret=True),
    Key("cookie", v.a_text, "The cookie this feed wants, as the header has it; none is ever kept.", '{ env = "FEED_COOKIE" }', secret=True),
    Key("proxy", v.a_text, "Asked through this proxy, `http://` or `socks5://`.", '"socks5://127.0.0.1:9050"', secret=True),
    Key("ca_file", v.a_text, "Certificates trusted for this feed; relative to the configuration folder.", '"ca.pem"'),
    Key("min_interval", v.some_time, "Never asked more often than this.", '"15m"'),
)  # fmt: skip

SITE = (
    Key("hosts", v.texts, "More hosts than the one the file is named after; each with all below it.", '["m.example.net"]'),
    Key("body", v.texts, "What holds the paragraphs.", '["#story .text"]'),
    Key("drop", v.texts, "Blocks that are no part of the article.", '[".related", ".share"]'),
    Key("title", v.texts, "The headline.", '["h1.headline"]'),
    Key("subtitle", v.texts, "The line under it.", '["h2.deck"]'),
    Key("authors", v.texts, "Who wrote it.", '[".byline a"]'),
    Key("section", v.texts, "The part of the paper.", '["nav .current"]'),
    Key("captions", v.texts, "The pictures' captions.", '["figcaption"]'),
    Key("posted", v.texts, "The first stamp; `re:…` is a pattern with one group.", '["re:Posted : ([-0-9: ]+)"]'),
    Key("updated", v.texts, "The second stamp.", '["re:Updated : ([-0-9: ]+)"]'),
    Key("timezone", v.a_zone, "For stamps that name no zone.", '"Asia/Seoul"'),
    Key("charset", v.a_text, "Where the page lies about its own.", '"euc-kr"'),
)

SECTIONS: dict[str, tuple[Key, ...]] = {
    "database": DATABASE,
    "fetch": FETCH,
    "schedule": SCHEDULE,
    "store": STORE,
    "mail": MAIL,
    "web": WEB,
    "quiet": QUIET,
}
"""Sections of monitor.toml that stand once."""

NAMED: dict[str, tuple[Key, ...]] = {"targets": TARGET}
"""Sections of monitor.toml with a name of the user's: [targets.desk]."""

REPEATED: dict[str, tuple[Key, ...]] = {"rules": RULE}
"""Sections of monitor.toml that stand several times: [[rules]]."""
