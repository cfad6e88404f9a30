"""How the daemon and its workers log: one event a line, as text or as JSON."""

import json
import logging
import re
import sys
import time

from monitor.text import term_safe
from monitor.times import rfc3339

_LEVELS = {-2: logging.ERROR, -1: logging.WARNING, 0: logging.INFO}
_PAIR = re.compile(r"(?:^|\s)([a-z_]+)=(\S+)")


class OneLine(logging.Formatter):
    """One event a line, whatever stands in it; a traceback keeps its lines."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return time.strftime(datefmt or "%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = term_safe(record.message)
        return super().formatMessage(record)


class JsonLine(logging.Formatter):
    """One JSON object a line: `at`, `level`, `event`, and each key=value of the message under its own name."""

    def format(self, record: logging.LogRecord) -> str:
        from datetime import UTC, datetime

        said = term_safe(record.getMessage())
        row: dict[str, object] = {
            "at": rfc3339(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "event": _PAIR.sub("", said).strip() or said,
            **{key: value for key, value in _PAIR.findall(said) if key not in ("at", "level", "event")},
        }
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=False)


def start_log(verbosity: int, *, as_json: bool = False) -> None:
    """Logs to stderr. `verbosity` 0 tells what a user would like to know tomorrow, more tells why."""
    handler = logging.StreamHandler(sys.stderr)
    text = OneLine("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    handler.setFormatter(JsonLine() if as_json else text)
    logging.basicConfig(level=_LEVELS.get(max(-2, verbosity), logging.DEBUG), handlers=[handler])
    logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)  # a lost server is told in one line of ours
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    for name in ("aiohttp", "asyncio", "httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
