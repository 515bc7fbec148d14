"""Starts process trees that carry a mark in their environment, so that none is missed."""

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from stack.settings import ROOT

MARK = "ARBWATCH_TEST_MARK"


class Tree:
    """A process with all its descendants; leaving the `with` block kills what is left of them."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        self._mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | (environment or {}) | {MARK: self._mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Tree":
        return self

    def __exit__(self, *_: object) -> None:
        while pids := self._find():  # Again, for what was being started meanwhile.
            for pid in pids:
                with suppress(ProcessLookupError):  # It ended with one killed before it.
                    os.kill(pid, signal.SIGKILL)
        with self.process:  # Closes the pipes and waits.
            pass

    def signal(self, wish: signal.Signals) -> None:
        """Send a signal to the first process."""
        self.process.send_signal(wish)

    def finish(self, *, timeout_seconds: float = 60) -> tuple[str, str]:
        """Everything it printed until its end, on both outputs."""
        return self.process.communicate(timeout=timeout_seconds)

    def living(self) -> list[str]:
        """Command lines of what lives of the tree."""
        commands = (_read(Path(f"/proc/{pid}/cmdline")) for pid in self._find())
        # One that ended since it was found has no command any more.
        return [command.replace(b"\0", b" ").decode() for command in commands if command]

    def _find(self) -> list[int]:
        wanted = f"{MARK}={self._mark}".encode()
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and wanted in _read(entry / "environ").split(b"\0")
        ]


def wait_for(is_done: Callable[[], object], *, timeout_seconds: float = 30) -> None:
    """Return when it is so; fail when it does not come to that."""
    deadline = time.monotonic() + timeout_seconds
    while not is_done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # It ended in this moment.
