"""What a cause is played on: a stack of one's own, its Discord and its second way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from arbwatch.control import HaltState
from bench.machine import ROOT
from bench.stage.discord import Discord
from bench.stage.errors import StepFailed
from bench.stage.second_way import SecondWay
from bench.stage.stack import Stack
from bench.stage.waiting import wait_for

ENGINE = "selftest"
DEMO = "demo"
CONTACT_SECONDS = 15.0
STOP_SECONDS = 10.0
RESUME_SECONDS = 10.0


class Scene(NamedTuple):
    """The stack, who is told, and the folder of its state."""

    stack: Stack
    discord: Discord
    second_way: SecondWay
    state: Path

    @contextmanager
    def demo(self, scenario: str, *arguments: str) -> Iterator[None]:
        """The demo engine with a scenario, on venues that run."""
        self.resume_all()
        command = [sys.executable, "-m", "arbwatch.demo", "--scenario", scenario, *arguments]
        command += ["--exporter-url", self.stack.url("exporter")]
        command += ["--state-dir", str(self.state / "engine")]
        token = str(self.stack.secrets / "engine_token")
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"EXPORTER_TOKEN_FILE": token, "EXPORTER_TOKEN": ""},
            stdout=subprocess.DEVNULL,
        )
        (self.state / "run" / "demo.pid").write_text(f"{process.pid}\n", encoding="ascii")
        try:
            wait_for("the demo", lambda: DEMO in self.stack.engines(), seconds=CONTACT_SECONDS)
            yield
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(STOP_SECONDS)

    def resume_all(self) -> None:
        """End every halt that stands."""
        for venue in self.stack.venues():
            if venue.halts:
                halts = [halt.halt_id for halt in venue.halts]
                self.stack.resume(venue.venue, halts, by=ENGINE)
        wait_for("venues that run", self._all_run, seconds=RESUME_SECONDS)

    @contextmanager
    def standing_still(self, name: str) -> Iterator[None]:
        """A process of the stack that hangs: it does nothing, and its connections stay open."""
        self.stack.send_signal(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.stack.send_signal(name, signal.SIGCONT)

    def push(self, path: str, body: Any, *, expect: int = 200) -> None:
        """Post events as an engine does.

        Raises:
            StepFailed: the exporter answered otherwise.
        """
        answer = self.stack.post(path, body, client="engine")
        if answer.status_code != expect:
            raise StepFailed(f"POST {path}: {answer.status_code} {answer.text[:200]}")

    def messages_of(self, alert: str) -> set[str]:
        """The cards that tell of an alert as firing, each by its identity."""
        name = f"{alert} · "
        return {
            str(message["id"])
            for message in self.discord.messages()
            if name in (text := json.dumps(message, ensure_ascii=False))
            and "✅ Resolved" not in text
        }

    def is_told_otherwise(self, alert: str, *, after: int) -> bool:
        """Whether the second way told of it, beyond the first `after` messages there."""
        return any(f'"{alert}"' in text for text in self.second_way.received[after:])

    def _all_run(self) -> bool:
        return all(venue.state is HaltState.RUNNING for venue in self.stack.venues())
