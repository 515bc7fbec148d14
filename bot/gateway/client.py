"""The connection to Discord: logs in, keeps the gateway open, survives its outages."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.errors import StartError
from bot.settings import BotConfig

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# discord.py lets its own pauses grow to a quarter of an hour; after this the attempt begins anew.
PATIENCE_SECONDS = 60.0
# A rate limit above this is an error for the caller, who has work to put back, not a silent wait.
LONGEST_RATE_LIMIT_SECONDS = 30.0

# What may go wrong while Discord is away, and is worth another try.
Outage = (
    discord.HTTPException,
    discord.GatewayNotFound,
    aiohttp.ClientError,
    OSError,
    asyncio.TimeoutError,
)

AddCommands = Callable[["app_commands.CommandTree[discord.Client]"], None]


class Gateway:
    """One Discord application, connected for as long as `run` runs."""

    def __init__(
        self,
        config: BotConfig,
        add_commands: AddCommands,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._config = config
        self._add_commands = add_commands
        self._patience_seconds = patience_seconds
        self._client: discord.Client | None = None
        self._logged_in = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Whether commands from Discord arrive now."""
        client = self._client
        return bool(client and client.is_ready() and client.ws and client.ws.open)

    async def logged_in(self) -> discord.Client:
        """Wait until messages can be sent, which needs no open gateway."""
        await self._logged_in.wait()
        assert self._client is not None
        return self._client

    async def run(self) -> None:
        """Stay connected until cancelled, or raise StartError when Discord refuses for good."""
        point_at(self._config.discord_api_base, self._config.discord_gateway_url)
        await _until_done("Login", self._login)
        self._logged_in.set()
        await _until_done("Command sync", self._sync)
        await self._stay_connected()

    async def close(self) -> None:
        """Leave Discord; closing twice is harmless."""
        client, self._client = self._client, None
        self._logged_in.clear()
        if client is not None:
            await client.close()

    async def _login(self) -> None:
        assert self._config.token is not None
        client = _new_client()
        tree = app_commands.CommandTree(client)
        self._add_commands(tree)
        try:
            await client.login(self._config.token.get_secret_value())
        except discord.LoginFailure as refused:
            await client.close()
            raise StartError("DISCORD_BOT_TOKEN: Discord does not accept it") from refused
        except BaseException:
            await client.close()
            raise
        self._client, self._tree = client, tree
        log.info("Logged in to Discord")

    async def _sync(self) -> None:
        guild = discord.Object(self._config.guild_id) if self._config.guild_id else None
        if guild is not None:
            self._tree.copy_global_to(guild=guild)
        await self._tree.sync(guild=guild)
        log.info("Commands synced")

    async def _stay_connected(self) -> None:
        client = await self.logged_in()
        pause = FIRST_PAUSE_SECONDS
        while True:
            connection = asyncio.create_task(client.connect())
            was_ready = await self._watch(connection)
            pause = FIRST_PAUSE_SECONDS if was_ready else min(pause * 2, LONGEST_PAUSE_SECONDS)
            log.warning("Discord's gateway is away: next_attempt_seconds=%.0f", pause)
            await asyncio.sleep(pause)

    async def _watch(self, connection: "asyncio.Task[None]") -> bool:
        """Return once the connection has ended or been away too long; True if it ever was open."""
        was_ready = False
        away_seconds = 0.0
        interval = self._patience_seconds / 20
        try:
            while away_seconds < self._patience_seconds:
                await asyncio.wait({connection}, timeout=interval)
                if connection.done():
                    _raise_if_final(connection)
                    return was_ready
                was_ready = was_ready or self.is_ready
                away_seconds = 0.0 if self.is_ready else away_seconds + interval
            return was_ready
        finally:
            connection.cancel()
            await asyncio.wait({connection})


def point_at(api_base: str | None, gateway_url: str | None) -> None:
    """Send discord.py to another server than Discord, for tests. It keeps these for the process."""
    if api_base:
        Route.BASE = api_base.rstrip("/")
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def _new_client() -> discord.Client:
    return discord.Client(
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_ratelimit_timeout=LONGEST_RATE_LIMIT_SECONDS,
        chunk_guilds_at_startup=False,
        guild_ready_timeout=0.05,
    )


async def _until_done(what: str, step: Callable[[], Awaitable[None]]) -> None:
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await step()
        except Outage as away:
            log.warning("%s failed: error=%s next_attempt_seconds=%.0f", what, _name(away), pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _raise_if_final(connection: "asyncio.Task[None]") -> None:
    """A closed gateway that discord.py reports, and does not reopen itself, stays closed."""
    error = connection.exception()
    if isinstance(error, discord.ConnectionClosed):
        raise StartError(f"Discord closed the gateway for good: code {error.code}") from error
    if error is not None:
        log.warning("Gateway attempt failed: error=%s", _name(error))


def _name(error: BaseException) -> str:
    """An error's kind without its text, which may hold a URL or a body."""
    status = getattr(error, "status", None)
    return f"{type(error).__name__} {status}" if status else type(error).__name__
