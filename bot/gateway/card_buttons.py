"""The buttons of alerts in Discord, below their cards and lists; they outlive a restart."""

import logging
import re
from typing import Any, Literal, Self, cast

import discord
from discord import app_commands, ui

from bot.command_list import COMMANDS
from bot.commands import Commands
from bot.commands.presses import Press
from bot.gateway.door import Door, Refused, caller_of
from bot.gateway.live_answer import PUBLIC, LiveAnswer, NotShown, show_answer
from bot.gateway.notes import Notes
from bot.text import discord as escape

log = logging.getLogger(__name__)

Tree = app_commands.CommandTree[discord.Client]
Interaction = discord.Interaction[discord.Client]
Button = ui.Button[ui.View]

# As bot.cards.alert_buttons and the list of silences write them.
_TEMPLATE = (
    r"arbwatch:(?:end:(?P<silence_id>[0-9a-f-]{36})"
    r"|(?P<what>ack|unsilence|silence:(?P<hours>1|4|24)|halt:(?P<scope>[A-Za-z0-9_.-]{1,32}))"
    r":(?P<reference>aw-[0-9a-f]{18}))"
)
_NAMES = {
    "ack": "an Ack button",
    "silence": "a Silence button",
    "unsilence": "an End button",
    "halt": "a Halt button",
}


class CardButtons:
    """Hears presses, and shows the lists that have such buttons. What is pressed is in the ids."""

    def __init__(self, commands: Commands, *, door: Door, notes: Notes) -> None:
        self._commands = commands
        self._door = door
        self._notes = notes
        self._button = _button(self)

    def add_to(self, tree: Tree) -> None:
        """Add the lists and the buttons to a new client."""
        tree.client.add_dynamic_items(self._button)
        for name in ("alerts", "silences"):
            self._add_list(tree, name)

    async def press(self, interaction: Interaction, press: Press) -> None:
        """Do what a button wishes, for who has a role for it; what it does the card shows to all.

        A halt is answered for all to read, as /halt is.
        """
        who = escape(interaction.user.name)
        try:
            what = f"A press of {who} on {_NAMES[press.name]}"
            self._door.admit(interaction, press.name, what=what)
            self._door.authorize(interaction, press.name)
        except Refused as refused:
            await self._door.turn_away(interaction, refused, name=press.name, scope=press.scope)
            return
        live = LiveAnswer(interaction, is_private=press.what != "halt")
        caller = caller_of(interaction)
        answer = await live.carry(
            lambda tell: self._commands.press(press, caller=caller, tell=tell)
        )
        try:
            await live.finish(answer.text)
        except NotShown as lost:
            log.error("Answer lost: button=%s", press.name)
            self._commands.count(press.name, "lost")
            if press.what == "halt":
                asked = f"{who}, who pressed Halt {escape(press.scope).upper()}"
                await self._notes.answer(interaction.id, lost.text, asked=asked)

    def _add_list(self, tree: Tree, name: str) -> None:
        @tree.command(name=name, description=COMMANDS[name].text)
        @app_commands.describe(public=PUBLIC)
        async def show(interaction: Interaction, public: bool = False) -> None:
            await show_answer(self._commands, interaction, name, is_private=not public)


def read_press(found: re.Match[str], link: str) -> Press:
    """What a button's id wishes."""
    if silence_id := found["silence_id"]:
        return Press(what="end", silence_id=silence_id, link=link)
    what = cast(Literal["ack", "silence", "unsilence", "halt"], found["what"].partition(":")[0])
    return Press(
        what=what,
        reference=found["reference"],
        hours=int(found["hours"] or 0),
        # A scope is not a label: the exporter knows venues by their names in lower case.
        scope=(found["scope"] or "").lower(),
        link=link,
    )


def _link(interaction: Interaction) -> str:
    """Where others find what was pressed; a private answer they cannot see."""
    message = interaction.message
    return "" if message is None or message.flags.ephemeral else message.jump_url


def _button(buttons: CardButtons) -> "type[_CardButton]":
    """The kind of button that these hear; Discord's library wants a class for it."""

    class CardButton(_CardButton, template=_TEMPLATE):
        async def callback(self, interaction: Interaction) -> None:
            await buttons.press(interaction, self.press)

    return CardButton


class _CardButton(ui.DynamicItem[Button], template=_TEMPLATE):
    """A button that is known again by its id."""

    def __init__(self, custom_id: str, press: Press) -> None:
        super().__init__(ui.Button(custom_id=custom_id, label=press.name))
        self.press = press

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button of a message, from what Discord kept of it."""
        return cls(match[0], read_press(match, _link(interaction)))
