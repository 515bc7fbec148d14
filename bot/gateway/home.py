"""Where commands may come from: the one server whose members the bot obeys."""

import discord
from msgspec import Struct

from bot.metrics import ACTING

Interaction = discord.Interaction[discord.Client]

_ELSEWHERE = "⛔ Not here: the bot answers only in its own server."
_ACTS_ELSEWHERE = (
    "⛔ Not done: whatever acts works only in the server that holds the bot's channel."
)


class Home(Struct, frozen=True, kw_only=True):
    """The configured server. Without one what acts is bound to the server of the channel."""

    guild_id: int | None
    channel_id: int | None

    def refusal(self, interaction: Interaction, name: str) -> str | None:
        """Why a command is not obeyed where it was typed; None if it is."""
        if self.guild_id is not None:
            return None if interaction.guild_id == self.guild_id else _ELSEWHERE
        if name in ACTING and not self._holds_channel(interaction):
            return _ACTS_ELSEWHERE
        return None

    def _holds_channel(self, interaction: Interaction) -> bool:
        """Whether it was typed in the channel, or in the server that the channel belongs to."""
        if interaction.guild_id is None or self.channel_id is None:
            return False
        if interaction.channel_id == self.channel_id:
            return True
        guild = getattr(interaction.client.get_channel(self.channel_id), "guild", None)
        return guild is not None and guild.id == interaction.guild_id
