"""How often Discord takes something, told in headers as Discord tells it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.discord.errors import DiscordError

# A message of an hour takes few edits more. How few, Discord does not say.
OLD_SECONDS = 3600.0
OLD_EDITS = 3


@dataclass
class Bucket:
    """So many requests within so many seconds; without a number, any. It counts refusals."""

    limit: int | None = None
    seconds: float = 5.0
    clock: Callable[[], float] = time.monotonic
    refused: int = 0
    _taken: list[float] = field(default_factory=list)

    def take(self) -> None:
        """Let one request in, or refuse it."""
        if self.limit is None:
            return
        now = self.clock()
        self._taken = [moment for moment in self._taken if now - moment < self.seconds]
        if len(self._taken) >= self.limit:
            self.refused += 1
            after = self._reset_after(now)
            raise DiscordError(429, 0, "You are being rate limited.", retry_after=after)
        self._taken.append(now)

    @property
    def headers(self) -> dict[str, str]:
        """What is left, so that a client can wait instead of being refused."""
        if self.limit is None:
            return {}
        after = self._reset_after(self.clock())
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.limit - len(self._taken), 0)),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": "messages",
        }

    def _reset_after(self, now: float) -> float:
        return max(self.seconds - (now - self._taken[0]), 0.001) if self._taken else 0.001


@dataclass
class OldEdits:
    """Edits of messages older than an hour, so many a message."""

    limit: int = OLD_EDITS
    _taken: dict[str, int] = field(default_factory=dict)

    def take(self, message_id: str, *, age_seconds: float) -> None:
        """Let one edit in, or refuse it."""
        if age_seconds <= OLD_SECONDS:
            return
        taken = self._taken.get(message_id, 0)
        if taken >= self.limit:
            words = "Maximum number of edits to messages older than 1 hour reached. Try again later"
            raise DiscordError(429, 30046, words, retry_after=0.5)
        self._taken[message_id] = taken + 1
