"""Engine and bot as processes: to be killed in the middle of a halt, and started again."""

import subprocess
import sys
import threading
from pathlib import Path

from bench.stage.discord import Discord
from tests.bot.processes import environment
from tests.conftest import LIMITS, free_port, wait_until


class Trader:
    """`python -m tests.faults.trader`, and what it printed."""

    def __init__(self, url: str, state_dir: Path) -> None:
        self._command = [sys.executable, "-m", "tests.faults.trader", url, str(state_dir)]
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.trades: bool | None = None
        self.must_stand = False
        self.disobeyed = 0

    def start(self) -> None:
        """Start; returns once it has said whether it trades."""
        self._process = subprocess.Popen(
            self._command, cwd=LIMITS.parent, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        wait_until(lambda: self.trades is not None, 60)

    def kill(self) -> None:
        """End it at once; what it still said is read."""
        if self._process is not None and self._reader is not None:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            self._process = None
        self.trades = None

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                self.trades = line == "1\n"
                self.disobeyed += self.trades and self.must_stand


class Bot:
    """`python -m bot` in the fake Discord, over one outbox."""

    def __init__(self, url: str, discord: Discord, folder: Path) -> None:
        self._discord = discord
        self._log = folder / "bot.log"
        self._environment = environment(
            **discord.settings,
            EXPORTER_URL=url,
            BOT_PORT=free_port(),
            OUTBOX_PATH=folder / "outbox.db",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start; returns once it is in the server."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot"],
                cwd=LIMITS.parent,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        wait_until(self._is_in, 60)

    def kill(self) -> None:
        """End it at once; returns once Discord has noticed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            wait_until(lambda: not self._discord.has_bot())

    def _is_in(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()
        return self._discord.has_bot()
