"""The whole stack as `make up` starts it, on free ports, before a fake Discord."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from stack.secrets import SecretFiles, secrets_in
from tests.client import Client
from tests.conftest import free_port
from tests.stack.processes import Tree, wait_for

START_SECONDS = 60


class Discord:
    """The channel and the keyboard of the fake Discord's one guild."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self._url = settings["DISCORD_API_BASE"].partition("/api")[0] + "/fake"

    def messages(self, word: str) -> list[dict[str, Any]]:
        """Messages of the channel in which a word occurs, the oldest first."""
        found = requests.get(f"{self._url}/messages", timeout=10).json()
        return [message for message in found if word in str(message)]

    def is_connected(self) -> bool:
        """Whether the bot is there, with its commands registered."""
        state = requests.get(f"{self._url}/state", timeout=10).json()
        return bool(state["connected"] and state["commands"])

    def ask(self, command: str, **options: Any) -> str:
        """Type a slash command; the text that stands in the channel at last."""
        asked = {"command": command, "options": options, "wait_seconds": 15}
        answer = requests.post(f"{self._url}/interactions", json=asked, timeout=20)
        return str(answer.json()["content"])


class Stack:
    """Where everything answers, and the tokens that were made at its start."""

    def __init__(self, ports: dict[str, int], discord: Discord, secrets: SecretFiles) -> None:
        self.ports = ports
        self.discord = discord
        self.engine_token = secrets.token_of("engine")
        self.exporter = Client(
            f"http://127.0.0.1:{ports['EXPORTER_PORT']}",
            token=self.engine_token.read_text().strip(),
        )

    def prometheus(self, path: str, **parameters: str) -> Any:
        """The data of Prometheus's answer."""
        url = f"http://127.0.0.1:{self.ports['PROMETHEUS_PORT']}/api/v1/{path}"
        return requests.get(url, params=parameters, timeout=10).json()["data"]


@pytest.fixture(scope="package")
def discord() -> Iterator[Discord]:
    """A fake Discord as a process of its own."""
    with Tree([sys.executable, "-m", "tests.fakes.discord"]) as tree:
        assert tree.process.stdout is not None
        lines = (tree.process.stdout.readline().strip() for _ in range(7))
        yield Discord(dict(line.split("=", 1) for line in lines))


@pytest.fixture(scope="package")
def stack(discord: Discord, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All services healthy and the demo engine pushing."""
    names = ("EXPORTER", "BOT", "PROMETHEUS", "ALERTMANAGER", "GRAFANA")
    ports = {f"{name}_PORT": free_port() for name in names}
    state: Path = tmp_path_factory.mktemp("state")
    environment = {
        **{name: str(port) for name, port in ports.items()},
        **discord.settings,
        "STATE_DIR": str(state),
        # Fills every few seconds, and a day's loss that goes over its limit within a minute.
        "DEMO_ARGS": "--scenario daily-loss",
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
        yield Stack(ports, discord, secrets_in(state))
        assert tree.process.poll() is None, output.read_text()
