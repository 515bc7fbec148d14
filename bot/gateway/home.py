"""Where commands may come from: the one server whose members the bot obeys."""

import discord
from discord import app_commands
from msgspec import Struct

Interaction = discord.Interaction[discord.Client]

CONTROL_COMMANDS = ("halt", "resume")
_ELSEWHERE = "⛔ Not here: the bot answers only in its own server."
_ACTS_ELSEWHERE = (
    "⛔ Not done: /halt and /resume work only in the server that holds the bot's channel."
)


class NotHere(app_commands.CheckFailure):
    """A command from a place that the bot does not obey; the text is for who typed it."""


class Home(Struct, frozen=True, kw_only=True):
    """The configured server. Without one what acts is bound to the server of the channel."""

    guild_id: int | None
    channel_id: int | None

    async def check(self, interaction: Interaction) -> bool:
        """Let a command pass, or raise NotHere."""
        name = interaction.command.name if interaction.command else ""
        if self.guild_id is not None:
            if interaction.guild_id != self.guild_id:
                raise NotHere(_ELSEWHERE)
        elif name in CONTROL_COMMANDS and not self._holds_channel(interaction):
            raise NotHere(_ACTS_ELSEWHERE)
        return True

    def _holds_channel(self, interaction: Interaction) -> bool:
        """Whether it was typed in the channel, or in the server that the channel belongs to."""
        if interaction.guild_id is None or self.channel_id is None:
            return False
        if interaction.channel_id == self.channel_id:
            return True
        guild = getattr(interaction.client.get_channel(self.channel_id), "guild", None)
        return guild is not None and guild.id == interaction.guild_id
