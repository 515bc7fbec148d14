"""A second bot beside the stack's own: the real one, in the fake Discord."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.machine import ROOT
from bench.stage.discord import Discord
from bench.stage.errors import StepFailed
from bench.stage.stack import Stack
from bench.stage.waiting import wait_for

START_SECONDS = 30.0
STOP_SECONDS = 10.0
LAST_CHARACTERS = 300


@contextmanager
def running_bot(stack: Stack, discord: Discord) -> Iterator[None]:
    """`python -m bot`, once it is in the server; its files are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="arbwatch-drill-") as folder:
        log = Path(folder) / "bot.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot"],
                cwd=ROOT,
                env=_environment(stack, discord, Path(folder)),
                stdout=output,
                stderr=output,
            )
        try:
            wait_for(
                "the bot in Discord", lambda: _is_in(discord, process, log), seconds=START_SECONDS
            )
            yield
        finally:
            _stop(process)


def _is_in(discord: Discord, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    if process.poll() is not None:
        last_words = log.read_text(encoding="utf-8", errors="replace")[-LAST_CHARACTERS:]
        raise StepFailed(f"the bot ended: {last_words}")
    return discord.has_bot()


def _environment(stack: Stack, discord: Discord, folder: Path) -> dict[str, str]:
    """Nothing of this shell: no setting of a real bot may reach this one."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return (
        kept
        | discord.settings
        | {
            "EXPORTER_URL": stack.url("exporter"),
            "EXPORTER_TOKEN_FILE": str(stack.secrets / "bot_token"),
            "ALERTMANAGER_URL": stack.url("alertmanager"),
            "BOT_PORT": str(_free_port()),
            "OUTBOX_PATH": str(folder / "outbox.db"),
        }
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
