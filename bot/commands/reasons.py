"""What speaks against a resume now. What cannot be seen speaks against it too."""

import asyncio
from collections.abc import Sequence

from arbwatch.answers import VenueHealth
from arbwatch.control import HaltState, VenueControl
from arbwatch.events import utc_now
from bot.alertmanager_api import FiringAlert
from bot.cards.alerts import lasted
from bot.commands.answer import Context
from bot.commands.wording import venue_name
from bot.errors import AlertmanagerDown, ExporterError
from bot.text import Escape, clip, one_line

_MOST_ALERTS = 5
_SUMMARY_LIMIT = 100
_NOTHING = "✅ Nothing speaks against it: engine in contact, feed fresh, no critical alert."
_FEED = {"down": "the feed is silent", "unknown": "nothing was ever heard of the feed"}


async def reasons_against(context: Context, venues: Sequence[VenueControl]) -> list[str]:
    """A heading and the reasons, each a line; at least one line."""
    health, alerts = await asyncio.gather(_health(context), _alerts(context))
    found = [
        *_engines(venues, context.escape),
        *_feeds(venues, health, context.escape),
        *_firing(alerts, context.escape),
    ]
    return ["⚠️ Against it now:", *(f"• {reason}" for reason in found)] if found else [_NOTHING]


async def _health(context: Context) -> list[VenueHealth] | None:
    try:
        return await context.api.health()
    except ExporterError:
        return None


async def _alerts(context: Context) -> list[FiringAlert] | None:
    try:
        return None if context.alerts is None else await context.alerts.critical()
    except AlertmanagerDown:
        return None


def _engines(venues: Sequence[VenueControl], escape: Escape) -> list[str]:
    found = []
    if not any(control.engines for control in venues):
        found.append("no engine is in contact")
    for control in venues:
        name = venue_name(control.venue, escape)
        if control.state in (HaltState.REQUESTED, HaltState.UNCONFIRMED):
            found.append(f"{name}: no engine confirmed the halt")
        if count := control.entries_after_ack:
            entries = "entry was" if count == 1 else "entries were"
            found.append(f"{name}: {count:,} {entries} ordered after the engine confirmed the halt")
    return found


def _feeds(
    venues: Sequence[VenueControl], health: list[VenueHealth] | None, escape: Escape
) -> list[str]:
    if health is None:
        return ["whether the feeds are fresh is not known"]
    rows = {row.venue: row for row in health}
    return [
        f"{venue_name(control.venue, escape)}: {reason}"
        for control in venues
        if (reason := _feed(rows.get(control.venue)))
    ]


def _feed(health: VenueHealth | None) -> str:
    """Why a feed is not to be trusted; for a halted venue the exporter says no more than halted."""
    if health is None:
        return "nothing is known of the feed"
    if health.status in _FEED:
        return _FEED[health.status]
    if health.feed_latency_p95_ms is None:
        return "no book update in the last minute"
    if health.status == "degraded":
        errors = "" if health.error_rate is None else f", {health.error_rate:.2%} of calls fail"
        return f"degraded, updates {health.feed_latency_p95_ms:,.0f} ms old (p95){errors}"
    return ""


def _firing(alerts: list[FiringAlert] | None, escape: Escape) -> list[str]:
    if alerts is None:
        return ["whether alerts fire is not known: Alertmanager does not answer"]
    lines = [_alert(alert, escape) for alert in alerts[:_MOST_ALERTS]]
    more = len(alerts) - len(lines)
    return [*lines, f"… and {more:,} more critical alerts"] if more > 0 else lines


def _alert(alert: FiringAlert, escape: Escape) -> str:
    labels = alert.labels
    summary = alert.annotations.get("summary") or labels.get("alertname", "an alert")
    venue = f"{venue_name(labels['venue'], escape)}: " if labels.get("venue") else ""
    text = escape(clip(one_line(summary), _SUMMARY_LIMIT))
    return f"🔴 {venue}{text} (for {lasted(utc_now() - alert.starts_at)})"
