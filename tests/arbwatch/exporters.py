"""The exporter as a process of its own, that can be killed and started again on the same port."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import requests

from tests.client import Client
from tests.conftest import LIMITS, free_port, wait_until


class KillableExporter:
    """`python -m exporter` over one ledger file."""

    def __init__(self, ledger: Path) -> None:
        port = free_port()
        self.client = Client(f"http://127.0.0.1:{port}")
        self._log = ledger.with_suffix(".log")
        self._environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{ledger}",
            "EXPORTER_PORT": str(port),
            "LIMITS_FILE": str(LIMITS),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start; returns once it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "exporter"], env=self._environment, stdout=log, stderr=log
            )
        wait_until(self._answers, timeout_seconds=30)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            return requests.get(self.client.url + "/readyz", timeout=1).ok
        except requests.RequestException:
            return False
