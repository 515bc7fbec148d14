"""The fake as one server, in a test's own loop or in a process of its own."""

import asyncio
import copy
from collections.abc import Sequence
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord import interactions
from tests.fakes.discord.control import Control
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guard import guard
from tests.fakes.discord.interactions import Person
from tests.fakes.discord.rest import Rest
from tests.fakes.discord.world import CHANNEL_ID, GUILD_ID, ROLES, TOKEN, Injected, Json, World

_TRADER = Person()


class FakeDiscord:
    """Discord for one bot. Use it as `async with FakeDiscord() as discord`."""

    def __init__(self, *, port: int = 0, token: str = TOKEN) -> None:
        self.world = World(token)
        self.gateway = Gateway(self.world)
        self.port = port
        self.token = token
        self.channel_id = CHANNEL_ID
        self.guild_id = GUILD_ID
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def api_base(self) -> str:
        """For DISCORD_API_BASE."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """For DISCORD_GATEWAY_URL."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    @property
    def messages(self) -> list[Json]:
        """The channel, oldest first."""
        return self.world.messages

    async def start(self) -> None:
        """Listen; the port stays the same over stop and start."""
        app = web.Application(middlewares=[guard(self.world)])
        app.add_routes(Rest(self.world).routes())
        app.add_routes([web.get("/gateway", self.gateway.handle)])
        app.add_routes(Control(self).routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        """Go away, as in an outage; what was posted stays."""
        await self.gateway.disconnect(1001)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def type_command(
        self,
        name: str,
        *,
        user_name: str = "trader",
        roles: Sequence[int] = ROLES,
        age_seconds: float = 0,
        place: int | None = GUILD_ID,
        channel_id: int = CHANNEL_ID,
        **options: Any,
    ) -> Injected:
        """Send a slash command as a user; with an age, as one that the gateway held back.

        `place` is the server in which it is typed, None a direct message.
        """
        by = Person(name=user_name, roles=roles, place=place, channel_id=channel_id)
        injected, event = interactions.build(
            self.world, name, options, by=by, age_seconds=age_seconds
        )
        await self._begin(injected, event)
        return injected

    async def press(
        self,
        asked: Injected,
        label: str,
        *,
        user_name: str = "trader",
        roles: Sequence[int] = ROLES,
        age_seconds: float = 0,
        seen: Json | None = None,
    ) -> Injected:
        """Press a button of an answer, by label or id; `seen` is the message as the presser has it.

        A screen may show a button for a moment longer than the message has it.
        """
        if asked.message is None:
            raise interactions.CannotBeTyped("there is no answer yet")
        by = Person(name=user_name, roles=roles)
        return await self.press_on(asked.message, label, by=by, age_seconds=age_seconds, seen=seen)

    async def press_on(
        self,
        message: Json,
        label: str,
        *,
        by: Person = _TRADER,
        age_seconds: float = 0,
        seen: Json | None = None,
    ) -> Injected:
        """Press a button of any message, as `by` sees it."""
        injected, event = interactions.build_press(
            self.world, copy.deepcopy(seen or message), label, by=by, age_seconds=age_seconds
        )
        injected.source = message
        await self._begin(injected, event)
        return injected

    async def repeat(self, injected: Injected) -> None:
        """Announce an interaction once more, as a RESUME may."""
        await self._begin(injected, injected.event)

    async def ask(self, name: str, *, user_name: str = "trader", **options: Any) -> str:
        """Send a slash command and return the answer's text."""
        injected = await self.type_command(name, user_name=user_name, **options)
        async with asyncio.timeout(30):
            await injected.answered.wait()
        return injected.text or ""

    async def complete(
        self, name: str, option: str, typed: str, *, place: int | None = GUILD_ID, **others: Any
    ) -> list[Json]:
        """What a command offers while somebody types."""
        injected, event = interactions.build_completion(
            self.world, name, option, typed, by=Person(place=place), others=others
        )
        await self._begin(injected, event)
        async with asyncio.timeout(30):
            await injected.answered.wait()
        return injected.choices

    def pictures(self, injected: Injected) -> list[bytes]:
        """The files of an answer."""
        attached = (injected.message or {}).get("attachments", [])
        return [self.world.files[int(file["id"])] for file in attached]

    def texts(self, injected: Injected) -> list[str]:
        """Everything that the answer's message ever showed, in turn."""
        return [] if injected.message is None else self.world.texts[int(injected.message["id"])]

    async def _begin(self, injected: Injected, event: Json) -> None:
        if (session := self.gateway.session) is None:
            raise interactions.CannotBeTyped("no bot has ever connected")
        if "no_size_limit" in self.world.broken:
            del event["attachment_size_limit"]
        injected.event = event
        await session.dispatch("INTERACTION_CREATE", event)
