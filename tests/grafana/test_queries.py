"""The expressions of the panels, read as text and by promtool."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.settings import CATEGORIES as KNOWN_CATEGORIES
from grafana.kit.colours import CATEGORIES
from tests.grafana.board_files import (
    annotation_expressions,
    base_panels,
    expressions,
    title_of,
)

every_panel = pytest.mark.parametrize("panel", base_panels(), ids=title_of)


def raw_expressions(panel: dict[str, Any]) -> list[str]:
    """A panel's expressions with their variables."""
    return [target["expr"] for target in panel["targets"]]


def test_prometheus_parses_every_expression(tmp_path: Path) -> None:
    """Each as a recording rule, so that promtool reads it."""
    rules = [
        {"record": f"panel:query_{number}:check", "expr": expression}
        for number, expression in enumerate([*expressions(), *annotation_expressions()])
    ]
    path = tmp_path / "panels.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))

    command = ["promtool", "check", "rules", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@every_panel
def test_windows_follow_the_zoom(panel: dict[str, Any]) -> None:
    """`$__rate_interval`, never shorter than four scrapes, or all that the board shows.

    A fixed window is the panel's own interval: a bar a day.
    """
    windows = {window for e in raw_expressions(panel) for window in re.findall(r"\[(.*?)\]", e)}

    assert windows <= {"$__rate_interval", "$__range", panel.get("interval")}


@every_panel
def test_rates_are_of_counters_only(panel: dict[str, Any]) -> None:
    """Counters and buckets, or sums that rules made of them; never a sum that can fall."""
    text = " ".join(raw_expressions(panel))

    rated = re.findall(r"(?:rate|increase)\(([\w:]+)", text)

    assert all(re.search("_(total|bucket|count)(:sum)?$", name) for name in rated)


@every_panel
def test_quantiles_come_from_summed_buckets(panel: dict[str, Any]) -> None:
    """Summed by `le`; a quantile is never averaged."""
    text = " ".join(raw_expressions(panel))

    quantiles = re.findall(r"histogram_quantile\([\d.]+, (sum by \([^)]*\))", text)

    assert len(quantiles) == text.count("histogram_quantile(")
    assert all(re.search(r"\ble\)", grouping) for grouping in quantiles)
    assert "avg(" not in text


@every_panel
def test_ratios_are_shown_as_percent(panel: dict[str, Any]) -> None:
    """A series named `_ratio` is never shown without a unit of percent, but for two quotients."""
    shares = [re.sub("s(harpe|ortino)_ratio", "", text) for text in raw_expressions(panel)]
    if not all("_ratio" in expression for expression in shares):
        return

    assert panel["fieldConfig"]["defaults"]["unit"] == "percentunit"


def test_every_category_has_a_colour() -> None:
    """Those of the exporter's settings, and `other`."""
    assert set(CATEGORIES) == {*KNOWN_CATEGORIES, "other"}
