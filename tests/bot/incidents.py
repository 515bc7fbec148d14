"""Incidents as tests need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.incidents import Incident, Member, begin

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def member(fingerprint: str = "f1", *, lasted: timedelta | None = None, **changes: Any) -> Member:
    """One alert; over when it is told how long it lasted."""
    labels = {"alertname": "ArbFeedSilent", "severity": "critical", "venue": "kalshi"}
    annotations = {
        "summary": "Feed silent",
        "description": "No book update from kalshi for 12.5s; the limit is 10s.",
        "action": "Reconnect the feed; /resume the venue once updates flow again.",
        "panel": "/d/arbwatch-overview?viewPanel=27",
        "runbook_url": "docs/runbooks/ArbFeedSilent.md",
    }
    starts_at = changes.pop("starts_at", START)
    return Member(
        fingerprint=fingerprint,
        labels=labels | changes.pop("labels", {}),
        annotations=annotations | changes.pop("annotations", {}),
        starts_at=starts_at,
        ends_at=None if lasted is None else starts_at + lasted,
        **changes,
    )


def incident(*members: Member, left_out: int = 0) -> Incident:
    """What these alerts open, one that fires unless others are told."""
    return begin("group", members or (member(),), left_out=left_out)
