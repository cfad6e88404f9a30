"""Functions that a worker process runs: good, faulty and hostile ones."""

from monitor.errors import ParseError


def doubled(number: int) -> int:
    return 2 * number


def refused(code: str) -> None:
    raise ParseError(code, "no feed in these bytes")


def spin() -> None:
    while True:
        pass


def devour() -> int:
    return len(bytearray(4_000_000_000))


def nest() -> object:
    return nest()


def unspeakable() -> object:
    return lambda: None


def vanish() -> None:
    import os

    os._exit(3)
