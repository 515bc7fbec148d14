"""A stack of one's own: what `make up` starts, on free ports, with a state of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bench.machine import ROOT
from bench.stage.errors import StepFailed
from bench.stage.stack import Stack
from bench.stage.waiting import wait_for
from stack.settings import StackSettings

PORTS = ("EXPORTER_PORT", "BOT_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT", "GRAFANA_PORT")
HEALTH = {
    "exporter": "/readyz",
    "bot": "/readyz",
    "prometheus": "/-/ready",
    "alertmanager": "/-/ready",
}
START_SECONDS = 60.0
STOP_SECONDS = 15.0
LAST_CHARACTERS = 1000


@contextmanager
def own_stack(state: Path, settings: dict[str, str]) -> Iterator[Stack]:
    """All services, well; without the demo. Of this shell's settings and of `.env` it sees none.

    Raises:
        StepFailed: it did not start; the text has its last words.
    """
    ports = {name: str(port) for name, port in zip(PORTS, _free_ports(len(PORTS)), strict=True)}
    chosen = {"STATE_DIR": str(state), "DEMO": "0"} | ports | settings
    # A variable that is set but empty is as good as unset, and hides what `.env` says.
    environment = os.environ | dict.fromkeys(_variables(), "") | chosen
    log = state / "stack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "stack"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    numbers = {name.lower(): int(port) for name, port in ports.items()}
    stack = Stack(StackSettings(state_dir=state, **numbers))  # type: ignore[arg-type]
    try:
        wait_for("a stack", lambda: _is_well(stack, process, log), seconds=START_SECONDS)
        yield stack
    finally:
        _stop(process)


def _is_well(stack: Stack, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    if process.poll() is not None:
        last_words = log.read_text(encoding="utf-8", errors="replace")[-LAST_CHARACTERS:]
        raise StepFailed(f"the stack ended: {last_words}")
    try:
        answers = [requests.get(stack.url(name) + path, timeout=5) for name, path in HEALTH.items()]
    except requests.RequestException:
        return False
    return all(answer.ok for answer in answers)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End it, and whatever of it hangs."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _variables() -> list[str]:
    """Every setting there is."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    return re.findall(r"^#?([A-Z][A-Z_]*)=", example, re.MULTILINE)


def _free_ports(count: int) -> list[int]:
    """Ports that are free now; all at once, so that none is given twice."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
