"""What a real Alertmanager does with the configuration."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.alertmanager.conftest import TOKEN, Alertmanager, Sink
from tests.stack.processes import wait_for

pytestmark = pytest.mark.e2e


def alert(name: str, **labels: str) -> dict[str, Any]:
    """An alert as Prometheus posts it."""
    begun = datetime.now(UTC) - timedelta(minutes=1)
    return {"labels": {"alertname": name, **labels}, "startsAt": begun.isoformat()}


def test_critical_alert_is_posted_with_the_token(alertmanager: Alertmanager, sink: Sink) -> None:
    """Payload version 4, one group an alert and venue, the token in the header."""
    alertmanager.post(alert("ArbFeedSilent", severity="critical", venue="kalshi"))

    wait_for(lambda: sink.notifications)

    (notice,) = sink.notifications
    assert notice["version"] == "4"
    assert notice["groupLabels"] == {"alertname": "ArbFeedSilent", "venue": "kalshi"}
    assert sink.authorizations == {f"Bearer {TOKEN}"}


def test_end_of_an_alert_is_posted(alertmanager: Alertmanager, sink: Sink) -> None:
    """Firing first, then resolved, so that the message can be edited."""
    down = alert("ArbExporterDown", severity="critical")
    alertmanager.post(down)
    wait_for(lambda: sink.alerts("ArbExporterDown", "firing"))

    alertmanager.post(down | {"endsAt": datetime.now(UTC).isoformat()})

    wait_for(lambda: sink.alerts("ArbExporterDown", "resolved"))


def test_watchdog_is_posted_at_once(alertmanager: Alertmanager, sink: Sink) -> None:
    """The bot waits for it, and for nothing else of that severity."""
    alertmanager.post(alert("ArbWatchdog", severity="none"))

    wait_for(lambda: sink.alerts("ArbWatchdog", "firing"))

    assert alertmanager.state("none") == "active"


def test_a_dead_bot_is_told_by_the_second_way(
    second_way: Sink, alertmanager: Alertmanager, sink: Sink
) -> None:
    """And to the bot, should it live; of other alerts the second way hears nothing."""
    alertmanager.post(alert("ArbExporterDown", severity="critical"))
    alertmanager.post(alert("ArbBotDown", severity="critical"))

    wait_for(lambda: second_way.alerts("ArbBotDown", "firing"))
    wait_for(lambda: sink.alerts("ArbBotDown", "firing"))
    wait_for(lambda: sink.alerts("ArbExporterDown", "firing"))

    assert second_way.alerts("ArbExporterDown", "firing") == []
    assert second_way.authorizations == {None}


def test_what_halts_is_told_again_at_once_when_it_begins_anew(
    alertmanager: Alertmanager, sink: Sink
) -> None:
    """Each start by itself, a second venue's too: none waits behind the group of another."""
    silent = alert("ArbFeedSilent", severity="critical", action="halt", venue="kalshi")
    alertmanager.post(silent)
    wait_for(lambda: len(sink.alerts("ArbFeedSilent", "firing")) == 1)

    alertmanager.post(silent | {"endsAt": datetime.now(UTC).isoformat()})
    wait_for(lambda: sink.alerts("ArbFeedSilent", "resolved"))
    anew = silent | {"startsAt": datetime.now(UTC).isoformat()}
    other = silent | {"labels": silent["labels"] | {"venue": "polymarket"}}
    alertmanager.post(anew, other)

    wait_for(lambda: len(sink.alerts("ArbFeedSilent", "firing")) == 3)
    starts = {(a["labels"]["venue"], a["startsAt"]) for a in sink.alerts("ArbFeedSilent", "firing")}
    assert len(starts) == 3


INHIBITED = [
    ("ArbFeedSilent", {"topic": "feed", "venue": "kalshi"}),
    ("ArbEngineStopped", {"topic": "pipeline"}),
    ("ArbVenueErrorRateHigh", {"topic": "venue", "venue": "kalshi"}),
]


@pytest.mark.parametrize(("name", "labels"), INHIBITED, ids=[row[0] for row in INHIBITED])
def test_warning_is_held_back_under_a_critical_alert(
    alertmanager: Alertmanager, sink: Sink, name: str, labels: dict[str, str]
) -> None:
    """The same alert, the venue's lost feed and a stopped engine each hold it back."""
    warning = alert("ArbVenueErrorRateHigh", severity="warning", topic="venue", venue="kalshi")
    alertmanager.post(alert(name, severity="critical", **labels))
    wait_for(lambda: sink.alerts(name, "firing"))

    alertmanager.post(warning)

    wait_for(lambda: alertmanager.state("warning") == "suppressed")


def test_warning_of_the_other_venue_is_posted(alertmanager: Alertmanager, sink: Sink) -> None:
    """A lost feed speaks for its own venue only."""
    feed = alert("ArbFeedSilent", severity="critical", topic="feed", venue="kalshi")
    warning = alert("ArbVenueErrorRateHigh", severity="warning", topic="venue", venue="polymarket")

    alertmanager.post(feed, warning)

    wait_for(lambda: sink.alerts("ArbVenueErrorRateHigh", "firing"))
