"""An answer that changes while its command runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import discord

from bot.commands import Answer, Chart, Commands, Tell
from bot.gateway.calls import CALL_SECONDS, FAILURES
from bot.gateway.door import caller_of
from bot.gateway.views import rows_view

log = logging.getLogger(__name__)

Interaction = discord.Interaction[discord.Client]

# What the option of commands that read says of itself.
PUBLIC = "Show the answer to everybody, not only to me"

# Discord gives up on an interaction without a first answer after 3 s.
DEFER_AFTER_SECONDS = 1.0

# Discord took an earlier attempt whose answer was lost.
_ALREADY_ANSWERED = 40060


async def show_answer(
    commands: Commands, interaction: Interaction, name: str, *arguments: str, is_private: bool
) -> None:
    """Run a command and show its answer; raises NotShown."""
    live = LiveAnswer(interaction, is_private=is_private)
    caller = caller_of(interaction)
    answer = await live.carry(
        lambda tell: commands.answer(name, arguments, caller=caller, tell=tell)
    )
    shown: dict[str, Any] = {"view": rows_view(answer.rows)} if answer.rows else {}
    await live.finish(answer.text, chart=answer.chart, **shown)


class NotShown(Exception):
    """Discord did not take the last text."""

    def __init__(self, text: str) -> None:
        super().__init__("Discord did not take the answer")
        self.text = text


class LiveAnswer:
    """Shows the newest text: sent first, edited from then on. What is outdated is left out.

    The command never waits for Discord, so a hiccup there holds nothing up. A private one is seen
    by who asked only.
    """

    def __init__(self, interaction: Interaction, *, is_private: bool = False) -> None:
        self._interaction = interaction
        self._is_private = is_private
        self._is_begun = interaction.response.is_done()
        self._wanted = self._shown = ""
        self._chart: Chart | None = None
        self._extra: dict[str, Any] = {}
        self._showing: asyncio.Task[None] | None = None

    async def carry(self, work: Callable[[Tell], Awaitable[Answer]]) -> Answer:
        """Run a command that tells how it goes; say in time that it takes longer."""
        task = asyncio.ensure_future(work(self.tell))
        done, _ = await asyncio.wait({task}, timeout=DEFER_AFTER_SECONDS)
        if not done and not self._wanted:
            await self._defer()
        return await task

    def tell(self, text: str) -> None:
        """Show a text soon."""
        self._wanted = text
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._show())

    async def finish(self, text: str, *, chart: Chart | None = None, **extra: Any) -> None:
        """Show the last text, with a chart or a view perhaps; raises NotShown."""
        self._chart, self._extra = chart, extra
        self.tell(text)
        assert self._showing is not None
        await self._showing
        if self._shown != text:
            raise NotShown(text)

    async def _show(self) -> None:
        while self._shown != self._wanted:
            text = self._wanted
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    await self._send(text)
            except FAILURES as failed:
                log.info("Answer not shown: error=%s", type(failed).__name__)
                if text == self._wanted:
                    return
            else:
                self._shown = text

    async def _send(self, text: str) -> None:
        if not self._is_begun and await self._begin(text):
            return
        await self._interaction.edit_original_response(
            content=text, attachments=self._files(), **self._extra
        )

    def _files(self) -> list[discord.File]:
        """The chart anew for every attempt: what was sent once is used up."""
        if self._chart is None:
            return []
        name, told = f"{self._chart.name}.png", self._chart.description
        return [discord.File(BytesIO(self._chart.png), filename=name, description=told)]

    async def _begin(self, text: str) -> bool:
        """Send the first answer; False if Discord has one, and the text is still to be shown."""
        try:
            await self._interaction.response.send_message(
                text,
                ephemeral=self._is_private,
                suppress_embeds=True,
                files=self._files(),
                **self._extra,
            )
        except discord.HTTPException as failed:
            if failed.code != _ALREADY_ANSWERED:
                raise
            self._is_begun = True
            return False
        self._is_begun = True
        return True

    async def _defer(self) -> None:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._interaction.response.defer(thinking=True, ephemeral=self._is_private)
        except FAILURES as failed:
            log.info("Answer not deferred: error=%s", type(failed).__name__)
        else:
            self._is_begun = True
