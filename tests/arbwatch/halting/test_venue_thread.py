"""A venue's own thread: in order, the newest counts, nothing ends it but its close."""

import threading

from arbwatch.control import VenueControl
from arbwatch.halting.venue_thread import VenueThread
from tests.arbwatch.rows import halted, row
from tests.conftest import wait_until


def test_of_what_waits_the_newest_is_done() -> None:
    """What is under way ends first; what was overtaken meanwhile is never begun."""
    done: list[int] = []
    may_end = threading.Event()

    def do(given: VenueControl) -> bool:
        done.append(given.seq)
        return may_end.wait(60)

    thread = VenueThread("kalshi", do)
    thread.give(halted(1))
    wait_until(lambda: done)
    thread.give(row(2))
    thread.give(halted(3))
    may_end.set()

    wait_until(lambda: done[-1] == 3)
    thread.close(30)
    assert done == [1, 3]


def test_the_same_again_is_nothing_new() -> None:
    """An answer a second repeats the last order."""
    done: list[int] = []
    thread = VenueThread("kalshi", lambda given: not done.append(given.seq))  # type: ignore[func-returns-value]

    for given in (halted(1), halted(1), row(2)):
        thread.give(given)
        wait_until(lambda seq=given.seq: done and done[-1] == seq)  # type: ignore[misc]

    thread.close(30)
    assert done == [1, 2]


def test_what_is_not_done_or_fails_is_done_again() -> None:
    """Until it says that it is done."""
    attempts: list[int] = []

    def do(given: VenueControl) -> bool:
        attempts.append(given.seq)
        if len(attempts) == 1:
            raise RuntimeError
        return len(attempts) == 3

    thread = VenueThread("kalshi", do, again_seconds=0.001)
    thread.give(halted(1))

    wait_until(lambda: len(attempts) == 3)
    thread.close(30)
    assert attempts == [1, 1, 1]
