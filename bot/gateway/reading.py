"""The slash commands that read: thin covers, so that Discord knows their arguments."""

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.command_list import COMMANDS
from bot.commands import Commands
from bot.commands.reading import DEFAULT_EDGES, DEFAULT_FILLS, MOST_ROWS
from bot.commands.venues import DEFAULT_AUDIT
from bot.gateway.live_answer import show_answer

Tree = app_commands.CommandTree[discord.Client]
Interaction = discord.Interaction[discord.Client]
Rows = Range[int, 1, MOST_ROWS]

_N = "How many"
_PUBLIC = "Show the answer to everybody, not only to me"


class Reading:
    """Adds them to each new client. Their answers go to who asked, unless that person says so."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def add_to(self, tree: Tree) -> None:
        """Add them."""
        self._add_lists(tree)
        self._add_states(tree)

    def _add_lists(self, tree: Tree) -> None:
        @tree.command(name="edges", description=COMMANDS["edges"].text)
        @app_commands.describe(n=_N, public=_PUBLIC)
        async def edges(
            interaction: Interaction, n: Rows = DEFAULT_EDGES, public: bool = False
        ) -> None:
            await self._read(interaction, "edges", str(n), public=public)

        @tree.command(name="fills", description=COMMANDS["fills"].text)
        @app_commands.describe(n=_N, public=_PUBLIC)
        async def fills(
            interaction: Interaction, n: Rows = DEFAULT_FILLS, public: bool = False
        ) -> None:
            await self._read(interaction, "fills", str(n), public=public)

        @tree.command(name="audit", description=COMMANDS["audit"].text)
        @app_commands.describe(n=_N, public=_PUBLIC)
        async def audit(
            interaction: Interaction, n: Rows = DEFAULT_AUDIT, public: bool = False
        ) -> None:
            await self._read(interaction, "audit", str(n), public=public)

    def _add_states(self, tree: Tree) -> None:
        for name in ("status", "venues", "help"):
            self._add_state(tree, name)

    def _add_state(self, tree: Tree, name: str) -> None:
        """A command without arguments."""

        @tree.command(name=name, description=COMMANDS[name].text)
        @app_commands.describe(public=_PUBLIC)
        async def show(interaction: Interaction, public: bool = False) -> None:
            await self._read(interaction, name, public=public)

    async def _read(
        self, interaction: Interaction, name: str, *arguments: str, public: bool
    ) -> None:
        await show_answer(self._commands, interaction, name, *arguments, is_private=not public)
