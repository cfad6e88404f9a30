"""What a process that runs for months asks of Python's garbage collector."""

import gc

# a poll in flight is some hundred objects: with Python's 700, 10, 10 the collector looked at each of them many times
THRESHOLDS = (10_000, 20, 20)


def settle() -> None:
    """Takes all that is there now for lasting, so that it is not looked through again and again; more is looked through more rarely.

    With some thousand feeds this is a quarter of what a poll costs (measured).
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
