"""The boards in a real Grafana, of whatever version is installed: loaded, and every panel asked."""

import time
from typing import Any

import pytest
import requests

from grafana.kit.sources import DATASOURCE_UID
from stack.programs import find_grafana
from stack.settings import read_settings
from tests.grafana.board_files import as_asked, asks_prometheus, boards, panels, title_of
from tests.grafana.conftest import Stack
from tests.stack.processes import wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        find_grafana(read_settings().grafana_home) is None,
        reason="no Grafana is installed here: put one on PATH or set GRAFANA_HOME",
    ),
]
every_board = pytest.mark.parametrize("board", boards(), ids=title_of)


def ask(stack: Stack, path: str) -> Any:
    """Grafana's API, as anybody may who looks."""
    return requests.get(f"{stack.grafana}/api/{path}", timeout=30).json()


@pytest.fixture
def grafana(stack: Stack) -> Stack:
    """The stack, once Grafana has loaded the boards."""
    wait_for(lambda: _answers(stack), timeout_seconds=90)
    return stack


def _answers(stack: Stack) -> bool:
    try:
        return len(ask(stack, "search?type=dash-db")) == len(boards())
    except requests.RequestException:
        return False


def test_all_boards_are_loaded(grafana: Stack) -> None:
    """In their folder, by their uids, and the overview is home."""
    found = {(b["uid"], b["folderTitle"]) for b in ask(grafana, "search?type=dash-db")}

    assert found == {(board["uid"], "Arbwatch") for board in boards()}
    assert ask(grafana, "dashboards/home")["dashboard"]["title"] == "Arbwatch / Overview"


@every_board
def test_grafana_keeps_every_panel_as_it_is_written(grafana: Stack, board: dict[str, Any]) -> None:
    """Ids too, since alerts link by them."""
    loaded = ask(grafana, f"dashboards/uid/{board['uid']}")["dashboard"]

    assert list(panels(loaded)) == list(panels(board))


@every_board
def test_every_panel_of_a_board_is_answered(grafana: Stack, board: dict[str, Any]) -> None:
    """Over Grafana, from the data source that it was given."""
    now = time.time() * 1000
    refused = {}
    for panel in filter(asks_prometheus, panels(board)):
        body = {
            "from": str(int(now - 900_000)),
            "to": str(int(now)),
            "queries": [_query(panel, target) for target in panel["targets"]],
        }
        answer = requests.post(f"{grafana.grafana}/api/ds/query", json=body, timeout=30)
        if not answer.ok:
            refused[panel["title"]] = answer.text

    assert refused == {}


def _query(panel: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
    """A target as the browser sends it: with everything chosen, for a panel of some width."""
    return target | {
        "expr": as_asked(target["expr"], panel.get("interval")),
        "datasource": {"type": "prometheus", "uid": DATASOURCE_UID},
        "intervalMs": 5000,
        "maxDataPoints": 500,
    }
