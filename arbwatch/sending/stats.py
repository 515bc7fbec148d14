"""What the sender tells about itself."""

from datetime import datetime

from msgspec import Struct


class SenderStats(Struct, frozen=True, kw_only=True):
    """Counts of events since the start.

    `queued`: not yet answered for, also what was pushed before the start (it waits, without a
    bound) and after the close (it is neither sent nor kept). `spooled`: those of them that are on
    disk. `dropped`: made room for newer ones. `unreadable`: damaged records found on disk at the
    start. `last_error` is `None` once a later delivery succeeded, `disk_error` once the disk took
    something again.
    """

    queued: int
    spooled: int
    sent: int
    rejected: int
    dropped: int
    unreadable: int
    last_success: datetime | None
    last_error: str | None
    disk_error: str | None
