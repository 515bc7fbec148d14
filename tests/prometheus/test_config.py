"""prometheus.yml: valid, fast enough for trading, and loadable by old and new versions."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from stack.render import render_all
from stack.secrets import make_secrets
from stack.services import list_services
from stack.settings import StackSettings
from tests.prometheus.rule_files import ROOT, RULE_FILES

# Keys that Prometheus 2.42 does not know, or that 3.x does not know any more.
NOT_EVERYWHERE = {
    "always_scrape_classic_histograms",
    "convert_classic_histograms_to_nhcb",
    "fallback_scrape_protocol",
    "http_headers",
    "keep_dropped_targets",
    "metric_name_validation_scheme",
    "otlp",
    "rule_query_offset",
    "scrape_config_files",
    "scrape_native_histograms",
    "scrape_protocols",
    "tsdb",
}


def config() -> dict[str, Any]:
    """The configuration as it is in the repository."""
    text = (ROOT / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def keys_of(value: Any) -> set[str]:
    """Every key at any depth."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if isinstance(value, dict):
        return set(value) | keys_of(list(value.values()))
    return set()


def test_promtool_accepts_it_with_its_rules(tmp_path: Path) -> None:
    """The copy for this machine, since only there the rules are where it says."""
    services = list_services(StackSettings(), with_grafana=False)
    render_all(tmp_path, services, secrets=make_secrets(tmp_path))
    command = ["promtool", "check", "config", str(tmp_path / "prometheus.yml")]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(RULE_FILES)} rule files found" in checked.stdout


def test_scrapes_and_judges_every_five_seconds() -> None:
    """For every job: none has an interval of its own."""
    settings = config()

    assert settings["global"]["scrape_interval"] == "5s"
    assert settings["global"]["evaluation_interval"] == "5s"
    assert not any("scrape_interval" in job for job in settings["scrape_configs"])


def test_watches_every_service() -> None:
    """The job is the service's name, which rules and panels use."""
    targets = {
        job["job_name"]: job["static_configs"][0]["targets"] for job in config()["scrape_configs"]
    }

    assert targets == {
        "exporter": ["exporter:8000"],
        "bot": ["bot:8080"],
        "prometheus": ["prometheus:9090"],
        "alertmanager": ["alertmanager:9093"],
    }


def test_loads_on_old_and_new_versions() -> None:
    """No key that only some of them know, and no body limit for all jobs."""
    assert keys_of(config()) & NOT_EVERYWHERE == set()
    assert "body_size_limit" not in config()["global"]
