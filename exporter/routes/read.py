"""What anyone may read: live edges, fills, exposure, health, and the stream of facts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from msgspec.structs import replace

from arbwatch.answers import ExposureTotal, LiveEdge, StoredFill, VenueHealth
from arbwatch.events import ExposureRow
from exporter.access import Access
from exporter.control import Control
from exporter.errors import Rejected
from exporter.exposure import OpenExposure
from exporter.health import VenueWatch
from exporter.ledger.ledger import Ledger
from exporter.ledger.records import KINDS, Entry
from exporter.ledger.store import Store
from exporter.limits_in_force import LimitsInForce
from exporter.live_edges import LiveEdges
from exporter.routes.documented import call, respond
from exporter.routes.paging import FillId, Limit, PairId, Sequence
from exporter.stream import EVERY_KIND, Kinds, Stream


def edges(live_edges: LiveEdges, exposure: OpenExposure) -> APIRouter:
    """Routes of what stands now."""
    routes = APIRouter(prefix="/api", tags=["read"])

    @routes.get("/edges", **call(list[LiveEdge]))
    async def get_edges(limit: Limit = 10, pair_id: PairId = None) -> Response:
        """Live edges, the largest net edge first; with `pair_id` that of one pair, if live."""
        return respond(live_edges.top(limit) if pair_id is None else live_edges.of(pair_id))

    @routes.get("/exposure", **call((list[ExposureRow], list[ExposureTotal])))
    async def get_exposure(by: Literal["venue", "category"] | None = None) -> Response:
        """Open notional: the rows as last told, or summed by venue or category."""
        return respond(exposure.rows() if by is None else exposure.totals(by))

    return routes


def health(
    watch: VenueWatch, control: Control, *, venues: tuple[str, ...], limits: LimitsInForce
) -> APIRouter:
    """The route of each venue's health."""
    routes = APIRouter(prefix="/api", tags=["read"])

    @routes.get("/health", **call(list[VenueHealth]))
    async def get_health() -> Response:
        """One row a venue; what was not measured is null."""
        rows = [watch.health(v, state=control.state(v), limits=limits.now) for v in venues]
        return respond(rows)

    return routes


def fills(ledger: Ledger, control: Control) -> APIRouter:
    """The route of what was filled."""
    routes = APIRouter(prefix="/api", tags=["read"])

    @routes.get("/fills", **call(list[StoredFill]))
    async def get_fills(
        limit: Limit = 20, before: Sequence = None, fill_id: FillId = None
    ) -> Response:
        """Fills, the newest first; `before` the smallest `seq` of a page gives the next.

        With `fill_id` only that one, if there is one.
        """
        stored = await ledger.read(Store.fills, limit=limit, before=before, fill_id=fill_id)
        return respond([_judged(fill) for fill in stored])

    def _judged(fill: StoredFill) -> StoredFill:
        return replace(fill, after_halt=control.was_halted(fill.timestamp))

    return routes


def follow(stream: Stream, ledger: Ledger, access: Access) -> APIRouter:
    """The route of the stream."""
    routes = APIRouter(prefix="/api", tags=["read"])

    async def head() -> int:
        return await ledger.read(Store.head)

    async def read_after(seq: int, limit: int, kinds: Kinds) -> list[Entry]:
        return await ledger.read(Store.after, seq, limit=limit, kinds=kinds)

    @routes.get("/stream", response_class=StreamingResponse)
    async def get_stream(
        request: Request,
        kinds: str | None = None,
        last_event_id: Annotated[int | None, Header(ge=0, le=2**63 - 1)] = None,
    ) -> StreamingResponse:
        """Server-sent events after `Last-Event-ID`: fill, reversal, error, breach, control.

        The first event, `ready`, tells where the stream begins: there, or at the newest entry.
        `kinds=control,breach` sends only those. A halt that could not be stored yet has no id.
        """
        facts = stream.follow(last_event_id, head=head, read_after=read_after, kinds=_kinds(kinds))
        chunks = access.while_allowed("read", request, facts)
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(chunks, media_type="text/event-stream", headers=headers)

    return routes


def _kinds(given: str | None) -> Kinds:
    if given is None:
        return EVERY_KIND
    asked = frozenset(given.split(","))
    if not asked <= EVERY_KIND:
        raise Rejected("invalid_parameter", f"unknown kind; of: {', '.join(KINDS)}", field="kinds")
    return frozenset(kind for kind in KINDS if kind in asked)
