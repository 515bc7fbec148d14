"""The connection to Discord: logs in, keeps the gateway open, survives its outages."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from arbwatch.events import utc_now
from bot.errors import BotError, StartError
from bot.identifies import Identifies
from bot.settings import BotConfig

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# discord.py lets its own pauses grow to a quarter of an hour; after this the attempt begins anew.
PATIENCE_SECONDS = 60.0
# A rate limit above this is an error for the caller, who has work to put back, not a silent wait.
LONGEST_RATE_LIMIT_SECONDS = 30.0
# How long Discord may take to say goodbye; over a dead line it never does.
GOODBYE_SECONDS = 2.0

# What goes wrong while Discord is away; anything else is logged with its traceback.
_OUTAGE = (
    discord.HTTPException,
    discord.GatewayNotFound,
    BotError,
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
        identifies: Identifies | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._config = config
        self._add_commands = add_commands
        self._identifies = identifies
        self._patience_seconds = patience_seconds
        self._last_open: datetime | None = None
        self._client: discord.Client | None = None
        self._logged_in = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Whether commands from Discord arrive now."""
        client = self._client
        return bool(client and client.is_ready() and client.ws and client.ws.open)

    @property
    def last_open(self) -> datetime | None:
        """When commands last could arrive; None if they never could."""
        self._note_open()
        return self._last_open

    async def logged_in(self) -> discord.Client:
        """Wait until messages can be sent, which needs no open gateway."""
        while (client := self._client) is None:
            await self._logged_in.wait()
        return client

    async def run(self) -> None:
        """Stay connected until cancelled; raises StartError when Discord refuses the token."""
        await _until_done("Login", self.login)
        while True:
            # Buttons work whether or not Discord takes the commands.
            syncing = asyncio.create_task(_until_done("Command sync", self._sync))
            try:
                await self._stay_connected()
            finally:
                syncing.cancel()
                await asyncio.wait({syncing})
            await self.close()
            await _until_done("Login", self._login_again)

    async def close(self) -> None:
        """Leave Discord; closing twice is harmless."""
        client, self._client = self._client, None
        self._logged_in.clear()
        if client is not None:
            await client.close()

    async def login(self) -> None:
        """Make sending possible, with one attempt; raises an outage, or StartError."""
        point_at(self._config.discord_api_base, self._config.discord_gateway_url)
        assert self._config.token is not None
        client = _Client(self._identifies)
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
        self._logged_in.set()
        log.info("Logged in to Discord")

    async def _login_again(self) -> None:
        """A token refused later ends nothing: alerts are still taken, and wait in the outbox."""
        try:
            await self.login()
        except StartError as refused:
            raise BotError(str(refused)) from refused

    async def _sync(self) -> None:
        guild = discord.Object(self._config.guild_id) if self._config.guild_id else None
        if guild is not None:
            self._tree.copy_global_to(guild=guild)
        await self._tree.sync(guild=guild)
        log.info("Commands synced")

    def _note_open(self) -> None:
        if self.is_ready:
            self._last_open = utc_now()

    async def _stay_connected(self) -> None:
        """Connect again and again; returns once this client is closed for good."""
        client = await self.logged_in()
        pause = FIRST_PAUSE_SECONDS
        while not client.is_closed():
            if self._identifies is not None:
                await self._identifies.wait()
            was_ready = await self._connect(client)
            pause = FIRST_PAUSE_SECONDS if was_ready else min(pause * 2, LONGEST_PAUSE_SECONDS)
            log.warning("Discord's gateway is away: next_attempt_seconds=%.0f", pause)
            await asyncio.sleep(pause)

    async def _connect(self, client: discord.Client) -> bool:
        """Return once the connection has ended or been away too long; True if it ever was open."""
        connection = asyncio.create_task(client.connect())
        try:
            return await self._watch(connection)
        finally:
            connection.cancel()
            await asyncio.wait({connection})
            await _hang_up(client)

    async def _watch(self, connection: "asyncio.Task[None]") -> bool:
        was_ready = False
        away_seconds = 0.0
        interval = self._patience_seconds / 20
        while away_seconds < self._patience_seconds:
            await asyncio.wait({connection}, timeout=interval)
            if connection.done():
                log.warning("Gateway attempt ended: error=%s", _name(connection.exception()))
                return was_ready
            was_ready = was_ready or self.is_ready
            self._note_open()
            away_seconds = 0.0 if self.is_ready else away_seconds + interval
        return was_ready


def point_at(api_base: str | None, gateway_url: str | None) -> None:
    """Send discord.py to another server than Discord, for tests. It keeps these for the process."""
    if api_base:
        Route.BASE = api_base.rstrip("/")
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


class _Client(discord.Client):
    """discord.py's client, which asks before it begins a session."""

    def __init__(self, identifies: Identifies | None) -> None:
        # Nobody speaks here: what is missing for voice is no news.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_RATE_LIMIT_SECONDS,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.05,
        )
        self._identifies = identifies

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Called before every IDENTIFY, and before no RESUME."""
        if self._identifies is not None:
            await self._identifies.begin()


async def _hang_up(client: discord.Client) -> None:
    """Close the socket that discord.py leaves open after an error, with a thread that beats on."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_SECONDS):
            if client.ws is not None:
                await client.ws.close(code=1000)


async def _until_done(what: str, step: Callable[[], Awaitable[None]]) -> None:
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await step()
        except StartError:
            raise
        except _OUTAGE as away:
            log.warning("%s failed: error=%s next_attempt_seconds=%.0f", what, _name(away), pause)
        except Exception:
            log.exception("%s failed: next_attempt_seconds=%.0f", what, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _name(error: BaseException | None) -> str:
    """An error's kind and code without its text, which may hold a URL or a body."""
    code = getattr(error, "status", None) or getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
