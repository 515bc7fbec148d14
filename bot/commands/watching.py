"""/watch: everything that matters now, on one screen of a phone."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

from arbwatch.answers import ExposureTotal, LiveEdge, VenueHealth
from arbwatch.control import HaltState
from bot.cards.notices import cents
from bot.commands.answer import ANSWER_LIMIT, Answer, Context
from bot.commands.reading import halt_states, standing
from bot.commands.wording import venue_name
from bot.errors import ExporterDown, ExporterError
from bot.text import Escape, join, one_line, shorten

_EDGES = 5
# With the edge before it, a line of a phone.
_TITLE_LIMIT = 28
_NOTES_RESERVE = 300

Body = TypeVar("Body")


async def watch(context: Context) -> Answer:
    """Health, halts, exposure and top edges now; what is not known is said to be so."""
    health, halts, totals, edges = await asyncio.gather(
        _known(context.api.health()),
        halt_states(context),
        _known(context.api.exposure()),
        _known(context.api.edges(_EDGES)),
    )
    if health is None and edges is None:
        raise ExporterDown("the exporter does not answer")
    parts = {"health": health, "halts": halts, "exposure": totals, "edges": edges}
    missing = [name for name, part in parts.items() if part is None]
    rows = [
        *_venues(health or [], halts or {}, totals or [], context.escape),
        *_edges(edges, context.escape),
    ]
    head = f"👁️ Arbwatch at {context.now():%H:%M:%S} UTC"
    text = join(head, rows, limit=ANSWER_LIMIT - _NOTES_RESERVE)
    if not missing:
        return Answer(text)
    return Answer(f"{text}\n⚠️ Not known: {', '.join(missing)}.", "unavailable")


async def _known(asked: Awaitable[Body]) -> Body | None:
    try:
        return await asked
    except ExporterError:
        return None


def _venues(
    health: Sequence[VenueHealth],
    halts: Mapping[str, HaltState],
    totals: Sequence[ExposureTotal],
    escape: Escape,
) -> list[str]:
    open_usd = {total.name: total.total_notional_usd for total in totals}
    return [_venue(venue, halts.get(venue.venue), open_usd, escape) for venue in health]


def _venue(
    venue: VenueHealth, halt: HaltState | None, open_usd: Mapping[str, float], escape: Escape
) -> str:
    dot, state = standing(venue, halt)
    parts = [f"{dot} {venue_name(venue.venue, escape)}{state}"]
    if venue.feed_latency_p95_ms is not None:
        parts.append(f"{venue.feed_latency_p95_ms:.0f} ms")
    if venue.venue in open_usd:
        parts.append(f"${open_usd[venue.venue]:,.0f} open")
    return " | ".join(parts)


def _edges(edges: Sequence[LiveEdge] | None, escape: Escape) -> list[str]:
    if edges is None:
        return []
    rows = [f"{cents(edge.net_edge_cents)} {escape(_title(edge))}" for edge in edges]
    return rows or ["No live edges right now."]


def _title(edge: LiveEdge) -> str:
    return shorten(one_line(edge.primary_market), _TITLE_LIMIT)
