"""Events that can never be stored, kept for a person to read.

Guarantees: one JSON line each, with the reason; the file is turned over at half of its bound, so
that the newest stay and the disk never fills.
"""

import contextlib
import os
from datetime import datetime
from pathlib import Path

import msgspec

from arbwatch.answers import Receipt
from arbwatch.events import Event, utc_now
from arbwatch.sending.batch import Batch

FILE_NAME = "dead-letters.ndjson"
OLD_NAME = "dead-letters.old.ndjson"
_DESCRIBED_CHARACTERS = 500


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One refused event: as it was sent, or described where it could not be sent at all."""

    reason: str
    refused_at: datetime
    event: msgspec.Raw


class DeadLetters:
    """The file of one engine, in `folder`."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._path = folder / FILE_NAME
        self._max_bytes = max_bytes // 2

    def put(self, letters: list[Letter]) -> None:
        """Append and sync.

        Raises:
            OSError: the disk did not take it; then none of them is in the file.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        size = self._path.stat().st_size if self._path.exists() else 0
        if size > self._max_bytes:
            self._path.replace(self._path.with_name(OLD_NAME))
            size = 0
        try:
            self._append(msgspec.json.Encoder().encode_lines(letters))
        except OSError:
            # Half a line would spoil the next one too.
            with contextlib.suppress(OSError):
                os.truncate(self._path, size)
            raise

    def _append(self, lines: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())


def refused_whole(batch: Batch, reason: str) -> list[Letter]:
    """Letters for every event of a batch."""
    return [_letter(reason, line) for line in batch.lines()]


def refused_singly(batch: Batch, receipt: Receipt) -> list[Letter]:
    """Letters for the events that a receipt refuses."""
    if not receipt.rejected:
        return []
    reasons = {r.index: f"{r.code} {r.field or ''}".strip() for r in receipt.rejected}
    lines = enumerate(batch.lines())
    return [_letter(reasons[index], line) for index, line in lines if index in reasons]


def unsendable(event: Event, reason: str) -> Letter:
    """A letter that describes an event; ASCII and short, as its text or size may be the trouble."""
    return _letter(reason, msgspec.json.encode(ascii(event)[:_DESCRIBED_CHARACTERS]))


def _letter(reason: str, line: bytes) -> Letter:
    return Letter(reason=reason, refused_at=utc_now(), event=msgspec.Raw(line))
