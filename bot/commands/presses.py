"""What a button of an alert wishes, and the change to the card that comes of it."""

import logging
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from bot.commands.answer import Context
from bot.errors import OutboxError
from bot.incidents import Incident
from bot.outbox import Outbox

log = logging.getLogger(__name__)

OVER = "✅ It is over already: nothing was done."
_FORGOTTEN = "⚠️ The bot does not know this alert any more: nothing was done."
NOT_KEPT = "\n⚠️ The bot's disk did not take it: the card does not show it."


class Press(Struct, frozen=True, kw_only=True):
    """What a button wishes. `reference` is the incident's; `link` leads to the pressed message."""

    what: Literal["ack", "silence", "unsilence", "end", "halt"]
    reference: str = ""
    hours: int = 0
    silence_id: str = ""
    scope: str = ""
    link: str = ""

    @property
    def name(self) -> str:
        """Under which it is counted, allowed and denied."""
        return "unsilence" if self.what == "end" else self.what


class NotPossible(Exception):
    """An incident that nothing can be done about; the text says why."""


async def change(
    context: Context,
    press: Press,
    how: Callable[[Incident], Incident],
    *,
    even_if_over: bool = False,
) -> Incident:
    """Change an incident that goes on; raises NotPossible, or OutboxError where it is not kept."""
    found = await _outbox(context).amend(
        press.reference, lambda i: i if i.is_resolved and not even_if_over else how(i)
    )
    if found is None:
        raise NotPossible(_FORGOTTEN)
    if found.is_resolved and not even_if_over:
        raise NotPossible(OVER)
    return found


async def try_change(context: Context, press: Press, how: Callable[[Incident], Incident]) -> str:
    """Change an incident after the deed, whatever became of it; what to say if that failed."""
    try:
        await _outbox(context).amend(press.reference, how)
    except OutboxError:
        log.exception("Deed not noted: what=%s reference=%s", press.what, press.reference)
        return NOT_KEPT
    return ""


def _outbox(context: Context) -> Outbox:
    if context.outbox is None:
        raise RuntimeError("what acts on cards needs an outbox")
    return context.outbox
