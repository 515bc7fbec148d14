"""Who is told of each alert, and how soon: amtool's word for every alert that has a rule."""

import re
import subprocess
from typing import Any

import pytest

from bot.reconcile import RECEIVER
from tests.alertmanager.test_config import CONFIG, config
from tests.prometheus.rule_files import alerts

BOT, SECOND_WAY = "bot", "fallback,bot"
MAINTAINED = "bot-outside-maintenance"  # only where the venue is Kalshi

# By alert: the receivers it must reach.
RECEIVERS = {
    "ArbFeedLatencyHigh": BOT,
    "ArbFeedSilent": BOT,
    "ArbFeedNeverSeen": MAINTAINED,
    "ArbBookFrozen": MAINTAINED,
    "ArbFeedFlapping": MAINTAINED,
    "ArbVenueErrorRateHigh": MAINTAINED,
    "ArbHedgeSlow": BOT,
    "ArbOneLegged": BOT,
    "ArbCaptureLow": BOT,
    "ArbSlippageHigh": BOT,
    "ArbDailyLossExceeded": BOT,
    "ArbWeeklyLossExceeded": BOT,
    "ArbMonthlyLossExceeded": BOT,
    "ArbDrawdownExceeded": BOT,
    "ArbVenueExposureExceeded": BOT,
    "ArbContractExposureExceeded": BOT,
    "ArbTooManyPairs": BOT,
    "ArbHaltUnconfirmed": BOT,
    "ArbVenueHalted": "nobody",
    "ArbEntryAfterHalt": BOT,
    "ArbControlDenied": BOT,
    "ArbHaltNotStored": BOT,
    "ArbAutoHaltStuck": BOT,
    "ArbLeaseLapsed": BOT,
    "ArbWatchdog": BOT,
    "ArbExporterDown": BOT,
    "ArbPrometheusDown": BOT,
    "ArbAlertmanagerDown": SECOND_WAY,
    "ArbEngineStopped": BOT,
    "ArbEngineNeverSeen": BOT,
    "ArbLedgerFailing": BOT,
    "ArbFillConflict": BOT,
    "ArbLabelOverflow": BOT,
    "ArbBotDown": SECOND_WAY,
    "ArbBotHung": SECOND_WAY,
    "ArbDiscordUnreachable": SECOND_WAY,
    "ArbOutboxGrowing": SECOND_WAY,
    "ArbRuleEvaluationFailing": BOT,
    "ArbNotificationsFailing": SECOND_WAY,
    "ArbReloadFailed": BOT,
    "ArbFeedObjectiveFast": BOT,
    "ArbFeedObjectiveSlow": BOT,
    "ArbHedgeObjectiveFast": BOT,
    "ArbHedgeObjectiveSlow": BOT,
}

# Labels, then wait, interval and repeat of the route that sends to the bot.
WAITS = [
    ({"alertname": "ArbWatchdog", "severity": "none"}, ("0s", "15s", "30s")),
    ({"topic": "feed", "severity": "critical", "action": "halt"}, ("0s", "1s", "10m")),
    ({"topic": "control", "severity": "critical"}, ("0s", "1s", "10m")),
    ({"topic": "risk", "severity": "critical"}, ("0s", "1s", "10m")),
    ({"topic": "execution", "severity": "critical"}, ("0s", "5s", "10m")),
    ({"topic": "pipeline", "severity": "critical"}, ("0s", "5s", "10m")),
    ({"topic": "objectives", "severity": "critical"}, ("10s", "1m", "1h")),
    ({"topic": "feed", "severity": "warning", "venue": "kalshi"}, ("10s", "15s", "1h")),
    ({"topic": "risk", "severity": "warning"}, ("10s", "15s", "1h")),
    ({"topic": "objectives", "severity": "warning"}, ("1m", "5m", "4h")),
]


def routed(labels: dict[str, str]) -> str:
    """The receivers, as the real router finds them."""
    command = ["amtool", "config", "routes", "test", f"--config.file={CONFIG}"]
    command += [f"{name}={value}" for name, value in labels.items()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_every_alert_has_its_row() -> None:
    """A rule that is added must say whom it is for."""
    assert set(RECEIVERS) == {alert["alert"] for alert in alerts()}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_alert_reaches_its_receivers(alert: dict[str, Any]) -> None:
    """With the labels of its rule, at each venue."""
    labels = {"alertname": alert["alert"]} | alert["labels"]
    expected = RECEIVERS[alert["alert"]]
    elsewhere = BOT if expected == MAINTAINED else expected

    assert routed(labels | {"venue": "kalshi"}) == expected
    assert routed(labels | {"venue": "polymarket"}) == elsewhere
    assert routed(labels) == elsewhere


def test_what_is_not_ours_reaches_the_bot() -> None:
    """Also a rule that a user adds without severity or topic."""
    assert routed({"alertname": "SomebodyElses"}) == BOT


@pytest.mark.parametrize(("labels", "waits"), WAITS, ids=str)
def test_waits_fit_trading(labels: dict[str, str], waits: tuple[str, str, str]) -> None:
    """Control and risk at once, warnings gather for seconds, objectives for a minute."""
    top = config()["route"]
    route = next(r for r in top["routes"] if "continue" not in r and _matches(r, labels))
    found = top | route

    assert (found["group_wait"], found["group_interval"], found["repeat_interval"]) == waits


def test_what_may_be_muted_is_not_taken_in_late() -> None:
    """The bot looks for what fires for this receiver untold; both post to the same address."""
    receivers = {receiver.pop("name"): receiver for receiver in config()["receivers"]}

    assert RECEIVER == BOT != MAINTAINED
    assert receivers[MAINTAINED] == receivers[BOT]
    assert receivers["nobody"] == {}


def _matches(route: dict[str, Any], labels: dict[str, str]) -> bool:
    return all(holds(matcher, labels) for matcher in route.get("matchers", []))


def holds(matcher: str, labels: dict[str, str]) -> bool:
    """Whether a matcher of the configuration takes these labels."""
    found = re.fullmatch(r'(\w+)=(~?)"(.*)"', matcher)
    assert found is not None
    name, is_regex, value = found.groups()
    given = labels.get(name, "")
    return bool(re.fullmatch(value, given)) if is_regex else given == value
