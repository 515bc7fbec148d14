"""What an engine posts: single events as in the users' guide, and batches of any kind."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, Request, Response

from arbwatch import wire
from arbwatch.answers import Receipt, Rejection
from arbwatch.events import (
    Breach,
    Edge,
    EngineError,
    Event,
    Exposure,
    ExposureRow,
    Fill,
    Latency,
    Requests,
    utc_now,
)
from exporter import body
from exporter.errors import ExporterError, FillConflict, Rejected, from_wire
from exporter.ingest import Ingest
from exporter.routes import documented, examples
from exporter.routes.documented import respond

E = TypeVar("E", Edge, Fill, Latency, Requests, EngineError, Breach)

Endpoint = Callable[[Request], Awaitable[Response]]
REFUSALS = (400, 413, 415, 503)


def router(ingest: Ingest) -> APIRouter:
    """Routes of `POST /api/edges` and its siblings, and of `POST /api/events`."""
    routes = APIRouter(prefix="/api", tags=["push"])

    def add(path: str, kind: Any, endpoint: Endpoint, example: Any) -> None:
        """A route; its path names what is posted."""
        refusals = (*REFUSALS, 409) if kind is Fill else REFUSALS
        described = documented.call(
            Receipt, body=kind | list[kind], example=example, refusals=refusals
        )
        name = f"post {path.removeprefix('/')}"
        routes.add_api_route(path, endpoint, methods=["POST"], name=name, **described)

    add("/edges", Edge, _single(ingest, Edge), examples.EDGE)
    add("/fills", Fill, _single(ingest, Fill), examples.FILL)
    add("/latency", Latency, _single(ingest, Latency), examples.LATENCY)
    add("/requests", Requests, _single(ingest, Requests), examples.REQUESTS)
    add("/errors", EngineError, _single(ingest, EngineError), examples.ERROR)
    add("/breaches", Breach, _single(ingest, Breach), examples.BREACH)
    add("/exposure", ExposureRow, _exposure(ingest), examples.EXPOSURE)
    add("/events", Event, _events(ingest), examples.EVENTS)
    return routes


def _single(ingest: Ingest, kind: type[E]) -> Endpoint:
    """One event, or an array of them."""
    one = msgspec.json.Decoder(kind)
    many: wire.Batches[E] = wire.Batches(kind)
    name = str(kind.__struct_config__.tag)

    async def post(request: Request) -> Response:
        with _counted(ingest, name):
            content_type = body.content_type(request)
            content = await body.read(request)
            if content_type == wire.NDJSON or content.lstrip()[:1] == b"[":
                return respond(await _accept(ingest, many.decode(content, content_type)))
            receipt = await ingest.accept([wire.decode(content, one)])
        for rejection in receipt.rejected:
            raise _refusal(rejection)
        return respond(receipt)

    return post


def _exposure(ingest: Ingest) -> Endpoint:
    """An array is a whole snapshot; one row alone updates that row."""
    one, many = msgspec.json.Decoder(ExposureRow), msgspec.json.Decoder(list[ExposureRow])

    async def post(request: Request) -> Response:
        with _counted(ingest, "exposure"):
            body.content_type(request)
            content = await body.read(request)
            if content.lstrip()[:1] != b"[":
                ingest.update_exposure(wire.decode(content, one))
                return respond(Receipt(accepted=1))
            rows = wire.decode(content, many)
            return respond(await ingest.accept([Exposure(rows=rows, timestamp=utc_now())]))

    return post


def _events(ingest: Ingest) -> Endpoint:
    async def post(request: Request) -> Response:
        with _counted(ingest, "batch"):
            content_type = body.content_type(request)
            content = await body.read(request)
            return respond(await _accept(ingest, wire.EVENTS.decode(content, content_type)))

    return post


async def _accept(ingest: Ingest, batch: tuple[list[Any], list[Rejection]]) -> Receipt:
    """Accept the good ones; every rejection is numbered as in the batch that was sent."""
    events, malformed = batch
    for rejection in malformed:
        ingest.count_rejection("batch", rejection.code)
    receipt = await ingest.accept(events)
    bad = {rejection.index for rejection in malformed}
    places = [place for place in range(len(events) + len(bad)) if place not in bad]
    moved = [msgspec.structs.replace(r, index=places[r.index]) for r in receipt.rejected]
    rejected = sorted([*malformed, *moved], key=lambda rejection: rejection.index)
    return msgspec.structs.replace(receipt, rejected=rejected)


def _refusal(rejection: Rejection) -> ExporterError:
    if rejection.code == FillConflict.code:
        return FillConflict(rejection.message, field=rejection.field)
    return Rejected(rejection.code, rejection.message, field=rejection.field)


@contextmanager
def _counted(ingest: Ingest, event_type: str) -> Iterator[None]:
    """Counts a refused body under its type, and turns wire errors into answers."""
    try:
        yield
    except wire.WireError as error:
        refusal = from_wire(error)
        ingest.count_rejection(event_type, refusal.code)
        raise refusal from None
    except ExporterError as refusal:
        ingest.count_rejection(event_type, refusal.code)
        raise
