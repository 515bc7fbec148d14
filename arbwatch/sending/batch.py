"""A batch: sealed once, then sent, kept on disk and sent again byte for byte under one id."""

import time

import msgspec

from arbwatch import wire
from arbwatch.events import FACTS, MAX_BODY_BYTES, Event, Exposure, Latency, SenderReport

# Encoding this many events takes some 50 microseconds, during which no other thread runs.
CHUNK_EVENTS = 128
_STEP_ASIDE_SECONDS = 50e-6
_ENCODING_ERRORS = (TypeError, ValueError, msgspec.MsgspecError)


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """`count` events, one JSON line each; a line beyond them is the sender's own report."""

    batch_id: str
    body: bytes
    count: int
    has_facts: bool

    def lines(self) -> list[bytes]:
        """Its events, each encoded."""
        return self.body.split(b"\n")[: self.count]

    def halves(self, *batch_ids: str) -> list["Batch"]:
        """Its events as two batches under these ids, without the report."""
        lines = [line + b"\n" for line in self.lines()]
        parts = (lines[: self.count // 2], lines[self.count // 2 :])
        return [
            Batch(batch_id=name, body=b"".join(part), count=len(part), has_facts=self.has_facts)
            for name, part in zip(batch_ids, parts, strict=True)
        ]


class Packing:
    """A batch being made, chunk by chunk: closed at `closed_at` bytes, and never too large to send.

    What can never be sent is left out and listed in `unsendable`, with a word that says why.
    """

    def __init__(self, closed_at: int) -> None:
        self._closed_at = max(1, min(closed_at, MAX_BODY_BYTES))
        self._parts: list[bytes] = []
        self.size = self.count = self.taken = 0
        self.has_facts = False
        self.unsendable: list[tuple[Event, str]] = []

    @property
    def is_closed(self) -> bool:
        """Whether it is large enough to go."""
        return self.size >= self._closed_at

    def add(self, events: list[Event]) -> list[Event]:
        """Encode some more; gives back those for which there is no room, to begin the next with."""
        if not any(map(_is_wide, events)) and self._add_together(events):
            return []
        for place, event in enumerate(events):
            if not self._add_alone(event):
                return events[place:]
        return []

    def seal(self, batch_id: str, report: SenderReport | None = None) -> Batch:
        """The batch, with the report behind its events where there is room for it."""
        line = b"" if report is None else wire.encode_batch([report])
        if self.size + len(line) <= MAX_BODY_BYTES:
            self._parts.append(line)
        body = b"".join(self._parts)
        return Batch(batch_id=batch_id, body=body, count=self.count, has_facts=self.has_facts)

    def _add_together(self, events: list[Event]) -> bool:
        try:
            lines = wire.encode_batch(events)
        except _ENCODING_ERRORS:
            return False
        if self.size + len(lines) > MAX_BODY_BYTES:
            return False
        self._append(lines, events)
        return True

    def _add_alone(self, event: Event) -> bool:
        try:
            line = wire.encode_batch([event])
        except _ENCODING_ERRORS:
            self._leave_out(event, "cannot_be_encoded")
            return True
        if len(line) > MAX_BODY_BYTES:
            self._leave_out(event, "too_large")
            return True
        if self.is_closed or self.size + len(line) > MAX_BODY_BYTES:
            return False
        self._append(line, [event])
        return True

    def _append(self, lines: bytes, events: list[Event]) -> None:
        self._parts.append(lines)
        self.size += len(lines)
        self.count += len(events)
        self.taken += len(events)
        self.has_facts = self.has_facts or any(isinstance(event, FACTS) for event in events)

    def _leave_out(self, event: Event, reason: str) -> None:
        self.unsendable.append((event, reason))
        self.taken += 1


def step_aside() -> None:
    """Let the engine's threads run: without this they wait 5 ms for the interpreter's lock."""
    time.sleep(_STEP_ASIDE_SECONDS)


def _is_wide(event: Event) -> bool:
    """Whether it can take as long to encode as thousands of others."""
    return isinstance(event, Exposure) or (
        isinstance(event, Latency) and isinstance(event.latency_ms, list)
    )
