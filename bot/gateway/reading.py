"""The slash commands that read: thin covers, so that Discord knows their arguments."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from arbwatch.answers import LiveEdge
from bot.cards.notices import cents
from bot.command_list import COMMANDS
from bot.commands import Commands
from bot.commands.live_pairs import LivePairs
from bot.commands.pnl import DEFAULT_PERIOD, Period
from bot.commands.reading import DEFAULT_EDGES, DEFAULT_FILLS, MOST_ROWS
from bot.commands.venues import DEFAULT_AUDIT
from bot.gateway.door import Door
from bot.gateway.live_answer import PUBLIC, show_answer
from bot.text import length, one_line, shorten

Tree = app_commands.CommandTree[discord.Client]
Interaction = discord.Interaction[discord.Client]
Rows = Range[int, 1, MOST_ROWS]

# https://discord.com/developers/docs/interactions/application-commands
_MOST_CHOICES = 25
_CHOICE_LIMIT = 100

_N = "How many"


class Reading:
    """Adds them to each new client. Their answers go to who asked, unless that person says so."""

    def __init__(self, commands: Commands, *, pairs: LivePairs, door: Door) -> None:
        self._commands = commands
        self._pairs = pairs
        self._door = door

    def add_to(self, tree: Tree) -> None:
        """Add them."""
        self._add_lists(tree)
        self._add_charts(tree)
        for name in ("exposure", "status", "venues", "help"):
            self._add_state(tree, name)

    def _add_lists(self, tree: Tree) -> None:
        @tree.command(name="edges", description=COMMANDS["edges"].text)
        @app_commands.describe(n=_N, public=PUBLIC)
        async def edges(
            interaction: Interaction, n: Rows = DEFAULT_EDGES, public: bool = False
        ) -> None:
            await self._read(interaction, "edges", str(n), public=public)

        @tree.command(name="fills", description=COMMANDS["fills"].text)
        @app_commands.describe(n=_N, public=PUBLIC)
        async def fills(
            interaction: Interaction, n: Rows = DEFAULT_FILLS, public: bool = False
        ) -> None:
            await self._read(interaction, "fills", str(n), public=public)

        @tree.command(name="audit", description=COMMANDS["audit"].text)
        @app_commands.describe(n=_N, public=PUBLIC)
        async def audit(
            interaction: Interaction, n: Rows = DEFAULT_AUDIT, public: bool = False
        ) -> None:
            await self._read(interaction, "audit", str(n), public=public)

    def _add_charts(self, tree: Tree) -> None:
        @tree.command(name="pnl", description=COMMANDS["pnl"].text)
        @app_commands.describe(period="Since when, in whole days (UTC)", public=PUBLIC)
        async def pnl(
            interaction: Interaction, period: Period = DEFAULT_PERIOD, public: bool = False
        ) -> None:
            await self._read(interaction, "pnl", period, public=public)

        @tree.command(name="pair", description=COMMANDS["pair"].text)
        @app_commands.describe(pair="Its id, or a part of a title to choose by", public=PUBLIC)
        @app_commands.autocomplete(pair=self._complete)
        async def pair(
            interaction: Interaction, pair: Range[str, 1, 128], public: bool = False
        ) -> None:
            await self._read(interaction, "pair", pair, public=public)

    def _add_state(self, tree: Tree, name: str) -> None:
        """A command without arguments."""

        @tree.command(name=name, description=COMMANDS[name].text)
        @app_commands.describe(public=PUBLIC)
        async def show(interaction: Interaction, public: bool = False) -> None:
            await self._read(interaction, name, public=public)

    async def _complete(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Live pairs that fit what was typed so far, for those at home."""
        if not self._door.is_home(interaction, "pair"):
            return []
        found = await self._pairs.find(typed)
        return [_choice(edge) for edge in found if _fits(edge)][:_MOST_CHOICES]

    async def _read(
        self, interaction: Interaction, name: str, *arguments: str, public: bool
    ) -> None:
        await show_answer(self._commands, interaction, name, *arguments, is_private=not public)


def _fits(edge: LiveEdge) -> bool:
    """Whether Discord takes it as a choice; a longer id has to be typed."""
    return length(edge.pair_id) <= _CHOICE_LIMIT


def _choice(edge: LiveEdge) -> Choice[str]:
    name = f"{cents(edge.net_edge_cents)} {one_line(edge.primary_market)} ({edge.pair_id})"
    return Choice(name=shorten(name, _CHOICE_LIMIT), value=edge.pair_id)
