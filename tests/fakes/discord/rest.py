"""The REST side: messages, commands, interaction answers."""

import time

from aiohttp import web

from tests.fakes.discord import limits, permissions
from tests.fakes.discord.errors import DiscordError, invalid_form
from tests.fakes.discord.guard import answer
from tests.fakes.discord.uploads import BadUpload, read_payload
from tests.fakes.discord.world import (
    APPLICATION_ID,
    CHANNEL_ID,
    EPHEMERAL,
    Injected,
    Json,
    World,
    bot_user,
)

# An interaction must be answered within 3 s, and can be edited for 15 minutes.
_ACKNOWLEDGE_SECONDS = 3.0
_TOKEN_SECONDS = 15 * 60.0
# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object
_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE = 4, 5, 6, 7
_CHOICES = 8
_COMMAND_CALLBACKS = (_MESSAGE, _DEFERRED_MESSAGE)
_PRESS_CALLBACKS = (_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE)


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
            raise invalid_form()
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
        permissions.check_post(self._world.permissions, payload)
        self._world.posts.take()
        self._check_message(payload)
        message = self._world.add_message(payload)
        return answer(message, headers=self._world.posts.headers)

    async def edit_message(self, request: web.Request) -> web.Response:
        """Change a message."""
        _check_channel(request)
        message = self._world.find_message(int(request.match_info["message"]))
        if message is None:
            raise DiscordError(404, 10008, "Unknown Message")
        permissions.check_view(self._world.permissions)
        payload = await request.json()
        self._check_message({**message, **payload})
        self._world.old_edits.take(message["id"], age_seconds=self._world.age_seconds(message))
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
            raise invalid_form()
        if not permissions.may_read_history(self._world.permissions):
            return answer([])
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
            raise invalid_form()
        if kind == _UPDATE:
            self._check_message({**(injected.source or {}), **payload["data"]})
        elif kind == _MESSAGE:
            self._check_message(payload["data"])
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
        if time.monotonic() - injected.created > _TOKEN_SECONDS:
            raise DiscordError(401, 50027, "Invalid Webhook Token")
        payload = await self._payload(request)
        self._check_message({**(injected.message or {}), **payload})
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
            raise invalid_form() from wrong

    def _check_message(self, payload: Json) -> None:
        if "no_limits" not in self._world.broken and limits.message_faults(payload):
            raise invalid_form()

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


def _check_channel(request: web.Request) -> None:
    if int(request.match_info["channel"]) != CHANNEL_ID:
        raise DiscordError(404, 10003, "Unknown Channel")


def _callbacks(injected: Injected) -> tuple[int, ...]:
    if injected.is_autocomplete:
        return (_CHOICES,)
    return _COMMAND_CALLBACKS if injected.source is None else _PRESS_CALLBACKS


def _check_choices(choices: list[Json]) -> None:
    if limits.choice_faults(choices):
        raise invalid_form()


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
