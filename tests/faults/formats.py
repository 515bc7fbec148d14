"""The same batch in each format that is taken, with values that no encoder would write."""

from typing import Any

import msgspec
import requests

from tests.client import Client

NDJSON = "application/x-ndjson"
ARRAY = "application/json"
PACKED = "application/msgpack"
FORMATS = (NDJSON, ARRAY, PACKED)

_HOLE = "@hole@"
Events = list[dict[str, Any]]


class Literal(msgspec.Struct, frozen=True):
    """A value as it is written: in JSON, and in MessagePack."""

    json: bytes
    packed: bytes


def post(
    api: Client,
    content_type: str,
    events: Events,
    *,
    literal: Literal | None = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """Post a batch to /api/events; `literal` fills the hole that one of its values is."""
    body = encode(content_type, events)
    if literal is not None:
        hole, value = msgspec.json.encode(_HOLE), literal.json
        if content_type == PACKED:
            hole, value = msgspec.msgpack.encode(_HOLE), literal.packed
        assert body.count(hole) == 1
        body = body.replace(hole, value)
    return api.post("/api/events", body, **{"Content-Type": content_type} | (headers or {}))


def encode(content_type: str, events: Events) -> bytes:
    """Events as a body."""
    if content_type == NDJSON:
        return b"\n".join(map(msgspec.json.encode, events))
    if content_type == PACKED:
        return msgspec.msgpack.encode(events)
    return msgspec.json.encode(events)


def hole() -> Any:
    """Stands in an event for the literal."""
    return _HOLE


def same(value: Any) -> Literal:
    """A value that can be written in both formats."""
    return Literal(msgspec.json.encode(value), msgspec.msgpack.encode(value))
