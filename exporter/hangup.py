"""SIGHUP, which asks for the limits to be read again."""


class Hangup:
    """The signal's handler: remembers one, at whatever moment it comes, until somebody takes it."""

    def __init__(self) -> None:
        self._is_pending = False

    def __call__(self, *_: object) -> None:
        """Only note it, so that nothing is interrupted."""
        self._is_pending = True

    def take(self) -> bool:
        """Whether one came since the last call."""
        was_pending, self._is_pending = self._is_pending, False
        return was_pending
