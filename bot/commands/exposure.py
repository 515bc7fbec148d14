"""/exposure: what is open at each venue, against its limit."""

import asyncio
from collections.abc import Mapping, Sequence

from arbwatch.answers import ExposureTotal
from bot.commands.answer import ANSWER_LIMIT, Answer, Chart, Context
from bot.commands.drawing import NOT_DRAWN, draw_exposure
from bot.commands.wording import venue_name
from bot.errors import PrometheusDown
from bot.text import Escape, join

_HEAD = "📦 Open Exposure"
_NO_LIMITS = "⚠️ The limits are not known: Prometheus does not answer."
_NOTES_RESERVE = 200


async def exposure(context: Context) -> Answer:
    """Open notional by venue; the limits are those that the rules compare with."""
    found, limits = await asyncio.gather(context.api.exposure(), limits_of(context))
    notes = [] if limits is not None else [_NO_LIMITS]
    limits = limits or {}
    totals = fullest_first(found, limits)
    png = await context.drawing.draw(lambda: draw_exposure(totals, limits))
    if png is None:
        notes.append(NOT_DRAWN)
    rows = [_row(total, limits.get(total.name), context.escape) for total in totals]
    head = join(_HEAD, rows or ["Nothing is open."], limit=ANSWER_LIMIT - _NOTES_RESERVE)
    chart = png and Chart(name="exposure", png=png, description="Open exposure by venue")
    return Answer("\n".join([head, *notes]), "unavailable" if notes else "ok", chart=chart or None)


async def limits_of(context: Context) -> dict[str, float] | None:
    """The limit of each venue in USD, or None where Prometheus does not say."""
    try:
        return (
            None
            if context.prometheus is None
            else await context.prometheus.limits("venue_exposure")
        )
    except PrometheusDown:
        return None


def fullest_first(
    totals: Sequence[ExposureTotal], limits: Mapping[str, float]
) -> list[ExposureTotal]:
    """The larger share of a limit, then the larger exposure, comes first."""

    def rank(total: ExposureTotal) -> tuple[float, float]:
        limit = limits.get(total.name)
        return total.total_notional_usd / limit if limit else 0.0, total.total_notional_usd

    return sorted(totals, key=rank, reverse=True)


def _row(total: ExposureTotal, limit: float | None, escape: Escape) -> str:
    name = venue_name(total.name, escape)
    open_usd = f"${total.total_notional_usd:,.0f}"
    positions = f"{total.num_positions:,} position{'' if total.num_positions == 1 else 's'}"
    if not limit:
        return f"{name}: {open_usd}\n   {positions}"
    share = f"{total.total_notional_usd / limit:.0%}"
    flag = "🚨 " if total.total_notional_usd > limit else ""
    return f"{flag}{name}: {open_usd} of ${limit:,.0f} ({share})\n   {positions}"
