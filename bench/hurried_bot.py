"""`python -m bench.hurried_bot TIMES`: the bot in a loop whose clock runs so many times faster."""

import asyncio
import logging
import sys

from bench.hurry import HurriedLoop
from bot import ArbitrageBot, BotConfig
from bot.console_settings import read_settings


def main() -> None:
    """Run until SIGTERM."""
    times, config = float(sys.argv[1]), read_settings(BotConfig)
    # Its complaints about an outage are meant to be.
    logging.disable()
    with asyncio.Runner(loop_factory=lambda: HurriedLoop(times)) as runner:
        runner.run(ArbitrageBot(config).run())


if __name__ == "__main__":
    main()
