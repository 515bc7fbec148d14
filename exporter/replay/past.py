"""Where the past comes from: a ledger, which holds facts only, or a file of any events."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from arbwatch import wire
from arbwatch.events import Event, Fill
from exporter.errors import StartError
from exporter.ledger.past import read_in_time
from exporter.ledger.records import ControlRecord, Record

# In a file the engine that pushed is not named, as it is in the header of a push.
UNNAMED_ENGINE = "replay"


class Past(msgspec.Struct, frozen=True):
    """Something that happened, at seconds since 1970; `seq` is its place in the ledger."""

    at: float
    what: Event | ControlRecord
    seq: int = 0


def from_ledger(copy: Path) -> Iterator[Past]:
    """What a copy of a ledger holds, in order of time."""
    for at_us, entry in read_in_time(copy):
        yield Past(at_us / 1e6, _as_pushed(entry.record), entry.seq)


def from_file(path: Path) -> Iterator[Past]:
    """The events of a file of JSON lines, as `POST /api/events` takes them, in its order.

    Raises:
        StartError: a line is no event, or is older than the one above it.
    """
    decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
    before = float("-inf")
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.isspace():
                    continue
                event = _decoded(line, decoder, place=f"{path}: line {number}")
                at = event.timestamp.timestamp()
                if at < before:
                    raise StartError(
                        f"{path}: line {number}: older than the line before it; "
                        "sort the file by timestamp"
                    )
                before = at
                yield Past(at, event)
    except OSError as error:
        raise StartError(f"{path}: {error.strerror}") from error


def _decoded(line: bytes, decoder: msgspec.json.Decoder[Event], *, place: str) -> Event:
    try:
        return wire.decode(line, decoder)
    except wire.WireError as error:
        field = f"{error.field}: " if error.field else ""
        raise StartError(f"{place}: {field}{error.message}") from error


def _as_pushed(record: Record) -> Event | ControlRecord:
    """A stored fill without what the ledger added to it."""
    if not isinstance(record, Fill):
        return record
    return Fill(**{name: getattr(record, name) for name in Fill.__struct_fields__})
