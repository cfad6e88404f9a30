"""What a feed's guids, links and numbers are worth as names, learnt from its own snapshots. Pure."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from monitor.model import KeyKind

# Above this share of items with a guid that another item has, guids of the feed mean nothing (FreshRSS's measured limit).
MAX_SHARED = 0.05
# How many shared links are remembered, and how many snapshot sizes tell what is usual.
MAX_LINKS, SIZES = 100, 9


@dataclass(frozen=True, slots=True)
class Trust:
    """What was learnt of one feed. `shared` are values that several items had at once in the newest snapshot."""

    guids: bool = True
    tokens: bool = True
    links: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    shared: frozenset[str] = frozenset()

    @classmethod
    def read(cls, memo: str) -> "Trust":
        """The memory as it was kept; what cannot be read is forgotten."""
        try:
            kept = json.loads(memo)
            return cls(
                bool(kept.get("guids", True)), bool(kept.get("tokens", True)), tuple(kept.get("links", ())), tuple(kept.get("sizes", ()))
            )
        except (ValueError, TypeError, AttributeError):
            return cls()

    def memo(self) -> str:
        """What is kept until the next poll."""
        return json.dumps({"guids": self.guids, "tokens": self.tokens, "links": list(self.links), "sizes": list(self.sizes)})

    def learn(self, rows: Sequence[tuple[str | None, str | None, str | None]]) -> "Trust":
        """With what a snapshot's (guid, address, token) of each item tell: values that several different items share are no names."""
        guids, urls, tokens = (Counter(value for row in rows if (value := row[place])) for place in range(3))
        twice = {guid for guid, count in guids.items() if count > 1}
        bad = sum(guids[guid] for guid in twice)
        links = [_short(url) for url, count in urls.items() if count > 1]
        same_token = any(count > 1 and len({row[1] for row in rows if row[2] == token}) > 1 for token, count in tokens.items())
        return replace(
            self,
            guids=self.guids and not (bad > MAX_SHARED * len(rows)),
            tokens=self.tokens and not same_token,
            links=tuple(dict.fromkeys((*self.links, *links)))[-MAX_LINKS:],
            shared=frozenset(twice),
        )

    def counted(self, size: int) -> "Trust":
        """With this snapshot's size remembered."""
        return replace(self, sizes=(*self.sizes, size)[-SIZES:])

    def is_usual(self, size: int) -> bool:
        """Whether a snapshot is large enough to conclude anything from what is missing in it: half the usual size."""
        usual = sorted(self.sizes)[len(self.sizes) // 2] if self.sizes else 1
        return size >= max(1, usual / 2)

    def guid(self, value: str) -> bool:
        """Whether this guid names one article of the feed."""
        return self.guids and value not in self.shared

    def url(self, value: str) -> bool:
        """Whether this address names one article."""
        return _short(value) not in self.links

    def token(self, value: str) -> bool:
        """Whether numbers in this feed's addresses name articles."""
        return self.tokens

    def name(self, kind: KeyKind, value: str) -> bool:
        """Whether a name of that kind may be learnt."""
        return {"guid": self.guid, "url": self.url, "token": self.token}.get(kind, lambda _: True)(value)


def _short(value: str) -> str:
    return sha256(value.encode("utf-8", "replace")).hexdigest()[:12]
