"""/pair: one pair's edge now, how it moved, and its last fills."""

import asyncio
from datetime import datetime, timedelta

from msgspec import Struct

from arbwatch.answers import LiveEdge, StoredFill
from bot.cards.alerts import lasted
from bot.cards.notices import cents, usd
from bot.commands.answer import ANSWER_LIMIT, Answer, Chart, Context
from bot.commands.drawing import NOT_DRAWN, draw_edge
from bot.errors import PrometheusDown
from bot.text import Escape, clip, join, one_line

HISTORY = timedelta(hours=6)
# An edge lives 15 s after its last refresh, so that a step misses none.
_STEP = timedelta(seconds=15)
# As many as the exporter hands out at once; older ones are not looked through.
_FILLS_SEEN = 1000
_FILLS_SHOWN = 5
_TITLE_LIMIT = 120
_HISTORY_DOWN = "⚠️ Its past is not known: Prometheus does not answer."
_NO_HISTORY = "Not among the largest edges in the last 6 h."
_HISTORY_SHOWN = "Chart: only while among the largest edges."


class _Past(Struct, frozen=True):
    """How the edge moved, and from which one on it is worth taking."""

    points: list[tuple[datetime, float]]
    min_net_edge_cents: float | None


async def pair(context: Context, pair_id: str) -> Answer:
    """What is known of a pair, each part with its own gaps."""
    now = context.now()
    edge, fills, past = await asyncio.gather(
        context.api.edge(pair_id), context.api.fills(_FILLS_SEEN), _past(context, pair_id, now)
    )
    own = [fill for fill in fills if fill.pair_id == pair_id]
    lines = [*_edge(edge, context.escape), *_fills(own, now, len(fills))]
    note, chart = await _chart(context, pair_id, past, now)
    text = join(f"🔎 {context.escape(one_line(pair_id))}", [*lines, note], limit=ANSWER_LIMIT)
    is_whole = note in (_HISTORY_SHOWN, _NO_HISTORY)
    return Answer(text, "ok" if is_whole else "unavailable", chart=chart)


async def _past(context: Context, pair_id: str, now: datetime) -> _Past | None:
    if context.prometheus is None:
        return None
    try:
        points, limits = await asyncio.gather(
            context.prometheus.edge_history(pair_id, since=now - HISTORY, until=now, step=_STEP),
            context.prometheus.limits("min_net_edge"),
        )
    except PrometheusDown:
        return None
    return _Past(points, limits.get("all"))


async def _chart(
    context: Context, pair_id: str, past: _Past | None, now: datetime
) -> tuple[str, Chart | None]:
    """What to say of the chart, and the chart."""
    if past is None:
        return _HISTORY_DOWN, None
    if not past.points:
        return _NO_HISTORY, None
    png = await context.drawing.draw(
        lambda: draw_edge(
            pair_id,
            past.points,
            since=now - HISTORY,
            until=now,
            step=_STEP,
            min_net_edge_cents=past.min_net_edge_cents,
        )
    )
    if png is None:
        return NOT_DRAWN, None
    return _HISTORY_SHOWN, Chart(name="edge", png=png, description="Net edge of the last 6 hours")


def _edge(edge: LiveEdge | None, escape: Escape) -> list[str]:
    if edge is None:
        return ["Not live now."]
    primary, hedge = (
        escape(clip(one_line(title), _TITLE_LIMIT))
        for title in (edge.primary_market, edge.hedge_market)
    )
    return [
        f"{primary} ↔️ {hedge}",
        f"Edge now: {cents(edge.net_edge_cents)} ({edge.age_seconds:.0f} s old)",
        f"Slippage: {cents(edge.expected_slippage_cents)}",
        f"Leader: {escape(one_line(edge.leader))}",
    ]


def _fills(own: list[StoredFill], now: datetime, seen: int) -> list[str]:
    if not own:
        return [f"No fill among the latest {seen:,}." if seen else "No fills yet."]
    return ["Last fills:", *(_fill(fill, now) for fill in own[:_FILLS_SHOWN])]


def _fill(fill: StoredFill, now: datetime) -> str:
    flag = "⚠️ " if fill.status == "one_legged" else ""
    if fill.reversed_at is not None:
        flag = "↩️ "
    went = f"{cents(fill.entry_edge_cents)} → {cents(fill.realized_edge_cents)}"
    return f"{flag}{lasted(now - fill.timestamp)} ago: {went}, {usd(fill.pnl_cents / 100)}"
