"""Control types: how a halt is ordered, acknowledged and shown, for engine, exporter and bot.

Every change of control state carries a sequence number, `seq`, that only ever rises.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from arbwatch.events import Count, Identifier, Text

ALL_VENUES = "all"
ENGINE_HEADER = "Arbwatch-Engine"
BATCH_HEADER = "Arbwatch-Batch"
# How long an engine may open positions after it last heard the exporter.
LEASE_SECONDS = 15.0

Via = Literal["discord", "rest", "rule", "engine", "console"]
# What takes a role: orders to the engine, and what is done about alerts.
Acting = Literal["halt", "resume", "mute", "notify", "ack", "silence", "unsilence"]


class HaltState(StrEnum):
    """Where a venue stands. `unconfirmed`: no engine acknowledged in time, so act by hand."""

    RUNNING = "running"
    REQUESTED = "requested"
    ACKNOWLEDGED = "acknowledged"
    UNCONFIRMED = "unconfirmed"


class HaltOrder(Struct, frozen=True, kw_only=True):
    """Body of `POST /api/venues/{venue}/halt`."""

    reason: Text = "no reason given"
    actor: Identifier = "unknown"
    via: Via = "rest"


class ResumeOrder(Struct, frozen=True, kw_only=True):
    """Body of `POST /api/venues/{venue}/resume`; ends `halt_ids`, or all halts open by then."""

    reason: Text = "no reason given"
    actor: Identifier = "unknown"
    via: Via = "rest"
    halt_ids: list[int] | None = None


class Denial(Struct, frozen=True, kw_only=True):
    """Body of `POST /api/denials`: somebody tried to act on `scope` and was not allowed.

    Who may not take an alert or silence it is told for all venues.
    """

    command: Acting
    scope: Identifier
    reason: Text
    actor: Identifier
    via: Via


class Acknowledgement(Struct, frozen=True, kw_only=True):
    """Body of `POST /api/venues/{venue}/ack`: the engine has carried out everything up to `seq`."""

    engine: Identifier
    seq: Count
    open_orders: Count | None = None


class Halt(Struct, frozen=True, kw_only=True):
    """One open halt. `halt_id` is the sequence number of the order, 0 while it is not on disk."""

    halt_id: int
    scope: str
    reason: str
    actor: str
    via: Via
    since: datetime


class EngineAck(Struct, frozen=True, kw_only=True):
    """The last acknowledgement of one engine for one venue."""

    engine: str
    seq: int
    open_orders: int | None
    timestamp: datetime


class VenueControl(Struct, frozen=True, kw_only=True):
    """A row of `GET /api/venues`. `since`: when the state began, `null` if never halted.

    `engines` are in contact now: a halt is acknowledged once each of them has. `fills_since` counts
    fills stored since then, `entries_after_ack` those that were ordered after the acknowledgement.
    """

    venue: str
    state: HaltState
    seq: int
    since: datetime | None
    halts: list[Halt]
    acks: list[EngineAck]
    fills_since: int
    entries_after_ack: int = 0
    engines: list[str] = []
