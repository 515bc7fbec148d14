"""Alertmanager payloads as version 0.25 posts them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

STARTED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def alert(
    fingerprint: str = "a1b2c3d4e5f60718", *, lasted: timedelta | None = None, **changes: Any
) -> dict[str, Any]:
    """One alert; resolved when it is told how long it lasted."""
    return {
        "status": "firing" if lasted is None else "resolved",
        "labels": {"alertname": "ArbVenueErrorRate", "severity": "critical", "venue": "kalshi"},
        "annotations": {
            "summary": "Venue error rate is high",
            "description": "3.2% of the requests to kalshi failed.",
            "runbook_url": "https://example.org/runbook#error-rate",
        },
        "startsAt": "2026-03-01T12:00:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z"
        if lasted is None
        else (STARTED + lasted).isoformat().replace("+00:00", ".123456789Z"),
        "generatorURL": "http://127.0.0.1:9090/graph?g0.expr=up",
        "fingerprint": fingerprint,
    } | changes


def halting(fingerprint: str = "f1", *, venue: str = "kalshi", **changes: Any) -> dict[str, Any]:
    """One alert whose rule asks for a halt, of every venue when it names none."""
    labels = {"alertname": "ArbFeedSilent", "severity": "critical", "action": "halt"}
    annotations = {
        "summary": "Feed silent",
        "description": "No book update for 12.5s; the limit is 10s. Either the feed stood still.",
    }
    found = {"labels": labels | ({"venue": venue} if venue else {}), "annotations": annotations}
    return alert(fingerprint, **(found | changes))


def payload(*alerts: dict[str, Any], **changes: Any) -> bytes:
    """A notification with these alerts, as a group of the first one's name and venue."""
    labels = alerts[0]["labels"] if alerts else {}
    name, venue = labels.get("alertname", ""), labels.get("venue", "")
    body = {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}", venue="{venue}"}}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "bot",
        "groupLabels": {"alertname": "ArbVenueErrorRate"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://127.0.0.1:9093",
        "alerts": list(alerts),
    } | changes
    return json.dumps(body).encode()
