"""One deadline for a whole conversation over a socket; timeouts of single reads never add up beyond it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def hung_up_after(seconds: float, connection: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Shuts the socket that `connection` returns once the time is over; whoever reads from it then fails with an OSError."""

    def hang_up() -> None:
        line = connection()
        if line is not None:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it was closed in the meantime, which is as well

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
