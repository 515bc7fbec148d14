"""What Grafana reads at its start, the same from docker-compose and from `make up`."""

from typing import Any

import yaml

from grafana.kit.sources import DATASOURCE_UID, REST
from stack.environment import REST_PLUGIN
from tests.grafana.board_files import ROOT, boards

PROVISIONING = ROOT / "grafana" / "provisioning"


def provisioned(kind: str) -> dict[str, Any]:
    """The provisioning file of that kind."""
    text = (PROVISIONING / kind / "arbwatch.yml").read_text(encoding="utf-8")
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def compose_environment() -> dict[str, str]:
    """Grafana's environment in docker-compose."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    environment: dict[str, str] = yaml.safe_load(text)["services"]["grafana"]["environment"]
    return environment


def test_data_source_is_the_one_that_boards_choose() -> None:
    """A fixed uid; address and scrape interval of this stack's Prometheus."""
    source, _ = provisioned("datasources")["datasources"]

    assert source["uid"] == DATASOURCE_UID
    assert source["url"] == "$PROMETHEUS_URL"
    assert source["jsonData"]["timeInterval"] == "5s"
    assert {b["templating"]["list"][0]["current"]["value"] for b in boards()} == {DATASOURCE_UID}


def test_rest_data_source_is_the_exporter_and_nothing_else() -> None:
    """It may ask the exporter only, with Grafana's own token, which is in no file of ours."""
    _, source = provisioned("datasources")["datasources"]

    assert {"type": source["type"], "uid": source["uid"]} == REST
    assert [source["url"]] == source["jsonData"]["allowedHosts"] == ["$EXPORTER_URL"]
    assert source["jsonData"]["httpHeaderName1"] == "Authorization"
    assert source["secureJsonData"] == {"httpHeaderValue1": "Bearer ${GRAFANA_TOKEN}"}


def test_the_plugin_is_pinned_and_the_same_in_both_starts() -> None:
    """Grafana would take the newest otherwise."""
    plugin, version = REST_PLUGIN.split("@")

    assert plugin == REST["type"] and version
    assert compose_environment()["GF_PLUGINS_PREINSTALL"] == REST_PLUGIN


def test_boards_come_from_their_folder() -> None:
    """From wherever this start keeps them, and only from there; the overview is home."""
    (provider,) = provisioned("dashboards")["providers"]
    compose = compose_environment()
    home = compose["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert provider["options"]["path"] == "$DASHBOARDS_PATH"
    assert provider["allowUiUpdates"] is False
    assert home == f"{compose['DASHBOARDS_PATH']}/overview.json"
