"""What one part names and another part makes: metrics, limits, alerts, dashboards, settings."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, Metric
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from bot.metrics import BotMetrics
from bot.outbox import Backlog
from bot.settings import BotConfig
from exporter.settings import Settings
from stack.settings import StackSettings
from tests.conftest import RunningExporter
from tests.grafana.board_files import boards, panels
from tests.grafana.board_files import expressions as panel_expressions
from tests.prometheus.rule_files import ALWAYS_FIRING, alerts, expected_alerts
from tests.prometheus.rule_files import expressions as rule_expressions

ROOT = Path(__file__).parents[1]
RUNBOOKS = ROOT / "docs" / "runbooks"
# Made by Prometheus itself.
MADE_BY_PROMETHEUS = {"up", "ALERTS"}
SERIES_OF_TYPE = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ()}

every_alert = pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])


def series_of(families: Iterable[Metric]) -> set[str]:
    """Names of the series that these families have or will have."""
    return {
        family.name + suffix
        for family in families
        for suffix in SERIES_OF_TYPE.get(family.type, ("",))
    }


def bot_families() -> Iterable[Metric]:
    """The bot's exposition, with a token."""
    metrics = BotMetrics(CollectorRegistry(), version="0")
    metrics.watch_outbox(lambda: Backlog(waiting=0, oldest=None))
    metrics.watch_discord(lambda: True)
    return metrics.registry.collect()


def names_in(expression: str) -> set[str]:
    """Metrics that an expression names; what stands in quotes or groups by labels is none."""
    bare = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"\b(?:arb_\w+|up|ALERTS)\b", bare))


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


def test_every_metric_in_rules_and_panels_exists(exporter: RunningExporter) -> None:
    """An alert on a metric that nobody emits is silent for ever."""
    made = series_of(exporter.client.scrape()) | series_of(bot_families()) | MADE_BY_PROMETHEUS

    named = set().union(*map(names_in, [*rule_expressions(), *panel_expressions()]))

    assert named - made == set()


def test_every_limit_in_rules_and_panels_exists() -> None:
    """A misspelt limit compares with nothing."""
    limits = yaml.safe_load((ROOT / "limits.yml").read_text(encoding="utf-8")).keys()

    text = " ".join([*rule_expressions(), *panel_expressions()])

    assert set(re.findall(r'limit="(\w+)"', text)) - limits == set()


@every_alert
def test_every_alert_has_what_a_card_needs(alert: dict[str, Any]) -> None:
    """Severity and annotations, short ones; the runbook is there."""
    annotations = alert["annotations"]

    assert alert["labels"]["severity"] in {"critical", "warning", "none"}
    assert set(annotations) - {"panel"} == {"summary", "description", "action", "runbook_url"}
    # About a line of a phone, and two or three.
    assert len(annotations["summary"]) <= 40 and len(annotations["action"]) <= 100
    assert annotations["runbook_url"] == f"docs/runbooks/{alert['alert']}.md"
    assert (ROOT / annotations["runbook_url"]).is_file()


def test_every_panel_that_a_card_links_to_shows_its_subject() -> None:
    """Panels are numbered from the top: one more above would send readers to another."""
    titles = {
        f"/d/{board['uid']}?viewPanel={panel['id']}": panel["title"]
        for board in boards()
        for panel in panels(board)
    }

    linked = {
        a["alert"]: a["annotations"]["panel"] for a in alerts() if "panel" in a["annotations"]
    }

    assert {name: titles.get(url) for name, url in linked.items()} == {
        "ArbBotDown": "Services",
        "ArbDailyLossExceeded": "Day P&L",
        "ArbDiscordUnreachable": "Messages to Discord",
        "ArbEngineNeverSeen": "Events accepted",
        "ArbEngineStopped": "Events accepted",
        "ArbEntryAfterHalt": "Trading over time",
        "ArbExporterDown": "Services",
        "ArbFeedLatencyHigh": "Feed latency",
        "ArbFeedNeverSeen": "Feed silence",
        "ArbFeedSilent": "Feed silence",
        "ArbHaltUnconfirmed": "Trading over time",
        "ArbVenueErrorRateHigh": "Venue error rate",
        "ArbVenueExposureExceeded": "Exposure by venue",
    }


def test_every_alert_that_halts_is_obeyed_by_default() -> None:
    """A name that no rule has would halt nothing, and nobody would notice."""
    asking = {alert["alert"] for alert in alerts() if alert["labels"].get("action") == "halt"}

    assert set(BotConfig.model_fields["auto_halt"].default) == asking


@every_alert
def test_every_alert_is_tested_silent_and_firing(alert: dict[str, Any]) -> None:
    """The watchdog is never silent."""
    expected = expected_alerts(alert["alert"])

    assert any(expected)
    assert [] in expected or alert["alert"] == ALWAYS_FIRING


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
