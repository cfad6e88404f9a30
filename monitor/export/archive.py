"""Handing pages to the Internet Archive's Save Page Now (SPN2), for a witness that is not us.

It is asked by a command of its own, never while polling or looking: a failure there delays nothing.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ENDPOINT = "https://web.archive.org"
DEADLINE = 20.0  # seconds for one answer of the archive
POLLS, PAUSE = 30, 6.0  # a capture takes a minute or two; then it is looked for at the next run


@dataclass(frozen=True, slots=True)
class Kept:
    """What the archive says: the address of its copy, or the job that makes one, or why there is none."""

    job: str | None = None
    address: str | None = None
    error: str | None = None


def hand_over(url: str, key: str, endpoint: str = ENDPOINT) -> Kept:
    """Asks for a copy of the page as it is now; the job that makes it. Never raises for what the archive does."""
    form = urllib.parse.urlencode({"url": url, "capture_outlinks": "0", "skip_first_archive": "1"}).encode()
    said = _ask(urllib.request.Request(f"{endpoint}/save", data=form, method="POST"), key)
    if isinstance(said, str):
        return Kept(error=said)
    job = said.get("job_id")
    return Kept(job=str(job)) if job else Kept(error=str(said.get("message") or "the archive gave no job"))


def outcome(job: str, key: str, endpoint: str = ENDPOINT, sleep: Callable[[float], None] = time.sleep) -> Kept:
    """Waits for the job; without an end in sight the job itself is returned, to be asked for later."""
    for _ in range(POLLS):
        said = _ask(urllib.request.Request(f"{endpoint}/save/status/{urllib.parse.quote(job, safe='')}"), key)
        if isinstance(said, str):
            return Kept(job=job, error=said)
        if said.get("status") == "success":
            return Kept(job, f"{ENDPOINT}/web/{said.get('timestamp')}/{said.get('original_url')}")
        if said.get("status") == "error":
            return Kept(job, error=str(said.get("message") or said.get("status_ext") or "the archive failed"))
        sleep(PAUSE)
    return Kept(job)


def _ask(request: urllib.request.Request, key: str) -> dict[str, Any] | str:
    request.add_header("Authorization", f"LOW {key}")
    request.add_header("Accept", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            said = json.loads(answer.read(1_000_000))
    except urllib.error.HTTPError as error:
        error.close()
        return f"the archive answered {error.code}"
    except (OSError, ValueError) as error:
        return f"the archive cannot be reached: {error}"
    return said if isinstance(said, dict) else "the archive's answer is not what it promises"
