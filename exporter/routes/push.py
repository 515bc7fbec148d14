"""What an engine posts: single events as in the users' guide, and batches of any kind."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from arbwatch import wire
from arbwatch.answers import Receipt, Rejection
from arbwatch.events import (
    Breach,
    Edge,
    EngineError,
    Event,
    Exposure,
    ExposureRow,
    ExposureRows,
    Fill,
    Latency,
    Requests,
    Reversal,
    utc_now,
)
from arbwatch.unknown import unknown_fields
from exporter.call import Answer, Call, Push
from exporter.errors import FillConflict, Rejected, UnsupportedMedia, from_wire
from exporter.ingest import Ingest
from exporter.routes import documented, examples

T = TypeVar("T")
Pending = Answer | Awaitable[Answer]
E = TypeVar("E", Edge, Fill, Reversal, Latency, Requests, EngineError, Breach)

REFUSALS = (400, 413, 415, 503)


def calls(ingest: Ingest) -> dict[bytes, Call]:
    """Each push call by its path."""
    calls = {
        "/api/edges": _single(ingest, Edge),
        "/api/fills": _single(ingest, Fill),
        "/api/reversals": _single(ingest, Reversal),
        "/api/latency": _single(ingest, Latency),
        "/api/requests": _single(ingest, Requests),
        "/api/errors": _single(ingest, EngineError),
        "/api/breaches": _single(ingest, Breach),
        "/api/exposure": _exposure(ingest),
        "/api/events": Call("batch", lambda push: _batch(ingest, wire.EVENTS, push)),
    }
    return {path.encode(): call for path, call in calls.items()}


def description() -> dict[str, Any]:
    """The same calls for the API description: path to operation."""
    bodies: dict[str, tuple[Any, Any]] = {
        "/api/edges": (Edge, examples.EDGE),
        "/api/fills": (Fill, examples.FILL),
        "/api/reversals": (Reversal, examples.REVERSAL),
        "/api/latency": (Latency, examples.LATENCY),
        "/api/requests": (Requests, examples.REQUESTS),
        "/api/errors": (EngineError, examples.ERROR),
        "/api/breaches": (Breach, examples.BREACH),
        "/api/exposure": (ExposureRow, examples.EXPOSURE),
        "/api/events": (Event, examples.EVENTS),
    }
    return {
        path: documented.operation(
            "push",
            Receipt,
            body=kind | list[kind],  # type: ignore[valid-type]
            example=example,
            refusals=(*REFUSALS, 409) if kind in (Fill, Reversal) else REFUSALS,
        )
        for path, (kind, example) in bodies.items()
    }


def _single(ingest: Ingest, kind: type[E]) -> Call:
    """One event, or an array or lines of them."""
    one: msgspec.json.Decoder[E] = msgspec.json.Decoder(kind)
    many: wire.Batches[E] = wire.Batches(kind)
    name = str(kind.__struct_config__.tag)

    def post(push: Push) -> Pending:
        if push.content_type != wire.JSON or (
            push.body[:1] != b"{" and push.body.lstrip()[:1] == b"["
        ):
            return _batch(ingest, many, push, kind=name)
        receipt = ingest.accept([_decoded(push.body, one)], batch=push.batch)
        return _single_answer(receipt) if isinstance(receipt, Receipt) else _later(receipt)

    return Call(name, post)


def _exposure(ingest: Ingest) -> Call:
    """An array is a whole snapshot; one row alone updates that row."""
    one, many = msgspec.json.Decoder(ExposureRow), msgspec.json.Decoder(ExposureRows)

    def post(push: Push) -> Pending:
        if push.content_type != wire.JSON:
            raise UnsupportedMedia(f"send {wire.JSON}")
        if push.body.lstrip()[:1] != b"[":
            ingest.update_exposure(_decoded(push.body, one))
            return Receipt(accepted=1)
        rows = _decoded(push.body, many)
        return ingest.accept([Exposure(rows=rows, timestamp=utc_now())], batch=push.batch)

    return Call("exposure", post)


def _batch(
    ingest: Ingest, batches: wire.Batches[Any], push: Push, *, kind: str | None = None
) -> Pending:
    """Accept the good ones; every rejection is numbered as in the batch that was sent.

    `kind` is the type of all events, where they do not each name their own.
    """
    try:
        events, malformed = batches.decode(push.body, push.content_type)
    except wire.WireError as error:
        raise from_wire(error) from None
    receipt = ingest.accept(events, batch=push.batch)
    unknown = unknown_fields(push.body, push.content_type, kind=kind)
    if not malformed and not unknown:
        return receipt
    for rejection in malformed:
        ingest.count_rejection(kind or "batch", rejection.code)

    def complete(receipt: Receipt) -> Receipt:
        merged = _merged(receipt, malformed, len(events))
        return msgspec.structs.replace(merged, unknown_fields=unknown) if unknown else merged

    return complete(receipt) if isinstance(receipt, Receipt) else _completed(receipt, complete)


def _merged(receipt: Receipt, malformed: list[Rejection], good: int) -> Receipt:
    bad = {rejection.index for rejection in malformed}
    places = [place for place in range(good + len(bad)) if place not in bad]
    moved = [msgspec.structs.replace(r, index=places[r.index]) for r in receipt.rejected]
    rejected = sorted([*malformed, *moved], key=lambda rejection: rejection.index)
    return msgspec.structs.replace(receipt, rejected=rejected)


async def _completed(
    receipt: Awaitable[Receipt], complete: Callable[[Receipt], Receipt]
) -> Receipt:
    return complete(await receipt)


def _single_answer(receipt: Receipt) -> Answer:
    """A refused single event is an error of the call."""
    for rejection in receipt.rejected:
        if rejection.code == FillConflict.code:
            return FillConflict(rejection.message, field=rejection.field)
        return Rejected(rejection.code, rejection.message, field=rejection.field)
    return receipt


async def _later(receipt: Awaitable[Receipt]) -> Answer:
    return _single_answer(await receipt)


def _decoded(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return wire.decode(body, decoder)
    except wire.WireError as error:
        raise from_wire(error) from None
