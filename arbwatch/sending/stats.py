"""What the sender tells about itself."""

from datetime import datetime

from msgspec import Struct


class SenderStats(Struct, frozen=True, kw_only=True):
    """Counts of events since the start.

    `queued`: not yet answered for; `spooled`: those of them that are on disk; `dropped`: made room
    for newer ones. `last_error` is `None` once a later delivery
    succeeded, `disk_error` once the disk took something again. `unreadable`: damaged records found
    on disk at the start.
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
