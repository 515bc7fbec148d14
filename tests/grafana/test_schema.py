"""Every key of a dashboard is one that the oldest and the newest Grafana know.

The schemas are made from Grafana's own types (`make schema`) and allow nothing else. They say what
may be there, not what must: Grafana has defaults.
"""

import json
from functools import cache
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator

from tests.grafana.board_files import ROOT, all_panels, boards, title_of

SCHEMAS = sorted((ROOT / "grafana" / "schema").glob("grafana-*.json"))
every_version = pytest.mark.parametrize("version", SCHEMAS, ids=lambda path: path.stem)
every_board = pytest.mark.parametrize("board", boards(), ids=title_of)
every_panel = pytest.mark.parametrize("panel", all_panels(), ids=title_of)

# Grafana 11.1 gave xychart other options, and turns those of 10.4 into them when it loads a panel.
MIGRATED = {"grafana-13.1.3": {"xychart"}}
# What an override may set beside `custom.…`: Grafana's registry of standard fields.
STANDARD = {"color", "decimals", "links", "mappings", "max", "min", "thresholds", "unit"}
# Of Grafana's registry of transformations, those that are used.
TRANSFORMATIONS = {"joinByField", "organize", "reduce"}


@cache
def schema(version: Any) -> dict[str, Any]:
    """The schema of a version."""
    parsed: dict[str, Any] = json.loads(version.read_text(encoding="utf-8"))
    return parsed


def resolved(version: Any, part: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    while "$ref" in part:
        part = schema(version)["definitions"][part["$ref"].rpartition("/")[2]]
    return part


def kinds(version: Any) -> dict[str, dict[str, Any]]:
    """The schema of each kind of panel, rows too."""
    board = resolved(version, schema(version))
    found = [resolved(version, each) for each in board["properties"]["panels"]["items"]["anyOf"]]
    return {each["properties"]["type"]["const"]: each for each in found}


def errors(version: Any, part: dict[str, Any], instance: Any) -> list[str]:
    """Each place that the schema does not allow, and why."""
    validator = Draft7Validator(part | {"definitions": schema(version)["definitions"]})
    return [f"{each.instance_path}: {each.message}" for each in validator.iter_errors(instance)]


@every_version
@every_board
def test_board_has_no_key_that_grafana_does_not_know(version: Any, board: dict[str, Any]) -> None:
    """Around the panels: variables, annotations, links, rows."""
    part = resolved(version, schema(version))
    rows = [panel | {"panels": []} for panel in board["panels"] if panel["type"] == "row"]

    assert errors(version, part, board | {"panels": rows}) == []


@every_version
@every_panel
def test_panel_has_no_key_that_grafana_does_not_know(version: Any, panel: dict[str, Any]) -> None:
    """Options, fields, queries; Grafana would drop a key misspelt without a word."""
    if panel["type"] in MIGRATED.get(version.stem, ()):
        panel = panel | {"options": {}}

    assert errors(version, kinds(version)[panel["type"]], panel) == []


@every_version
@every_panel
def test_overrides_set_what_there_is(version: Any, panel: dict[str, Any]) -> None:
    """The schema takes any name there; a panel has its own fields, and all have the standard."""
    defaults = kinds(version)[panel["type"]]["properties"]["fieldConfig"]
    fields = resolved(version, resolved(version, defaults)["properties"]["defaults"])
    custom = resolved(version, fields["properties"]["custom"]).get("properties", {})
    names = {p["id"] for o in panel["fieldConfig"]["overrides"] for p in o["properties"]}

    assert names <= STANDARD | {f"custom.{name}" for name in custom}


@every_panel
def test_transformations_are_those_of_grafana(panel: dict[str, Any]) -> None:
    """An unknown one is left out without a word."""
    assert {each["id"] for each in panel.get("transformations", [])} <= TRANSFORMATIONS


@every_version
def test_schema_refuses_what_is_misspelt(version: Any) -> None:
    """So that the tests above can fail."""
    panel = next(panel for panel in all_panels() if panel["type"] == "timeseries")
    misspelt = panel | {"options": panel["options"] | {"tooltips": {}}}

    assert len(errors(version, kinds(version)["timeseries"], misspelt)) == 1
