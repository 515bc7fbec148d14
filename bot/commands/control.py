"""Commands that act: halt, resume. They say "halted" only once the engine has said so."""

import asyncio

from arbwatch.control import Halt, HaltOrder, HaltState, ResumeOrder, VenueControl
from bot.commands.answer import ANSWER_LIMIT, Answer, Context
from bot.errors import ExporterDown, ExporterError
from bot.text import Escape, join, one_line

# An engine acknowledges within a second or is declared silent by the exporter after five.
CONFIRM_SECONDS = 6.0
_POLL_SECONDS = 0.2
_ACTOR_LIMIT = 128
_REASON_LIMIT = 500

_BY_HAND = (
    "Act by hand: stop the engine, cancel its open orders at the venue,"
    " and check the positions there. /status shows the state once it is known."
)


async def halt(context: Context, venue: str, reason: str = "") -> Answer:
    """Order a halt, and wait for the engine's acknowledgement."""
    name = _name(venue, context.escape)
    order = HaltOrder(
        reason=_reason(reason, otherwise="no reason given"),
        actor=_actor(context),
        via=context.caller.via,
    )
    try:
        ordered = await context.api.halt(venue, order)
    except ExporterDown:
        text = f"⚠️ Halt of {name} not confirmed: the exporter does not answer."
        return Answer(f"{text}\n{_BY_HAND}", "unavailable")
    return await _confirm(context, ordered, name)


async def resume(context: Context, venue: str) -> Answer:
    """End the open halts of a venue that can be seen now, and no later ones."""
    seen = _find(await context.api.venues(), venue)
    own = [halt for halt in seen.halts if halt.scope == seen.venue] if seen else []
    if seen and not own and seen.state is HaltState.RUNNING:
        return Answer(f"▶️ {_name(venue, context.escape)} is already running.")
    order = ResumeOrder(
        reason="resumed by command",
        actor=_actor(context),
        via=context.caller.via,
        halt_ids=[halt.halt_id for halt in own],
    )
    after = await context.api.resume(venue, order)
    return _resumed(after, own, context.escape)


async def _confirm(context: Context, ordered: VenueControl, name: str) -> Answer:
    """Ask until the engine has acknowledged this order, or long enough."""
    deadline = context.now_seconds() + CONFIRM_SECONDS
    control: VenueControl | None = ordered
    while context.now_seconds() < deadline:
        if control is not None and control.seq >= ordered.seq:
            if control.state is HaltState.ACKNOWLEDGED:
                return Answer(f"🛑 Trading halted on {name}")
            if control.state is HaltState.RUNNING:
                return Answer(f"⚠️ {name} was resumed by somebody meanwhile.", "unconfirmed")
            if control.state is HaltState.UNCONFIRMED:
                break
        await asyncio.sleep(_POLL_SECONDS)
        control = await _look(context, ordered.venue)
    text = f"⚠️ Halt requested on {name}, but not confirmed by the engine."
    return Answer(f"{text}\n{_BY_HAND}", "unconfirmed")


async def _look(context: Context, venue: str) -> VenueControl | None:
    try:
        return _find(await context.api.venues(), venue)
    except ExporterError:
        return None


def _resumed(after: VenueControl, ended: list[Halt], escape: Escape) -> Answer:
    name = _name(after.venue, escape)
    if after.state is HaltState.RUNNING:
        lines = [f"Ended {_halt(halt, escape)}" for halt in ended]
        return Answer(join(f"▶️ Trading resumed on {name}", lines, limit=ANSWER_LIMIT))
    lines = [f"Open: {_halt(halt, escape)}" for halt in after.halts]
    return Answer(join(f"⚠️ {name} stays halted", lines, limit=ANSWER_LIMIT), "unconfirmed")


def _halt(halt: Halt, escape: Escape) -> str:
    scope = " of all venues" if halt.scope == "all" else ""
    return (
        f"halt #{halt.halt_id}{scope}: {escape(one_line(halt.reason))}"
        f" (by {escape(one_line(halt.actor))}, {halt.since:%Y-%m-%d %H:%M:%S} UTC)"
    )


def _find(venues: list[VenueControl], venue: str) -> VenueControl | None:
    return next((control for control in venues if control.venue == venue), None)


def _name(venue: str, escape: Escape) -> str:
    return escape(one_line(venue)).upper()


def _actor(context: Context) -> str:
    return one_line(context.caller.actor)[:_ACTOR_LIMIT] or "unknown"


def _reason(reason: str, *, otherwise: str) -> str:
    return one_line(reason)[:_REASON_LIMIT] or otherwise
