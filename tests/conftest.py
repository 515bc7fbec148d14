"""Real services for the tests, each on a free port of loopback, with files of its own."""

import contextlib
import itertools
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.__main__ import listen
from exporter.app import Exporter
from exporter.server import Server
from exporter.settings import Settings
from tests.client import Client

LIMITS = Path(__file__).parent.parent / "limits.yml"
# Below those that the system chooses from, in an order of this process's own: what begins to listen
# a second later finds its port as free as it was.
_PORTS = itertools.cycle(random.SystemRandom().sample(range(10_000, 32_000), 22_000))


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is asked for on the command line."""
    parser.addoption(
        "--rewrite-snapshots",
        action="store_true",
        help="write what tests compare with anew: read the difference before it is committed",
    )


class RunningExporter:
    """An exporter that serves in a thread of this process, over a real socket and a real file."""

    def __init__(self, ledger: Path, *, port: int = 0, **more: Any) -> None:
        listener = listen("127.0.0.1", port)
        settings = Settings(database_url=f"sqlite:///{ledger}", limits_file=LIMITS, **more)
        self.parts = Exporter(settings)
        self._server = Server(self.parts)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self.client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def start(self) -> None:
        """Serve; returns once it answers."""
        self._thread.start()
        wait_until(lambda: self._server.started)

    def stop(self) -> None:
        """Stop and close the ledger; harmless when it was stopped before."""
        self._server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive()


def free_port() -> int:
    """A port of loopback that nobody listens on, and that the system gives to nobody by itself."""
    for port in _PORTS:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def wait_until(is_true: Callable[[], object], timeout_seconds: float = 30) -> None:
    """Poll a condition until it holds."""
    deadline = time.monotonic() + timeout_seconds
    while not is_true():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    """Where this test's ledger is."""
    return tmp_path / "ledger.db"


@pytest.fixture
def exporter(ledger_path: Path) -> Iterator[RunningExporter]:
    """A running exporter with an empty ledger."""
    running = RunningExporter(ledger_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def api(exporter: RunningExporter) -> Client:
    """A client of the running exporter."""
    return exporter.client
