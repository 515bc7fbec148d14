"""The slash commands that choose which notices are told."""

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.command_list import COMMANDS
from bot.commands import Commands
from bot.commands.notify import ALL_KINDS
from bot.facts import KINDS
from bot.gateway.door import typed
from bot.gateway.live_answer import NotShown, show_answer
from bot.gateway.notes import Notes
from bot.preferences import MODES

Tree = app_commands.CommandTree[discord.Client]
Interaction = discord.Interaction[discord.Client]

_KINDS = [Choice(name=kind, value=kind) for kind in (*KINDS, ALL_KINDS)]
_STATES = [Choice(name=mode, value=mode) for mode in MODES]
_TIMES = [Choice(name=time, value=time) for time in ("30m", "1h", "2h", "4h", "8h", "1d", "7d")]


class Noticing:
    """Adds them to each new client; everybody sees what was chosen."""

    def __init__(self, commands: Commands, *, notes: Notes) -> None:
        self._commands = commands
        self._notes = notes

    def add_to(self, tree: Tree) -> None:
        """Add them."""

        @tree.command(name="notify", description=COMMANDS["notify"].text)
        @app_commands.describe(kind="Of which notices", state="silent: shown without a sound")
        @app_commands.choices(kind=_KINDS, state=_STATES)
        @app_commands.guild_only()
        async def notify(
            interaction: Interaction, kind: str | None = None, state: str | None = None
        ) -> None:
            words = (kind or ALL_KINDS, state) if state else ()
            await self._show(interaction, "notify", *words)

        @tree.command(name="mute", description=COMMANDS["mute"].text)
        @app_commands.describe(kind="Of which notices", time="Like 30m, 2h or 1d; an hour without")
        @app_commands.choices(kind=_KINDS)
        @app_commands.autocomplete(time=_complete)
        @app_commands.guild_only()
        async def mute(interaction: Interaction, kind: str, time: str | None = None) -> None:
            await self._show(interaction, "mute", kind, *([time] if time else []))

    async def _show(self, interaction: Interaction, name: str, *words: str) -> None:
        """Do it, whatever Discord does; who asked, or else the channel, is told."""
        try:
            await show_answer(self._commands, interaction, name, *words, is_private=False)
        except NotShown as lost:
            await self._notes.answer(interaction.id, lost.text, asked=typed(interaction))
            raise


async def _complete(_interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Times that begin like what was typed so far."""
    return [choice for choice in _TIMES if choice.name.startswith(typed.strip().lower())]
