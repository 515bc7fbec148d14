"""The slash commands that act, and what every one passes."""

import logging
from collections.abc import Sequence
from typing import Protocol

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from arbwatch.control import ALL_VENUES
from bot.command_list import COMMANDS
from bot.commands import Commands
from bot.gateway.door import Door, Refused, typed
from bot.gateway.live_answer import NotShown, show_answer
from bot.gateway.notes import Notes
from bot.gateway.resume_dialogue import ResumeDialogue

log = logging.getLogger(__name__)

Tree = app_commands.CommandTree[discord.Client]
Interaction = discord.Interaction[discord.Client]

# https://discord.com/developers/docs/interactions/application-commands
_MOST_CHOICES = 25


class AddsCommands(Protocol):
    """A part that brings commands or buttons of its own; all of its commands pass the door."""

    def add_to(self, tree: Tree, /) -> None:
        """Add them to a new client."""


class Slash:
    """Adds all commands, and the buttons of their answers, to each new client."""

    def __init__(
        self,
        commands: Commands,
        *,
        venues: Sequence[str],
        door: Door,
        notes: Notes,
        resuming: ResumeDialogue,
        more: Sequence[AddsCommands] = (),
    ) -> None:
        self._commands = commands
        self._door = door
        self._notes = notes
        self._resuming = resuming
        self._more = more
        # What finds no room among the choices is still halted by `all`, and by name in the console.
        names = [*venues[: _MOST_CHOICES - 1], ALL_VENUES]
        self._choices = [Choice(name=name, value=name) for name in names]

    def add_to(self, tree: Tree) -> None:
        """Add them; every command passes the door."""
        self._add_control(tree)
        for more in self._more:
            more.add_to(tree)
        tree.client.add_dynamic_items(self._resuming.button)
        for command in tree.walk_commands():
            if isinstance(command, app_commands.Command):
                command.add_check(self._door.check)
        tree.error(self._report)

    def _add_control(self, tree: Tree) -> None:
        @tree.command(name="halt", description=COMMANDS["halt"].text)
        @app_commands.describe(venue="Where to stop, or all", reason="Why, for the record")
        @app_commands.choices(venue=self._choices)
        @app_commands.guild_only()
        async def halt(
            interaction: Interaction, venue: str, reason: Range[str, 0, 200] = ""
        ) -> None:
            await self._halt(interaction, venue, reason)

        @tree.command(name="resume", description=COMMANDS["resume"].text)
        @app_commands.describe(venue="Where to go on; all ends the halt of all")
        @app_commands.choices(venue=self._choices)
        @app_commands.guild_only()
        async def resume(interaction: Interaction, venue: str) -> None:
            await self._resuming.ask(interaction, venue)

    async def _halt(self, interaction: Interaction, *arguments: str) -> None:
        """Order at once, whatever Discord does; who asked, or else the channel, is told."""
        try:
            await show_answer(self._commands, interaction, "halt", *arguments, is_private=False)
        except NotShown as lost:
            await self._notes.answer(interaction.id, lost.text, asked=typed(interaction))
            raise

    async def _report(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """A refusal at the door, or a failure between Discord and us; others are answers."""
        name = interaction.command.name if interaction.command else "other"
        cause = error.__cause__ or error
        if isinstance(error, Refused):
            scope = str(getattr(interaction.namespace, "venue", None) or "")
            await self._door.turn_away(interaction, error, name=name, scope=scope)
            return
        self._commands.count(name, "lost")
        log.error("Answer lost: command=%s error=%s", name, type(cause).__name__, exc_info=cause)
