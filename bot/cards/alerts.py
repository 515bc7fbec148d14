"""The card of an incident, from firing to resolved."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from arbwatch.control import ALL_VENUES
from bot.cards.alert_buttons import alert_buttons
from bot.cards.card import AMBER, BLUE, GREEN, GREY, RED, Card, Field, make_card
from bot.cards.links import Look, links
from bot.cards.members import member_lines
from bot.incidents import Incident
from bot.text import Escape, clip, discord, one_line

_LOOKS = {"critical": ("🔴", RED), "warning": ("🟠", AMBER), "info": ("🔵", BLUE)}
# A phone shows about 40 characters a line: this is half a screen.
_DESCRIPTION_LIMIT = 700
_ACTION_LIMIT = 300
_NAME_LIMIT = 80
_SILENCES_SHOWN = 3
_NUMBERS_SHOWN = 5


class HaltNote(Struct, frozen=True, kw_only=True):
    """A halt that an alert of the card asks for; numbered once it is ordered."""

    scope: str
    halt_id: int | None


def incident_card(incident: Incident, *, look: Look) -> Card:
    """The card of an incident in its present state. Of its halts `with_halts` tells."""
    icon, colour = _looks(incident)
    name = incident_name(incident, discord)
    return make_card(
        f"{icon} {name}",
        _body(incident, look),
        colour=colour,
        fields=_fields(incident, look),
        content=name if incident.is_urgent else "",
        buttons=alert_buttons(incident),
    )


def with_halts(card: Card, notes: Sequence[HaltNote]) -> Card:
    """The card of an incident whose alerts halt: what they order, or the numbers of the orders."""
    scopes = sorted({note.scope for note in notes})
    texts = [_halt_text(scope, [n.halt_id for n in notes if n.scope == scope]) for scope in scopes]
    return _remade(card, fields=(Field(name="Halt", value="\n".join(texts)), *card.fields))


def again_card(card: Card, *, is_gone: bool) -> Card:
    """The card of a message that stands in for an earlier one, and says why."""
    why = "The message before this one is gone." if is_gone else "Goes on from this older message."
    return _remade(card, body=f"-# ↪ {why}\n{card.body}")


def incident_name(incident: Incident, escape: Escape) -> str:
    """What it is, in plain words, and where."""
    summary = clip(one_line(incident.lead.annotations.get("summary") or incident.name), _NAME_LIMIT)
    venue = clip(one_line(incident.venue), _NAME_LIMIT)
    return escape(f"{summary} · {venue}" if venue else summary)


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


def stamp(when: datetime, style: str = "t") -> str:
    """A time that Discord shows by each reader's own clock: `t` its time, `f` with the date, `R`
    how long ago. https://discord.com/developers/docs/reference#message-formatting
    """
    return f"<t:{int(when.timestamp())}:{style}>"


def _remade(card: Card, *, body: str | None = None, fields: Sequence[Field] | None = None) -> Card:
    """The same card with more on it, within the limits."""
    return make_card(
        card.title,
        card.body if body is None else body,
        colour=card.colour,
        fields=card.fields if fields is None else fields,
        content=card.content,
        buttons=card.buttons,
    )


def _looks(incident: Incident) -> tuple[str, int]:
    if incident.is_resolved:
        return "✅ Resolved:", GREEN
    icon, colour = _LOOKS[incident.severity]
    return ("🔕", GREY) if incident.is_silenced else (icon, colour)


def _body(incident: Incident, look: Look) -> str:
    notes = incident.lead.annotations
    description = discord(clip(notes.get("description", "").strip(), _DESCRIPTION_LIMIT))
    action = discord(clip(one_line(notes.get("action", "")), _ACTION_LIMIT))
    name = discord(clip(one_line(incident.name), _NAME_LIMIT))
    paragraphs = [
        description,
        f"**Do:** {action}" if action and not incident.is_resolved else "",
        "\n".join(member_lines(incident)),
        "\n".join([*links(notes, look), f"-# {name} · {incident.severity}"]),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _fields(incident: Incident, look: Look) -> list[Field]:
    fields = []
    if _is_disobeyed(incident, look):
        fields.append(Field(name="Halt", value="none: AUTO_HALT does not name this alert"))
    opened = incident.opened_at
    if incident.is_resolved:
        # What ended unseen lasted until somebody looked, at most.
        most = "at most " if incident.closed_unseen else ""
        duration = lasted((incident.ended_at or opened) - opened)
        fields.append(Field(name="Lasted", value=f"{most}{duration}"))
        fields.append(Field(name="Since", value=stamp(opened, "f")))
    else:
        fields.append(Field(name="Since", value=f"{stamp(opened)} · {stamp(opened, 'R')}"))
    if done := _done(incident):
        fields.append(Field(name="Done", value="\n".join(done)))
    return fields


def _is_disobeyed(incident: Incident, look: Look) -> bool:
    if look.halting is None or incident.is_resolved:
        return False
    asking = {member.name for member in incident.firing if member.labels.get("action") == "halt"}
    return not asking <= set(look.halting)


def _done(incident: Incident) -> list[str]:
    """What people did about it."""
    lines = []
    if incident.ack:
        lines.append(f"✋ Taken by {_who(incident.ack.by)} {stamp(incident.ack.at)}")
    hidden = len(incident.silences) - _SILENCES_SHOWN
    lines += [
        f"🔕 Silenced until {stamp(mark.until, 'f')} by {_who(mark.by)}"
        for mark in incident.silences[-_SILENCES_SHOWN:]
    ]
    if hidden > 0:
        lines.append(f"… and {hidden:,} more silences")
    if incident.is_silenced and not incident.silences:
        lines.append("🔕 Silenced in Alertmanager")
    if incident.is_silenced and incident.asks_for_halt:
        lines.append("⚠️ Silenced, it halts nothing by itself")
    if incident.closed_unseen:
        lines.append("Alertmanager knows it no more")
    return lines + [discord(clip(one_line(deed), 2 * _NAME_LIMIT)) for deed in incident.deeds]


def _who(name: str) -> str:
    return discord(clip(one_line(name), _NAME_LIMIT))


def _halt_text(scope: str, halt_ids: Sequence[int | None]) -> str:
    names = "all venues" if scope == ALL_VENUES else clip(one_line(scope), _NAME_LIMIT)
    numbers = sorted(number for number in halt_ids if number is not None)
    if not numbers:
        return f"⏳ Halts {discord(names).upper()} automatically"
    shown = ", ".join(f"#{number}" for number in numbers[:_NUMBERS_SHOWN])
    more = len(numbers) - _NUMBERS_SHOWN
    which = f"halt {shown}" + (f" and {more:,} more" if more > 0 else "")
    resume = f"/resume {discord(clip(one_line(scope), _NAME_LIMIT))}"
    return f"🛑 Halt ordered by this alert ({which}). It ends by {resume} only"
