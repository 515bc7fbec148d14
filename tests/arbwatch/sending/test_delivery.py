"""Pauses between attempts."""

from datetime import UTC, datetime

import pytest

from arbwatch.sending.delivery import LONGEST_RETRY_AFTER_SECONDS, Backoff, retry_after_seconds
from arbwatch.sending.options import Options

NOW = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("7", 7),
        ("0", 0),
        ("-3", 0),
        ("Mon, 05 Jan 2026 12:00:09 GMT", 9),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0),
        ("Mon, 05 Jan 2026 12:00:09 -0000", 0),
        ("soon", 0),
        ("", 0),
        ("9" * 30, LONGEST_RETRY_AFTER_SECONDS),
        ("9" * 4000, LONGEST_RETRY_AFTER_SECONDS),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float) -> None:
    """Seconds or a date; nonsense says nothing, and no server may ask for ever."""
    assert retry_after_seconds(header, now=NOW) == seconds


def test_pauses_grow_to_a_bound_and_start_again() -> None:
    """Doubled each time, shortened by at most half."""
    backoff = Backoff(Options(first_pause_seconds=1, longest_pause_seconds=4))

    pauses = [backoff.pause() for _ in range(5)]
    backoff.reset()
    again = backoff.pause()

    for pause, full in zip([*pauses, again], [1, 2, 4, 4, 4, 1], strict=True):
        assert full / 2 <= pause <= full


def test_a_pause_is_never_shorter_than_asked_for() -> None:
    """Retry-After is honoured whatever the back-off says."""
    assert Backoff(Options()).pause(30.0) == 30.0
