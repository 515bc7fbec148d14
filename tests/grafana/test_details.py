"""What is easily overlooked: missing names, thresholds written down, legends without a place."""

import re
from itertools import combinations
from typing import Any

import pytest

from tests.grafana.board_files import all_panels, base_panels, boards, panels, title_of
from tests.grafana.test_boards import overlap

every_board = pytest.mark.parametrize("board", boards(), ids=title_of)
every_panel = pytest.mark.parametrize("panel", all_panels(), ids=title_of)
every_base_panel = pytest.mark.parametrize("panel", base_panels(), ids=title_of)
GRAFANAS_OWN = {"__rate_interval", "__range", "__interval"}
# Where a state or a sign begins; every other threshold is a limit, and those are series.
BOUNDS = {None, -1e12, 0, 1, 2, 3}
# Shares of a limit: when it comes near.
NEAR = {"Limits used": {0.8}, "Objectives, budget left": {0.25}}
SHOWS_NOW = {"stat", "bargauge", "table"}


def thresholds(panel: dict[str, Any]) -> list[float | None]:
    """Every threshold of its fields."""
    found = [panel["fieldConfig"]["defaults"].get("thresholds", {"steps": []})]
    for override in panel["fieldConfig"]["overrides"]:
        found += [p["value"] for p in override["properties"] if p["id"] == "thresholds"]
    return [step["value"] for each in found for step in each["steps"]]


def test_uids_and_titles_are_unique() -> None:
    """A second board of that name would replace the first."""
    assert len({board["uid"] for board in boards()}) == len(boards()) == 5
    assert len({board["title"] for board in boards()}) == len(boards())


@every_board
def test_titles_are_unique_within_a_board(board: dict[str, Any]) -> None:
    """Panels are spoken of by their titles, and linked to by what follows from them."""
    titles = [panel["title"] for panel in panels(board)]

    assert len(titles) == len(set(titles))


@every_board
def test_every_variable_that_is_asked_for_is_there(board: dict[str, Any]) -> None:
    """Without it Grafana sends its name to Prometheus as text."""
    defined = {variable["name"] for variable in board["templating"]["list"]}
    asked = " ".join(t["expr"] for p in panels(board) for t in p["targets"] if "expr" in t)
    names = set(re.findall(r"\$\{?([a-z_]\w*)", asked))

    assert names <= defined | GRAFANAS_OWN


@every_board
def test_nothing_overlaps_in_a_row_that_is_opened(board: dict[str, Any]) -> None:
    """Collapsed rows are laid out as well."""
    for row in (panel for panel in board["panels"] if panel["type"] == "row"):
        placed = [panel["gridPos"] for panel in row["panels"]]
        assert not [pair for pair in combinations(placed, 2) if overlap(*pair)]
        assert all(place["x"] + place["w"] <= 24 for place in placed)


@every_board
def test_crosshair_is_shared(board: dict[str, Any]) -> None:
    """Pointing at one chart shows the same moment on all."""
    assert board["graphTooltip"] == 1


@every_panel
def test_thresholds_are_no_limits(panel: dict[str, Any]) -> None:
    """A limit that is written into a panel differs from limits.yml one day."""
    assert set(thresholds(panel)) <= BOUNDS | NEAR.get(panel["title"], set())
    if panel["type"] == "timeseries":
        assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "off"}


@every_panel
def test_legend_has_its_place(panel: dict[str, Any]) -> None:
    """Below, or beside the chart where there are many lines; a heatmap's is its scale."""
    legend = panel["options"].get("legend", {"showLegend": False})
    if panel["type"] == "heatmap" or not legend["showLegend"]:
        return

    assert legend["placement"] in {"bottom", "right"}
    assert panel["type"] != "timeseries" or legend["calcs"]


@every_base_panel
def test_only_what_is_drawn_over_time_is_asked_over_time(panel: dict[str, Any]) -> None:
    """A number of now costs a single point, however long a time the board shows."""
    if panel["type"] not in SHOWS_NOW or panel["options"].get("graphMode") == "area":
        return

    assert all(target["instant"] and not target["range"] for target in panel["targets"])


@every_base_panel
def test_range_queries_take_no_timestamps(panel: dict[str, Any]) -> None:
    """Prometheus begins to read anew at each point: seconds over a week."""
    asked = [target["expr"] for target in panel["targets"] if target["range"]]

    assert not [expression for expression in asked if re.search(r"\btimestamp\(", expression)]


@every_base_panel
def test_what_is_recorded_seldom_is_asked_seldom(panel: dict[str, Any]) -> None:
    """Twice a minute: a window of less than that and a scrape may hold a single value."""
    asked = [target["expr"] for target in panel["targets"] if target["range"]]

    assert panel.get("interval") in {"1m", "1d"} or not re.search(
        r"_(total|bucket):sum\b", " ".join(asked)
    )


@every_base_panel
def test_nothing_is_averaged_over_series(panel: dict[str, Any]) -> None:
    """Quantiles and ratios of different series have no mean."""
    assert not [t for t in panel["targets"] if re.search(r"\bavg\b", t["expr"])]
