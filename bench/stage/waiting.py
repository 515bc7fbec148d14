"""Waits for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

from bench.stage.errors import StepFailed

T = TypeVar("T")

LOOK_SECONDS = 0.01


def wait_for(what: str, look: Callable[[], T | None], *, seconds: float) -> T:
    """What `look` gives, as soon as that is something.

    Raises:
        StepFailed: it gave nothing for so long.
    """
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise StepFailed(f"waited {seconds:g} s in vain: {what}")
        time.sleep(LOOK_SECONDS)
    return found
