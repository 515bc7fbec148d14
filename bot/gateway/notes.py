"""Messages in the channel about commands whose answer Discord did not take, by the outbox."""

import logging
import time
from collections.abc import Callable

from bot.cards import answer_card, late_card
from bot.errors import OutboxError
from bot.outbox import ALERT_LANE, Entry, Outbox

log = logging.getLogger(__name__)

# Late commands come in a burst, when the gateway hands over what it held back: one message for all.
TOGETHER_SECONDS = 60.0


class Notes:
    """Puts them into the outbox, which keeps them while Discord is away."""

    def __init__(
        self, outbox: Outbox, *, now_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._outbox = outbox
        self._now_seconds = now_seconds
        self._late: list[str] = []
        self._late_key = ""
        self._late_until = float("-inf")

    async def answer(self, interaction_id: int, text: str, *, asked: str) -> None:
        """Post an answer that could not be shown to who asked."""
        await self._put(
            Entry(key=f"answer:{interaction_id}", card=answer_card(text, asked), lane=ALERT_LANE)
        )

    async def late(self, interaction_id: int, line: str) -> None:
        """Post that a command came too late; several within a minute share a message."""
        now = self._now_seconds()
        if now >= self._late_until:
            self._late, self._late_key = [], f"late:{interaction_id}"
            self._late_until = now + TOGETHER_SECONDS
        self._late.append(line)
        await self._put(Entry(key=self._late_key, card=late_card(self._late), lane=ALERT_LANE))

    async def _put(self, entry: Entry) -> None:
        try:
            await self._outbox.put([entry])
        except OutboxError:
            log.exception("Note lost: key=%s", entry.key)
