"""An exporter in a process of its own: to be killed, measured, put on a small disk."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from tests.client import TIMEOUT_SECONDS, Client
from tests.conftest import LIMITS, free_port, wait_until

PATIENT = "tests.faults.patient"


class ExporterProcess:
    """`python -m exporter` over one ledger, started by `wrapper` where one is given.

    With the module PATIENT, its orders wait as long as a slow disk takes.
    """

    def __init__(
        self,
        ledger: Path,
        *,
        wrapper: tuple[str, ...] = (),
        log: Path | None = None,
        limits: Path = LIMITS,
        module: str = "exporter",
    ) -> None:
        port = free_port()
        self.client = Client(f"http://127.0.0.1:{port}")
        self.port = port
        self._ledger = ledger
        self._log = log or ledger.with_suffix(".log")
        self._limits = limits
        self._command = [*wrapper, sys.executable, "-m", module]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start; returns once it answers."""
        self.begin()
        wait_until(self.answers, timeout_seconds=60)

    def begin(self) -> None:
        """Start, and wait for nothing."""
        settings = {
            "DATABASE_URL": f"sqlite:///{self._ledger}",
            "EXPORTER_PORT": str(self.port),
            "LIMITS_FILE": str(self._limits),
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=LIMITS.parent,
                env=os.environ | settings,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def terminate(self) -> None:
        """Ask it to stop."""
        os.kill(self.pid, signal.SIGTERM)

    def hang_up(self) -> None:
        """Ask it to read its limits again."""
        os.kill(self.pid, signal.SIGHUP)

    def wait(self, timeout_seconds: float) -> int:
        """Its exit code."""
        assert self._process is not None
        return self._process.wait(timeout_seconds)

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def resident_mib(self) -> float:
        """Memory it holds now."""
        fields = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        line = next(field for field in fields if field.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def log(self) -> str:
        """What it wrote so far, over all its starts."""
        return self._log.read_text()

    def status(self, path: str, body: object = None) -> int:
        """The status of a read, or of a post where there is a body."""
        method = "GET" if body is None else "POST"
        url = self.client.url + path
        return requests.request(method, url, json=body, timeout=TIMEOUT_SECONDS).status_code

    def answers(self) -> bool:
        """Whether it is ready."""
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            return requests.get(self.client.url + "/readyz", timeout=5).ok
        except requests.RequestException:
            return False
