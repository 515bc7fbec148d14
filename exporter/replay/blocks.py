"""Samples into Prometheus's blocks: two hours of text at a time, turned over to promtool.

promtool wants the samples of a series in order and a closing `# EOF`; families may come again and
mixed. It reads its whole input once for every block of two hours, so it is given no more than one.
"""

import shutil
import subprocess
from pathlib import Path
from typing import IO

from exporter.errors import StartError

BLOCK_SECONDS = 7200
EOF = b"# EOF\n"


class Blocks:
    """Takes text in order of time. One promtool works beside the writer, never two."""

    def __init__(self, work: Path, out: Path) -> None:
        program = shutil.which("promtool")
        if program is None:
            raise StartError("promtool is not installed: apt-get install prometheus")
        self._command = [program, "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
        self._work = work
        self._out = out
        self._period = -1
        self._text: IO[bytes] | None = None
        self._running: tuple[subprocess.Popen[bytes], Path] | None = None

    def write(self, at: int, text: bytes) -> None:
        """Add the samples of one second."""
        if self._text is None or at // BLOCK_SECONDS != self._period:
            self._turn_over()
            self._period = at // BLOCK_SECONDS
            self._text = (self._work / f"{self._period}.txt").open("wb")
        self._text.write(text)

    def finish(self) -> None:
        """Wait until every block is there.

        Raises:
            StartError: promtool failed.
        """
        self._turn_over()
        self._wait()

    def stop(self) -> None:
        """Give up; harmless when all is finished."""
        if self._text is not None:
            self._text.close()
        if self._running is not None:
            self._running[0].kill()
            self._running[0].communicate()

    def _turn_over(self) -> None:
        if self._text is None:
            return
        with self._text as text:
            text.write(EOF)
        self._text = None
        self._wait()
        path = Path(text.name)
        promtool = subprocess.Popen(
            [*self._command, str(path), str(self._out)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._running = promtool, path

    def _wait(self) -> None:
        if self._running is None:
            return
        promtool, path = self._running
        _, told = promtool.communicate()
        self._running = None
        path.unlink()
        if promtool.returncode:
            raise StartError(f"promtool: {told.decode(errors='replace').strip()}")
