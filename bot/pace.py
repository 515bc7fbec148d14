"""How fast new messages are posted: a few at once, then as many as Discord takes for long."""

import asyncio
import time
from collections.abc import Awaitable, Callable

# Discord tells its limits in headers only. For the messages of one channel they have been five in
# five seconds for years; what is over that waits there, so it may as well wait here, be changed
# meanwhile, or be told of by a digest.
POSTS_AT_ONCE = 10
POSTS_PER_SECOND = 1.0


class Pace:
    """A bucket of posts that fills up by the second."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._left = float(POSTS_AT_ONCE)
        self._filled_at = clock()

    async def wait(self) -> None:
        """Return when there is a post left, or after the time that one takes to come."""
        self._fill()
        if self._left < 1:
            await self._sleep((1 - self._left) / POSTS_PER_SECOND)

    def take(self) -> None:
        """One was posted."""
        self._fill()
        self._left = max(self._left - 1, 0.0)

    def _fill(self) -> None:
        now = self._clock()
        more = (now - self._filled_at) * POSTS_PER_SECOND
        self._left = min(self._left + more, float(POSTS_AT_ONCE))
        self._filled_at = now
