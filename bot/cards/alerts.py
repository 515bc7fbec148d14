"""Cards of alerts, from firing to resolved."""

from datetime import datetime, timedelta

from arbwatch.control import ALL_VENUES
from bot.alertmanager import Alert
from bot.cards.card import AMBER, BLUE, GREEN, RED, Card, Field, make_card
from bot.text import discord, one_line

_LOOKS = {"critical": ("🔴", RED), "warning": ("🟠", AMBER), "info": ("🔵", BLUE)}
_SHOWN_LABELS = ("venue", "category", "engine", "limit")
_URL_LIMIT = 500


def alert_card(alert: Alert, *, is_obeyed: bool = True) -> Card:
    """The card of one alert in its present state.

    An alert that asks for a halt says so when it is not obeyed; else see `with_halt`.
    """
    severity = alert.labels.get("severity", "info")
    icon, colour = _LOOKS.get(severity, _LOOKS["info"])
    summary = discord(one_line(alert.annotations.get("summary") or alert.name))
    title = f"✅ Resolved: {summary}" if alert.is_resolved else f"{icon} {summary}"
    return make_card(
        title,
        discord(alert.annotations.get("description", "")),
        colour=GREEN if alert.is_resolved else colour,
        fields=_fields(alert, severity, is_obeyed=is_obeyed),
    )


def with_halt(card: Card, scope: str, *, halt_id: int | None) -> Card:
    """The card of an alert that halts `scope`: what it orders, or the number of the order."""
    if halt_id is None:
        names = "all venues" if scope == ALL_VENUES else scope
        text = f"⏳ Halts {discord(one_line(names)).upper()} automatically"
    else:
        resume = f"/resume {discord(one_line(scope))}"
        text = f"🛑 Halt ordered by this alert (halt #{halt_id}). It ends by {resume} only"
    return make_card(
        card.title,
        card.body,
        colour=card.colour,
        fields=(Field(name="Halt", value=text), *card.fields),
        content=card.content,
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


def _fields(alert: Alert, severity: str, *, is_obeyed: bool) -> list[Field]:
    fields = [Field(name="Alert", value=discord(one_line(alert.name)))]
    if alert.asks_for_halt and not is_obeyed:
        fields.append(Field(name="Halt", value="none: AUTO_HALT does not name this alert"))
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
