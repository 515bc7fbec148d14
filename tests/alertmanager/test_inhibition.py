"""What a real Alertmanager holds back while something graver is told: of every alert there is."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.alertmanager.conftest import Alertmanager, alert
from tests.alertmanager.test_config import config
from tests.alertmanager.test_routes import holds
from tests.prometheus.rule_files import alerts
from tests.stack.processes import wait_for

pytestmark = pytest.mark.e2e

FEED_WARNINGS = {"ArbFeedNeverSeen", "ArbBookFrozen"}
VENUE_WARNINGS = FEED_WARNINGS | {"ArbVenueErrorRateHigh"}
SLOW = {"ArbFeedObjectiveSlow", "ArbHedgeObjectiveSlow"}
EXECUTION_WARNINGS = {"ArbHedgeSlow", "ArbCaptureLow", "ArbSlippageHigh"}
UNMEASURED = VENUE_WARNINGS | EXECUTION_WARNINGS | SLOW | {"ArbTooManyPairs", "ArbFeedFlapping"}

# While it fires at Kalshi: what is held back there, and what of polymarket or of no venue.
HELD_BACK = [
    ("ArbFeedSilent", VENUE_WARNINGS | {"ArbFeedObjectiveFast", "ArbFeedObjectiveSlow"}, set()),
    (
        "ArbFeedLatencyHigh",
        VENUE_WARNINGS | {"ArbFeedObjectiveFast", "ArbFeedObjectiveSlow"},
        set(),
    ),
    ("ArbVenueHalted", FEED_WARNINGS, set()),
    ("ArbFeedObjectiveFast", {"ArbFeedObjectiveSlow"}, set()),
    ("ArbHedgeObjectiveFast", set(), {"ArbHedgeObjectiveSlow"}),
    ("ArbHedgeSlow", set(), {"ArbHedgeObjectiveSlow"}),
    ("ArbExporterDown", UNMEASURED, UNMEASURED | {"ArbEngineStopped", "ArbEngineNeverSeen"}),
    ("ArbEngineStopped", UNMEASURED, UNMEASURED),
    (
        "ArbBotDown",
        set(),
        {"ArbBotHung", "ArbDiscordUnreachable", "ArbOutboxGrowing", "ArbNotificationsFailing"},
    ),
    ("ArbBotHung", set(), {"ArbOutboxGrowing"}),
    ("ArbDiscordUnreachable", set(), {"ArbOutboxGrowing"}),
    ("ArbPrometheusDown", set(), set()),
    ("ArbVenueErrorRateHigh", set(), set()),
    ("ArbHaltUnconfirmed", set(), set()),
    ("ArbDailyLossExceeded", set(), set()),
]
NAMES = [alert["alert"] for alert in alerts()]
SOURCES = [row[0] for row in HELD_BACK]
AT_A_VENUE = {a["alert"] for a in alerts() if "$labels.venue" in a["annotations"]["description"]}
LABELS: dict[str, dict[str, str]] = {rule["alert"]: rule["labels"] for rule in alerts()}
# Name and venue of everything that can fire.
KEYS = [
    (name, venue)
    for name in NAMES
    for venue in (("kalshi", "polymarket") if name in AT_A_VENUE else ("",))
]
# Long enough for an alert that was posted to be a source.
SETTLED_SECONDS = 0.5


def posted(name: str, venue: str) -> dict[str, Any]:
    """An alert with the labels of its rule, at this venue if it has one."""
    labels = dict(LABELS[name])
    if name in AT_A_VENUE:
        labels["venue"] = venue
    if name == "ArbNotificationsFailing":
        labels["sender"] = "Alertmanager"
    return alert(name, **labels)


def over(fired: dict[str, Any]) -> dict[str, Any]:
    """The same alert, resolved."""
    return fired | {"endsAt": datetime.now(UTC).isoformat()}


def held_back(alertmanager: Alertmanager) -> set[tuple[str, str]]:
    """Name and venue of what is inhibited."""
    return {
        (found["labels"]["alertname"], found["labels"].get("venue", ""))
        for found in alertmanager.alerts()
        if found["status"]["state"] == "suppressed" and found["status"]["inhibitedBy"]
    }


@pytest.mark.parametrize(
    ("source", "there", "elsewhere"), HELD_BACK, ids=[row[0] for row in HELD_BACK]
)
def test_what_an_alert_holds_back(
    alertmanager: Alertmanager, source: str, there: set[str], elsewhere: set[str]
) -> None:
    """Of all alerts at both venues. Those that hold back others themselves come one at a time."""
    expected = {(name, "kalshi") for name in there & AT_A_VENUE}
    expected |= {(name, "polymarket") for name in elsewhere & AT_A_VENUE}
    expected |= {(name, "") for name in (there | elsewhere) - AT_A_VENUE}
    crowd = [posted(*key) for key in KEYS if key[0] not in SOURCES]
    alertmanager.post(posted(source, "kalshi"))
    time.sleep(SETTLED_SECONDS)

    alertmanager.post(*crowd)
    wait_for(lambda: held_back(alertmanager) == {e for e in expected if e[0] not in SOURCES})

    alertmanager.post(*map(over, crowd))
    for key in KEYS:
        if key[0] in SOURCES and key not in {(source, "kalshi"), (source, "")}:
            alertmanager.post(posted(*key))
            wait_for(lambda: (key in held_back(alertmanager)) is (key in expected))  # noqa: B023
            alertmanager.post(over(posted(*key)))


def test_every_source_has_its_row() -> None:
    """A rule that is added must say what it holds back."""
    rules = config()["inhibit_rules"][1:]  # The first one is of alerts with two severities.

    able = {name for name in NAMES if any(_is_source(rule, name) for rule in rules)}

    assert able == {name for name, there, elsewhere in HELD_BACK if there | elsewhere}


def test_no_halt_is_held_back() -> None:
    """Nor a critical alert of control or risk, by any other."""
    never = {
        name
        for name, labels in LABELS.items()
        if "action" in labels
        or (labels["severity"] == "critical" and labels["topic"] in {"control", "risk"})
    }

    held = set().union(*(there | elsewhere for _, there, elsewhere in HELD_BACK))

    assert len(never) == 12
    assert held & never == set()


def test_an_alert_of_two_severities_shows_the_graver_one(alertmanager: Alertmanager) -> None:
    """As a user's own rule may have it."""
    alertmanager.post(alert("Mine", severity="critical", venue="kalshi"))
    time.sleep(SETTLED_SECONDS)

    alertmanager.post(
        alert("Mine", severity="warning", venue="kalshi"),
        alert("Mine", severity="warning", venue="polymarket"),
    )

    wait_for(lambda: held_back(alertmanager) == {("Mine", "kalshi")})


def _is_source(rule: dict[str, Any], name: str) -> bool:
    labels = LABELS[name] | {"alertname": name}
    return all(holds(matcher, labels) for matcher in rule["source_matchers"])
