"""Shows cards in one Discord channel."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import aiohttp
import discord

from bot.cards import Card
from bot.gateway.client import Gateway
from bot.worker import SendDelayed, SendRefused

# discord.py sleeps through short rate limits and retries some errors by itself, within this.
CALL_SECONDS = 60.0
# Our clock and Discord's, which stamps the messages, may differ.
CLOCK_MARGIN = timedelta(minutes=5)

UNKNOWN_MESSAGE = 10008


class DiscordSender:
    """The Sender of the delivery worker that faces Discord."""

    def __init__(self, gateway: Gateway, channel_id: int) -> None:
        self._gateway = gateway
        self._channel_id = channel_id

    async def wait_ready(self) -> None:
        """Return once logged in."""
        await self._gateway.logged_in()

    async def post(self, card: Card, reference: str) -> int:
        """Post a message; the nonce makes Discord answer a repeat with the first message."""
        channel = await self._channel()
        with _translated():
            async with asyncio.timeout(CALL_SECONDS):
                message = await channel.send(
                    card.content or None, embed=embed(card, reference), nonce=reference
                )
        return message.id

    async def edit(self, message_id: int, card: Card, reference: str) -> None:
        """Change a posted message."""
        channel = await self._channel()
        with _translated():
            async with asyncio.timeout(CALL_SECONDS):
                await channel.get_partial_message(message_id).edit(
                    content=card.content or None, embed=embed(card, reference)
                )

    async def find(self, reference: str, since: datetime) -> int | None:
        """Look through the channel for our own message with this reference."""
        channel = await self._channel()
        with _translated():
            async with asyncio.timeout(CALL_SECONDS):
                async for message in channel.history(after=since - CLOCK_MARGIN, limit=None):
                    if _carries(message, reference):
                        return message.id
        return None

    async def _channel(self) -> discord.PartialMessageable:
        client = await self._gateway.logged_in()
        return client.get_partial_messageable(self._channel_id)


def embed(card: Card, reference: str) -> discord.Embed:
    """A card as Discord wants it."""
    shown = discord.Embed(
        title=card.title, description=card.body or None, colour=discord.Colour(card.colour)
    )
    for field in card.fields:
        shown.add_field(name=field.name, value=field.value, inline=True)
    return shown.set_footer(text=f"Arbwatch · {reference}")


def _carries(message: discord.Message, reference: str) -> bool:
    return any((shown.footer.text or "").endswith(reference) for shown in message.embeds)


@contextmanager
def _translated() -> Iterator[None]:
    """Foreign errors as ours: what may pass, and what never will."""
    try:
        yield
    except discord.RateLimited as limited:
        raise SendDelayed("rate_limited", retry_after_seconds=limited.retry_after) from limited
    except discord.HTTPException as failed:
        raise _http_error(failed) from failed
    except (TimeoutError, aiohttp.ClientError, OSError) as lost:
        raise SendDelayed("unreachable") from lost


def _http_error(failed: discord.HTTPException) -> SendDelayed | SendRefused:
    if failed.status >= 500:
        return SendDelayed("unreachable")
    if failed.status == 429:
        return SendDelayed("rate_limited")
    if failed.code == UNKNOWN_MESSAGE:
        return SendRefused("message_gone")
    if failed.status in (401, 403, 404):
        # A missing permission or channel is somebody's to repair; nothing is lost until then.
        return SendDelayed("forbidden")
    return SendRefused("refused")
