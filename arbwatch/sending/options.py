"""The sender's numbers in one place, with defaults for thousands of events a second."""

from msgspec import Struct

MIB = 1024 * 1024


class Options(Struct, frozen=True, kw_only=True):
    """How the sender batches, waits and keeps.

    `keep_after_seconds` is what a crash during an outage can cost: facts unsent for longer are on
    disk. A batch is closed at `batch_events` or `batch_bytes`, whichever comes first, and always
    before it is more bytes than the exporter takes.
    """

    flush_seconds: float = 0.1
    batch_events: int = 2_000
    batch_bytes: int = MIB
    max_queued: int = 100_000
    keep_after_seconds: float = 1.0
    max_spool_bytes: int = 64 * MIB
    max_dead_letter_bytes: int = 8 * MIB
    connect_timeout_seconds: float = 3.0
    timeout_seconds: float = 10.0
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 5.0
    report_seconds: float = 5.0


DEFAULTS = Options()
