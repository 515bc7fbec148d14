"""Starts the bot: `python -m bot`."""

import asyncio
import logging
import sys

from bot.app import ArbitrageBot
from bot.console_settings import read_settings
from bot.errors import StartError
from bot.settings import BotConfig


def main() -> int:
    """Run the bot; 0 after a stop that was asked for, 1 with one line if it cannot start."""
    try:
        config = read_settings(BotConfig)
        logging.basicConfig(
            level=config.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        asyncio.run(ArbitrageBot(config).run())
    except StartError as wrong:
        print(f"arbwatch bot: {wrong}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
