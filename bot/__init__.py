"""One process that tells Discord what matters and takes commands from it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.app import ArbitrageBot
    from bot.settings import BotConfig

__all__ = ["ArbitrageBot", "BotConfig"]


def __getattr__(name: str) -> Any:
    """Load the bot only when it is asked for: discord.py and FastAPI take a second to import."""
    if name == "ArbitrageBot":
        from bot.app import ArbitrageBot

        return ArbitrageBot
    if name == "BotConfig":
        from bot.settings import BotConfig

        return BotConfig
    raise AttributeError(f"module 'bot' has no attribute {name!r}")
