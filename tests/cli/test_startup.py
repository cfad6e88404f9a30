"""Who only reads waits for nothing that only writing needs."""

import subprocess
import sys
from pathlib import Path

import pytest

UNNEEDED = (
    "monitor.schedule",
    "monitor.diff",
    "monitor.parse",
    "monitor.extract",
    "sqlalchemy",
    "rapidfuzz",
    "httpx",
    "trafilatura",
    "alembic",
)
PROGRAM = """
import sys
from monitor.cli.main import main
try: main(sys.argv[1:])
except SystemExit as ended: assert not ended.code
print("\\n" + " ".join(sys.modules))
"""


@pytest.mark.parametrize("words", [["log"], ["log", "1"], ["show", "1"], ["ls"]], ids=" ".join)
def test_reading_a_state_loads_no_thinking(words: list[str], told_state: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--state", str(told_state), *words], capture_output=True, text=True, check=True, cwd=told_state
    )
    loaded = done.stdout.rsplit("\n", 2)[-2].split()

    assert not [name for name in loaded if name.startswith(UNNEEDED)]
