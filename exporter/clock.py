"""The time that every part of the exporter goes by: what hour it is, and how much of it passed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from arbwatch.events import utc_now


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock to show, and the monotonic one to judge: by default those of this machine."""

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic


REAL = Clock()
