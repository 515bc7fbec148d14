"""What a real Alertmanager does with the configuration."""

from datetime import UTC, datetime

import pytest

from tests.alertmanager.conftest import TOKEN, Alertmanager, Sink, alert
from tests.stack.processes import wait_for

pytestmark = pytest.mark.e2e


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

    assert [a["status"]["state"] for a in alertmanager.alerts()] == ["active"]


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
