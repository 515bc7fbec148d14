"""Commands that show control: where each venue stands, and who did what."""

from datetime import datetime

from arbwatch.answers import AuditRow
from arbwatch.control import EngineAck, HaltState, VenueControl
from bot.cards.alerts import lasted
from bot.commands.answer import ANSWER_LIMIT, Answer, Context
from bot.commands.wording import by, clock, count_orders, halt_line, orders, since, venue_name
from bot.text import Escape, clip, join, one_line

DEFAULT_AUDIT = 10
_STATES = {
    HaltState.RUNNING: ("▶️", "running"),
    HaltState.REQUESTED: ("⏳", "halt requested"),
    HaltState.UNCONFIRMED: ("⚠️", "halt NOT confirmed"),
    HaltState.ACKNOWLEDGED: ("🛑", "halted"),
}
_ACTIONS = {"halt": "🛑 halt", "resume": "▶️ resume", "ack": "✔️ confirmed", "denial": "⛔ denied"}
_REASON_LIMIT = 120


async def venues(context: Context) -> Answer:
    """Where each venue stands, why, and what the engines said."""
    now = context.now()
    found = [_venue(control, now, context.escape) for control in await context.api.venues()]
    return Answer(join("🎛️ Venues", found or ["There is none."], limit=ANSWER_LIMIT))


async def audit(context: Context, limit: int = DEFAULT_AUDIT) -> Answer:
    """The latest entries of the audit trail, the newest first."""
    now = context.now()
    rows = [_entry(row, now, context.escape) for row in await context.api.audit(limit)]
    return Answer(join("📜 Audit", rows or ["Nothing was ever ordered."], limit=ANSWER_LIMIT))


def _venue(control: VenueControl, now: datetime, escape: Escape) -> str:
    icon, state = _STATES[control.state]
    seq = f" (seq {control.seq})" if control.seq else ""
    lines = [f"{icon} {venue_name(control.venue, escape)} {state}{seq}"]
    if control.since:
        lines.append(f"   Since {since(control.since, now)}")
    lines += [
        f"   {line}" for halt in control.halts for line in halt_line(halt, now, escape).splitlines()
    ]
    lines += [f"   {_ack(ack, control, now, escape)}" for ack in control.acks if control.halts]
    lines.append(f"   Engines in contact: {_engines(control, escape)}")
    if control.halts:
        lines.append(f"   Fills since: {control.fills_since:,}")
    if control.entries_after_ack:
        lines.append(
            f"   ⚠️ Entries ordered after the halt was confirmed: {control.entries_after_ack:,}"
        )
    return "\n".join(lines)


def _ack(ack: EngineAck, control: VenueControl, now: datetime, escape: Escape) -> str:
    """One engine's word; on an order before the newest one it says nothing of that."""
    engine = escape(one_line(ack.engine))
    if not all(halt.halt_id for halt in control.halts):
        return f"{engine}: has not confirmed #–"
    newest = max(halt.halt_id for halt in control.halts)
    if ack.seq < newest:
        return f"{engine}: has not confirmed #{newest}"
    return f"{engine}: confirmed {lasted(now - ack.timestamp)} ago, {orders([ack])}"


def _engines(control: VenueControl, escape: Escape) -> str:
    return ", ".join(escape(one_line(engine)) for engine in control.engines) or "none"


def _entry(row: AuditRow, now: datetime, escape: Escape) -> str:
    scope = venue_name(row.scope, escape)
    what = " ".join([_ACTIONS[row.action], scope, *(f"#{halt_id}" for halt_id in row.halt_ids)])
    head = f"#{row.seq} {clock(row.timestamp, now)} {what}"
    return f"{head}\n   {by(row.actor, row.via, escape)}{_why(row, escape)}"


def _why(row: AuditRow, escape: Escape) -> str:
    if row.action == "ack":
        told = "" if row.open_orders is None else f": {count_orders(row.open_orders)}"
        return told if row.halt_ids else f", up to #{row.acked_seq}{told}"
    return f": {escape(clip(one_line(row.reason), _REASON_LIMIT))}" if row.reason else ""
