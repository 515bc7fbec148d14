"""A clock that tests set."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, tzinfo=UTC)


class Clock:
    """The time; it stands still until it is set."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Now."""
        return self.now

    def seconds(self) -> float:
        """The same as a count of seconds that never falls."""
        return (self.now - START).total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.now += timedelta(seconds=seconds)
