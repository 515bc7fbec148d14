"""The slash commands: thin covers of the commands, so that Discord knows their arguments."""

import logging
from collections.abc import Sequence

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from arbwatch.control import ALL_VENUES
from bot.commands import Commands
from bot.commands.reading import DEFAULT_EDGES, DEFAULT_FILLS, MOST_ROWS
from bot.commands.venues import DEFAULT_AUDIT
from bot.gateway.door import Door, Refused, caller_of, typed
from bot.gateway.live_answer import LiveAnswer, NotShown
from bot.gateway.notes import Notes
from bot.gateway.resume_dialogue import ResumeDialogue

log = logging.getLogger(__name__)

Tree = app_commands.CommandTree[discord.Client]
Interaction = discord.Interaction[discord.Client]
Rows = Range[int, 1, MOST_ROWS]

# https://discord.com/developers/docs/interactions/application-commands
_MOST_CHOICES = 25


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
    ) -> None:
        self._commands = commands
        self._door = door
        self._notes = notes
        self._resuming = resuming
        # What finds no room among the choices is still halted by `all`, and by name in the console.
        names = [*venues[: _MOST_CHOICES - 1], ALL_VENUES]
        self._choices = [Choice(name=name, value=name) for name in names]

    def add_to(self, tree: Tree) -> None:
        """Add them; `venues` are to choose from, and every command passes the door."""
        self._add_reading(tree)
        self._add_control(tree)
        tree.client.add_dynamic_items(self._resuming.button)
        for command in tree.walk_commands():
            if isinstance(command, app_commands.Command):
                command.add_check(self._door.check)
        tree.error(self._report)

    def _add_reading(self, tree: Tree) -> None:
        @tree.command(name="edges", description="Live edges, largest first")
        @app_commands.describe(n="How many")
        async def edges(interaction: Interaction, n: Rows = DEFAULT_EDGES) -> None:
            await self._read(interaction, "edges", str(n))

        @tree.command(name="fills", description="Latest fills")
        @app_commands.describe(n="How many")
        async def fills(interaction: Interaction, n: Rows = DEFAULT_FILLS) -> None:
            await self._read(interaction, "fills", str(n))

        @tree.command(name="status", description="Health of each venue")
        async def status(interaction: Interaction) -> None:
            await self._read(interaction, "status")

        @tree.command(name="venues", description="Where each venue stands, and why")
        async def venues(interaction: Interaction) -> None:
            await self._read(interaction, "venues")

        @tree.command(name="audit", description="Who halted and resumed what, the latest first")
        @app_commands.describe(n="How many")
        async def audit(interaction: Interaction, n: Rows = DEFAULT_AUDIT) -> None:
            await self._read(interaction, "audit", str(n))

        @tree.command(name="help", description="What the bot understands")
        async def show_help(interaction: Interaction) -> None:
            await self._read(interaction, "help")

    def _add_control(self, tree: Tree) -> None:
        @tree.command(name="halt", description="Stop opening positions on a venue, at once")
        @app_commands.describe(venue="Where to stop, or all", reason="Why, for the record")
        @app_commands.choices(venue=self._choices)
        @app_commands.guild_only()
        async def halt(
            interaction: Interaction, venue: str, reason: Range[str, 0, 200] = ""
        ) -> None:
            await self._halt(interaction, venue, reason)

        @tree.command(name="resume", description="Show the halts of a venue, and ask to end them")
        @app_commands.describe(venue="Where to go on; all ends the halt of all")
        @app_commands.choices(venue=self._choices)
        @app_commands.guild_only()
        async def resume(interaction: Interaction, venue: str) -> None:
            await self._resuming.ask(interaction, venue)

    async def _read(self, interaction: Interaction, name: str, *arguments: str) -> None:
        live = LiveAnswer(interaction)
        caller = caller_of(interaction)
        answer = await live.carry(
            lambda tell: self._commands.answer(name, arguments, caller=caller, tell=tell)
        )
        await live.finish(answer.text)

    async def _halt(self, interaction: Interaction, *arguments: str) -> None:
        """Order at once, whatever Discord does; who asked, or else the channel, is told."""
        try:
            await self._read(interaction, "halt", *arguments)
        except NotShown as lost:
            await self._notes.answer(interaction.id, lost.text, asked=typed(interaction))
            raise

    async def _report(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """A refusal at the door, or a failure between Discord and us; others are answers."""
        name = interaction.command.name if interaction.command else "other"
        cause = error.__cause__ or error
        if isinstance(error, Refused):
            scope = str(getattr(interaction.namespace, "venue", ""))
            await self._door.turn_away(interaction, error, name=name, scope=scope)
            return
        self._commands.count(name, "lost")
        log.error("Answer lost: command=%s error=%s", name, type(cause).__name__, exc_info=cause)
