"""An event loop whose clock runs faster: whoever sleeps an hour in it sleeps a minute."""

import asyncio
import selectors
from typing import Any


class HurriedLoop(asyncio.SelectorEventLoop):
    """Seconds of this loop are `times` shorter. Sockets and the wall clock stay as they are."""

    def __init__(self, times: float) -> None:
        self._times = times
        super().__init__(_HurriedSelector(times))

    def time(self) -> float:
        """Seconds of this loop."""
        return super().time() * self._times


class _HurriedSelector(selectors.DefaultSelector):
    def __init__(self, times: float) -> None:
        super().__init__()
        self._times = times

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        return super().select(timeout / self._times if timeout else timeout)
