"""Where heavy pure functions run: in worker processes that can be killed, so that no input stops or fills the daemon.

The processes are forked by a nursery (`engine.nursery`), a small process of its own with one thread: forking from it is safe and
takes milliseconds, and the modules it has loaded are shared by all workers.
"""

import contextlib
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from monitor.engine.nursery import MEMORY, receive, send
from monitor.ports import WorkerKilled

T = TypeVar("T")


class InlineWorkers:
    """Runs everything where it is called: for tests, and for input that is our own."""

    def run(self, function: Callable[..., T], *args: object) -> T:
        """The function's result."""
        return function(*args)

    def close(self) -> None:
        """Nothing to close."""


class ProcessWorkers:
    """Implements the Workers door. A worker is killed after `wall`, or `cpu` of processor time, or when it takes too much memory."""

    def __init__(self, *, wall: timedelta, cpu: timedelta | None = None, most: int | None = None, preload: tuple[str, ...] = ()) -> None:
        self._wall = wall.total_seconds()
        self._cpu = max(1, round((cpu or wall).total_seconds()))
        self._slots = threading.BoundedSemaphore(most or max(2, os.cpu_count() or 2))
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._nursery: _Nursery | None = None
        self._preload = preload
        self._closed = False

    def start(self) -> None:
        """Starts the nursery in the background, so that the first `run` finds it ready."""
        with self._lock:
            if self._nursery is None and not self._closed:
                self._nursery = _Nursery(self._cpu, self._preload)

    def run(self, function: Callable[..., T], *args: object) -> T:
        """The function's result; its own exceptions come through. Raises WorkerKilled when it broke a limit."""
        task = pickle.dumps((function, args), protocol=pickle.HIGHEST_PROTOCOL)
        with self._slots:
            worker = self._worker()
            try:
                answer = worker.ask(task, self._wall)
            except BaseException as error:
                worker.kill()
                if isinstance(error, OSError | EOFError):
                    raise WorkerKilled(f"{function.__name__} broke a limit of time or memory") from error
                raise
            finished, is_last, value = pickle.loads(answer)
            if is_last:
                worker.kill()
            else:
                with self._lock:
                    self._idle.append(worker)
        if finished == "killed":
            raise WorkerKilled(f"{function.__name__} took more memory than a worker may have")
        if finished == "error":
            raise _revived(*value)
        result: T = value
        return result

    def close(self) -> None:
        """Ends every worker."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            nursery, self._nursery = self._nursery, None
        for worker in idle:
            worker.kill()
        if nursery is not None:
            nursery.close()

    def _worker(self) -> "_Worker":
        with self._lock:
            if self._idle:
                return self._idle.pop()
            if self._nursery is None or not self._nursery.is_alive():
                self._nursery = _Nursery(self._cpu, self._preload)
            return self._nursery.fork()


class _Nursery:
    """The parent's side of `engine.nursery`."""

    def __init__(self, cpu: int, preload: tuple[str, ...]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            words = [sys.executable, "-c", "from monitor.engine.nursery import main; main()", str(theirs.fileno()), str(cpu), *preload]
            self._process = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, close_fds=True)
        self._socket = ours
        self._lock = threading.Lock()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fork(self) -> "_Worker":
        """A new worker with a line of its own."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs, self._lock:
            socket.send_fds(self._socket, [b"fork"], [theirs.fileno()])
            number = self._socket.recv(4, socket.MSG_WAITALL)
        if len(number) < 4:
            ours.close()
            raise WorkerKilled("no worker could be started")
        return _Worker(ours, int.from_bytes(number), self)

    def kill(self, number: int) -> None:
        """Kills that worker if it still is one; only the nursery knows, as its parent."""
        with self._lock, contextlib.suppress(OSError):
            self._socket.sendall(b"kill" + number.to_bytes(4))

    def close(self) -> None:
        self._socket.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Worker:
    """The parent's side of one worker."""

    def __init__(self, line: socket.socket, number: int, nursery: _Nursery) -> None:
        self._line = line
        self._number = number
        self._nursery = nursery

    def ask(self, task: bytes, wall: float) -> bytes:
        """The answer's bytes. Raises OSError or EOFError when the worker did not give one in time."""
        until = time.monotonic() + wall
        self._line.settimeout(wall)
        send(self._line, task)
        return receive(self._line, until)

    def kill(self) -> None:
        self._line.close()
        self._nursery.kill(self._number)


def _revived(kind: type[BaseException], args: tuple[Any, ...], state: dict[str, Any]) -> BaseException:
    # errors whose constructor takes more than it passes on cannot be unpickled as they are
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


__all__ = ["MEMORY", "InlineWorkers", "ProcessWorkers"]
