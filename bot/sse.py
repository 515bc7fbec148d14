"""Reads server-sent events: lines in, events out (https://html.spec.whatwg.org, section 9.2)."""

from collections.abc import AsyncIterable, AsyncIterator

from msgspec import Struct


class ServerEvent(Struct, frozen=True, kw_only=True):
    """One event. `event_id` is None where the server sent none with it."""

    kind: str
    data: bytes
    event_id: str | None


async def read_events(lines: AsyncIterable[bytes]) -> AsyncIterator[ServerEvent]:
    """Group lines into events; comments are skipped, a half event at the end is dropped."""
    fields: dict[bytes, list[bytes]] = {}
    async for raw in lines:
        line = raw.rstrip(b"\r\n")
        if line:
            name, _, value = line.partition(b":")
            fields.setdefault(name, []).append(value.removeprefix(b" "))
        elif b"data" in fields:
            yield _event(fields)
            fields = {}
        else:
            fields = {}


def _event(fields: dict[bytes, list[bytes]]) -> ServerEvent:
    event_id = fields[b"id"][-1].decode("utf-8", "replace") if b"id" in fields else None
    kind = fields.get(b"event", [b"message"])[-1].decode("utf-8", "replace")
    return ServerEvent(kind=kind, data=b"\n".join(fields[b"data"]), event_id=event_id)
