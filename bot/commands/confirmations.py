"""Questions that wait for a yes: from who asked, once, in time."""

import secrets
import time
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from bot.commands.answer import Resumption

CONFIRM_SECONDS = 30.0
# Old questions are kept so that a late press is told why; nobody asks more often than this.
_MOST_KEPT = 1000

Refusal = Literal["stranger", "used", "late"]


class Confirmation(Struct, kw_only=True):
    """One question. `deadline_seconds` is monotonic."""

    asker_id: int
    asker: str
    resumption: Resumption
    deadline_seconds: float
    is_over: bool = False


class Confirmations:
    """The questions of this process; those of an earlier one are not known any more."""

    def __init__(
        self,
        *,
        confirm_seconds: float = CONFIRM_SECONDS,
        now_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.confirm_seconds = confirm_seconds
        self._now_seconds = now_seconds
        self._known: dict[str, Confirmation] = {}

    def ask(self, resumption: Resumption, *, asker_id: int, asker: str) -> str:
        """Begin a question; its name is hard to guess."""
        nonce = secrets.token_hex(8)
        self._known[nonce] = Confirmation(
            asker_id=asker_id,
            asker=asker,
            resumption=resumption,
            deadline_seconds=self._now_seconds() + self.confirm_seconds,
        )
        while len(self._known) > _MOST_KEPT:
            del self._known[next(iter(self._known))]
        return nonce

    def find(self, nonce: str) -> Confirmation | None:
        """A question, or None if this process never asked it."""
        return self._known.get(nonce)

    def claim(self, nonce: str, presser_id: int) -> Resumption | Refusal:
        """Say yes. It is said once: whoever comes second is told so."""
        asked = self._known[nonce]
        if presser_id != asked.asker_id:
            return "stranger"
        if asked.is_over:
            return "used"
        if self._now_seconds() > asked.deadline_seconds:
            return "late"
        asked.is_over = True
        return asked.resumption

    def release(self, nonce: str) -> None:
        """Take a yes back that came to nothing, so that it can be said again in time."""
        self._known[nonce].is_over = False

    def expire(self, nonce: str) -> bool:
        """End a question that nobody said yes to; False if somebody did."""
        asked = self._known.get(nonce)
        if asked is None or asked.is_over:
            return False
        asked.deadline_seconds = float("-inf")
        return True
