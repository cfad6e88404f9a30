"""One deadline for a whole conversation over a socket, and a way to end all conversations when the process has to end."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Connection = Callable[[], socket.socket | None]


class Lines:
    """The conversations that notifiers have at the moment. Timeouts of single reads never add up beyond a deadline.

    Once `hang_up` was called nobody is talked to any more; who still is fails with an OSError, and is told again another time.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._open: set[Connection] = set()
        self._is_closed = False

    def hang_up(self) -> None:
        """Ends every conversation at once; for a process that was asked to stop."""
        with self._guard:
            self._is_closed = True
            for connection in self._open:
                _shut(connection)

    @contextmanager
    def talking(self, seconds: float, connection: Connection) -> Iterator[None]:
        """Shuts the socket that `connection` returns once the time is over, so that whoever reads from it is free again."""
        with self._guard:
            if self._is_closed:
                raise ConnectionAbortedError("this process is stopping")
            self._open.add(connection)
        timer = threading.Timer(seconds, _shut, (connection,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._guard:
                self._open.discard(connection)


def _shut(connection: Connection) -> None:
    line = connection()
    if line is not None:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was closed in the meantime, which is as well
