"""Commands that read: edges, fills, status, help."""

import asyncio

from arbwatch.answers import LiveEdge, StoredFill, VenueHealth
from arbwatch.control import HaltState
from bot.cards.alerts import moment
from bot.cards.notices import cents, usd
from bot.command_list import COMMANDS
from bot.commands.answer import ANSWER_LIMIT, Answer, Context
from bot.errors import ExporterError
from bot.text import Escape, clip, join, one_line

DEFAULT_EDGES = 5
DEFAULT_FILLS = 10
MOST_ROWS = 50

_DOTS = {"healthy": "🟢", "degraded": "🟡", "down": "🔴", "halted": "🟠", "unknown": "⚪"}
# Where there is a halt it is told in place of the health.
_HALTS = {
    HaltState.REQUESTED: ("⏳", " (halt requested)"),
    HaltState.UNCONFIRMED: ("⚠️", " (halt not confirmed)"),
    HaltState.ACKNOWLEDGED: ("🟠", " (halted)"),
}
_NO_HALTS = "⚠️ Whether venues are halted is not known: the exporter did not say."
# A title may have 300 characters; on a phone nobody reads more than this of it.
_TITLE_LIMIT = 120
_NOT_MEASURED = "not measured"

_HELP = "🤖 Arbwatch Commands"
_ACTING = "What acts, for everybody to see:"


async def edges(context: Context, limit: int = DEFAULT_EDGES) -> Answer:
    """The largest live edges."""
    found = await context.api.edges(limit)
    rows = [_edge(number, edge, context.escape) for number, edge in enumerate(found, 1)]
    return _list("📊 Live Edges", rows, nothing="No live edges right now.")


async def fills(context: Context, limit: int = DEFAULT_FILLS) -> Answer:
    """The latest fills."""
    found = await context.api.fills(limit)
    rows = [_fill(number, fill, context.escape) for number, fill in enumerate(found, 1)]
    return _list("💰 Recent Fills", rows, nothing="No fills yet.")


async def status(context: Context) -> Answer:
    """Health and halts of each venue; what is not known is said to be so."""
    found, halts = await asyncio.gather(context.api.health(), halt_states(context))
    rows = [_health(venue, (halts or {}).get(venue.venue), context.escape) for venue in found]
    answer = _list("🔧 System Status", rows, nothing="No venue has been measured yet.")
    if halts is None:
        return Answer(f"{clip(answer.text, ANSWER_LIMIT - 100)}\n{_NO_HALTS}", "unavailable")
    return answer


async def show_help(context: Context) -> Answer:
    """The list of commands: those that look, then those that act."""
    looking, acting = (
        [
            f"{command.usage} – {command.text}"
            for command in COMMANDS.values()
            if command.acts is acts
        ]
        for acts in (False, True)
    )
    return Answer("\n".join([_HELP, *looking, _ACTING, *acting]))


def _list(header: str, rows: list[str], *, nothing: str) -> Answer:
    return Answer(join(header, rows or [nothing], limit=ANSWER_LIMIT))


def _edge(number: int, edge: LiveEdge, escape: Escape) -> str:
    primary, hedge = (
        escape(clip(one_line(title), _TITLE_LIMIT))
        for title in (edge.primary_market, edge.hedge_market)
    )
    return (
        f"{number}. {primary} ↔️ {hedge}\n"
        f"   Edge: {cents(edge.net_edge_cents)}"
        f" | Slippage: {cents(edge.expected_slippage_cents)}"
        f" | Leader: {escape(one_line(edge.leader))}"
    )


def _fill(number: int, fill: StoredFill, escape: Escape) -> str:
    flag = " | ⚠️ one leg only" if fill.status == "one_legged" else ""
    if fill.reversed_at is not None:
        flag += f" | ↩️ reversed {moment(fill.reversed_at)}"
    if fill.after_halt:
        flag += " | 🛑 after a halt"
    return (
        f"{number}. {escape(one_line(fill.pair_id))}\n"
        f"   Entry: {cents(fill.entry_edge_cents)} → Realized: {cents(fill.realized_edge_cents)}"
        f" | PnL: {usd(fill.pnl_cents / 100)} | {moment(fill.timestamp)}{flag}"
    )


async def halt_states(context: Context) -> dict[str, HaltState] | None:
    """Where each venue stands, or None if the exporter does not say."""
    try:
        return {control.venue: control.state for control in await context.api.venues()}
    except ExporterError:
        return None


def standing(venue: VenueHealth, halt: HaltState | None) -> tuple[str, str]:
    """A dot, and what to say behind the venue's name; a halt goes before the health."""
    if halt in _HALTS:
        return _HALTS[halt]
    return _DOTS[venue.status], "" if venue.status == "healthy" else f" ({venue.status})"


def _health(venue: VenueHealth, halt: HaltState | None, escape: Escape) -> str:
    dot, state = standing(venue, halt)
    errors = _NOT_MEASURED if venue.error_rate is None else f"{venue.error_rate:.2%}"
    return (
        f"{dot} {escape(one_line(venue.venue)).upper()}{state}\n"
        f"   Latency: {_latency(venue)}\n"
        f"   Error Rate: {errors}"
    )


def _latency(venue: VenueHealth) -> str:
    p50, p95 = venue.feed_latency_p50_ms, venue.feed_latency_p95_ms
    if p50 is None and p95 is None:
        return _NOT_MEASURED
    return f"p50={_milliseconds(p50)} p95={_milliseconds(p95)}"


def _milliseconds(value: float | None) -> str:
    return _NOT_MEASURED if value is None else f"{value:.0f}ms"
