"""Room on the ledger's disk: the last of it is kept for halts, which matter more than facts."""

import os
from pathlib import Path

# As much as the write-ahead log takes before it is copied into the file and used again.
RESERVE_BYTES = 16 * 1024 * 1024
RESERVE_SHARE = 0.05


def has_room(folder: Path) -> bool:
    """Whether facts may still be stored on this folder's disk; if that is unknown, they may."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return True
    reserve = min(RESERVE_BYTES, disk.f_blocks * disk.f_frsize * RESERVE_SHARE)
    return disk.f_bavail * disk.f_frsize >= reserve
