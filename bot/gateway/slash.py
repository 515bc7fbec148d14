"""The slash commands: thin covers of the commands, so that Discord knows their arguments."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from arbwatch.control import ALL_VENUES
from bot.commands import Caller, Commands
from bot.commands.reading import DEFAULT_EDGES, DEFAULT_FILLS, MOST_ROWS
from bot.gateway.home import Home, NotHere

log = logging.getLogger(__name__)

# Discord gives up on an interaction without a first answer after 3 s.
DEFER_AFTER_SECONDS = 1.0

Tree = app_commands.CommandTree[discord.Client]
Interaction = discord.Interaction[discord.Client]
Rows = Range[int, 1, MOST_ROWS]

# https://discord.com/developers/docs/interactions/application-commands
_MOST_CHOICES = 25


def adder(commands: Commands, *, venues: Sequence[str], home: Home) -> Callable[[Tree], None]:
    """What adds all six commands to a tree; `venues` are to choose from, only `home` is obeyed."""
    # What finds no room among the choices is still halted by `all`, and by name in the console.
    names = [*venues[: _MOST_CHOICES - 1], ALL_VENUES]
    choices = [Choice(name=name, value=name) for name in names]

    def add_commands(tree: Tree) -> None:
        _add_reading(tree, commands)
        _add_control(tree, commands, choices)
        for command in tree.walk_commands():
            if isinstance(command, app_commands.Command):
                command.add_check(home.check)

        @tree.error
        async def report(interaction: Interaction, error: app_commands.AppCommandError) -> None:
            if isinstance(error, NotHere):
                await _refuse(interaction, error, commands)
            else:
                _report(interaction, error, commands)

    return add_commands


def _add_reading(tree: Tree, commands: Commands) -> None:
    @tree.command(name="edges", description="Live edges, largest first")
    @app_commands.describe(n="How many")
    async def edges(interaction: Interaction, n: Rows = DEFAULT_EDGES) -> None:
        await _respond(interaction, commands, "edges", str(n))

    @tree.command(name="fills", description="Latest fills")
    @app_commands.describe(n="How many")
    async def fills(interaction: Interaction, n: Rows = DEFAULT_FILLS) -> None:
        await _respond(interaction, commands, "fills", str(n))

    @tree.command(name="status", description="Health of each venue")
    async def status(interaction: Interaction) -> None:
        await _respond(interaction, commands, "status")

    @tree.command(name="help", description="What the bot understands")
    async def show_help(interaction: Interaction) -> None:
        await _respond(interaction, commands, "help")


def _add_control(tree: Tree, commands: Commands, venues: list[Choice[str]]) -> None:
    @tree.command(name="halt", description="Stop opening positions on a venue")
    @app_commands.describe(venue="Where to stop, or all", reason="Why, for the record")
    @app_commands.choices(venue=venues)
    @app_commands.guild_only()
    async def halt(interaction: Interaction, venue: str, reason: Range[str, 0, 200] = "") -> None:
        await _act(interaction, commands, "halt", venue, reason)

    @tree.command(name="resume", description="End the halts of a venue")
    @app_commands.describe(venue="Where to go on; all ends the halt of all")
    @app_commands.choices(venue=venues)
    @app_commands.guild_only()
    async def resume(interaction: Interaction, venue: str) -> None:
        await _act(interaction, commands, "resume", venue)


async def _respond(
    interaction: Interaction, commands: Commands, name: str, *arguments: str
) -> None:
    """Answer at once where that is possible; else say that the answer is being worked on."""
    work = commands.answer(name, arguments, caller=_caller(interaction))
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=DEFER_AFTER_SECONDS)
    if done:
        await interaction.response.send_message(task.result().text, suppress_embeds=True)
        return
    try:
        await interaction.response.defer(thinking=True)
    finally:
        answer = await task
    await interaction.edit_original_response(content=answer.text)


async def _act(interaction: Interaction, commands: Commands, name: str, *arguments: str) -> None:
    """Carry out a command that Discord still waits for, and no other.

    After an outage the gateway replays what was typed meanwhile. Discord refuses to take an answer
    to that, and has told the user that the command failed: then it must not happen late.
    """
    await interaction.response.defer(thinking=True)
    answer = await commands.answer(name, arguments, caller=_caller(interaction))
    await interaction.edit_original_response(content=answer.text)


async def _refuse(interaction: Interaction, error: NotHere, commands: Commands) -> None:
    """Say so to who typed it, and to nobody else there."""
    name = interaction.command.name if interaction.command else "other"
    commands.count(name, "refused")
    log.info("Command refused, not from home: command=%s guild=%s", name, interaction.guild_id)
    await interaction.response.send_message(str(error), ephemeral=True)


def _caller(interaction: Interaction) -> Caller:
    user = interaction.user
    return Caller(actor=f"{user.name} ({user.id})", via="discord")


def _report(
    interaction: Interaction, error: app_commands.AppCommandError, commands: Commands
) -> None:
    """A failure between Discord and us; failures of a command itself are answers."""
    name = interaction.command.name if interaction.command else "other"
    commands.count(name, "lost")
    cause = error.__cause__ or error
    log.error("Answer lost: command=%s error=%s", name, type(cause).__name__, exc_info=cause)
