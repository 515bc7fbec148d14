"""The whole stack as `make up` starts it, on free ports, before a fake Discord."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from stack.secrets import secrets_in
from tests.client import Client
from tests.conftest import free_port
from tests.stack.processes import Tree, wait_for

START_SECONDS = 120


class Discord:
    """The channel and the keyboard of the fake Discord's one guild."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self._url = settings["DISCORD_API_BASE"].partition("/api")[0] + "/fake"

    def messages(self, word: str) -> list[dict[str, Any]]:
        """Messages of the channel in which a word occurs, the oldest first."""
        found = requests.get(f"{self._url}/messages", timeout=30).json()
        return [message for message in found if word in str(message)]

    def is_connected(self) -> bool:
        """Whether the bot is there, with its commands registered."""
        state = requests.get(f"{self._url}/state", timeout=30).json()
        return bool(state["connected"] and state["commands"])

    def ask(self, command: str, *, press: str = "", **options: Any) -> str:
        """Type a slash command, and press that button; the text that stands there at last."""
        asked = {"command": command, "options": options, "wait_seconds": 15}
        answer = requests.post(f"{self._url}/interactions", json=asked, timeout=20).json()
        if press:
            pressed = {"interaction": answer["id"], "label": press, "wait_seconds": 15}
            answer = requests.post(f"{self._url}/presses", json=pressed, timeout=20).json()
        return self._at_last(answer["id"])

    def _at_last(self, interaction: str) -> str:
        """The text of an answer once it does not say any more that something is under way."""

        def text() -> str:
            answer = requests.get(f"{self._url}/interactions/{interaction}", timeout=30)
            return str(answer.json()["content"])

        wait_for(lambda: not text().startswith("⏳"))
        return text()


class Stack:
    """Where everything answers, and the tokens that were made at its start."""

    def __init__(self, ports: dict[str, int], discord: Discord, state: Path) -> None:
        self.ports = ports
        self.discord = discord
        self.state = state
        self.engine_token = secrets_in(state).token_of("engine")
        self.exporter = self._client("engine")
        self.operator = self._client("operator")

    def prometheus(self, path: str, **parameters: str) -> Any:
        """The data of Prometheus's answer."""
        url = f"http://127.0.0.1:{self.ports['PROMETHEUS_PORT']}/api/v1/{path}"
        return requests.get(url, params=parameters, timeout=30).json()["data"]

    def drop_feed(self) -> None:
        """Drop Kalshi's feed of the demo engine for ten seconds."""
        os.kill(int((self.state / "run" / "demo.pid").read_text()), signal.SIGUSR1)

    def _client(self, name: str) -> Client:
        token = secrets_in(self.state).token_of(name).read_text(encoding="utf-8").strip()
        return Client(f"http://127.0.0.1:{self.ports['EXPORTER_PORT']}", token=token)


@pytest.fixture(scope="module")
def discord() -> Iterator[Discord]:
    """A fake Discord as a process of its own."""
    with Tree([sys.executable, "-m", "tests.fakes.discord"]) as tree:
        assert tree.process.stdout is not None
        lines = (tree.process.stdout.readline().strip() for _ in range(7))
        yield Discord(dict(line.split("=", 1) for line in lines))


@pytest.fixture(scope="module")
def stack(
    request: pytest.FixtureRequest, discord: Discord, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """All services healthy and the demo engine pushing the module's `SCENARIO`."""
    names = ("EXPORTER", "BOT", "PROMETHEUS", "ALERTMANAGER", "GRAFANA")
    ports = {f"{name}_PORT": free_port() for name in names}
    state: Path = tmp_path_factory.mktemp("state")
    environment = {
        **{name: str(port) for name, port in ports.items()},
        **discord.settings,
        "STATE_DIR": str(state),
        "DEMO_ARGS": f"--scenario {request.module.SCENARIO}",
    }
    output = state / "output.txt"
    output.touch()
    command = f"exec {sys.executable} -m stack >{output} 2>&1"
    with Tree(["sh", "-c", command], environment) as tree:
        wait_for(
            lambda: re.search(r"alertmanager.*(ok|up|healthy|ready)", output.read_text(), re.I),
            timeout_seconds=START_SECONDS,
        )
        wait_for(discord.is_connected)
        yield Stack(ports, discord, state)
        assert tree.process.poll() is None, output.read_text()
