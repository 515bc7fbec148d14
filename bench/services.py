"""The services under load: real processes, each on the same one core, gone when the block ends."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.errors import BenchError
from bench.machine import ROOT, cpu_seconds, resident_bytes, service_core

START_SECONDS = 60.0
STOP_SECONDS = 15.0
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
TEXT = "text/plain; version=0.0.4"


@dataclass(frozen=True, slots=True)
class Service:
    """A process that listens on a port of loopback."""

    port: int
    pid: int

    def get(self, path: str, *, accept: str = "*/*") -> bytes:
        """The body of a successful read."""
        with urlopen(
            Request(f"http://127.0.0.1:{self.port}{path}", headers={"Accept": accept}), timeout=30
        ) as answer:
            return bytes(answer.read())

    def total(self, name: str) -> float:
        """The sum of a counter over its label sets."""
        lines = self.get("/metrics", accept=TEXT).decode().splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith((f"{name} ", f"{name}{{"))
        )

    @property
    def cpu_seconds(self) -> float:
        """Processor time used since its start."""
        return cpu_seconds(self.pid)

    @property
    def resident_bytes(self) -> int:
        """Memory in RAM."""
        return resident_bytes(self.pid)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder on the disk that state is kept on: in /tmp a sync may cost nothing."""
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "var") as path:
        yield Path(path)


@contextmanager
def exporter(state: Path, **environment: str) -> Iterator[Service]:
    """The exporter, with its ledger in `state`."""
    port = _free_port()
    settings = {
        "EXPORTER_PORT": str(port),
        "DATABASE_URL": f"sqlite:///{state / 'ledger.db'}",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "exporter"]
    with _process(command, port, ready="/readyz", environment=settings | environment) as service:
        yield service


@contextmanager
def bot(environment: dict[str, str], *, command: Sequence[str] = ("bot",)) -> Iterator[Service]:
    """The bot, or another module that starts it."""
    port = _free_port()
    settings = environment | {"BOT_PORT": str(port), "LOG_LEVEL": "ERROR"}
    with _process(
        [sys.executable, "-m", *command], port, ready="/readyz", environment=settings
    ) as service:
        yield service


@contextmanager
def literal_build() -> Iterator[Service]:
    """The users' guide taken literally, started with uvicorn's command.

    Without uvicorn's access log, which would cost it a fifth of its requests.
    """
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.peers.literal:app"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    with _process(command, port, ready="/metrics") as service:
        yield service


@contextmanager
def pushgateway() -> Iterator[Service]:
    """Prometheus' Pushgateway, without the check that would make each push slower by far."""
    program = shutil.which("prometheus-pushgateway") or shutil.which("pushgateway")
    if program is None:
        raise BenchError("Pushgateway is missing: apt-get install prometheus-pushgateway")
    port = _free_port()
    command = [program, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    command.append("--push.disable-consistency-check")
    with _process(command, port, ready="/-/ready") as service:
        yield service


@contextmanager
def bare() -> Iterator[Service]:
    """A server that only answers, to see how fast the load generator itself is."""
    port = _free_port()
    with _process(
        [sys.executable, "-m", "bench.peers.bare", str(port)], port, ready="/"
    ) as service:
        yield service


@contextmanager
def _process(
    command: list[str], port: int, *, ready: str, environment: dict[str, str] | None = None
) -> Iterator[Service]:
    with service_core():
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL
        )
    try:
        service = Service(port, process.pid)
        _await(service, process, ready)
        yield service
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(service: Service, process: "subprocess.Popen[bytes]", path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            service.get(path)
            return
        except (URLError, ConnectionError, TimeoutError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"did not start: {process.args!r}") from None
            time.sleep(0.005)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
