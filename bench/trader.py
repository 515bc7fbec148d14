"""`python -m bench.trader URL [POLL_SECONDS]`: an engine that only looks whether it may trade.

Prints a line for each change on Kalshi: nanoseconds of the monotonic clock, which all processes
of a machine share, and 1 or 0. With seconds it is no `Engine`, but asks the exporter so often.
"""

import sys
import time
from collections.abc import Callable

import requests

from arbwatch import Engine

VENUE = "kalshi"
# How late a change is seen at most; small beside what is measured, and leaves the core to others.
LOOK_SECONDS = 0.0005


def main(url: str, poll_seconds: float | None) -> None:
    """Look until killed."""
    if poll_seconds is None:
        with Engine(url, name="trader") as engine:
            watch(lambda: engine.may_trade(VENUE), pause_seconds=LOOK_SECONDS)
    session = requests.Session()
    watch(lambda: is_running(session, url), pause_seconds=poll_seconds or 0)


def watch(may_trade: Callable[[], bool], *, pause_seconds: float) -> None:
    """Print each change."""
    shown = None
    while True:
        if (now := may_trade()) is not shown:
            shown = now
            print(time.monotonic_ns(), int(now), flush=True)
        time.sleep(pause_seconds)


def is_running(session: requests.Session, url: str) -> bool:
    """Ask the exporter."""
    venues = session.get(f"{url}/api/venues", timeout=30).json()
    return any(row["venue"] == VENUE and row["state"] == "running" for row in venues)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else None)
