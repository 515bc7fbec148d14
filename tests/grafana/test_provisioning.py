"""What Grafana reads at its start."""

from typing import Any

import yaml

from grafana.kit.sources import DATASOURCE_UID
from tests.grafana.board_files import ROOT, boards

PROVISIONING = ROOT / "grafana" / "provisioning"


def provisioned(kind: str) -> dict[str, Any]:
    """The provisioning file of that kind."""
    text = (PROVISIONING / kind / "arbwatch.yml").read_text(encoding="utf-8")
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def test_data_source_is_the_one_that_boards_choose() -> None:
    """A fixed uid; address and scrape interval of this stack's Prometheus."""
    (source,) = provisioned("datasources")["datasources"]

    assert source["uid"] == DATASOURCE_UID
    assert source["url"] == "$PROMETHEUS_URL"
    assert source["jsonData"]["timeInterval"] == "5s"
    assert {b["templating"]["list"][0]["current"]["value"] for b in boards()} == {DATASOURCE_UID}


def test_boards_come_from_their_folder() -> None:
    """From wherever this start keeps them, and only from there."""
    (provider,) = provisioned("dashboards")["providers"]

    assert provider["options"]["path"] == "$DASHBOARDS_PATH"
    assert provider["allowUiUpdates"] is False
