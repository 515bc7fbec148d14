"""A batch: sealed once, then sent, kept on disk and sent again byte for byte under one id."""

import time

import msgspec

from arbwatch import wire
from arbwatch.events import FACTS, Event, SenderReport

# Encoding this many events takes some 50 microseconds, during which no other thread runs.
CHUNK_EVENTS = 128
_STEP_ASIDE_SECONDS = 50e-6


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """`count` events, one JSON line each; a line beyond them is the sender's own report."""

    batch_id: str
    body: bytes
    count: int
    has_facts: bool

    def lines(self) -> list[bytes]:
        """Its events, each encoded."""
        return self.body.split(b"\n")[: self.count]


class Packing:
    """A batch being made, chunk by chunk."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = self.taken = 0
        self.has_facts = False
        self.impossible: list[Event] = []

    def add(self, events: list[Event]) -> None:
        """Encode some more; what JSON cannot say is left out and listed in `impossible`."""
        part, failed = _encode(events)
        self._parts.append(part)
        self.impossible += failed
        self.size += len(part)
        self.taken += len(events)
        self.has_facts = self.has_facts or any(isinstance(event, FACTS) for event in events)

    def seal(self, batch_id: str, report: SenderReport | None) -> Batch:
        """The batch, with the report behind its events."""
        if report is not None:
            self._parts.append(wire.encode_batch([report]))
        count = self.taken - len(self.impossible)
        body = b"".join(self._parts)
        return Batch(batch_id=batch_id, body=body, count=count, has_facts=self.has_facts)


def step_aside() -> None:
    """Let the engine's threads run: without this they wait 5 ms for the interpreter's lock."""
    time.sleep(_STEP_ASIDE_SECONDS)


def _encode(events: list[Event]) -> tuple[bytes, list[Event]]:
    try:
        return wire.encode_batch(events), []
    except (TypeError, ValueError, msgspec.MsgspecError):
        if len(events) == 1:
            return b"", events
    results = [_encode([event]) for event in events]
    return b"".join(line for line, _ in results), [e for _, failed in results for e in failed]
