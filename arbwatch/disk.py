"""Files that a crash leaves whole: as they were, or as they were to be."""

import os
import sys
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write and sync beside it, then take its place; its folder is made where missing.

    Raises:
        OSError: the disk did not take it; the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make new, renamed and removed names in it durable."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
