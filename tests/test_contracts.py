"""What one part names and another part makes: metrics, limits, alerts, dashboards, settings."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from bot.settings import BotConfig
from exporter.settings import Settings
from stack.settings import StackSettings
from tests.asked import everything_asked
from tests.grafana.board_files import boards
from tests.made_series import made_by_stack
from tests.prometheus.rule_files import ALWAYS_FIRING, alerts
from tests.promql import Made, Reading, metrics_in, values_named

ROOT = Path(__file__).parents[1]
RUNBOOKS = ROOT / "docs" / "runbooks"
# As read in the sources of Prometheus 3.x and Alertmanager 0.3x; the binaries here are old ones.
MADE_BY_NEW_VERSIONS = {
    "alertmanager_config_last_reload_successful",
    "alertmanager_notifications_failed_total",
    "alertmanager_notifications_total",
    "prometheus_config_last_reload_successful",
    "prometheus_notifications_dropped_total",
    "prometheus_notifications_errors_total",
    "prometheus_notifications_sent_total",
    "prometheus_rule_evaluation_failures_total",
    "prometheus_rule_group_iterations_missed_total",
    "prometheus_rule_group_last_duration_seconds",
}

every_alert = pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What the running stack makes."""
    return made_by_stack(tmp_path_factory.mktemp("stack"))


def variables_of(settings: type[BaseSettings]) -> dict[str, tuple[list[str], Any]]:
    """By field: the environment variables that set it, the first one preferred, and its default."""
    found = {}
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            variables = [str(choice) for choice in alias.choices]
        else:
            variables = [str(alias or name).upper()]
        found[name] = (variables, field.default)
    return found


def all_variables() -> dict[str, tuple[list[str], Any]]:
    """By preferred variable: all its names, and its default, for every program."""
    return {
        variables[0]: (variables, default)
        for settings in (StackSettings, BotConfig, Settings)
        for variables, default in variables_of(settings).values()
    }


def example() -> dict[str, str]:
    """Variables of `.env.example` and the values that stand there."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^#?([A-Z][A-Z_]*)=(.*)$", text, re.MULTILINE))


def written(default: Any) -> str:
    """A default as an environment file has it."""
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, tuple):
        return ",".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_every_metric_and_label_in_rules_and_panels_exists(made: Made) -> None:
    """An alert on a metric, a label or a value that nobody makes is silent for ever."""
    problems = {}
    for place, expression, shown in everything_asked():
        reading = Reading(made)
        for named in values_named(expression):
            reading.labels(named)
        if missing := shown - reading.labels(expression):
            reading.problems.append(f"no label {', '.join(sorted(missing))} to show")
        if reading.problems:
            problems[place] = reading.problems

    assert problems == {}


def test_what_newer_versions_make_is_known() -> None:
    """What old binaries show may be gone in those that docker-compose pins."""
    named = set().union(*(metrics_in(asked.expression) for asked in everything_asked()))

    theirs = {name for name in named if name.startswith(("prometheus_", "alertmanager_"))}
    assert theirs <= MADE_BY_NEW_VERSIONS


@every_alert
def test_every_alert_has_what_a_card_needs(alert: dict[str, Any]) -> None:
    """Severity and annotations, short ones; the runbook is there."""
    annotations = alert["annotations"]

    assert alert["labels"]["severity"] in {"critical", "warning", "none"}
    assert set(annotations) - {"panel"} == {"summary", "description", "action", "runbook_url"}
    assert ("panel" in annotations) is (alert["alert"] != ALWAYS_FIRING)
    # About a line of a phone, and two or three.
    assert len(annotations["summary"]) <= 40 and len(annotations["action"]) <= 100
    assert annotations["runbook_url"] == f"docs/runbooks/{alert['alert']}.md"
    assert (ROOT / annotations["runbook_url"]).is_file()


def test_every_alert_that_halts_is_obeyed_by_default() -> None:
    """A name that no rule has would halt nothing, and nobody would notice."""
    asking = {alert["alert"] for alert in alerts() if alert["labels"].get("action") == "halt"}

    assert set(BotConfig.model_fields["auto_halt"].default) == asking


def test_every_runbook_has_its_alert() -> None:
    """None is left of an alert that is gone."""
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == {alert["alert"] for alert in alerts()}


def test_dashboard_uids_are_unique() -> None:
    """Grafana would load one of two and say nothing."""
    uids = [board["uid"] for board in boards()]

    assert len(uids) == len(set(uids))


def test_every_setting_is_in_the_example_with_its_default() -> None:
    """`.env.example` is where a user looks for what can be set."""
    expected = {name: written(default) for name, (_, default) in all_variables().items()}

    assert example() == expected


def test_every_other_name_of_a_setting_is_mentioned() -> None:
    """Names that older guides use."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")

    others = [other for names, _ in all_variables().values() for other in names[1:]]

    assert [name for name in others if f"Also read: {name}." not in text] == []
