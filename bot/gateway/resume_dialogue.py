"""The resume in Discord: a question, and a button for who asked, once, in time."""

import asyncio
import logging
import re
from typing import Any, Self

import discord
from discord import ui

from bot.commands import Commands, Resumption
from bot.commands.confirmations import Confirmations
from bot.commands.wording import venue_name, who
from bot.gateway.calls import CALL_SECONDS, FAILURES
from bot.gateway.door import Door, Refused, caller_of
from bot.gateway.live_answer import LiveAnswer, NotShown
from bot.gateway.notes import Notes
from bot.text import discord as escape

log = logging.getLogger(__name__)

Interaction = discord.Interaction[discord.Client]
Button = ui.Button[ui.View]

_TEMPLATE = r"arbwatch:resume:(?P<nonce>[0-9a-f]{16})"
# https://discord.com/developers/docs/components/reference#button
_LABEL_LIMIT = 80

_AGAIN = "Nothing was resumed. To be asked anew type /resume."
_FROM_BEFORE = f"⌛ This button is from before a restart of the bot. {_AGAIN}"
_USED = "⛔ This button was pressed already; it works once."


class ResumeDialogue:
    """Asks, and hears the answer. The questions outlive a reconnect, and no restart."""

    def __init__(
        self, commands: Commands, *, door: Door, notes: Notes, confirmations: Confirmations
    ) -> None:
        self._commands = commands
        self._door = door
        self._notes = notes
        self._confirmations = confirmations
        self.button = _button(self)

    async def ask(self, interaction: Interaction, venue: str) -> None:
        """Show what a resume would end; with a button, if there is something to end."""
        live = LiveAnswer(interaction)
        caller = caller_of(interaction)
        answer = await live.carry(lambda _: self._commands.ask_to_resume((venue,), caller=caller))
        if answer.resumption is None:
            await live.finish(answer.text)
            return
        asker = who(caller.actor, escape)
        nonce = self._confirmations.ask(
            answer.resumption, asker_id=interaction.user.id, asker=asker
        )
        view = ui.View(timeout=None).add_item(self.button(nonce, answer.button[:_LABEL_LIMIT]))
        seconds = self._confirmations.confirm_seconds
        await live.finish(
            f"{answer.text}\nOnly {asker} can press, within {seconds:.0f} s.", view=view
        )
        await asyncio.sleep(seconds)
        if self._confirmations.expire(nonce):
            await _edit(interaction, self._too_late(answer.resumption))

    async def press(self, interaction: Interaction, nonce: str) -> None:
        """Hear a press: it counts for who asked, if they still have the role."""
        asked = self._confirmations.find(nonce)
        try:
            what = f"A press of {escape(interaction.user.name)} on a resume button"
            self._door.admit(interaction, "resume", what=what)
            if asked is None:
                await self._replace(interaction, _FROM_BEFORE)
                return
            self._door.authorize(interaction, "resume")
            match self._confirmations.claim(nonce, interaction.user.id):
                case "stranger":
                    raise Refused(f"⛔ Only {asked.asker} can press this. Nothing was done.")
                case "used":
                    raise Refused(_USED)
                case "late":
                    await self._replace(interaction, self._too_late(asked.resumption))
                case Resumption():
                    await self._resume(interaction, nonce, asked.resumption)
        except Refused as refused:
            scope = asked.resumption.scope if asked else ""
            await self._door.turn_away(interaction, refused, name="resume", scope=scope)

    async def _resume(self, interaction: Interaction, nonce: str, resumption: Resumption) -> None:
        """Carry out a press that Discord still waits for, and no other.

        What Discord told its user had failed must not happen late.
        """
        name = venue_name(resumption.scope, escape)
        if not await self._replace(interaction, f"⏳ Resuming {name}"):
            if not await _edit(interaction, f"⚠️ The press was lost on its way. {_AGAIN}"):
                self._confirmations.release(nonce)
            return
        caller = caller_of(interaction)
        answer = await self._commands.resume(resumption, caller=caller)
        try:
            await LiveAnswer(interaction).finish(answer.text)
        except NotShown:
            asked = f"{who(caller.actor, escape)}, who resumed {name}"
            await self._notes.answer(interaction.id, answer.text, asked=asked)

    async def _replace(self, interaction: Interaction, text: str) -> bool:
        """Answer a press by another text without a button; False if Discord did not take it."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await interaction.response.edit_message(content=text, view=None)
        except FAILURES as failed:
            self._commands.count("resume", "lost")
            log.error("Answer to a press lost: error=%s", type(failed).__name__)
            return False
        return True

    def _too_late(self, resumption: Resumption) -> str:
        name = venue_name(resumption.scope, escape)
        seconds = self._confirmations.confirm_seconds
        return f"⌛ {name} was not resumed: nobody confirmed it within {seconds:.0f} s."


async def _edit(interaction: Interaction, text: str) -> bool:
    """Change the message and take its button away; False if Discord did not do it."""
    try:
        async with asyncio.timeout(CALL_SECONDS):
            await interaction.edit_original_response(content=text, view=None)
    except FAILURES as failed:
        log.info("Question not closed: error=%s", type(failed).__name__)
        return False
    return True


def _button(dialogue: ResumeDialogue) -> "type[_ResumeButton]":
    """The kind of button that this dialogue hears; Discord's library wants a class for it."""

    class ResumeButton(_ResumeButton, template=_TEMPLATE):
        async def callback(self, interaction: Interaction) -> None:
            await dialogue.press(interaction, self.nonce)

    return ResumeButton


class _ResumeButton(ui.DynamicItem[Button], template=_TEMPLATE):
    """A green button that is known again by its id, also after a restart."""

    def __init__(self, nonce: str, label: str) -> None:
        super().__init__(
            ui.Button(
                label=label,
                style=discord.ButtonStyle.success,
                custom_id=f"arbwatch:resume:{nonce}",
            )
        )
        self.nonce = nonce

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button of a message, from what Discord kept of it."""
        return cls(match["nonce"], getattr(item, "label", None) or "Resume")
