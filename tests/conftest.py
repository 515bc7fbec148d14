"""Real services for the tests, each on a free port of loopback, with files of its own."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from exporter.__main__ import listen
from exporter.app import Exporter
from exporter.clock import REAL, Clock
from exporter.control import Patience
from exporter.server import Server
from exporter.settings import Settings
from tests.client import Client
from tests.clocks import Clocks

LIMITS = Path(__file__).parent.parent / "limits.yml"
# Below those that the system itself gives to whoever asks for any; another hundred for each
# process that runs tests.
_PORTS = cycle(range(10_000 + os.getpid() % 200 * 100, 10_100 + os.getpid() % 200 * 100))
# With which a disk that is slow is no disk that hangs.
LONG = Patience(halt_seconds=60, resume_seconds=60)

# How fast the machine is, is not what examples are about.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is asked for on the command line."""
    parser.addoption(
        "--rewrite-snapshots",
        action="store_true",
        help="write what tests compare with anew: read the difference before it is committed",
    )


class RunningExporter:
    """An exporter that serves in a thread of this process, over a real socket and a real file."""

    def __init__(
        self,
        ledger: Path,
        *,
        port: int = 0,
        clock: Clock = REAL,
        patience: Patience = LONG,
        **more: Any,
    ) -> None:
        listener = listen("127.0.0.1", port)
        settings = Settings(database_url=f"sqlite:///{ledger}", limits_file=LIMITS, **more)
        self.parts = Exporter(
            settings,
            clock=clock,
            patience=patience,
        )
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
        self._thread.join(60)
        assert not self._thread.is_alive()


def free_port() -> int:
    """A port of loopback that nobody listens on, and that nobody else is given meanwhile."""
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("not reached")


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
def clocks() -> Clocks:
    """For what is to last until a test has it end: they stand still until they are moved."""
    return Clocks()


@pytest.fixture
def exporter_clock() -> Clock:
    """What the exporter goes by: this machine's clocks, unless a test has others."""
    return REAL


@pytest.fixture
def patience() -> Patience:
    """How long orders wait for the disk: as in service only where it is to hang."""
    return LONG


@pytest.fixture
def exporter(
    ledger_path: Path, exporter_clock: Clock, patience: Patience
) -> Iterator[RunningExporter]:
    """A running exporter with an empty ledger."""
    running = RunningExporter(ledger_path, clock=exporter_clock, patience=patience)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def api(exporter: RunningExporter) -> Client:
    """A client of the running exporter."""
    return exporter.client
