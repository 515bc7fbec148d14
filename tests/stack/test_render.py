"""The native copies of the configuration differ from the originals in addresses only."""

from pathlib import Path

import pytest
import yaml

from stack.errors import StackError
from stack.fallback import SecondWay
from stack.render import render_all, replace_each
from stack.secrets import secrets_in
from stack.services import list_services
from stack.settings import ROOT, StackSettings

MOVED = StackSettings(
    exporter_port=18000, bot_port=18080, prometheus_port=19090, alertmanager_port=19093
)


def render(directory: Path) -> tuple[str, str]:
    """Both files as they are written for moved ports."""
    services = list_services(MOVED, with_grafana=False)
    render_all(directory, services, secrets=secrets_in(directory))
    return (
        (directory / "prometheus.yml").read_text(encoding="utf-8"),
        (directory / "alertmanager.yml").read_text(encoding="utf-8"),
    )


def test_prometheus_finds_every_neighbour_on_loopback(tmp_path: Path) -> None:
    """Each target of the original is there under its port on this machine."""
    prometheus, _ = render(tmp_path)

    jobs = {job["job_name"]: job for job in yaml.safe_load(prometheus)["scrape_configs"]}
    targets = {name: job["static_configs"][0]["targets"] for name, job in jobs.items()}
    assert targets == {
        "exporter": ["127.0.0.1:18000"],
        "bot": ["127.0.0.1:18080"],
        "prometheus": ["127.0.0.1:19090"],
        "alertmanager": ["127.0.0.1:19093"],
    }


def test_prometheus_reads_the_rules_of_the_repository(tmp_path: Path) -> None:
    """Rules are not copied, so an edited rule needs a reload only."""
    prometheus, _ = render(tmp_path)

    (pattern,) = yaml.safe_load(prometheus)["rule_files"]
    assert pattern == f"{ROOT}/prometheus/rules/*.yml"


def test_each_shows_the_token_of_this_machine(tmp_path: Path) -> None:
    """Prometheus to exporter and bot, Alertmanager to the bot; no path of a container is left."""
    prometheus, alertmanager = render(tmp_path)

    jobs = {job["job_name"]: job for job in yaml.safe_load(prometheus)["scrape_configs"]}
    token = {"credentials_file": str(tmp_path / "secrets" / "prometheus_token")}
    assert [jobs[name]["authorization"] for name in ("exporter", "bot")] == [token, token]
    assert "http://127.0.0.1:18080/" in alertmanager
    assert str(tmp_path / "secrets" / "alertmanager_token") in alertmanager
    assert "/run/secrets" not in prometheus + alertmanager


def test_a_second_way_is_written_for_its_owner_only(tmp_path: Path) -> None:
    """Its address is a secret; without one the file is as it was, for anybody to read."""
    services = list_services(MOVED, with_grafana=False)
    rendered = tmp_path / "alertmanager.yml"
    way = SecondWay("https://ntfy.example/topic", "text")
    render_all(tmp_path, services, secrets=secrets_in(tmp_path), way=way)
    with_way, mode = rendered.read_text(encoding="utf-8"), rendered.stat().st_mode & 0o777

    _, without = render(tmp_path)

    assert "https://ntfy.example/topic" in with_way
    assert mode == 0o600
    assert "ntfy.example" not in without
    assert rendered.stat().st_mode & 0o777 == 0o644


def test_a_name_that_is_not_there_ends_the_start() -> None:
    """A renamed service must not leave a file that silently points nowhere."""
    with pytest.raises(StackError, match="'bot:8080' is not in it"):
        replace_each("url: http://relay:8080", {"bot:8080": "127.0.0.1:8080"})


def test_a_service_on_all_addresses_is_dialled_on_loopback() -> None:
    """0.0.0.0 is an address to listen on, not one to call."""
    exporter, *_ = list_services(StackSettings(exporter_host="0.0.0.0"), with_grafana=False)

    assert exporter.address == "127.0.0.1:8000"
