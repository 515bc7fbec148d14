"""What is done about an alert by the buttons of its card: taken, silenced, halted for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.cards.alerts import incident_name
from bot.commands import halting, silencing
from bot.commands.answer import Answer, Context
from bot.commands.presses import OVER, NotPossible, Press, change, try_change
from bot.commands.wording import instant, plain_name, venue_name, who
from bot.errors import OutboxError
from bot.text import plain

log = logging.getLogger(__name__)

# The bot's own disk answers within milliseconds; a halt waits no longer for it.
_DISK_SECONDS = 0.5


async def carry_out(context: Context, press: Press) -> Answer:
    """Do what a button wishes; nothing is said to be done that is not."""
    work: dict[str, Callable[[Context, Press], Awaitable[Answer]]] = {
        "ack": _ack,
        "silence": silencing.silence,
        "unsilence": silencing.unsilence,
        "end": silencing.end,
        "halt": _halt,
    }
    try:
        return await work[press.what](context, press)
    except NotPossible as unknown:
        return Answer(str(unknown), "refused")


async def _ack(context: Context, press: Press) -> Answer:
    """Take an alert; the first who takes it has it."""
    name, now = plain_name(context.caller.actor), context.now()
    incident = await change(context, press, lambda found: found.acked(by=name, at=now))
    ack = incident.ack
    if ack is None:
        raise NotPossible(OVER)
    if (ack.by, ack.at) == (name, now):
        return Answer("✋ It is yours: the card says so, and no more reminders come.")
    owner = "You have" if ack.by == name else f"{who(ack.by, context.escape)} has"
    return Answer(f"✋ {owner} it already, since {instant(ack.at, context)}.", "refused")


async def _halt(context: Context, press: Press) -> Answer:
    """Halt as /halt does, whatever became of the alert: one halt too many costs a moment only."""
    by = plain_name(context.caller.actor)
    name = venue_name(press.scope, plain)

    async def note(halt_id: int) -> None:
        number = f"#{halt_id}" if halt_id else "(not on disk)"
        line = f"🛑 {by} ordered halt {number} of {name}, {context.now():%H:%M} UTC"
        try:
            async with asyncio.timeout(_DISK_SECONDS):
                await try_change(context, press, lambda found: found.with_deed(line))
        except TimeoutError:
            log.error("Halt not noted in time: reference=%s", press.reference)

    return await halting.halt(context, press.scope, await _reason(context, press), note=note)


async def _reason(context: Context, press: Press) -> str:
    """What the halt is for; a disk that hangs must not hold it up."""
    try:
        async with asyncio.timeout(_DISK_SECONDS):
            incident = await change(context, press, lambda found: found, even_if_over=True)
    except (NotPossible, OutboxError, TimeoutError):
        return "pressed on an alert's card"
    return f"pressed on the card of {incident_name(incident, plain)}"
