"""Shows cards in one Discord channel."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord

from bot.cards import Card
from bot.cards.card import CONTENT_LIMIT
from bot.gateway.client import Gateway
from bot.gateway.views import view
from bot.outbox import Manner
from bot.text import clip
from bot.worker import EditRefused, SendDelayed, SendRefused

log = logging.getLogger(__name__)

# discord.py sleeps through short rate limits and retries some errors by itself, within this.
CALL_SECONDS = 60.0
# Our clock and Discord's, which stamps the messages, may differ.
CLOCK_MARGIN = timedelta(minutes=5)

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
UNKNOWN_MESSAGE = 10008
# A message older than an hour takes a few edits only; Discord tells neither how many nor till when.
TOO_MANY_OLD_EDITS = 30046
OLD = timedelta(hours=1)
# discord.py waits and asks again five times by itself; meanwhile every other card waits too.
OLD_EDIT_SECONDS = 15.0


class DiscordSender:
    """The Sender of the delivery worker that faces Discord."""

    def __init__(self, gateway: Gateway, channel_id: int, *, alert_role: int | None = None) -> None:
        self._gateway = gateway
        self._channel_id = channel_id
        self._alert_role = alert_role

    async def wait_ready(self) -> None:
        """Return once logged in."""
        await self._gateway.logged_in()

    async def post(self, card: Card, reference: str, manner: Manner) -> int:
        """Post a message; the nonce makes Discord answer a repeat with the first message."""
        channel = await self._channel()
        with _translated():
            async with asyncio.timeout(CALL_SECONDS):
                message = await channel.send(
                    self._content(card, reference, manner),
                    nonce=reference,
                    silent=manner.is_silent,
                    allowed_mentions=self._mentions(manner),
                    **self._given(card, reference, manner),
                )
        return message.id

    async def edit(self, message_id: int, card: Card, reference: str, manner: Manner) -> None:
        """Change a posted message. Discord rings for no edit."""
        channel = await self._channel()
        is_old = datetime.now(UTC) - discord.utils.snowflake_time(message_id) > OLD
        with _translated(), _changing(is_old=is_old):
            async with asyncio.timeout(OLD_EDIT_SECONDS if is_old else CALL_SECONDS):
                await channel.get_partial_message(message_id).edit(
                    content=self._content(card, reference, manner),
                    embed=None if manner.is_plain else embed(card, reference),
                    view=None if manner.is_plain else view(card.buttons),
                )

    async def delete(self, message_id: int) -> None:
        """Delete a message of ours, if it is still there."""
        channel = await self._channel()
        try:
            with _translated():
                async with asyncio.timeout(CALL_SECONDS):
                    await channel.get_partial_message(message_id).delete()
        except EditRefused as gone:
            log.info("Nothing to delete: reason=%s", gone.reason)

    def _content(self, card: Card, reference: str, manner: Manner) -> str | None:
        """What stands above the card, or in its place: the mention rings here and nowhere else."""
        mention = f"<@&{self._alert_role}>" if manner.is_loud and self._alert_role else ""
        text = f"{card.title}\n-# {_mark(reference)}" if manner.is_plain else card.content
        return clip(f"{mention} {text}".strip(), CONTENT_LIMIT) or None

    def _mentions(self, manner: Manner) -> discord.AllowedMentions:
        """Exactly the role for alerts, and only the first time; whatever the data says."""
        if not (manner.is_loud and manner.is_first and self._alert_role):
            return discord.AllowedMentions.none()
        return discord.AllowedMentions(
            everyone=False,
            users=False,
            roles=[discord.Object(self._alert_role)],
            replied_user=False,
        )

    def _given(self, card: Card, reference: str, manner: Manner) -> dict[str, Any]:
        """What a message has only at times; the library takes no None in its place."""
        given: dict[str, Any] = {}
        if not manner.is_plain:
            given["embed"] = embed(card, reference)
        if card.buttons and not manner.is_plain:
            given["view"] = view(card.buttons)
        if manner.reply_to is not None:
            given["reference"] = discord.MessageReference(
                message_id=manner.reply_to, channel_id=self._channel_id, fail_if_not_exists=False
            )
        return given

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
    return shown.set_footer(text=_mark(reference))


def _mark(reference: str) -> str:
    """What a message is found again by."""
    return f"Arbwatch · {reference}"


def _carries(message: discord.Message, reference: str) -> bool:
    marks = [message.content, *(shown.footer.text or "" for shown in message.embeds)]
    return any(mark.endswith(reference) for mark in marks)


@contextmanager
def _changing(*, is_old: bool) -> Iterator[None]:
    """What an edit of this message will never get over. The limit of an old one has no end in
    sight: no reason to wait, and have all others wait.
    """
    try:
        yield
    except (discord.RateLimited, TimeoutError) as limited:
        if is_old:
            raise EditRefused("too_old") from limited
        raise
    except discord.HTTPException as failed:
        if failed.code == TOO_MANY_OLD_EDITS:
            raise EditRefused("too_old") from failed
        if failed.code == UNKNOWN_MESSAGE:
            raise EditRefused("message_gone") from failed
        raise


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
    if failed.status in (401, 403, 404):
        # A missing permission or channel is somebody's to repair; nothing is lost until then.
        return SendDelayed("forbidden")
    return SendRefused("refused")
