"""A look at a ledger from beside it, also while an exporter writes to the file."""

import sqlite3
from pathlib import Path
from urllib.parse import quote


def connect_aside(path: Path) -> sqlite3.Connection:
    """A connection that neither writes nor copies the log back into the file."""
    # An open ledger has a log beside it. One without was closed, or is a copy: nobody changes it,
    # and so it may also stand where nothing can be written.
    is_closed = not path.with_name(f"{path.name}-wal").exists()
    mode = "mode=ro&immutable=1" if is_closed else "mode=ro"
    return sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True)
