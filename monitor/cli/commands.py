"""Which commands there are, in the order and under the headings of `monitor --help`."""

# heading: {name: (module, attribute, one line for --help)}. A command's module is imported only when the command runs.
GROUPS: dict[str, dict[str, tuple[str, str, str]]] = {
    "See it work, set it up": {
        "demo": ("monitor.cli.demo", "demo", "See it work: a pretend newsroom, no network."),
        "init": ("monitor.cli.setup", "init", "Write a first configuration."),
        "feeds": ("monitor.cli.feeds", "feeds", "List, add, test, import, export feeds."),
        "config": ("monitor.cli.configure", "config", "Show, check, edit the configuration."),
        "doctor": ("monitor.cli.doctor", "doctor", "Check everything; each fault with its mend."),
        "completion": ("monitor.cli.completion", "completion", "Shell completion for bash, zsh, fish."),
    },
    "Watch": {
        "run": ("monitor.cli.run", "run", "The daemon: polls, looks, stores, reports."),
        "check": ("monitor.cli.run", "check", "Poll what is due now, look at pages, store, exit."),
        "watch": ("monitor.cli.feeds", "watch", "Follow one article's page without a feed."),
        "unwatch": ("monitor.cli.feeds", "unwatch", "Stop following a page."),
        "status": ("monitor.cli.status", "status", "Is it alive, what is due, what failed."),
        "healthcheck": ("monitor.cli.status", "healthcheck", "Silent; exit 0 while the daemon is well."),
    },
    "Read": {
        "ls": ("monitor.cli.reading", "ls", "Articles."),
        "log": ("monitor.cli.log", "log", "Edits, or the revisions of one article."),
        "show": ("monitor.cli.reading", "show", "One revision, whole."),
        "diff": ("monitor.cli.diff", "diff", "What differs between two revisions."),
        "search": ("monitor.cli.reading", "search", "Search all versions: current, added, removed words."),
        "stats": ("monitor.cli.stats", "stats", "Edits per day, hour, outlet, drawn."),
        "open": ("monitor.cli.reading", "open_", "Open an article in the browser."),
        "serve": ("monitor.cli.web", "serve", "The pages, without polling."),
        "mcp": ("monitor.cli.mcp", "mcp", "Serve agents over the Model Context Protocol."),
    },
    "Tell": {
        "report": ("monitor.cli.report", "report", "A report of edits."),
        "rules": ("monitor.cli.telling", "rules", "List and test report rules."),
        "notify": ("monitor.cli.telling", "notify", "Test targets, see what was sent and why not."),
        "mute": ("monitor.cli.telling", "mute", "Tell nothing of an article or feed for a while."),
        "unmute": ("monitor.cli.telling", "unmute", "Tell of it again."),
    },
    "Keep and prove": {
        "verify": ("monitor.cli.keeping", "verify", "Re-compute every hash."),
        "bundle": ("monitor.cli.carrying", "bundle", "One zip that proves an article's history."),
        "archive": ("monitor.cli.carrying", "archive", "Hand pages to the Internet Archive."),
        "redact": ("monitor.cli.keeping", "redact", "Remove a text for legal reasons, keep its hash."),
        "export": ("monitor.cli.carrying", "export", "Articles, revisions, edits as JSONL, CSV, Parquet, WARC."),
        "import": ("monitor.cli.carrying", "import_", "Read an exported JSONL back."),
        "backfill": ("monitor.cli.backfill", "backfill", "Feed recorded history through the pipeline."),
        "db": ("monitor.cli.keeping", "db", "Upgrade, back up, restore, check the database."),
    },
    "Mend": {
        "extract": ("monitor.cli.extract", "extract", "What monitor reads on a page; stores nothing."),
        "sites": ("monitor.cli.extract", "sites", "Site rules: test what a rule takes and drops."),
        "reextract": ("monitor.cli.extract", "reextract", "Run a better extractor over stored pages."),
        "articles": ("monitor.cli.feeds", "articles", "Split or merge articles."),
        "version": ("monitor.cli.status", "version", "Versions, for bug reports."),
    },
    "Scale": {
        "worker": ("monitor.cli.cluster", "worker", "A worker of a cluster over PostgreSQL."),
        "cluster": ("monitor.cli.cluster", "cluster", "Workers, queue and lag of a cluster."),
    },
}

COMMANDS = {name: place for group in GROUPS.values() for name, place in group.items()}

SLOW = {
    "check": "asking feeds and pages",
    "backfill": "playing history back",
    "reextract": "reading stored pages again",
    "verify": "re-computing hashes",
    "export": "exporting",
    "import": "importing",
    "bundle": "gathering",
    "search": "searching",
    "stats": "counting",
    "report": "gathering edits",
}
"""Commands that may take longer than a person waits without a sign, and what is said meanwhile."""
