"""Calls by which a test in another process plays the user and the fault."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.discord.interactions import CannotBeTyped
from tests.fakes.discord.world import ROLES, Fault, Injected, Json

if TYPE_CHECKING:
    from tests.fakes.discord.server import FakeDiscord


class Control:
    """`/fake/...` beside Discord's own paths."""

    def __init__(self, discord: "FakeDiscord") -> None:
        self._discord = discord

    def routes(self) -> list[web.RouteDef]:
        """Every control call."""
        return [
            web.get("/fake/state", self.state),
            web.get("/fake/messages", self.messages),
            web.post("/fake/interactions", self.interact),
            web.post("/fake/presses", self.press),
            web.get("/fake/interactions/{id}", self.interaction),
            web.post("/fake/faults", self.fault),
            web.delete("/fake/faults", self.repair),
            web.post("/fake/posts", self.limit_posts),
            web.post("/fake/disconnect", self.disconnect),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Whether a bot is connected, and what it registered."""
        gateway, world = self._discord.gateway, self._discord.world
        names = {command["name"] for commands in world.commands.values() for command in commands}
        return web.json_response(
            {
                "connected": gateway.is_connected,
                "identifies": gateway.identifies,
                "resumes": gateway.resumes,
                "commands": sorted(names),
                "requests": len(world.requests),
                "refusals": world.refusals,
            }
        )

    async def messages(self, request: web.Request) -> web.Response:
        """The channel, oldest first, each message with how often it was edited."""
        world = self._discord.world
        shown = [{**m, "edits": world.edits.get(int(m["id"]), 0)} for m in world.messages]
        return web.json_response(shown)

    async def interact(self, request: web.Request) -> web.Response:
        """Type a slash command: `{"command", "options", "user", "roles", "age_seconds"}`.

        Without `roles` the user has all of them. With `wait_seconds` the answer is waited for.
        """
        asked = await request.json()
        return await self._begin(
            asked,
            lambda: self._discord.type_command(
                asked["command"], **_who(asked), **asked.get("options", {})
            ),
        )

    async def press(self, request: web.Request) -> web.Response:
        """Press a button: `{"interaction", "label"}` of the answer it is on, and who, as above.

        With `message` in place of `interaction`: on a message of the channel.
        """
        asked = await request.json()
        if "message" in asked:
            return await self._begin(asked, lambda: self._press_on(asked))
        answered = self._discord.world.interactions[int(asked["interaction"])]
        return await self._begin(
            asked, lambda: self._discord.press(answered, asked["label"], **_who(asked))
        )

    async def _press_on(self, asked: Json) -> Injected:
        message = self._discord.world.find_message(int(asked["message"]))
        if message is None:
            raise CannotBeTyped("no such message")
        return await self._discord.press_on(message, asked["label"])

    async def _begin(self, asked: Json, begin: Callable[[], Awaitable[Injected]]) -> web.Response:
        try:
            injected = await begin()
        except CannotBeTyped as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        if wait := asked.get("wait_seconds"):
            await _wait(injected, wait)
        return web.json_response(self._shown(injected))

    async def interaction(self, request: web.Request) -> web.Response:
        """What became of an interaction."""
        injected = self._discord.world.interactions.get(int(request.match_info["id"]))
        if injected is None:
            return web.json_response({"error": "no such interaction"}, status=404)
        return web.json_response(self._shown(injected))

    async def fault(self, request: web.Request) -> web.Response:
        """Inject a fault, given as the fields of `Fault`."""
        self._discord.world.faults.append(Fault(**await request.json()))
        return web.json_response({})

    async def repair(self, request: web.Request) -> web.Response:
        """End every fault."""
        self._discord.world.faults.clear()
        self._discord.gateway.refusals = 0
        return web.json_response({})

    async def limit_posts(self, request: web.Request) -> web.Response:
        """How many new messages are taken within how many seconds: `{"limit", "seconds"}`."""
        asked = await request.json()
        posts = self._discord.world.posts
        posts.limit, posts.seconds = asked["limit"], asked.get("seconds", posts.seconds)
        return web.json_response({})

    async def disconnect(self, request: web.Request) -> web.Response:
        """Close the gateway's sockets: `{"code", "forget", "refusals"}`."""
        asked = await request.json()
        if asked.get("forget"):
            self._discord.gateway.forget_sessions()
        self._discord.gateway.refusals = asked.get("refusals", 0)
        await self._discord.gateway.disconnect(asked.get("code", 4000))
        return web.json_response({})

    def _shown(self, injected: Injected) -> Json:
        return {
            "id": str(injected.id),
            "command": injected.command,
            "content": injected.text,
            "texts": self._discord.texts(injected),
            "buttons": [button["label"] for button in injected.buttons],
            "deferred": injected.is_deferred,
            "acknowledged_ms": injected.acknowledged_ms,
            "flags": (injected.message or {}).get("flags", 0),
        }


async def _wait(injected: Injected, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await injected.answered.wait()
    except TimeoutError:
        return


def _who(asked: Json) -> dict[str, Any]:
    roles = asked.get("roles")
    return {
        "user_name": asked.get("user", "trader"),
        "roles": ROLES if roles is None else tuple(int(role) for role in roles),
        "age_seconds": asked.get("age_seconds", 0),
    }
