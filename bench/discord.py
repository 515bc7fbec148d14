"""A fake Discord and bots in it, as processes: what figures and readers of the channel see."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from bench import services
from bench.errors import BenchError
from bench.machine import ROOT
from bench.services import Service

TIMEOUT_SECONDS = 10.0
# The last of the settings that the fake prints at its start.
_LAST_SETTING = "DISCORD_RESUME_ROLES"
_NOBODY_LISTENS = "http://127.0.0.1:9"


class Channel:
    """The channel as its readers see it, and what its users do. `settings` are a bot's."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self._url = settings["DISCORD_API_BASE"].removesuffix("/api/v10") + "/fake"
        self._session = requests.Session()

    def messages(self) -> list[dict[str, Any]]:
        """All messages, oldest first."""
        return list(self._ask("GET", "/messages"))

    def state(self) -> dict[str, Any]:
        """What is connected, and what was asked and refused."""
        return dict(self._ask("GET", "/state"))

    def type(self, command: str, **options: Any) -> dict[str, Any]:
        """Type a command; how it was answered."""
        asked = {"command": command, "options": options, "wait_seconds": TIMEOUT_SECONDS}
        return dict(self._ask("POST", "/interactions", asked))

    def press(self, message: dict[str, Any], label: str) -> dict[str, Any]:
        """Press a button of a message; how that was answered."""
        asked = {"message": message["id"], "label": label, "wait_seconds": TIMEOUT_SECONDS}
        return dict(self._ask("POST", "/presses", asked))

    def go_away(self) -> None:
        """Drop every connection, until `come_back`."""
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            fault = {"kind": "drop_before", "method": method, "path": "/api/", "times": 1 << 30}
            self._ask("POST", "/faults", fault)
        self._ask("POST", "/disconnect", {"refusals": 1 << 30})

    def come_back(self) -> None:
        """Be as before; the sessions of the gateway are forgotten."""
        self._ask("DELETE", "/faults")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self._session.request(
            method, self._url + path, json=body, timeout=2 * TIMEOUT_SECONDS
        )
        if not answer.ok:
            raise BenchError(f"the fake Discord answered {answer.status_code} to {path}")
        return answer.json()


@contextmanager
def channel(*, posts: int | None = None) -> Iterator[Channel]:
    """A fake Discord, which takes so many new messages in 5 seconds."""
    command = [sys.executable, "-m", "tests.fakes.discord"]
    command += [] if posts is None else ["--posts", str(posts)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Channel(_printed(process))
        finally:
            process.kill()


@contextmanager
def bot(
    found: Channel, state: Path, *, exporter: Service | None = None, times: float = 1.0
) -> Iterator[Service]:
    """A bot in this Discord, with its outbox in `state`; `times` hurries its clock."""
    own = {
        "EXPORTER_URL": f"http://127.0.0.1:{exporter.port}" if exporter else _NOBODY_LISTENS,
        "ALERTMANAGER_URL": _NOBODY_LISTENS,
        "PROMETHEUS_URL": _NOBODY_LISTENS,
        "OUTBOX_PATH": str(state / "outbox.db"),
    }
    command = ["bot"] if times == 1.0 else ["bench.hurried_bot", str(times)]
    with services.bot(found.settings | own, command=command) as service:
        wait(lambda: found.state()["connected"], "the bot in Discord")
        yield service


def wait(is_true: Callable[[], object], what: str, *, seconds: float = 60.0) -> None:
    """Poll until it holds.

    Raises:
        BenchError: it never did.
    """
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise BenchError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)


def _printed(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    settings = {}
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        settings[name] = value
        if name == _LAST_SETTING:
            return settings
    raise BenchError("the fake Discord ended")
