"""A Prometheus that serves what was replayed: it scrapes nothing and tells nobody."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
import yaml

from stack.errors import StackError
from stack.health import explain_illness
from stack.services import Service

POLL_SECONDS = 0.1
ANSWER_SECONDS = 300.0
STOP_SECONDS = 30.0
# Prometheus answers with no more points of a series than that.
MOST_POINTS = 11_000
QUIET = ("--log.level=error", "--storage.tsdb.retention.time=100y")

# The labels of a series, and its values by time.
Series = tuple[dict[str, str], list[tuple[float, float]]]


class Server:
    """Prometheus over one directory of blocks.

    Blocks know no end of a series, so `lookback` says after how many seconds one is gone.
    """

    def __init__(
        self, program: str, directory: Path, *, rules: list[Path], port: int, lookback: int
    ) -> None:
        self._service = Service("replay", "127.0.0.1", port, "--port", "/-/ready")
        self.url = self._service.url
        self._config = directory.with_name("prometheus.yml")
        self._log = directory.with_name("prometheus.log")
        self._log.unlink(missing_ok=True)
        self._config.write_text(yaml.safe_dump({"rule_files": [str(path) for path in rules]}))
        self._command = [
            program,
            f"--config.file={self._config}",
            f"--storage.tsdb.path={directory}",
            f"--web.listen-address={self._service.address}",
            f"--query.lookback-delta={lookback}s",
            *QUIET,
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve what stands in the directory now.

        Raises:
            StackError: it ends instead.
        """
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stderr=log)
        while explain_illness(self._service):
            if self._process.poll() is not None:
                raise StackError(f"its Prometheus ended at once; see {self._log}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End it; harmless when it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def wait(self) -> int:
        """Until it ends by itself; its exit code."""
        return self._process.wait() if self._process else 0

    def names(self, label: str) -> set[str]:
        """Every value of a label."""
        return set(self._get(f"label/{label}/values"))

    def query(self, expression: str, at: float) -> list[tuple[dict[str, str], float]]:
        """What an expression says of one moment."""
        found = self._get("query", query=expression, time=at)["result"]
        return [(each["metric"], float(each["value"][1])) for each in found]

    def over(self, expression: str, start: float, end: float, step: int) -> list[Series]:
        """What an expression says at each step, the first and last included, by series."""
        found: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
        for first, last in _windows(start, end, step):
            answer = self._get("query_range", query=expression, start=first, end=last, step=step)
            for each in answer["result"]:
                labels = tuple(sorted(each["metric"].items()))
                points = [(float(at), float(value)) for at, value in each["values"]]
                found.setdefault(labels, []).extend(points)
        return [(dict(labels), points) for labels, points in found.items()]

    def _get(self, path: str, **parameters: Any) -> Any:
        url = f"{self.url}/api/v1/{path}"
        answer = requests.get(url, params=parameters, timeout=ANSWER_SECONDS).json()
        if answer["status"] != "success":
            raise StackError(f"Prometheus: {answer['error']}: {parameters.get('query', path)}")
        return answer["data"]


def _windows(start: float, end: float, step: int) -> Iterator[tuple[float, float]]:
    """The span in pieces that Prometheus answers; no step is in two of them."""
    while start <= end:
        last = min(end, start + (MOST_POINTS - 1) * step)
        yield start, last
        start += MOST_POINTS * step
