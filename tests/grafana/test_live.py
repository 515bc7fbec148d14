"""Every panel against a real Prometheus that the demo engine feeds through the whole stack."""

import time

import pytest

from tests.grafana.board_files import questions
from tests.grafana.conftest import Stack
from tests.stack.processes import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

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


def make_trouble(stack: Stack) -> None:
    """What no healthy engine does: an event without sense, a call without the right; and a halt."""
    assert stack.post("engine", "events", [{"type": "nonsense"}]) == 200
    assert stack.post("engine", "venues/kalshi/halt", {}) == 403
    assert stack.post("operator", "venues/kalshi/halt", {"reason": "test"}) == 200
    wait_for(lambda: stack.state_of("kalshi") == "acknowledged")
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
