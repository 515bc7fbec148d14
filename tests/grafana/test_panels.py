"""Every rule that a panel keeps, read from its JSON."""

import re
from typing import Any

import pytest

from grafana.kit.colours import CATEGORIES, VENUES
from tests.grafana.board_files import (
    all_panels,
    base_panels,
    boards,
    panels,
    rest_panels,
    title_of,
)
from tests.prometheus.rule_files import alerts

every_panel = pytest.mark.parametrize("panel", all_panels(), ids=title_of)
every_base_panel = pytest.mark.parametrize("panel", base_panels(), ids=title_of)
every_rest_panel = pytest.mark.parametrize("panel", rest_panels(), ids=title_of)
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
REST = {"type": "yesoreyeram-infinity-datasource", "uid": "arbwatch-rest"}
PARTS_OF_A_WHOLE = {"{{category}}", "{{kind}}", "{{outcome}}", "{{leader}}"}
SAYS_NOTHING = {"no data", "n/a", "-", ""}


def limit_overrides(panel: dict[str, Any]) -> list[dict[str, Any]]:
    """Overrides for the lines of limits."""
    overrides = panel["fieldConfig"]["overrides"]
    return [o for o in overrides if o["matcher"]["options"] == r"/^limit\b/"]


def mappings(panel: dict[str, Any]) -> list[dict[str, Any]]:
    """Value mappings of all its fields."""
    found = list(panel["fieldConfig"]["defaults"].get("mappings", []))
    for override in panel["fieldConfig"]["overrides"]:
        found += [m for p in override["properties"] if p["id"] == "mappings" for m in p["value"]]
    return found


@every_panel
def test_panel_says_what_it_shows(panel: dict[str, Any]) -> None:
    """A title, a unit, a description of more than one sentence."""
    assert panel["title"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["description"].count(". ") >= 1


@every_panel
def test_no_data_is_said_in_words(panel: dict[str, Any]) -> None:
    """Words that say what it means; a heatmap has no place for them."""
    word = panel["fieldConfig"]["defaults"].get("noValue", "")

    assert panel["type"] == "heatmap" or word.lower() not in SAYS_NOTHING


@every_base_panel
def test_panel_asks_the_chosen_data_source(panel: dict[str, Any]) -> None:
    """A data source named otherwise leaves a provisioned panel empty."""
    assert panel["datasource"] == PROMETHEUS
    assert all(target["datasource"] == PROMETHEUS for target in panel["targets"])


@every_base_panel
def test_panel_queries_have_names(panel: dict[str, Any]) -> None:
    """Own letters, and a legend wherever several lines share a panel."""
    letters = [target["refId"] for target in panel["targets"]]
    legends = [t["legendFormat"] for t in panel["targets"] if t["format"] != "table"]

    assert len(letters) == len(set(letters))
    assert len(legends) < 2 or "__auto" not in legends


@every_rest_panel
def test_rest_panel_is_asked_by_the_server(panel: dict[str, Any]) -> None:
    """A path of the exporter's API, read by Grafana itself: no reader needs a token."""
    (target,) = panel["targets"]

    assert panel["datasource"] == target["datasource"] == REST
    assert target["parser"] == "backend"
    assert target["url"].startswith("/api/")
    assert target["columns"]


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


@every_base_panel
def test_limits_are_lines_of_their_own_series(panel: dict[str, Any]) -> None:
    """A threshold is drawn from `arb_limit`: named `limit …` and dashed."""
    limits = [t for t in panel["targets"] if re.match(r"limit\b", t["legendFormat"])]

    assert all("arb_limit{" in target["expr"] for target in limits)
    assert len(limit_overrides(panel)) == bool(limits)


@every_base_panel
def test_only_parts_of_a_whole_are_stacked(panel: dict[str, Any]) -> None:
    """Stacked limits or quantiles would add up to nothing."""
    stacking = panel["fieldConfig"]["defaults"].get("custom", {}).get("stacking", {})
    if stacking.get("mode", "none") == "none":
        return

    (target,) = panel["targets"]
    assert target["legendFormat"] in PARTS_OF_A_WHOLE


@every_base_panel
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
    for mapping in mappings(panel):
        options = mapping["options"]
        results = [options["result"]] if "result" in options else list(options.values())

        assert all(result["text"] for result in results)


def test_every_alert_is_named_on_the_panel_that_it_links_to() -> None:
    """Whoever comes from the alert's card finds the runbook beside the picture."""
    described = {
        f"/d/{board['uid']}?viewPanel={panel['id']}": panel["description"]
        for board in boards()
        for panel in panels(board)
    }

    linked = {a["alert"]: a["annotations"].get("panel") for a in alerts()}

    assert [
        name
        for name, link in linked.items()
        if link and f"docs/runbooks/{name}.md" not in described[link]
    ] == []
