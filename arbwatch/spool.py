"""Events on disk between two runs of an engine, as newline-delimited JSON."""

import logging
import os
from pathlib import Path

from arbwatch import wire
from arbwatch.events import MAX_BATCH_EVENTS, Event

log = logging.getLogger(__name__)


def put(path: Path, events: list[Event]) -> None:
    """Write `events` and sync them to disk; what stood there is replaced in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(wire.encode_batch(events))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def read(path: Path) -> list[Event]:
    """What `put` left, or nothing. Records that cannot be read are counted and left out."""
    if not path.exists():
        return []
    lines = path.read_bytes().splitlines(keepends=True)
    events: list[Event] = []
    unreadable = 0
    for start in range(0, len(lines), MAX_BATCH_EVENTS):
        chunk = b"".join(lines[start : start + MAX_BATCH_EVENTS])
        good, rejections = wire.EVENTS.decode(chunk, wire.NDJSON)
        events += good
        unreadable += len(rejections)
    if unreadable:
        log.warning("spool: %d records of %s could not be read", unreadable, path.name)
    return events


def clear(path: Path) -> None:
    """Forget what `put` left, once it has been delivered."""
    path.unlink(missing_ok=True)
