"""What is done about an alert by the buttons of its card: taken, silenced, halted for."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from arbwatch.events import utc_now
from bot.alertmanager_api import AlertmanagerApi, Matcher, NewSilence
from bot.cards.alerts import incident_name
from bot.commands import halting
from bot.commands.answer import Answer, Context
from bot.commands.wording import instant, matcher_words, plain_name, venue_name, who
from bot.errors import AlertmanagerDown, OutboxError
from bot.incidents import Incident, SilenceMark
from bot.outbox import Outbox
from bot.text import clip, join, one_line, plain

log = logging.getLogger(__name__)

_TEXT_LIMIT = 1500
_COMMENT_LIMIT = 500
_OVER = "✅ It is over already: nothing was done."
_FORGOTTEN = "⚠️ The bot does not know this alert any more: nothing was done."
_NOT_KEPT = "\n⚠️ The bot's disk did not take it: the card does not show it."
_DOWN = "⚠️ Alertmanager does not answer: "


class Press(Struct, frozen=True, kw_only=True):
    """What a button wishes. `reference` is the incident's; `link` leads to the pressed message."""

    what: Literal["ack", "silence", "unsilence", "end", "halt"]
    reference: str = ""
    hours: int = 0
    silence_id: str = ""
    scope: str = ""
    link: str = ""

    @property
    def name(self) -> str:
        """Under which it is counted, allowed and denied."""
        return "unsilence" if self.what == "end" else self.what


class _Unknown(Exception):
    """An incident that nothing can be done about; the text says why."""


async def carry_out(context: Context, press: Press) -> Answer:
    """Do what a button wishes; nothing is said to be done that is not."""
    work: dict[str, Callable[[Context, Press], Awaitable[Answer]]] = {
        "ack": _ack,
        "silence": _silence,
        "unsilence": _unsilence,
        "end": _end,
        "halt": _halt,
    }
    try:
        return await work[press.what](context, press)
    except _Unknown as unknown:
        return Answer(str(unknown), "refused")


def silence_of(incident: Incident, now: datetime) -> SilenceMark | None:
    """The silence of a button's that holds longest, if one holds."""
    holding = [mark for mark in incident.silences if mark.until > now]
    return max(holding, key=lambda mark: mark.until, default=None)


async def _ack(context: Context, press: Press) -> Answer:
    """Take an alert; the first who takes it has it."""
    name, now = plain_name(context.caller.actor), utc_now()
    incident = await _change(context, press, lambda found: found.acked(by=name, at=now))
    ack = incident.ack
    if ack is None:
        raise _Unknown(_OVER)
    if (ack.by, ack.at) == (name, now):
        return Answer("✋ It is yours: the card says so, and no more reminders come.")
    owner = "You have" if ack.by == name else f"{who(ack.by, context.escape)} has"
    return Answer(f"✋ {owner} it already, since {instant(ack.at, context)}.", "refused")


async def _silence(context: Context, press: Press) -> Answer:
    """Silence what the alerts of a card share; one at a time, so that two presses make one."""
    async with context.silencing:
        incident = await _change(context, press, lambda found: found)
        now = utc_now()
        if held := silence_of(incident, now):
            by = who(held.by, context.escape)
            text = f"🔕 {by} silenced it until {instant(held.until, context)}."
            return Answer(f"{text}\nTo change that, press End silence first.", "refused")
        wanted = _wanted(context, incident, press, now)
        try:
            silence_id = await _alertmanager(context).silence(wanted)
        except AlertmanagerDown:
            return Answer(
                f"{_DOWN}take it for not silenced.\n/silences shows what is; then try again.",
                "unavailable",
            )
        mark = SilenceMark(silence_id=silence_id, until=wanted.ends_at, by=wanted.created_by)
        kept = await _try_change(context, press, lambda found: found.silenced(mark))
    head = (
        f"🔕 Silenced for {press.hours} h, until {instant(wanted.ends_at, context)}: all that has"
    )
    words = [f"• {matcher_words(matcher, context.escape)}" for matcher in wanted.matchers]
    return Answer(join(head, words, limit=_TEXT_LIMIT) + kept)


async def _unsilence(context: Context, press: Press) -> Answer:
    """End every silence that the buttons of a card made."""
    async with context.silencing:
        incident = await _change(context, press, lambda found: found)
        if not incident.silences:
            return Answer("🔔 No button silenced it. /silences lists all there is.", "refused")
        ended: list[str] = []
        try:
            for mark in incident.silences:
                await _alertmanager(context).expire(mark.silence_id)
                ended.append(mark.silence_id)
        except AlertmanagerDown:
            pass
        kept = await _try_change(context, press, _ending(context, ended)) if ended else ""
    if len(ended) < len(incident.silences):
        return Answer(f"{_DOWN}the silence goes on. Try again soon.{kept}", "unavailable")
    return Answer(f"🔔 The silence is ended: it is loud again.{kept}")


