"""Batches on disk, so that a crash during an outage loses none of them.

Guarantees:
- `append` returns after the disk has synced; what it wrote is given back by the next `open`, under
  the same id and byte for byte, until `done` was told of it.
- Segments are only ever appended to, and removed once everything in them is done. A record is a
  header line with length and checksum, then its JSON lines. A torn or damaged record is counted
  and left out; it stops neither the start nor the records around it.
- `done` is not synced: after a power cut a batch may be sent again, and the exporter knows its id.
- At most `max_bytes`, and one process at a time.
"""

import contextlib
import os
import re
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

from arbwatch.disk import sync_folder
from arbwatch.sending.batch import Batch

if sys.platform != "win32":
    import fcntl

SEGMENT_BYTES = 4 * 1024 * 1024

# Events are lines that begin with a brace, so these words begin no line of a body.
_RECORDS = re.compile(rb"^(?=batch |done )", re.MULTILINE)
_BATCH = re.compile(rb"batch (\S+) (\d+) (\d+) ([0-9a-f]{8})\n")
_DONE = re.compile(rb"done (\S+)\n")


class SpoolError(Exception):
    """The disk did not take or give it; the message says why."""


class Spool:
    """The segments of one engine, in `folder`; used by one thread at a time."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock: BinaryIO | None = None
        self._sizes: dict[Path, int] = {}
        self._waiting: dict[Path, set[str]] = {}
        self._active: Path | None = None
        self._last_number = 0
        self.unreadable = 0

    def open(self) -> list[Batch]:
        """Everything kept and not done, in order.

        Raises:
            SpoolError: the folder cannot be used, or another process uses it.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._claim()
            loaded = [batch for path in self._segments() for batch in self._load(path)]
        except OSError as error:
            raise SpoolError(f"the spool cannot be read: {error.strerror}") from error
        return list({batch.batch_id: batch for batch in loaded}.values())

    def append(self, batch: Batch) -> None:
        """Write and sync.

        Raises:
            SpoolError: there is no room, or the disk failed; then it does not count as kept.
        """
        record = _record(batch)
        if sum(self._sizes.values()) + len(record) > self._max_bytes:
            raise SpoolError("the spool is full")
        try:
            path = self._segment()
            self._sizes[path] += _write(path, record, sync=True)
        except OSError as error:
            self._give_up_segment()
            raise SpoolError(f"the spool cannot be written: {error.strerror}") from error
        self._waiting[path].add(batch.batch_id)

    def done(self, batch_id: str) -> None:
        """Forget a batch: it was delivered, or refused for good.

        Raises:
            SpoolError: the disk failed; the batch may be sent again after a restart.
        """
        for path in [path for path, waiting in self._waiting.items() if batch_id in waiting]:
            try:
                self._mark(path, batch_id)
            except OSError as error:
                raise SpoolError(f"the spool cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _claim(self) -> None:
        self._lock = (self._folder / "lock").open("wb")
        if sys.platform != "win32":
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.close()
                raise SpoolError("another engine of this name uses the spool") from None

    def _segments(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.spool") if path.stem.isdigit())

    def _load(self, path: Path) -> list[Batch]:
        content = path.read_bytes()
        kept, unreadable = read(content)
        self.unreadable += unreadable
        self._last_number = int(path.stem)
        if not kept:
            path.unlink()
            return []
        self._sizes[path] = len(content)
        self._waiting[path] = {batch.batch_id for batch in kept}
        return kept

    def _segment(self) -> Path:
        if self._active is None or self._sizes[self._active] >= SEGMENT_BYTES:
            self._last_number += 1
            path = self._folder / f"{self._last_number:08}.spool"
            self._folder.mkdir(parents=True, exist_ok=True)
            path.touch()
            sync_folder(self._folder)
            self._sizes[path], self._waiting[path], self._active = 0, set(), path
        return self._active

    def _give_up_segment(self) -> None:
        """After a failed sync nobody knows what is on disk: take it back, never append there."""
        path, self._active = self._active, None
        if path is not None:
            with contextlib.suppress(OSError):
                os.truncate(path, self._sizes[path])
                if not self._waiting[path]:
                    self._remove(path)

    def _mark(self, path: Path, batch_id: str) -> None:
        if self._waiting[path] == {batch_id}:
            self._remove(path)
        else:
            self._sizes[path] += _write(path, b"\ndone %b\n" % batch_id.encode(), sync=False)
            self._waiting[path].remove(batch_id)

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        del self._sizes[path], self._waiting[path]
        if path == self._active:
            self._active = None


def read(content: bytes) -> tuple[list[Batch], int]:
    """A segment's batches that are not done, and how many of its records cannot be read."""
    kept: dict[str, Batch] = {}
    unreadable = 0
    for piece in _RECORDS.split(content):
        if done := _DONE.match(piece):
            kept.pop(done[1].decode(), None)
        elif (batch := _parse(piece)) is not None:
            kept[batch.batch_id] = batch
        elif piece.strip():
            unreadable += 1
    return list(kept.values()), unreadable


def _parse(piece: bytes) -> Batch | None:
    header = _BATCH.match(piece)
    if header is None:
        return None
    body = piece[header.end() : header.end() + int(header[3])]
    batch_id, count = header[1].decode("ascii", "replace"), int(header[2])
    if _checksum(batch_id, count, body) != int(header[4], 16):
        return None
    return Batch(batch_id=batch_id, body=body, count=count, has_facts=True)


def _record(batch: Batch) -> bytes:
    checksum = _checksum(batch.batch_id, batch.count, batch.body)
    header = f"\nbatch {batch.batch_id} {batch.count} {len(batch.body)} {checksum:08x}\n"
    return header.encode() + batch.body


def _checksum(batch_id: str, count: int, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(f"{batch_id} {count}".encode()))


def _write(path: Path, content: bytes, *, sync: bool) -> int:
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        if sync:
            os.fsync(file.fileno())
    return len(content)
