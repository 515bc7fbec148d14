"""Control: where each venue stands, halt, resume, acknowledgement, and who was not allowed."""

from typing import TypeVar

import msgspec
from fastapi import APIRouter, Request, Response

from arbwatch import wire
from arbwatch.answers import AuditRow
from arbwatch.control import (
    ALL_VENUES,
    Acknowledgement,
    Denial,
    HaltOrder,
    ResumeOrder,
    VenueControl,
)
from exporter.body import check_origin, media_type, read_body
from exporter.control import Control
from exporter.errors import UnsupportedMedia, from_wire
from exporter.ledger.ledger import Ledger
from exporter.ledger.store import Store
from exporter.routes import examples
from exporter.routes.documented import call, respond
from exporter.routes.paging import Limit, Sequence

T = TypeVar("T")

REFUSALS = (400, 404, 413, 415, 503)
Stand = VenueControl | list[VenueControl]

_halt = call(Stand, body=HaltOrder, example=examples.HALT, refusals=REFUSALS)
_resume = call(Stand, body=ResumeOrder, example=examples.RESUME, refusals=REFUSALS)
_ack = call(VenueControl, body=Acknowledgement, example=examples.ACK, refusals=REFUSALS)
_deny = call(dict[str, bool], body=Denial, example=examples.DENIAL, refusals=REFUSALS)


def audit_router(ledger: Ledger) -> APIRouter:
    """The route of the audit trail."""
    routes = APIRouter(prefix="/api", tags=["control"])

    @routes.get("/audit", **call(list[AuditRow]))
    async def get_audit(limit: Limit = 20, before: Sequence = None) -> Response:
        """Orders, acknowledgements, denials, the newest first; `before` a `seq` gives the next."""
        return respond(await ledger.read(Store.audit, limit=limit, before=before))

    return routes


def state_router(control: Control) -> APIRouter:
    """The route that tells where each venue stands."""
    routes = APIRouter(prefix="/api", tags=["control"])

    @routes.get("/venues", **call(list[VenueControl]))
    async def get_venues() -> Response:
        """Where each venue stands, why, and what the engines acknowledged."""
        return respond(control.venues())

    return routes


def orders_router(control: Control) -> APIRouter:
    """Halt and resume. `all` as the venue means every venue, and answers with a list."""
    routes = APIRouter(prefix="/api/venues", tags=["control"])
    halts = msgspec.json.Decoder(HaltOrder)
    resumes = msgspec.json.Decoder(ResumeOrder)

    @routes.post("/{venue}/halt", **_halt)
    async def post_halt(venue: str, request: Request) -> Response:
        """Order a halt; on disk when this answers, true once `state` is `acknowledged`.

        503 `halt_not_stored`: it is in force, but a restart of the exporter would lose it.
        """
        order = await _body(request, halts)
        return respond(_one(venue, await control.halt(venue, order)))

    @routes.post("/{venue}/resume", **_resume)
    async def post_resume(venue: str, request: Request) -> Response:
        """End the halts named in `halt_ids`, or all of this scope that are open now."""
        order = await _body(request, resumes)
        return respond(_one(venue, await control.resume(venue, order)))

    return routes


def acks_router(control: Control) -> APIRouter:
    """The route of the engines' acknowledgements."""
    routes = APIRouter(prefix="/api/venues", tags=["control"])
    acks = msgspec.json.Decoder(Acknowledgement)

    @routes.post("/{venue}/ack", **_ack)
    async def post_ack(venue: str, request: Request) -> Response:
        """An engine has carried out every order for the venue up to `seq`."""
        ack = await _body(request, acks)
        return respond(_one(venue, await control.acknowledge(venue, ack)))

    return routes


def denials_router(control: Control) -> APIRouter:
    """The route of orders that somebody was not allowed to give."""
    routes = APIRouter(prefix="/api", tags=["control"])
    denials = msgspec.json.Decoder(Denial)

    @routes.post("/denials", **_deny)
    async def post_denial(request: Request) -> Response:
        """Keep in the audit trail who tried to halt or resume and was not allowed."""
        await control.deny(await _body(request, denials))
        return respond({"stored": True})

    return routes


async def _body(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """The body; none at all stands for one with every default."""
    try:
        headers = dict(request.scope["headers"])
        check_origin(headers)
        if media_type(headers) != wire.JSON:
            raise UnsupportedMedia(f"send {wire.JSON}")
        return wire.decode(await read_body(request.receive) or b"{}", decoder)
    except wire.WireError as error:
        raise from_wire(error) from None


def _one(scope: str, venues: list[VenueControl]) -> Stand:
    return venues if scope == ALL_VENUES else venues[0]
