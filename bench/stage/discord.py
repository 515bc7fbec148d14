"""The fake Discord as a process, and the people who type into it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import requests

from bench.machine import ROOT
from bench.stage.errors import StepFailed
from bench.stage.waiting import wait_for

TIMEOUT_SECONDS = 10.0
# For what is looked at again and again.
LOOK_TIMEOUT_SECONDS = 1.0
# What the fake prints at its start: the settings of a bot, the last of them this one.
_LAST_SETTING = "DISCORD_RESUME_ROLES"


class Person(NamedTuple):
    """A member of the fake server, with roles or without."""

    name: str
    has_roles: bool = True


class Text(NamedTuple):
    """What an answer showed, from when on."""

    text: str
    at: datetime


class Discord:
    """The server as its members see it. `settings` are those of a bot that belongs to it, `pid`
    is the process.

    To type or to press something that is not there raises StepFailed.
    """

    def __init__(self, settings: dict[str, str], *, pid: int) -> None:
        self.settings = settings
        self.pid = pid
        self._url = settings["DISCORD_API_BASE"].removesuffix("/api/v10") + "/fake"

    def has_bot(self) -> bool:
        """Whether a bot is connected and has registered its commands."""
        state = self._get("/state")
        return bool(state["connected"] and state["commands"])

    def messages(self) -> list[dict[str, Any]]:
        """The channel, oldest first, as its members see it now."""
        answer = requests.get(f"{self._url}/messages", timeout=LOOK_TIMEOUT_SECONDS)
        answer.raise_for_status()
        return list(answer.json())

    def limit_posts(self, limit: int | None, *, seconds: float = 5.0) -> None:
        """Take so many new messages within so many seconds; without a number, any."""
        asked = {"limit": limit, "seconds": seconds}
        requests.post(f"{self._url}/posts", json=asked, timeout=TIMEOUT_SECONDS).raise_for_status()

    def type(self, command: str, *, by: Person, **options: str) -> str:
        """Type a slash command; the id of what came of it."""
        return self._interact("/interactions", command=command, options=options, **_of(by))

    def press(self, interaction: str, label: str, *, by: Person) -> str:
        """Press a button of an answer; the id of what came of that."""
        return self._interact("/presses", interaction=interaction, label=label, **_of(by))

    def text(self, interaction: str) -> str:
        """What the answer shows now, empty while there is none."""
        return self._get(f"/interactions/{interaction}")["content"] or ""

    def texts(
        self, interaction: str, *, until: tuple[str, ...], seconds: float, skip: int = 0
    ) -> list[Text]:
        """What the answer showed after its first `skip` texts, up to one with any of these words.

        Raises:
            StepFailed: there was none for so long.
        """
        seen: list[Text] = []

        def look() -> bool:
            texts = self._get(f"/interactions/{interaction}")["texts"]
            seen.extend(Text(text, datetime.now(UTC)) for text in texts[skip + len(seen) :])
            return any(words in text.text for text in seen for words in until)

        wait_for(f"an answer in Discord with {' or '.join(until)}", look, seconds=seconds)
        return seen

    def _interact(self, path: str, **asked: Any) -> str:
        answer = requests.post(self._url + path, json=asked, timeout=TIMEOUT_SECONDS)
        if not answer.ok:
            raise StepFailed(f"it cannot be typed or pressed: {answer.text}")
        return str(answer.json()["id"])

    def _get(self, path: str) -> dict[str, Any]:
        answer = requests.get(self._url + path, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return dict(answer.json())


@contextmanager
def running_discord() -> Iterator[Discord]:
    """The fake in a process of its own."""
    command = [sys.executable, "-m", "tests.fakes.discord"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            settings = {}
            for line in process.stdout:
                name, _, value = line.strip().partition("=")
                settings[name] = value
                if name == _LAST_SETTING:
                    break
            yield Discord(settings, pid=process.pid)
        finally:
            process.kill()


def _of(person: Person) -> dict[str, Any]:
    return {"user": person.name, "roles": None if person.has_roles else []}
