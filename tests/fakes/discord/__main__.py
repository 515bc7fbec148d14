"""`python -m tests.fakes.discord --port 9200`: the fake as a process, until SIGTERM."""

import argparse
import asyncio
import signal

from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.world import RESUME_ROLE, TOKEN, TRADER_ROLE


async def serve(port: int, token: str, *, posts: int | None) -> None:
    """Print the settings a bot needs, then serve."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeDiscord(port=port, token=token) as discord:
        discord.world.posts.limit = posts
        print(f"DISCORD_API_BASE={discord.api_base}")
        print(f"DISCORD_GATEWAY_URL={discord.gateway_url}")
        print(f"DISCORD_BOT_TOKEN={discord.token}")
        print(f"DISCORD_CHANNEL_ID={discord.channel_id}")
        print(f"DISCORD_GUILD_ID={discord.guild_id}")
        print(f"DISCORD_TRADER_ROLES={TRADER_ROLE}")
        print(f"DISCORD_RESUME_ROLES={RESUME_ROLE}", flush=True)
        await stop.wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--posts", type=int, help="new messages in 5 seconds; default: any number")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.token, posts=arguments.posts))


if __name__ == "__main__":
    main()
