"""Room on the ledger's disk: the last of it is kept for halts, which matter more than facts."""

import os
from pathlib import Path

RESERVE_BYTES = 16 * 1024 * 1024
RESERVE_SHARE = 0.05
PAGE_BYTES = 4096


def has_room(folder: Path) -> bool:
    """Whether facts may still be stored on this folder's disk; if that is unknown, they may."""
    size, free = _disk(folder)
    return not size or free >= _reserve(size)


def log_pages(folder: Path) -> int:
    """How long the write-ahead log grows before it is copied into the file and used again.

    No longer than what is kept: so that the copy, which may make the file as much longer, always
    finds its room, and orders then go on within the log that is there.
    """
    size, _ = _disk(folder)
    return (_reserve(size) if size else RESERVE_BYTES) // PAGE_BYTES


def _reserve(size: int) -> int:
    return min(RESERVE_BYTES, int(size * RESERVE_SHARE))


def _disk(folder: Path) -> tuple[int, int]:
    """Bytes of the disk, and those of them that are free; 0 if it does not tell."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return 0, 0
    return disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize
