"""Each dashboard through Grafana's own types for Python: decoded and encoded again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from tests.grafana.board_files import boards, title_of

every_board = pytest.mark.parametrize("board", boards(), ids=title_of)

# Options of xychart before Grafana 11.1. The types know those after it, which 10.4 does not; each
# later Grafana turns the old ones into the new when it loads a panel.
OLDER = {
    ("xychart", "options.dims"),
    ("xychart", "options.seriesMapping"),
    ("xychart", "options.series.pointColor"),
    ("xychart", "options.series.x"),
    ("xychart", "options.series.y"),
}


def round_trip(board: dict[str, Any]) -> dict[str, Any]:
    """What comes out again."""
    register_default_plugins()
    encoded = json.dumps(Dashboard.from_json(board), cls=JSONEncoder)
    again: dict[str, Any] = json.loads(encoded)
    return again


def differences(
    before: Any, after: Any, path: str = "", kind: str = ""
) -> Iterator[tuple[str, str]]:
    """What was lost or changed: kind of panel, and path. What was added are defaults."""
    if isinstance(before, dict) and isinstance(after, dict):
        if "gridPos" in before:
            path, kind = "", before["type"]
        for key, value in before.items():
            place = f"{path}.{key}".strip(".")
            if key in after:
                yield from differences(value, after[key], place, kind)
            else:
                yield kind, place
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from differences(one, other, path, kind)
    elif before != after:
        yield kind, path


@every_board
def test_nothing_is_lost(board: dict[str, Any]) -> None:
    """A key that the types do not know is a typo, and a value that they change is a wrong one."""
    assert set(differences(board, round_trip(board))) - OLDER == set()


def test_what_is_excused_is_lost() -> None:
    """No excuse is left of what is gone, or of what the types know."""
    lost = {each for board in boards() for each in differences(board, round_trip(board))}

    assert lost >= OLDER


def test_a_misspelt_key_is_lost() -> None:
    """So that the tests above can fail."""
    board = boards()[0]
    panel = next(panel for panel in board["panels"] if panel["type"] == "timeseries")
    panel["fieldConfig"]["defaults"]["decimal"] = 1

    found = set(differences(board, round_trip(board)))

    assert ("timeseries", "fieldConfig.defaults.decimal") in found