async def _end(context: Context, press: Press) -> Answer:
    """End one silence of Alertmanager's, and have the card that shows it say so."""
    async with context.silencing:
        try:
            await _alertmanager(context).expire(press.silence_id)
        except AlertmanagerDown:
            return Answer(f"{_DOWN}the silence goes on. Try again soon.", "unavailable")
        kept = await _end_on_cards(context, press.silence_id)
    return Answer(f"🔔 The silence is ended.{kept}")


async def _end_on_cards(context: Context, silence_id: str) -> str:
    if context.outbox is None:
        return ""
    try:
        for incident in await context.outbox.incidents():
            if any(mark.silence_id == silence_id for mark in incident.silences):
                await context.outbox.amend(incident.key, _ending(context, [silence_id]))
    except OutboxError:
        log.exception("Ended silence not noted: silence=%s", silence_id)
        return _NOT_KEPT
    return ""


async def _halt(context: Context, press: Press) -> Answer:
    """Halt as /halt does, whatever became of the alert: one halt too many costs a moment only."""
    by = plain_name(context.caller.actor)
    name = venue_name(press.scope, plain)

    async def note(halt_id: int) -> None:
        number = f"#{halt_id}" if halt_id else "(not on disk)"
        line = f"🛑 {by} ordered halt {number} of {name}, {utc_now():%H:%M} UTC"
        await _try_change(context, press, lambda found: found.with_deed(line))

    return await halting.halt(context, press.scope, await _reason(context, press), note=note)


async def _reason(context: Context, press: Press) -> str:
    try:
        incident = await _change(context, press, lambda found: found, even_if_over=True)
    except (_Unknown, OutboxError):
        return "pressed on an alert's card"
    return f"pressed on the card of {incident_name(incident, plain)}"


def _wanted(context: Context, incident: Incident, press: Press, now: datetime) -> NewSilence:
    """The silence of what the alerts have in common; one alone has all of its labels."""
    common = common_labels(incident)
    if "alertname" not in common:
        # Whatever else they share is too much to silence: all that is critical, perhaps.
        raise _Unknown("⚠️ These alerts have no common name: silence them in Alertmanager.")
    about = f"{incident_name(incident, plain)}: {press.link or incident.reference}"
    return NewSilence(
        matchers=tuple(Matcher(name=name, value=common[name]) for name in sorted(common)),
        starts_at=now,
        ends_at=now + timedelta(hours=press.hours),
        created_by=plain_name(context.caller.actor),
        comment=clip(one_line(about), _COMMENT_LIMIT),
    )


def common_labels(incident: Incident) -> dict[str, str]:
    """The labels that all alerts of an incident share."""
    first, *others = [member.labels for member in incident.members]
    return {
        name: value
        for name, value in first.items()
        if value and all(labels.get(name) == value for labels in others)
    }


def _ending(context: Context, silence_ids: list[str]) -> Callable[[Incident], Incident]:
    line = f"🔔 {plain_name(context.caller.actor)} ended the silence, {utc_now():%H:%M} UTC"

    def end(incident: Incident) -> Incident:
        for silence_id in silence_ids:
            incident = incident.unsilenced(silence_id)
        return incident.with_deed(line)

    return end


async def _change(
    context: Context,
    press: Press,
    change: Callable[[Incident], Incident],
    *,
    even_if_over: bool = False,
) -> Incident:
    """Change an incident that goes on, or raise _Unknown; OutboxError where it cannot be kept."""
    found = await _outbox(context).amend(
        press.reference, lambda i: i if i.is_resolved and not even_if_over else change(i)
    )
    if found is None:
        raise _Unknown(_FORGOTTEN)
    if found.is_resolved and not even_if_over:
        raise _Unknown(_OVER)
    return found


async def _try_change(
    context: Context, press: Press, change: Callable[[Incident], Incident]
) -> str:
    """Change an incident after the deed, whatever became of it; what to say if that failed."""
    try:
        await _outbox(context).amend(press.reference, change)
    except OutboxError:
        log.exception("Deed not noted: what=%s reference=%s", press.what, press.reference)
        return _NOT_KEPT
    return ""


def _outbox(context: Context) -> Outbox:
    if context.outbox is None:
        raise RuntimeError("what acts on cards needs an outbox")
    return context.outbox


def _alertmanager(context: Context) -> AlertmanagerApi:
    if context.alerts is None:
        raise AlertmanagerDown("there is no Alertmanager")
    return context.alerts
