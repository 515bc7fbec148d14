"""Commands that show alerts: what fires and who has it, and what is silenced."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from bot.alertmanager import FOR_NO_READER
from bot.alertmanager_api import AlertmanagerApi, FiringAlert, Silence
from bot.cards.alert_buttons import alert_buttons
from bot.cards.alerts import incident_name, lasted
from bot.cards.card import Button
from bot.commands.answer import ANSWER_LIMIT, Answer, Context
from bot.commands.presses import Press
from bot.commands.silencing import end as end_silence
from bot.commands.silencing import silence_of
from bot.commands.wording import instant, matcher_words, who
from bot.errors import AlertmanagerDown
from bot.incidents import Incident, Member, begin
from bot.text import clip, join

# https://discord.com/developers/docs/components/reference#action-row
_ROWS = 5
_BUTTONS_A_ROW = 5
_ENDS_SHOWN = 20
_WORDS_LIMIT = 200
_ID_SHOWN = 8
_ICONS = {"critical": "🔴", "warning": "🟠", "info": "🔵"}
_GRAVEST_FIRST = tuple(_ICONS)
_STALE = "⚠️ Alertmanager does not answer: this is what it told last."
_UNKNOWN = "⚠️ Alertmanager does not answer: what {} is not known."


async def alerts(context: Context) -> Answer:
    """What fires: critical first, what nobody has before the rest, the oldest first."""
    known = None if context.outbox is None else await context.outbox.incidents()
    told = await _firing(context.alerts)
    if known is None:
        if told is None:
            return Answer(_UNKNOWN.format("fires"), "unavailable")
        known = incidents_of(told)
    found = sorted(known, key=_rank)
    now = context.now()
    lines = [_line(number, incident, now, context) for number, incident in enumerate(found, 1)]
    head = f"🚨 Firing: {len(found):,}" if found else "✅ Nothing fires."
    if told is None:
        head = f"{head}\n{_STALE}"
    text = join(head, lines, limit=ANSWER_LIMIT)
    return Answer(text, "unavailable" if told is None else "ok", rows=_rows(found, text))


async def silences(context: Context) -> Answer:
    """What is silenced now, the first to end first, each with a button that ends it."""
    try:
        found = await context.alerts.silences() if context.alerts else []
    except AlertmanagerDown:
        return Answer(_UNKNOWN.format("is silenced"), "unavailable")
    if not found:
        return Answer("🔔 Nothing is silenced.")
    now = context.now()
    lines = [_silence(number, silence, now, context) for number, silence in enumerate(found, 1)]
    text = join(f"🔕 Silences: {len(found):,}", lines, limit=ANSWER_LIMIT)
    ends = [
        Button(custom_id=f"arbwatch:end:{silence.id}", label=f"End {number}")
        for number, silence in enumerate(found[:_ENDS_SHOWN], 1)
        if _is_shown(number, text)
    ]
    rows = tuple(
        tuple(ends[first : first + _BUTTONS_A_ROW]) for first in range(0, len(ends), _BUTTONS_A_ROW)
    )
    return Answer(text, rows=rows)


async def end(context: Context, start: str) -> Answer:
    """End the silence whose id starts like this."""
    try:
        known = await context.alerts.silences() if context.alerts else []
    except AlertmanagerDown:
        return Answer(_UNKNOWN.format("is silenced"), "unavailable")
    found = [silence for silence in known if silence.id.startswith(start.lower())]
    if len(found) != 1:
        return Answer(f"⚠️ {len(found) or 'No'} silences have such an id: /silences.", "refused")
    return await end_silence(context, Press(what="end", silence_id=found[0].id))


def incidents_of(firing: Iterable[FiringAlert]) -> list[Incident]:
    """Alerts as incidents, grouped as alertmanager.yml does."""
    groups: dict[str, list[Member]] = {}
    for alert in firing:
        labels = alert.labels
        if labels.get("severity") == FOR_NO_READER:
            continue
        member = Member(
            fingerprint=alert.fingerprint,
            labels=labels,
            annotations=alert.annotations,
            starts_at=alert.starts_at,
            is_silenced=alert.is_silenced,
        )
        group = f"{labels.get('alertname', '')}:{labels.get('venue', '')}"
        groups.setdefault(group, []).append(member)
    return [begin(group, members) for group, members in groups.items()]


async def _firing(alertmanager: AlertmanagerApi | None) -> list[FiringAlert] | None:
    try:
        return None if alertmanager is None else await alertmanager.alerts()
    except AlertmanagerDown:
        return None


def _rank(incident: Incident) -> tuple[int, bool, datetime]:
    is_attended = incident.ack is not None or incident.is_silenced
    return _GRAVEST_FIRST.index(incident.severity), is_attended, incident.opened_at


def _line(number: int, incident: Incident, now: datetime, context: Context) -> str:
    icon = _ICONS[incident.severity]
    name = incident_name(incident, context.escape)
    count = len(incident.firing) + incident.left_out
    many = f" ({count:,} alerts)" if count > 1 else ""
    fires = f"fires for {lasted(now - incident.opened_at)}"
    return f"{number}. {icon} {name}{many}\n   {fires} · {_states(incident, now, context)}"


def _states(incident: Incident, now: datetime, context: Context) -> str:
    """Who has it and until when it is quiet."""
    states = []
    if incident.ack is not None:
        states.append(f"✋ {who(incident.ack.by, context.escape)}")
    mark = silence_of(incident, now)
    if mark and incident.is_silenced:
        by = who(mark.by, context.escape)
        states.append(f"🔕 until {instant(mark.until, context)} by {by}")
    elif incident.is_silenced:
        states.append("🔕 silenced")
    nobody = "nobody has it" if context.outbox is not None else "not silenced"
    return " · ".join(states) or nobody


def _is_shown(number: int, text: str) -> bool:
    """Whether a list has room for this entry: what nobody can read gets no button."""
    return f"\n{number}. " in text


def _rows(found: Sequence[Incident], text: str) -> tuple[tuple[Button, ...], ...]:
    """The buttons of the first few, numbered as their lines."""
    rows = [
        tuple(
            replace(button, label=f"{number} {button.label}")
            for button in alert_buttons(incident)
            if not button.is_disabled
        )
        for number, incident in enumerate(found[:_ROWS], 1)
        if _is_shown(number, text)
    ]
    return tuple(row for row in rows if row)


def _silence(number: int, silence: Silence, now: datetime, context: Context) -> str:
    words = ", ".join(matcher_words(matcher, context.escape) for matcher in silence.matchers)
    left = lasted(silence.ends_at - now)
    until = f"until {instant(silence.ends_at, context)} ({left} left)"
    by = who(silence.created_by, context.escape)
    line = f"{number}. {clip(words, _WORDS_LIMIT)}\n   {until}, by {by}"
    # Where there are no buttons it is ended by its id.
    return line if context.caller.via == "discord" else f"{line}, id {silence.id[:_ID_SHOWN]}"
