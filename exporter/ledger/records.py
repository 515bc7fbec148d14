"""What the ledger keeps: facts of an engine, and changes of control state."""

from datetime import datetime
from typing import Literal, get_args

import msgspec

from arbwatch.control import Via
from arbwatch.events import Breach, EngineError, Fill, Reversal


class ControlRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order, an engine's acknowledgement of one, or an order that was denied."""

    action: Literal["halt", "resume", "ack", "denial"]
    scope: str
    actor: str
    timestamp: datetime
    via: Via
    reason: str | None = None
    halt_ids: tuple[int, ...] = ()
    acked_seq: int | None = None
    open_orders: int | None = None


# As the stream names them.
Kind = Literal["fill", "reversal", "error", "breach", "control"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Record = Fill | Reversal | EngineError | Breach | ControlRecord


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A record and its place in the ledger."""

    seq: int
    record: Record


def kind_of(record: Record) -> Kind:
    """The name of what it is."""
    match record:
        case Fill():
            return "fill"
        case ControlRecord():
            return "control"
        case EngineError():
            return "error"
        case Breach():
            return "breach"
        case Reversal():
            return "reversal"
