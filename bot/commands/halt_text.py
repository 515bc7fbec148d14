"""What a halt looks like at each moment: pure functions over what was seen of its venues."""

from collections.abc import Sequence

from msgspec import Struct

from arbwatch.control import LEASE_SECONDS, EngineAck, HaltState
from bot.commands.answer import ANSWER_LIMIT
from bot.commands.wording import by_hand, orders, venue_name
from bot.text import Escape, join, length

_STANDS = {
    HaltState.RUNNING: "⚠️ runs again",
    HaltState.REQUESTED: "⏳ requested",
    HaltState.UNCONFIRMED: "⚠️ not confirmed",
    HaltState.ACKNOWLEDGED: "🛑 halted",
}
_NO_ENGINE = "No engine is in contact: nobody is there to confirm it."
_STILL_OPEN = "These may still fill: if they stay open (/venues), cancel them at the venue."

# For what the exporter says of a halt that it could not store.
_WARNING_RESERVE = 450


class Seen(Struct, frozen=True, kw_only=True):
    """One venue of a halt. `acks` are of this halt; `seconds` passed until all engines gave one."""

    venue: str
    state: HaltState
    acks: list[EngineAck]
    seconds: float | None
    has_engine: bool

    @property
    def is_halted(self) -> bool:
        """Whether the engines have said so."""
        return self.state is HaltState.ACKNOWLEDGED

    @property
    def has_open_orders(self) -> bool:
        """Whether an engine told of orders that are still open."""
        return any(ack.open_orders for ack in self.acks)


def requested(seen: Sequence[Seen], name: str, escape: Escape) -> str:
    """A halt that is stored, and that not every engine has acknowledged yet."""
    head = f"⏳ Halt requested on {name}"
    if not any(venue.has_engine for venue in seen):
        head = f"{head}\n{_NO_ENGINE}"
    return head if len(seen) == 1 else _list(head, seen, escape)


def halted(seen: Sequence[Seen], name: str, escape: Escape) -> str:
    """A halt that every engine has acknowledged."""
    head = f"🛑 Trading halted on {name}"
    tail = _STILL_OPEN if any(venue.has_open_orders for venue in seen) else ""
    if len(seen) == 1:
        text = f"{head}\n{_acknowledged(seen[0]).capitalize()}"
    else:
        text = _list(head, seen, escape, reserve=len(tail))
    return f"{text}\n{tail}" if tail else text


def unconfirmed(seen: Sequence[Seen], name: str, escape: Escape) -> str:
    """A halt that was not acknowledged in time, and what to do now."""
    head = f"⚠️ Halt requested on {name}, but not confirmed by the engine."
    if not any(venue.has_engine for venue in seen):
        head = f"{head}\n{_NO_ENGINE}"
    hand = by_hand([venue.venue for venue in seen if not venue.is_halted], escape)
    tail = f"{hand}\n/venues shows whether it is confirmed later."
    text = head if len(seen) == 1 else _list(head, seen, escape, reserve=length(tail) + 1)
    return f"{text}\n{tail}"


def running_again(name: str) -> str:
    """A halt that somebody ended while it was waited for."""
    return f"⚠️ {name} runs again: somebody resumed it meanwhile. /audit shows who."


def lost(name: str) -> str:
    """A halt that was in the exporter's memory only, and ended with it."""
    return (
        f"⚠️ {name} runs again: the halt was not on disk yet when the exporter ended, and is lost.\n"
        "Type /halt again."
    )


def not_stored_yet(name: str) -> str:
    """The exporter is away, and is asked again."""
    return f"⏳ Halt of {name} not confirmed yet: the exporter does not answer. Trying again."


def not_stored(name: str, why: str, venues: Sequence[str], escape: Escape) -> str:
    """Nothing says that the halt exists."""
    return (
        f"⚠️ Halt of {name} not confirmed: {why}.\n{by_hand(venues, escape)}\n"
        "An engine that no longer hears the exporter stops opening positions"
        f" after {LEASE_SECONDS:.0f} s."
    )


def _list(head: str, seen: Sequence[Seen], escape: Escape, *, reserve: int = 0) -> str:
    lines = [f"{venue_name(venue.venue, escape)}: {_state(venue)}" for venue in seen]
    return join(head, lines, limit=ANSWER_LIMIT - _WARNING_RESERVE - reserve)


def _state(venue: Seen) -> str:
    if not venue.is_halted:
        return _STANDS[venue.state]
    return f"{_STANDS[venue.state]}, {_acknowledged(venue)}"


def _acknowledged(venue: Seen) -> str:
    if venue.seconds is None:
        return f"acknowledged, {orders(venue.acks)}"
    digits = 1 if venue.seconds >= 0.1 else 2
    return f"acknowledged in {venue.seconds:.{digits}f} s, {orders(venue.acks)}"
