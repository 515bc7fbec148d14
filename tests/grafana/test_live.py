"""Every panel against a real Prometheus that the demo engine feeds through the whole stack."""

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
from tests.grafana.board_files import Question, questions
from tests.stack.processes import Tree, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

# Runaway errors: so that the panels of errors and alerts have something to show.
DEMO = "--scenario runaway-errors --pairs 60 --threshold 0.2 --seed panels"
DATA_SECONDS = 180
TWENTY_DAYS = "20 complete days of results"
# What stays empty here, each with what would fill it.
EMPTY = {
    "fills / Sharpe ratio / Sharpe": TWENTY_DAYS,
    "fills / Sharpe ratio / from": TWENTY_DAYS,
    "fills / Sharpe ratio / to": TWENTY_DAYS,
    "fills / Sortino ratio / A": TWENTY_DAYS,
    "system / Commands and automatic halts / {{result}}": "a command in Discord",
}
ANSWER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Stack:
    """The running stack: Prometheus' API to look, the exporter's to make things happen."""

    prometheus: str
    exporter: str
    state: Path

    def is_ready(self) -> bool:
        """Whether both answer."""
        try:
            urls = (f"{self.prometheus}/-/ready", f"{self.exporter}/readyz")
            return all(requests.get(url, timeout=ANSWER_SECONDS).ok for url in urls)
        except requests.ConnectionError:
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
        token = secrets_in(self.state).token_of(client).read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.exporter}/api/{path}"
        return requests.post(url, json=body, headers=headers, timeout=ANSWER_SECONDS).status_code

    def _ask(self, path: str, query: dict[str, str]) -> Any:
        url = f"{self.prometheus}/api/v1/{path}"
        return requests.get(url, params=query, timeout=ANSWER_SECONDS).json()


@pytest.fixture(scope="module")
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
            state=state,
        )
        wait_for(running.is_ready, timeout_seconds=60)
        yield running


def make_trouble(stack: Stack) -> None:
    """What no healthy engine does: an event without sense, a call without the right, a halt."""
    assert stack.post("engine", "events", [{"type": "nonsense"}]) == 200
    assert stack.post("engine", "venues/kalshi/halt", {}) == 403
    assert stack.post("operator", "venues/kalshi/halt", {"reason": "test"}) == 200
    assert stack.post("operator", "venues/kalshi/resume", {}) == 200


def test_every_question_returns_data(stack: Stack) -> None:
    """No panel is empty once the engine has pushed, filled and failed for a while."""
    waiting = [question for question in questions() if question.place not in EMPTY]

    deadline = time.monotonic() + DATA_SECONDS
    while waiting and time.monotonic() < deadline:
        make_trouble(stack)
        waiting = [question for question in waiting if not stack.has_data(question)]
        time.sleep(2)

    assert waiting == []


def test_what_is_excused_is_asked(stack: Stack) -> None:
    """No excuse is left of a panel that is gone, or that has data after all."""
    places = {question.place: question for question in questions()}

    assert EMPTY.keys() <= places.keys()
    assert [place for place in EMPTY if stack.has_data(places[place])] == []


def test_fills_are_there_as_exemplars(stack: Stack) -> None:
    """The points on the fills' panels name their fill and pair."""
    wait_for(lambda: stack.exemplars("arb_fill_realized_edge_cents_bucket"))

    for labels in stack.exemplars("arb_fill_realized_edge_cents_bucket"):
        assert set(labels) == {"fill_id", "pair_id"}
