"""Runs the processes side by side with honcho: when one ends all end, and it is known which.

What may die and be started again runs under a keeper of its own, `stack.keep`.
"""

import os
import signal
from collections import defaultdict, deque
from types import FrameType
from typing import Any

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Printer

# Honcho kills what is still there 5 s after the first process ended. This is for the case that none
# does, and leaves two seconds of the ten within which everything must be gone.
KILL_AFTER_SECONDS = 8.0
RETRY_SECONDS = 0.05
LAST_LINES = 5


class Log(Printer):  # type: ignore[misc]
    """Prints each line under its process's name and remembers the last few of each."""

    def __init__(self, *, bare: str) -> None:
        """`bare` is the process whose lines are for people: shown without a name before them."""
        super().__init__()
        self.last_lines: defaultdict[str, deque[str]] = defaultdict(
            lambda: deque(maxlen=LAST_LINES)
        )
        self._bare = bare

    def write(self, message: Any) -> None:
        """Show one message of honcho's; what honcho says of itself is not shown."""
        if message.name == SYSTEM_PRINTER_NAME:
            return
        text = message.data.decode("utf-8", "replace").rstrip("\n")
        self.last_lines[message.name].append(text)
        try:
            if message.name == self._bare:
                print(text, flush=True)
            else:
                super().write(message)
        except OSError:
            # Nobody reads any more, as when a terminal closed; stopping has to work all the same.
            return


class Supervisor(Manager):  # type: ignore[misc]
    """Honcho's manager, made safe against signals at any moment.

    `ended` holds, by name, the exit codes of those that ended by themselves and so ended the rest.
    """

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self.ended: dict[str, int] = {}
        self._owner = os.getpid()
        signal.signal(signal.SIGALRM, self._on_alarm)
        # A closed terminal is a wish to stop, too.
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))

    def terminate(self) -> None:
        """Ask all to end. Before all have started honcho cannot know whom to ask, so that waits."""
        if os.getpid() != self._owner:
            return  # Honcho's helper processes inherit the handlers for their first instant.
        if not self._all_started():
            signal.setitimer(signal.ITIMER_REAL, RETRY_SECONDS)
            return
        if not self._terminating:
            self.ended = {
                name: process["returncode"]
                for name, process in self._processes.items()
                if process.get("returncode") is not None
            }
            signal.setitimer(signal.ITIMER_REAL, KILL_AFTER_SECONDS)
        super().terminate()

    def _on_alarm(self, _signum: int, _frame: FrameType | None) -> None:
        if self._terminating:
            self.kill()
        else:
            self.terminate()
