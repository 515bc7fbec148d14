"""Leaves the stack as it was found, however the drill ends."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from bench.drill.scene import VENUE, is_ours
from bench.stage.stack import Stack

TRY_SECONDS = 20.0
PAUSE_SECONDS = 0.5


@contextmanager
def tidied_up(stack: Stack) -> Iterator[None]:
    """Afterwards no halt of the drill's is open; those of others are theirs to end."""
    try:
        yield
    finally:
        end_halts(stack)


def end_halts(stack: Stack) -> None:
    """End what the drill began; the exporter may just be starting again."""
    deadline = time.monotonic() + TRY_SECONDS
    while True:
        try:
            if left := [halt.halt_id for halt in stack.venue(VENUE).halts if is_ours(halt)]:
                stack.resume(VENUE, left, by="drill")
                print(f"The drill ended its own halts of {VENUE}: {left}", file=sys.stderr)
            return
        except requests.RequestException as error:
            if time.monotonic() > deadline:
                print(f"{VENUE} may still be halted ({error}): resume it", file=sys.stderr)
                return
        time.sleep(PAUSE_SECONDS)
