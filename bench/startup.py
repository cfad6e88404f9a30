"""CPU of starting commands, against a bare `python -c pass` of the same interpreter.

    python bench/startup.py [--runs 9]

Prints the median CPU time (user + system, of the process and its children) and the ratio. Bars: `--help` 5, `diff`, `log`, `show` 14.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

BARS = {"--help": 5.0, "version": 5.0, "ls": 14.0, "log": 14.0, "log 1": 14.0, "show 1": 14.0, "diff 1": 14.0, "diff 1 --json": 14.0}


def cpu_of(words: list[str], environ: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median_cpu(words: list[str], environ: dict[str, str], runs: int) -> float:
    cpu_of(words, environ)  # the first run compiles and warms the cache
    return statistics.median(cpu_of(words, environ) for _ in range(runs))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    environ = {**os.environ, "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        subprocess.run(
            [sys.executable, "-m", "monitor", "demo", "--keep", str(state)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        bare = median_cpu([sys.executable, "-c", "pass"], environ, runs)
        print(f"{'bare python':16} {bare * 1000:7.1f} ms")
        over = 0
        for command, bar in BARS.items():
            took = median_cpu([sys.executable, "-m", "monitor", "--state", str(state), "--config", folder, *command.split()], environ, runs)
            over += took / bare > bar
            print(f"{command:16} {took * 1000:7.1f} ms  {took / bare:5.1f} x  (at most {bar:.0f} x)")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
