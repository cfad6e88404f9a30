"""Telling is killed again and again, over the real store: nothing is lost, and what comes twice has the same id."""

import random
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.ports import Store
from monitor.settings import StoreSettings
from monitor.store.sql import open_store

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))
EDITS, KILLS = 120, 12
KILLS_AT_A_MESSAGE = 3  # the first ones, right after a message went out; the others come at any time, if it is not over by then

TELLER = """
import os, signal, sys
sys.path.insert(0, {bench!r})
from datetime import timedelta
from pathlib import Path
import deliver as bench
from monitor import deliver
from monitor.model import Receipt
from monitor.settings import Settings, StoreSettings, Target
from monitor.store.sql import open_store

folder, hours, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

class Log:
    sent = 0

    def send(self, target, delivery, edits):
        with (folder / "log").open("a") as log:
            log.write(f"{{target.name}} {{delivery.key}} {{','.join(map(str, delivery.rows))}}\\n")
        Log.sent += 1
        if Log.sent == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return Receipt(delivery.report.until, delivery.key)

store = open_store(None, state_dir=folder, read_only=False, settings=StoreSettings())
settings = Settings(folder, folder, targets=(Target("desk", "webhook+https://x.example"), Target("room", "webhook+https://y.example")))
print("ready", flush=True)
deliver.round(store, dict.fromkeys(["desk", "room"], Log()), settings, bench.HandClock(bench.START + timedelta(hours=hours)))
print("done", flush=True)
"""


def fill(folder: Path) -> None:
    import deliver as bench  # type: ignore[import-not-found]  # bench/deliver.py

    from monitor.settings import Settings, Target

    store = open_store(None, state_dir=folder, read_only=False, settings=StoreSettings())
    targets = (Target("desk", "webhook+https://x.example"), Target("room", "webhook+https://y.example"))
    bench.fill(store, Settings(folder, folder, targets=targets), EDITS)
    store.close()


def killed_round(folder: Path, hours: int, after: float, message: int) -> bool:
    """A process that tells, killed with this message (0: with none) or so long after it began; whether it had ended by then."""
    code = TELLER.format(bench=str(ROOT / "bench"))
    with subprocess.Popen([sys.executable, "-c", code, str(folder), str(hours), str(message)], stdout=subprocess.PIPE, text=True) as teller:
        assert teller.stdout is not None
        assert teller.stdout.readline() == "ready\n"
        timer = threading.Timer(after, teller.kill)
        timer.start()
        ended = teller.stdout.readline() == "done\n"
        timer.cancel()
    return ended


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_killed_teller_loses_nothing(tmp_path: Path) -> None:
    fill(tmp_path)
    chance, hours, kills = random.Random(7), 3, 0

    def after() -> float:
        return chance.uniform(0.02, 0.6) if KILLS_AT_A_MESSAGE <= kills < KILLS else 60

    while not killed_round(tmp_path, hours, after(), chance.randint(1, 2) if kills < KILLS_AT_A_MESSAGE else 0):
        hours += 1  # leases of the dead are over by then
        kills += 1

    store: Store = open_store(None, state_dir=tmp_path, read_only=True, settings=StoreSettings())
    assert {row.state for row in store.outbox(limit=10 * EDITS)} == {"sent"}
    assert store.due_deliveries("desk", store.outbox()[0].due_at + timedelta(days=9)) == ()
    store.close()
    told = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    keys: dict[tuple[str, str], set[str]] = {}
    for target, key, rows in told:
        for row in rows.split(","):
            keys.setdefault((target, row), set()).add(key)
    assert len(keys) == 2 * EDITS
    assert all(len(found) == 1 for found in keys.values())
    repeats = sum(times - 1 for times in Counter(key for _, key, _ in told).values())
    assert kills >= KILLS_AT_A_MESSAGE
    assert repeats >= 1
    assert repeats <= 2 * kills
