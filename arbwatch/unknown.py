"""Fields that nobody here knows: named to whom sends them, since a newer engine cannot tell else.

Only the first events of a batch are looked at, so that looking costs next to nothing. Those of a
large MessagePack batch cannot be had without reading all of it, and are not looked at.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import msgspec

from arbwatch import split
from arbwatch.events import EVENT_TYPES, MAX_BATCH_EVENTS
from arbwatch.wire import MSGPACK, NDJSON

SAMPLED_EVENTS = 4
SAMPLED_BYTES = 4_096
SMALL_PACKED_BYTES = 65_536
MOST_NAMES = 20
NAME_CHARACTERS = 64

_Fields = dict[str, msgspec.Raw]
_JSON = msgspec.json.Decoder(_Fields)
_PACKED = msgspec.msgpack.Decoder(_Fields)
_TAG = msgspec.json.Decoder(str)
_PACKED_TAG = msgspec.msgpack.Decoder(str)
_KNOWN = {
    str(kind.__struct_config__.tag): {"type", *kind.__struct_fields__} for kind in EVENT_TYPES
}


def unknown_fields(body: bytes, content_type: str, *, kind: str | None = None) -> list[str]:
    """Names of unknown fields in the first events of a batch that was accepted.

    `kind` is the type of events that do not name their own.
    """
    found: dict[str, None] = {}
    is_packed = content_type == MSGPACK
    for encoded in islice(_first(body, content_type), SAMPLED_EVENTS):
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            fields = (_PACKED if is_packed else _JSON).decode(encoded)
            known = _KNOWN.get(kind or _tag(fields, is_packed=is_packed))
            if known and not fields.keys() <= known:
                found |= dict.fromkeys(name[:NAME_CHARACTERS] for name in fields.keys() - known)
    return sorted(found)[:MOST_NAMES]


def _tag(fields: _Fields, *, is_packed: bool) -> Any:
    decoder = _PACKED_TAG if is_packed else _TAG
    return decoder.decode(fields["type"]) if "type" in fields else None


def _first(body: bytes, content_type: str) -> Iterator[bytes]:
    if content_type == MSGPACK:
        if len(body) <= SMALL_PACKED_BYTES:
            yield from split.packed(body, MAX_BATCH_EVENTS)
    elif content_type == NDJSON:
        yield from body[:SAMPLED_BYTES].split(b"\n")
    else:
        yield from split.first_elements(body[:SAMPLED_BYTES])
