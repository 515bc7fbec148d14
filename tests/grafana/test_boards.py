"""Every rule that a dashboard keeps, read from its JSON."""

from itertools import combinations
from typing import Any

import pytest

from grafana.build import boards as built_boards
from grafana.build import render
from grafana.kit.colours import CATEGORIES, VENUES
from tests.grafana.board_files import BOARD_FILES, all_panels, boards, panels, title_of

every_board = pytest.mark.parametrize("board", boards(), ids=title_of)
every_panel = pytest.mark.parametrize("panel", all_panels(), ids=title_of)
MAX_EXPANDED = 25
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def positions(board: dict[str, Any]) -> list[dict[str, int]]:
    """Where rows and panels stand when collapsed rows are closed."""
    return [panel["gridPos"] for panel in board["panels"]]


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    """Whether two rectangles share a cell."""
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    down = one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]
    return across and down


def limit_overrides(panel: dict[str, Any]) -> list[dict[str, Any]]:
    """Overrides for the lines of limits."""
    overrides = panel["fieldConfig"]["overrides"]
    return [o for o in overrides if o["matcher"]["options"] == "/^limit/"]


def test_files_are_what_the_python_builds() -> None:
    """Neither was changed without the other: run `make dashboards`."""
    built = {path: render(board) for path, board in built_boards()}

    assert {path: path.read_text(encoding="utf-8") for path in BOARD_FILES} == built


@every_board
def test_board_is_fresh_utc_and_made_from_files(board: dict[str, Any]) -> None:
    """What is edited in the browser would be lost, so it cannot be."""
    assert board["refresh"] in {"5s", "30s"}
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
def test_ids_are_unique(board: dict[str, Any]) -> None:
    """Rows count too: Grafana renumbers twins, and links then point elsewhere."""
    rows = [panel["id"] for panel in board["panels"] if panel["type"] == "row"]
    ids = rows + [panel["id"] for panel in panels(board)]

    assert len(ids) == len(set(ids))


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
    shown = str(board["panels"])

    unused = [v["name"] for v in board["templating"]["list"] if f"${{{v['name']}}}" not in shown]

    assert unused == []


@every_panel
def test_panel_says_what_it_shows(panel: dict[str, Any]) -> None:
    """A title, a unit, a description of more than one sentence, a word for no data."""
    defaults = panel["fieldConfig"]["defaults"]

    assert panel["title"]
    assert defaults["unit"]
    assert panel["description"].count(". ") >= 1
    assert panel["type"] == "heatmap" or defaults["noValue"]


@every_panel
def test_panel_asks_the_chosen_data_source(panel: dict[str, Any]) -> None:
    """A data source named otherwise leaves a provisioned panel empty."""
    assert panel["datasource"] == DATASOURCE
    assert all(target["datasource"] == DATASOURCE for target in panel["targets"])


@every_panel
def test_panel_queries_have_names(panel: dict[str, Any]) -> None:
    """Own letters, and a legend wherever several lines share a panel."""
    letters = [target["refId"] for target in panel["targets"]]
    legends = [t["legendFormat"] for t in panel["targets"] if t["format"] != "table"]

    assert len(letters) == len(set(letters))
    assert len(legends) < 2 or "__auto" not in legends


@every_panel
def test_lines_share_tooltip_and_legend(panel: dict[str, Any]) -> None:
    """Last values in the legend; a single line needs none."""
    if panel["type"] != "timeseries":
        return
    legend = panel["options"]["legend"]
    is_single = len(panel["targets"]) == 1 and "{{" not in panel["targets"][0]["legendFormat"]

    assert panel["options"]["tooltip"]["mode"] == "multi"
    assert legend["showLegend"] is not is_single
    assert "lastNotNull" in legend["calcs"]


@every_panel
def test_limits_are_lines_of_their_own_series(panel: dict[str, Any]) -> None:
    """A threshold is drawn from `arb_limit`: named `limit …` and dashed."""
    limits = [t for t in panel["targets"] if t["legendFormat"].startswith("limit")]

    assert all("arb_limit{" in target["expr"] for target in limits)
    assert len(limit_overrides(panel)) == bool(limits)


@every_panel
def test_only_parts_of_a_whole_are_stacked(panel: dict[str, Any]) -> None:
    """Stacked limits or quantiles would add up to nothing."""
    stacking = panel["fieldConfig"]["defaults"].get("custom", {}).get("stacking", {})
    if stacking.get("mode", "none") == "none":
        return

    (target,) = panel["targets"]
    assert target["legendFormat"] in {"{{category}}", "{{kind}}"}


@every_panel
def test_colours_of_venues_and_categories_are_fixed(panel: dict[str, Any]) -> None:
    """Lines of a venue or a category have that one's colour, here as everywhere."""
    if panel["type"] != "timeseries":
        return
    matched = {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]}
    legends = " ".join(target["legendFormat"] for target in panel["targets"])

    if "{{venue}}" in legends or "{{leader}}" in legends:
        assert {f"/^{venue}/" for venue in VENUES} <= matched
    if "{{category}}" in legends:
        assert {f"/^{category}$/" for category in CATEGORIES} <= matched


@every_panel
def test_state_is_never_told_by_colour_alone(panel: dict[str, Any]) -> None:
    """Every mapped state has a word."""
    for mapping in panel["fieldConfig"]["defaults"].get("mappings", []):
        options = mapping["options"]
        results = [options["result"]] if "result" in options else list(options.values())

        assert all(result["text"] for result in results)
