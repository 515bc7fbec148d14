"""One message that is kept up to date for a while, with a button that ends it."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Self

import discord
from discord import ui

from bot.gateway.calls import CALL_SECONDS, FAILURES
from bot.outbox.watches import WatchNote

log = logging.getLogger(__name__)

Interaction = discord.Interaction[discord.Client]
Button = ui.Button[ui.View]
Press = Callable[[Interaction, str], Awaitable[None]]

TEMPLATE = r"arbwatch:watch:(?P<mark>[0-9a-f]{16})"
# Our clock and Discord's, which stamps the messages, may differ.
_CLOCK_MARGIN = timedelta(minutes=5)

NOT_SHOWN = (*FAILURES, discord.RateLimited)


class Gone(Exception):
    """Somebody deleted the message, or the bot may not reach it any more."""


class StopButton(ui.DynamicItem[Button], template=TEMPLATE):
    """A button that is known again by its id, also after a restart."""

    def __init__(self, mark: str) -> None:
        super().__init__(ui.Button(label="Stop", custom_id=f"arbwatch:watch:{mark}"))
        self.mark = mark

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button of a message, from what Discord kept of it."""
        return cls(match["mark"])


def stop_button(press: Press) -> type[StopButton]:
    """The kind of button that is heard by `press`; Discord's library wants a class for it."""

    class Heard(StopButton, template=TEMPLATE):
        async def callback(self, interaction: Interaction) -> None:
            await press(interaction, self.mark)

    return Heard


async def post(client: discord.Client, note: WatchNote, text: str, *, button: StopButton) -> int:
    """Post it without a sound and return its id; raises one of NOT_SHOWN."""
    view = ui.View(timeout=None).add_item(button)
    view.stop()  # Else the library remembers it for ever; the button is known by its id.
    async with asyncio.timeout(CALL_SECONDS):
        message = await _channel(client, note).send(
            text, view=view, nonce=note.mark, suppress_embeds=True, silent=True
        )
    return message.id


async def edit(client: discord.Client, note: WatchNote, message_id: int, text: str) -> None:
    """Show a new text; raises Gone where that will never work again. An outage is passed over."""
    try:
        async with asyncio.timeout(CALL_SECONDS):
            await _channel(client, note).get_partial_message(message_id).edit(content=text)
    except (discord.NotFound, discord.Forbidden) as lost:
        raise Gone from lost
    except NOT_SHOWN as failed:
        log.info("Watch not refreshed: error=%s", type(failed).__name__)


async def remove(client: discord.Client, note: WatchNote, message_id: int | None) -> bool:
    """Delete it, found by its button if its id is not known; False if that is to be tried again."""
    try:
        async with asyncio.timeout(CALL_SECONDS):
            found = message_id or await _find(client, note)
            if found is not None:
                await _channel(client, note).get_partial_message(found).delete()
    except discord.NotFound:
        return True
    except discord.Forbidden:
        log.info("Watch left where the bot may not go any more: channel=%d", note.channel_id)
        return True
    except NOT_SHOWN as failed:
        log.info("Watch not removed yet: error=%s", type(failed).__name__)
        return False
    return True


async def _find(client: discord.Client, note: WatchNote) -> int | None:
    """Its id: it was posted right after it was noted, if it was posted at all."""
    around = (note.begun_at - _CLOCK_MARGIN, note.begun_at + _CLOCK_MARGIN)
    history = _channel(client, note).history(after=around[0], before=around[1], limit=None)
    async for message in history:
        if note.mark in _marks(message):
            return message.id
    return None


def _marks(message: discord.Message) -> list[str]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    ids = [getattr(child, "custom_id", None) or "" for row in rows for child in row.children]
    return [found["mark"] for found in (re.fullmatch(TEMPLATE, name) for name in ids) if found]


def _channel(client: discord.Client, note: WatchNote) -> discord.PartialMessageable:
    return client.get_partial_messageable(note.channel_id)
