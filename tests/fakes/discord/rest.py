"""The REST side: messages, commands, interaction answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from tests.fakes.discord import limits
from tests.fakes.discord.uploads import BadUpload, read_payload
from tests.fakes.discord.world import (
    APPLICATION_ID,
    CHANNEL_ID,
    EPHEMERAL,
    Fault,
    Injected,
    Json,
    World,
    bot_user,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# An interaction must be answered within 3 s, and can be edited for 15 minutes.
_ACKNOWLEDGE_SECONDS = 3.0
# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object
_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE = 4, 5, 6, 7
_CHOICES = 8
_COMMAND_CALLBACKS = (_MESSAGE, _DEFERRED_MESSAGE)
_PRESS_CALLBACKS = (_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE)
_HANG_SECONDS = 30.0


class DiscordError(Exception):
    """An error that Discord answers with."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Rest:
    """Handlers over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Every call that the bot makes."""
        channel = "/api/v10/channels/{channel}"
        application = "/api/v10/applications/{application}"
        webhook = "/api/v10/webhooks/{application}/{token}"
        return [
            web.get("/api/v10/users/@me", self.me),
            web.get("/api/v10/oauth2/applications/@me", self.application),
            web.get("/api/v10/applications/@me", self.application),
            web.put(f"{application}/commands", self.sync),
            web.put(f"{application}/guilds/{{guild}}/commands", self.sync),
            web.post(f"{channel}/messages", self.post_message),
            web.get(f"{channel}/messages", self.read_history),
            web.patch(f"{channel}/messages/{{message}}", self.edit_message),
            web.delete(f"{channel}/messages/{{message}}", self.delete_message),
            web.post("/api/v10/interactions/{interaction}/{token}/callback", self.callback),
            web.patch(f"{webhook}/messages/@original", self.edit_answer),
            web.get(f"{webhook}/messages/@original", self.read_answer),
        ]

    async def me(self, request: web.Request) -> web.Response:
        """The bot's account."""
        return answer(bot_user())

    async def application(self, request: web.Request) -> web.Response:
        """The bot's application."""
        return answer(
            {
                "id": str(APPLICATION_ID),
                "name": "arbwatch",
                "description": "",
                "icon": None,
                "bot_public": False,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "flags": 0,
                "owner": bot_user(),
                "team": None,
            }
        )

    async def sync(self, request: web.Request) -> web.Response:
        """Replace all commands of the application, in a server or globally."""
        commands = await request.json()
        if limits.command_faults(commands):
            raise DiscordError(400, 50035, "Invalid Form Body")
        guild = int(request.match_info["guild"]) if "guild" in request.match_info else None
        extra = {"application_id": str(APPLICATION_ID), "version": "1", "guild_id": str(guild or 0)}
        if guild is None:
            del extra["guild_id"]
        stored = [{**command, **extra, "id": str(self._world.snowflake())} for command in commands]
        self._world.commands[guild] = stored
        return answer(stored)

    async def post_message(self, request: web.Request) -> web.Response:
        """Post into the channel."""
        _check_channel(request)
        payload = await self._payload(request)
        _check_message(payload)
        return answer(self._world.add_message(payload))

    async def edit_message(self, request: web.Request) -> web.Response:
        """Change a message."""
        _check_channel(request)
        message = self._world.find_message(int(request.match_info["message"]))
        if message is None:
            raise DiscordError(404, 10008, "Unknown Message")
        payload = await request.json()
        _check_message({**message, **payload})
        return answer(self._world.edit_message(message, payload))

    async def delete_message(self, request: web.Request) -> web.Response:
        """Take a message out of the channel."""
        _check_channel(request)
        message = self._world.find_message(int(request.match_info["message"]))
        if message is None:
            raise DiscordError(404, 10008, "Unknown Message")
        self._world.messages.remove(message)
        return web.Response(status=204)

    async def read_history(self, request: web.Request) -> web.Response:
        """A page of the channel."""
        _check_channel(request)
        limit = int(request.query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise DiscordError(400, 50035, "Invalid Form Body")
        after = int(request.query.get("after", 0))
        before = int(request.query.get("before", 1 << 63))
        return answer(self._world.history(after=after, before=before, limit=limit))

    async def callback(self, request: web.Request) -> web.Response:
        """The first answer to an interaction: once, and in time."""
        injected = self._interaction(request, 10062, "Unknown interaction")
        waited = time.monotonic() - injected.created
        if waited > _ACKNOWLEDGE_SECONDS:
            raise DiscordError(404, 10062, "Unknown interaction")
        if injected.callbacks:
            raise DiscordError(400, 40060, "Interaction has already been acknowledged.")
        payload = await self._payload(request)
        kind = payload["type"]
        if kind not in _callbacks(injected):
            raise DiscordError(400, 50035, "Invalid Form Body")
        if kind == _UPDATE:
            _check_message({**(injected.source or {}), **payload["data"]})
        elif kind == _MESSAGE:
            _check_message(payload["data"])
        elif kind == _CHOICES:
            _check_choices(payload["data"]["choices"])
        injected.callbacks.append(payload)
        injected.acknowledged_ms = waited * 1000
        if kind in (_DEFERRED_UPDATE, _UPDATE):
            injected.message = injected.source
        if kind in (_MESSAGE, _UPDATE):
            self._answer_with(injected, payload["data"])
        if kind == _CHOICES:
            injected.choices = payload["data"]["choices"]
            injected.answered.set()
        return answer(_callback_answer(injected, self._world, payload))

    async def edit_answer(self, request: web.Request) -> web.Response:
        """Change the answer to an interaction, or give it after a deferral."""
        injected = self._interaction(request, 10015, "Unknown Webhook")
        if not injected.callbacks:
            raise DiscordError(404, 10015, "Unknown Webhook")
        payload = await self._payload(request)
        _check_message({**(injected.message or {}), **payload})
        return answer(self._answer_with(injected, payload))

    async def read_answer(self, request: web.Request) -> web.Response:
        """The answer to an interaction as it is now."""
        injected = self._interaction(request, 10015, "Unknown Webhook")
        if injected.message is None:
            raise DiscordError(404, 10008, "Unknown Message")
        return answer(injected.message)

    async def _payload(self, request: web.Request) -> Json:
        try:
            return await read_payload(request, self._world)
        except BadUpload as wrong:
            raise DiscordError(400, 50035, "Invalid Form Body") from wrong

    def _interaction(self, request: web.Request, code: int, message: str) -> Injected:
        token = request.match_info["token"]
        for injected in self._world.interactions.values():
            if injected.token == token:
                return injected
        raise DiscordError(404, code, message)

    def _answer_with(self, injected: Injected, payload: Json) -> Json:
        if injected.message is None:
            injected.message = self._world.new_message(payload)
        else:
            self._world.edit_message(injected.message, payload)
        injected.answered.set()
        return injected.message


def answer(
    body: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """A JSON answer whose Content-Type carries no charset: discord.py compares it literally."""
    response = web.json_response(body, status=status, headers=headers)
    response.headers["Content-Type"] = "application/json"
    return response


def guard(world: World) -> Middleware:
    """The middleware: faults to inject, the token, and errors as Discord words them."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/api/"):
            return await handler(request)
        world.requests.append((request.method, request.path))
        fault = world.take_fault(request.method, request.path)
        if fault and fault.kind not in ("drop_after", "hang_after"):
            return _fail(request, fault)
        try:
            response = await _authorized(request, handler, world)
        except DiscordError as error:
            body = {"message": error.message, "code": error.code}
            return answer(body, status=error.status)
        if fault and fault.kind == "hang_after":
            await asyncio.sleep(_HANG_SECONDS)
        return _drop(request) if fault else response

    return middleware


async def _authorized(request: web.Request, handler: Handler, world: World) -> web.StreamResponse:
    needs_token = "/interactions/" not in request.path and "/webhooks/" not in request.path
    if needs_token and request.headers.get("Authorization") != f"Bot {world.token}":
        raise DiscordError(401, 0, "401: Unauthorized")
    return await handler(request)


def _fail(request: web.Request, fault: Fault) -> web.Response:
    if fault.kind == "drop_before":
        return _drop(request)
    if fault.kind == "rate_limit":
        # Without a Via header discord.py takes a 429 for a ban.
        body = {"message": "limited", "retry_after": fault.retry_after, "global": False}
        return answer(body, status=429, headers={"Via": "1.1 fake"})
    return answer({"message": "fault", "code": fault.code}, status=fault.status)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _check_channel(request: web.Request) -> None:
    if int(request.match_info["channel"]) != CHANNEL_ID:
        raise DiscordError(404, 10003, "Unknown Channel")


def _callbacks(injected: Injected) -> tuple[int, ...]:
    if injected.is_autocomplete:
        return (_CHOICES,)
    return _COMMAND_CALLBACKS if injected.source is None else _PRESS_CALLBACKS


def _check_choices(choices: list[Json]) -> None:
    if limits.choice_faults(choices):
        raise DiscordError(400, 50035, "Invalid Form Body")


def _check_message(payload: Json) -> None:
    if limits.message_faults(payload):
        raise DiscordError(400, 50035, "Invalid Form Body")


def _callback_answer(injected: Injected, world: World, payload: Json) -> Json:
    message = injected.message or world.new_message({})
    return {
        "interaction": {
            "id": str(injected.id),
            "type": 2 if injected.source is None else 3,
            "activity_instance_id": None,
            "response_message_id": message["id"],
            "response_message_loading": payload["type"] == 5,
            "response_message_ephemeral": bool(payload.get("data", {}).get("flags", 0) & EPHEMERAL),
        },
        "resource": {"type": payload["type"], "message": message},
    }
