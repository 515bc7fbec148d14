"""The stack that the live tests ask: as `make up` starts it, with the demo, on free ports."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from stack.secrets import secrets_in
from tests.conftest import free_port
from tests.grafana.board_files import Question
from tests.stack.processes import Tree, wait_for

# Runaway errors: so that the panels of errors and alerts have something to show.
DEMO = "--scenario runaway-errors --pairs 60 --threshold 0.2 --seed panels"
ANSWER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Stack:
    """Where each service is; Grafana is there only where one is installed."""

    prometheus: str
    exporter: str
    grafana: str
    state: Path

    def is_ready(self) -> bool:
        """Whether both answer."""
        try:
            urls = (f"{self.prometheus}/-/ready", f"{self.exporter}/readyz")
            return all(requests.get(url, timeout=ANSWER_SECONDS).ok for url in urls)
        except requests.RequestException:
            return False

    def has_data(self, question: Question) -> bool:
        """Whether a query answers at least one number; an error of the query fails the test."""
        query = {"query": question.expression}
        if question.is_of_day:
            query["time"] = f"{datetime.now(UTC):%Y-%m-%d}T00:00:00Z"
        answer = self._ask("query", query)
        assert answer["status"] == "success", f"{question}: {answer['error']}"
        return any(series["value"][1] != "NaN" for series in answer["data"]["result"])

    def exemplars(self, series: str) -> list[dict[str, str]]:
        """Labels of the exemplars of the last minutes."""
        now = time.time()
        query = {"query": series, "start": str(now - 300), "end": str(now)}
        found = self._ask("query_exemplars", query)["data"]
        return [exemplar["labels"] for series in found for exemplar in series["exemplars"]]

    def post(self, client: str, path: str, body: Any) -> int:
        """Call the exporter as one of its clients; the status."""
        url = f"{self.exporter}/api/{path}"
        answer = requests.post(url, json=body, headers=self._as(client), timeout=ANSWER_SECONDS)
        return answer.status_code

    def state_of(self, venue: str) -> str:
        """Whether a venue is halted, as the exporter says."""
        url, headers = f"{self.exporter}/api/venues", self._as("operator")
        rows = requests.get(url, headers=headers, timeout=ANSWER_SECONDS).json()
        return str(next(row["state"] for row in rows if row["venue"] == venue))

    def _as(self, client: str) -> dict[str, str]:
        token = secrets_in(self.state).token_of(client).read_text().strip()
        return {"Authorization": f"Bearer {token}"}

    def _ask(self, path: str, query: dict[str, str]) -> Any:
        url = f"{self.prometheus}/api/v1/{path}"
        return requests.get(url, params=query, timeout=ANSWER_SECONDS).json()


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack as `make up` starts it, without a Discord token, on free ports."""
    names = ("EXPORTER", "BOT", "PROMETHEUS", "ALERTMANAGER", "GRAFANA")
    ports = {f"{name}_PORT": free_port() for name in names}
    state: Path = tmp_path_factory.mktemp("state")
    environment = {name: str(port) for name, port in ports.items()}
    environment |= {"STATE_DIR": str(state), "DEMO_ARGS": DEMO, "DISCORD_BOT_TOKEN": ""}
    command = f"exec {sys.executable} -m stack >{state / 'output.txt'} 2>&1"
    with Tree(["sh", "-c", command], environment):
        running = Stack(
            prometheus=f"http://127.0.0.1:{ports['PROMETHEUS_PORT']}",
            exporter=f"http://127.0.0.1:{ports['EXPORTER_PORT']}",
            grafana=f"http://127.0.0.1:{ports['GRAFANA_PORT']}",
            state=state,
        )
        wait_for(running.is_ready, timeout_seconds=100)
        yield running
