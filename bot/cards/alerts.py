"""Cards of alerts, from firing to resolved."""

from datetime import datetime, timedelta

from bot.alertmanager import Alert
from bot.cards.card import AMBER, BLUE, GREEN, RED, Card, Field, make_card
from bot.text import discord, one_line

_LOOKS = {"critical": ("🔴", RED), "warning": ("🟠", AMBER), "info": ("🔵", BLUE)}
_SHOWN_LABELS = ("venue", "category", "engine", "limit")
_URL_LIMIT = 500


def alert_card(alert: Alert) -> Card:
    """The card of one alert in its present state."""
    severity = alert.labels.get("severity", "info")
    icon, colour = _LOOKS.get(severity, _LOOKS["info"])
    summary = discord(one_line(alert.annotations.get("summary") or alert.name))
    title = f"✅ Resolved: {summary}" if alert.is_resolved else f"{icon} {summary}"
    return make_card(
        title,
        discord(alert.annotations.get("description", "")),
        colour=GREEN if alert.is_resolved else colour,
        fields=_fields(alert, severity),
    )


def truncated_card(group: str, count: int) -> Card:
    """Says that Alertmanager left alerts out of a notification."""
    return make_card(
        f"🟠 … and {count:,} more alerts",
        "Alertmanager cut its notification; see all of them there.",
        colour=AMBER,
        fields=[Field(name="Group", value=discord(one_line(group)))],
    )


def lasted(duration: timedelta) -> str:
    """A duration as people say it, in its two largest units: `1 h 5 min`."""
    seconds = max(0, round(duration.total_seconds()))
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        parts.append((count, unit))
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count) or "0 s"


def moment(when: datetime) -> str:
    """A time as an operator reads it, in UTC."""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _fields(alert: Alert, severity: str) -> list[Field]:
    fields = [Field(name="Alert", value=discord(one_line(alert.name)))]
    fields.append(Field(name="Severity", value=discord(one_line(severity))))
    fields += [
        Field(name=label.capitalize(), value=discord(one_line(alert.labels[label])))
        for label in _SHOWN_LABELS
        if alert.labels.get(label)
    ]
    fields.append(Field(name="Since", value=moment(alert.starts_at)))
    if alert.is_resolved:
        fields.append(Field(name="Lasted", value=lasted(alert.ends_at - alert.starts_at)))
    runbook = alert.annotations.get("runbook_url", "")
    if is_link(runbook):
        fields.append(Field(name="Runbook", value=runbook))
    return fields


def is_link(url: str) -> bool:
    """Whether a URL can be shown as it is: nothing in it that Discord would read as markdown."""
    return (
        url.startswith(("https://", "http://"))
        and len(url) <= _URL_LIMIT
        and url.isascii()
        and not any(character.isspace() or character in "<>()[]`|*\\" for character in url)
    )
