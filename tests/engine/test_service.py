"""The daemon as a service: what systemd hears, how it stops, what it does when too much is due."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import FakeClock, FakeWeb

from monitor.clock import SystemClock
from monitor.engine import local
from monitor.engine.local import LocalEngine, Setup
from monitor.engine.systemd import Notices
from monitor.engine.workers import InlineWorkers
from monitor.model import Answer, Request
from monitor.ports import Doors, Store
from monitor.settings import Feed, ScheduleSettings, Settings, StoreSettings
from monitor.store.sql import open_store


class Silent:
    """Hosts that take the question and never answer; after `enough` of them SIGTERM comes."""

    def __init__(self, enough: int) -> None:
        self.enough, self.asked = enough, 0

    async def fetch(self, request: Request) -> Answer:
        self.asked += 1
        if self.asked == self.enough:
            asyncio.get_running_loop().call_later(0.05, signal.raise_signal, signal.SIGTERM)
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    def rest(self, host: str) -> timedelta:
        return timedelta(0)

    async def close(self) -> None: ...


class Quick(Silent):
    """Answers at once; SIGTERM comes after the first question."""

    async def fetch(self, request: Request) -> Answer:
        signal.raise_signal(signal.SIGTERM)
        return FakeWeb(FakeClock()).ask(request)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    yield made
    made.close()


def live(store: Store, tmp_path: Path, fetcher: Silent, feeds: int = 1) -> None:
    clock = SystemClock()
    store.sync_feeds([Feed(f"f{n}", f"http://h{n}.example/feed") for n in range(feeds)], clock.now())
    doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)

    async def life() -> None:
        async with asyncio.timeout(20):
            await LocalEngine(Setup(Settings(tmp_path, tmp_path), doors, fetcher), lambda asked: None).run()

    asyncio.run(life())


def test_systemd_hears_that_we_are_ready_alive_and_stopping(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        live(store, tmp_path, Quick(1))

        heard = []
        while True:
            try:
                heard += ear.recv(4096).decode().split("\n")
            except BlockingIOError:
                break

    assert {"READY=1", "WATCHDOG=1", "STATUS=watching", "STOPPING=1"} <= set(heard)
    assert heard.index("READY=1") < heard.index("WATCHDOG=1") < heard.index("STOPPING=1")


def test_a_notify_socket_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    Notices({"NOTIFY_SOCKET": str(tmp_path / "nowhere")}).send("READY=1")
    Notices({}).send("READY=1")


def test_what_hangs_when_we_stop_is_left_in_time(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert local.DRAIN < 10
    monkeypatch.setattr(local, "DRAIN", 0.05)

    live(store, tmp_path, Silent(1))

    state = next(iter(store.feeds()))
    assert state.polled_at is None  # nothing was learnt, and the claim has moved its time by the floor
    assert state.next_at is not None
    assert state.next_at > SystemClock().now()


def test_no_more_is_claimed_than_there_is_room_for(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "DRAIN", 0.05)
    monkeypatch.setattr(local, "TURNS", 3)
    monkeypatch.setattr(local, "TICK", 0.01)
    hosts = Silent(3)

    live(store, tmp_path, hosts, feeds=9)

    assert hosts.asked == 3
