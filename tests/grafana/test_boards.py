"""Every rule that a dashboard keeps, read from its JSON."""

from itertools import combinations
from typing import Any
from zlib import crc32

import pytest

from grafana.build import boards as built_boards
from grafana.build import render
from tests.grafana.board_files import BOARD_FILES, boards, panels, title_of

every_board = pytest.mark.parametrize("board", boards(), ids=title_of)
MAX_EXPANDED = 25
HOME = "/d/arbwatch-overview"


def positions(board: dict[str, Any]) -> list[dict[str, int]]:
    """Where rows and panels stand when collapsed rows are closed."""
    return [panel["gridPos"] for panel in board["panels"]]


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    """Whether two rectangles share a cell."""
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    down = one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]
    return across and down


def test_files_are_what_the_python_builds() -> None:
    """Neither was changed without the other: run `make dashboards`."""
    built = {path: render(board) for path, board in built_boards()}

    assert {path: path.read_text(encoding="utf-8") for path in BOARD_FILES} == built


@every_board
def test_board_is_fresh_utc_and_made_from_files(board: dict[str, Any]) -> None:
    """What is edited in the browser would be lost, so it cannot be."""
    assert board["refresh"] == ("30s" if board["uid"] == "arbwatch-fills" else "5s")
    assert board["timezone"] == "utc"
    assert board["editable"] is False
    assert board["uid"].startswith("arbwatch-")
    assert board["title"].startswith("Arbwatch / ")


@every_board
def test_board_has_the_classic_schema(board: dict[str, Any]) -> None:
    """Of Grafana 10.4, which all later ones migrate by themselves."""
    assert board["schemaVersion"] == 39
    assert isinstance(board["panels"], list)


@every_board
def test_ids_are_unique_and_follow_from_titles(board: dict[str, Any]) -> None:
    """Alerts link to panels by id: it stays when a panel moves. Rows count too."""
    shown = list(panels(board))
    rows = [panel["id"] for panel in board["panels"] if panel["type"] == "row"]
    ids = rows + [panel["id"] for panel in shown]

    assert len(ids) == len(set(ids))
    assert all(p["id"] == crc32(p["title"].encode()) % 900_000 + 100_000 for p in shown)


@every_board
def test_nothing_overlaps_or_leaves_the_grid(board: dict[str, Any]) -> None:
    """Grafana would push overlapping panels around."""
    placed = positions(board)

    assert not [pair for pair in combinations(placed, 2) if overlap(*pair)]
    assert all(place["x"] + place["w"] <= 24 for place in placed)


@every_board
def test_board_can_be_taken_in(board: dict[str, Any]) -> None:
    """What is asked seldom waits in a collapsed row."""
    expanded = [panel for panel in board["panels"] if panel["type"] != "row"]

    assert len(expanded) <= MAX_EXPANDED


@every_board
def test_every_variable_is_used(board: dict[str, Any]) -> None:
    """A variable without effect misleads."""
    shown = str(board["panels"]).replace("${", "$")

    unused = [v["name"] for v in board["templating"]["list"] if f"${v['name']}" not in shown]

    assert unused == []


@every_board
def test_variables_choose_several_or_all(board: dict[str, Any]) -> None:
    """But for the data source, of which there is one; all of them come from bounded labels."""
    choices = [v for v in board["templating"]["list"] if v["name"] != "datasource"]

    assert all(v["multi"] and v["includeAll"] and v["allValue"] == ".*" for v in choices)
    assert all(v["query"]["query"].startswith("label_values(arb_") for v in choices)
    assert all(v["datasource"]["uid"] == "${datasource}" for v in choices)


@every_board
def test_board_links_home_then_to_all(board: dict[str, Any]) -> None:
    """And takes the time range and what was chosen along."""
    home, others = board["links"]

    assert home["url"] == HOME
    assert others["asDropdown"] and set(others["tags"]) <= set(board["tags"])
    assert all(link["keepTime"] and link["includeVars"] for link in board["links"])


@every_board
def test_board_shows_what_happened(board: dict[str, Any]) -> None:
    """Halts, alerts and restarts, in colours and by name."""
    own = [a for a in board["annotations"]["list"] if not a.get("builtIn")]

    assert [a["name"] for a in own] == [
        "Halts",
        "Resumes",
        "Critical alerts",
        "Warnings",
        "Restarts",
        "Engine restarts",
    ]
    assert all(a["datasource"]["uid"] == "${datasource}" and a["titleFormat"] for a in own)


@every_board
def test_rest_tables_have_rows_of_their_own(board: dict[str, Any]) -> None:
    """Without the plugin that asks for them, nothing else breaks."""
    rows: list[set[str]] = []
    for panel in board["panels"]:
        if panel["type"] == "row":
            rows.append({inner["datasource"]["type"] for inner in panel["panels"]})
        else:
            rows[-1].add(panel["datasource"]["type"])

    assert all(len(sources) == 1 for sources in rows)
