"""Silences in Alertmanager, made and ended by buttons."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.alertmanager_api import AlertmanagerApi, Matcher, NewSilence
from bot.cards.alerts import incident_name
from bot.commands.answer import Answer, Context
from bot.commands.presses import NOT_KEPT, NotPossible, Press, change, try_change
from bot.commands.wording import instant, matcher_words, plain_name, who
from bot.errors import AlertmanagerDown, OutboxError
from bot.incidents import Incident, SilenceMark
from bot.text import clip, join, one_line, plain

log = logging.getLogger(__name__)

_TEXT_LIMIT = 1500
_COMMENT_LIMIT = 500
_DOWN = "⚠️ Alertmanager does not answer: "


def silence_of(incident: Incident, now: datetime) -> SilenceMark | None:
    """The silence of a button's that holds longest, if one holds."""
    holding = [mark for mark in incident.silences if mark.until > now]
    return max(holding, key=lambda mark: mark.until, default=None)


async def silence(context: Context, press: Press) -> Answer:
    """Silence what the alerts of a card share; one at a time, so that two presses make one."""
    async with context.silencing:
        incident = await change(context, press, lambda found: found)
        now = context.now()
        held = silence_of(incident, now)
        # An alert that joined since may be one that the silence does not cover.
        if held and incident.is_silenced:
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
        kept = await try_change(context, press, lambda found: found.silenced(mark))
    head = (
        f"🔕 Silenced for {press.hours} h, until {instant(wanted.ends_at, context)}: all that has"
    )
    if incident.asks_for_halt:
        head = f"⚠️ Until then it halts nothing by itself.\n{head}"
    words = [f"• {matcher_words(matcher, context.escape)}" for matcher in wanted.matchers]
    return Answer(join(head, words, limit=_TEXT_LIMIT) + kept)


async def unsilence(context: Context, press: Press) -> Answer:
    """End every silence that the buttons of a card made."""
    async with context.silencing:
        incident = await change(context, press, lambda found: found)
        if not incident.silences:
            return Answer("🔔 No button silenced it. /silences lists all there is.", "refused")
        ended: list[str] = []
        try:
            for mark in incident.silences:
                await _alertmanager(context).expire(mark.silence_id)
                ended.append(mark.silence_id)
        except AlertmanagerDown:
            pass
        kept = await try_change(context, press, _ending(context, ended)) if ended else ""
    if len(ended) < len(incident.silences):
        return Answer(f"{_DOWN}the silence goes on. Try again soon.{kept}", "unavailable")
    return Answer(f"🔔 The silence is ended: it is loud again.{kept}")


async def end(context: Context, press: Press) -> Answer:
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
        return NOT_KEPT
    return ""


def _wanted(context: Context, incident: Incident, press: Press, now: datetime) -> NewSilence:
    """The silence of what the alerts have in common; one alone has all of its labels."""
    common = common_labels(incident)
    if "alertname" not in common:
        # Whatever else they share is too much to silence: all that is critical, perhaps.
        raise NotPossible("⚠️ These alerts have no common name: silence them in Alertmanager.")
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
    line = f"🔔 {plain_name(context.caller.actor)} ended the silence, {context.now():%H:%M} UTC"

    def without(incident: Incident) -> Incident:
        for silence_id in silence_ids:
            incident = incident.unsilenced(silence_id)
        return incident.with_deed(line)

    return without


def _alertmanager(context: Context) -> AlertmanagerApi:
    if context.alerts is None:
        raise AlertmanagerDown("there is no Alertmanager")
    return context.alerts
