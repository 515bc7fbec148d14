"""Keeps one service running: `python -m stack.keep [--steady SECONDS] PIDFILE COMMAND…`.

A service that dies is started again, so that a crash at night does not take the rest along. One
that dies right at its first start is not: a person has to correct a setting.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

# What dies sooner than this has not begun its work: on a busy machine a service takes seconds to
# find that it cannot.
STEADY_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
NO_SUCH_COMMAND = 127  # As a shell says it.
_STOPS = {signal.SIGTERM, signal.SIGINT}
_SIGNALS = {*_STOPS, signal.SIGCHLD}
_PR_SET_PDEATHSIG = 1  # of linux/prctl.h


class Keeper:
    """Runs a command again and again until it is told to stop. The service's pid is in `pidfile`.

    Signals are taken in one place, where they are waited for: none can come at a wrong moment.
    """

    def __init__(
        self, pidfile: Path, command: list[str], *, steady_seconds: float = STEADY_SECONDS
    ) -> None:
        self._steady_seconds = steady_seconds
        self._pidfile = pidfile
        self._name = pidfile.stem
        self._command = command
        self._is_stopping = False
        self._pid = os.getpid()
        self._prctl = ctypes.CDLL(None).prctl
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)

    def run(self) -> int:
        """Keep it running; the exit code is that of its end that is not to be mended."""
        was_steady = False
        pause_seconds = FIRST_PAUSE_SECONDS
        try:
            while True:
                started = time.monotonic()
                code = self._run_once()
                if time.monotonic() - started >= self._steady_seconds:
                    was_steady, pause_seconds = True, FIRST_PAUSE_SECONDS
                if self._is_stopping or code == 0 or not was_steady:
                    return self._end(code)
                self._say(f"{_explain(code)}, starting it again")
                if signal.sigtimedwait(_STOPS, pause_seconds) is not None:
                    return 0
                pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)
        finally:
            self._pidfile.unlink(missing_ok=True)

    def _run_once(self) -> int:
        """Start it and wait for its end, passing on what asks for it; as Popen's returncode."""
        try:
            service = subprocess.Popen(self._command, preexec_fn=self._bind_child)
        except OSError as error:
            self._say(f"cannot be started: {error.strerror}: {self._command[0]}")
            return NO_SUCH_COMMAND
        self._write_pid(service.pid)
        while (code := service.poll()) is None:
            if (number := signal.sigwait(_SIGNALS)) in _STOPS:
                self._is_stopping = True
                service.send_signal(number)
        return code

    def _bind_child(self) -> None:
        """In the child, before it becomes the service: signals as usual, and no life of its own.

        A SIGHUP is for whoever reads something again: it ends none that has not come to that yet.
        """
        self._prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._pid:
            os._exit(1)  # The keeper died before the line above.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _write_pid(self, pid: int) -> None:
        """In one step, so that a reader never finds half a number."""
        unfinished = self._pidfile.with_suffix(".new")
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(f"{pid}\n", encoding="ascii")
        unfinished.replace(self._pidfile)

    def _end(self, code: int) -> int:
        """The exit code as a shell would give it: a signal has none of its own."""
        if code >= 0:
            return code
        if not self._is_stopping:
            self._say(_explain(code))
        return 128 - code

    def _say(self, text: str) -> None:
        print(f"{self._name} {text}", flush=True)


def _explain(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


def main() -> int:
    """The exit code of the service's end."""
    parser = argparse.ArgumentParser(prog="python -m stack.keep")
    parser.add_argument("--steady", type=float, default=STEADY_SECONDS, metavar="SECONDS")
    parser.add_argument("pidfile", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    return Keeper(chosen.pidfile, chosen.command, steady_seconds=chosen.steady).run()


if __name__ == "__main__":
    sys.exit(main())
