"""Commands that act: halt, resume. They say "halted" only once the engine has said so."""

import asyncio

from arbwatch.control import (
    ALL_VENUES,
    Halt,
    HaltOrder,
    HaltState,
    ResumeOrder,
    VenueControl,
)
from bot.commands.answer import ANSWER_LIMIT, Answer, Context
from bot.errors import ExporterDown, ExporterError
from bot.text import Escape, join, length, one_line

# An engine acknowledges within a second or is declared silent by the exporter after five.
CONFIRM_SECONDS = 6.0
_POLL_SECONDS = 0.2
_ACTOR_LIMIT = 128
_REASON_LIMIT = 500

_BY_HAND = (
    "Act by hand: stop the engine, cancel its open orders at the venue,"
    " and check the positions there. /status shows the state once it is known."
)

_STANDS = {
    HaltState.RUNNING: "⚠️ resumed by somebody meanwhile",
    HaltState.REQUESTED: "⚠️ not confirmed",
    HaltState.UNCONFIRMED: "⚠️ not confirmed",
    HaltState.ACKNOWLEDGED: "🛑 halted",
}


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
    order_seq = min((control.seq for control in ordered), default=0)
    return _halted(await _wait(context, ordered), name, context.escape, order_seq=order_seq)


async def resume(context: Context, venue: str) -> Answer:
    """End the open halts of a venue or of all that can be seen now, and no later ones."""
    seen = _of_scope(await context.api.venues(), venue)
    own = [halt for halt in _open_halts(seen) if halt.scope == venue]
    name = _name(venue, context.escape)
    if seen and not own and _are_all(seen, HaltState.RUNNING):
        are = "are" if venue == ALL_VENUES else "is"
        return Answer(f"▶️ {name} {are} already running.")
    order = ResumeOrder(
        reason="resumed by command",
        actor=_actor(context),
        via=context.caller.via,
        halt_ids=[halt.halt_id for halt in own],
    )
    after = await context.api.resume(venue, order)
    return _resumed(after, own, name, context.escape)


async def _wait(context: Context, ordered: list[VenueControl]) -> list[VenueControl]:
    """Ask until every venue's engine has acknowledged the order, or long enough."""
    deadline = context.now_seconds() + CONFIRM_SECONDS
    latest = ordered
    while any(control.state is HaltState.REQUESTED for control in latest):
        if context.now_seconds() >= deadline:
            break
        await asyncio.sleep(_POLL_SECONDS)
        latest = await _look(context, latest)
    return latest


async def _look(context: Context, before: list[VenueControl]) -> list[VenueControl]:
    """The same venues now; as before where that cannot be seen."""
    try:
        found = {control.venue: control for control in await context.api.venues()}
    except ExporterError:
        return before
    now = [found.get(control.venue, control) for control in before]
    return [new if new.seq >= old.seq else old for old, new in zip(before, now, strict=True)]


def _halted(controls: list[VenueControl], name: str, escape: Escape, *, order_seq: int) -> Answer:
    """What became of a halt: called one only where every venue's engine has said so."""
    if controls and _are_all(controls, HaltState.ACKNOWLEDGED):
        return Answer(f"🛑 Trading halted on {name}{_still_open(controls, order_seq)}")
    if len(controls) == 1 and _are_all(controls, HaltState.RUNNING):
        return Answer(f"⚠️ {name} was resumed by somebody meanwhile.", "unconfirmed")
    text = f"⚠️ Halt requested on {name}, but not confirmed by the engine."
    if len(controls) > 1:
        lines = [
            f"{_name(c.venue, escape)}: {_STANDS[c.state]}{_still_open([c], order_seq)}"
            for c in controls
        ]
        text = join(text, lines, limit=ANSWER_LIMIT - length(_BY_HAND) - 1)
    return Answer(f"{text}\n{_BY_HAND}", "unconfirmed")


def _still_open(controls: list[VenueControl], order_seq: int) -> str:
    """Orders open after this halt, as far as engines told: one that did not adds no number."""
    acks = [ack for control in controls for ack in control.acks if ack.seq >= order_seq]
    count = sum(ack.open_orders or 0 for ack in acks)
    if not count:
        return ""
    least = "at least " if any(ack.open_orders is None for ack in acks) else ""
    return f", {least}{count:,} {'order' if count == 1 else 'orders'} still open"


def _resumed(after: list[VenueControl], ended: list[Halt], name: str, escape: Escape) -> Answer:
    """What became of a resume: what still halts is named, and what would end it."""
    done = [f"Ended {_halt(halt, escape)}" for halt in ended]
    if _are_all(after, HaltState.RUNNING):
        return Answer(join(f"▶️ Trading resumed on {name}", done, limit=ANSWER_LIMIT))
    halted = [c for c in after if c.state is not HaltState.RUNNING]
    left = _open_halts(halted)
    names = ", ".join(_name(control.venue, escape) for control in halted)
    header = f"⚠️ {names} {'stays' if len(halted) == 1 else 'stay'} halted"
    scopes = dict.fromkeys(escape(one_line(halt.scope)) for halt in left)
    hint = f"To end that: {', '.join(f'/resume {scope}' for scope in scopes)}"
    lines = [*(f"Open: {_halt(halt, escape)}" for halt in left), *done]
    text = join(header, lines, limit=ANSWER_LIMIT - length(hint) - 1)
    return Answer(f"{text}\n{hint}", "unconfirmed")


def _are_all(controls: list[VenueControl], state: HaltState) -> bool:
    return all(control.state is state for control in controls)


def _open_halts(controls: list[VenueControl]) -> list[Halt]:
    """Every halt once: one of all venues stands at each of them."""
    return list({halt.halt_id: halt for c in controls for halt in c.halts}.values())


def _of_scope(venues: list[VenueControl], scope: str) -> list[VenueControl]:
    return [control for control in venues if scope in (control.venue, ALL_VENUES)]


def _halt(halt: Halt, escape: Escape) -> str:
    scope = " of all venues" if halt.scope == ALL_VENUES else ""
    return (
        f"halt #{halt.halt_id}{scope}: {escape(one_line(halt.reason))}"
        f" (by {escape(one_line(halt.actor))}, {halt.since:%Y-%m-%d %H:%M:%S} UTC)"
    )


def _name(venue: str, escape: Escape) -> str:
    return "ALL VENUES" if venue == ALL_VENUES else escape(one_line(venue)).upper()


def _actor(context: Context) -> str:
    return one_line(context.caller.actor)[:_ACTOR_LIMIT] or "unknown"


def _reason(reason: str, *, otherwise: str) -> str:
    return one_line(reason)[:_REASON_LIMIT] or otherwise
