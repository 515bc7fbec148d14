"""Every panel against a real Prometheus that the demo engine feeds through the whole stack."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import free_port
from tests.grafana.board_files import expressions
from tests.stack.processes import Tree, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

# Runaway errors: so that the panels of errors and alerts have something to show.
DEMO = "--scenario runaway-errors --pairs 60 --threshold 0.2 --seed panels"
DATA_SECONDS = 150
# Expressions that stay empty in this scenario, each with what would fill it: none so far.
EMPTY: dict[str, str] = {}


class Prometheus:
    """Its query API."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            return requests.get(f"{self._url}/-/ready", timeout=5).ok
        except requests.ConnectionError:
            return False

    def has_data(self, expression: str) -> bool:
        """Whether a query answers at least one number; an error of the query fails the test."""
        query = {"query": expression}
        answer = requests.get(f"{self._url}/api/v1/query", params=query, timeout=10).json()
        assert answer["status"] == "success", f"{expression}: {answer['error']}"
        return any(series["value"][1] != "NaN" for series in answer["data"]["result"])

    def exemplars(self, series: str) -> list[dict[str, str]]:
        """Labels of the exemplars of the last minutes."""
        now = time.time()
        query = {"query": series, "start": str(now - 300), "end": str(now)}
        path = f"{self._url}/api/v1/query_exemplars"
        found = requests.get(path, params=query, timeout=10).json()["data"]
        return [exemplar["labels"] for series in found for exemplar in series["exemplars"]]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """The stack as `make up` starts it, without a Discord token, on free ports."""
    names = ("EXPORTER", "BOT", "PROMETHEUS", "ALERTMANAGER", "GRAFANA")
    ports = {f"{name}_PORT": free_port() for name in names}
    state: Path = tmp_path_factory.mktemp("state")
    environment = {name: str(port) for name, port in ports.items()}
    environment |= {"STATE_DIR": str(state), "DEMO_ARGS": DEMO, "DISCORD_BOT_TOKEN": ""}
    command = f"exec {sys.executable} -m stack >{state / 'output.txt'} 2>&1"
    with Tree(["sh", "-c", command], environment):
        running = Prometheus(ports["PROMETHEUS_PORT"])
        wait_for(running.is_ready, timeout_seconds=60)
        yield running


def test_every_expression_returns_data(prometheus: Prometheus) -> None:
    """No panel is empty once the engine has pushed, filled and failed for a while."""
    waiting = set(expressions()) - EMPTY.keys()

    deadline = time.monotonic() + DATA_SECONDS
    while waiting and time.monotonic() < deadline:
        waiting = {expression for expression in waiting if not prometheus.has_data(expression)}
        time.sleep(1)

    assert waiting == set()


def test_fills_are_there_as_exemplars(prometheus: Prometheus) -> None:
    """The points on the fills' panels name their fill and pair."""
    wait_for(lambda: prometheus.exemplars("arb_fill_realized_edge_cents_bucket"))

    for labels in prometheus.exemplars("arb_fill_realized_edge_cents_bucket"):
        assert set(labels) == {"fill_id", "pair_id"}
