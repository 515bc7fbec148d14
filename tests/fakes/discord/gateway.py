"""The Gateway side: HELLO, IDENTIFY, RESUME, heartbeats and dispatched events."""

import contextlib
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.world import APPLICATION_ID, CHANNEL_ID, GUILD_ID, Json, World, bot_user

HEARTBEAT_MS = 41_250

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 9, 10, 11


@dataclass
class Session:
    """What one IDENTIFY began; it outlives its socket so that it can be resumed."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None

    async def dispatch(self, kind: str, data: Any) -> None:
        """Send an event; without a socket it waits for a RESUME."""
        event = {"op": _DISPATCH, "t": kind, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        if self.socket is not None:
            await self.socket.send_json(event)


class Gateway:
    """All sessions. `refusals` connects that many times to nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions: dict[str, Session] = {}
        self._sockets: set[web.WebSocketResponse] = set()
        self.refusals = 0
        self.identifies = 0
        self.resumes = 0
        self.url = ""

    @property
    def session(self) -> Session | None:
        """The latest session."""
        return next(reversed(self._sessions.values()), None)

    @property
    def is_connected(self) -> bool:
        """Whether a bot listens now."""
        return self.session is not None and self.session.socket is not None

    async def disconnect(self, code: int) -> None:
        """Close every socket; the sessions stay."""
        for socket in list(self._sockets):
            await socket.close(code=code)

    def forget_sessions(self) -> None:
        """Make every RESUME fail."""
        self._sessions.clear()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One socket from HELLO to its end."""
        if self.refusals > 0:
            self.refusals -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(socket, message.json())
        finally:
            self._leave(socket)
        return socket

    async def _take(self, socket: web.WebSocketResponse, message: Json) -> None:
        match message["op"]:
            case 1:
                await socket.send_json({"op": _ACK, "d": None})
            case 2:
                await self._identify(socket, message["d"])
            case 6:
                await self._resume(socket, message["d"])

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        self.identifies += 1
        if data["token"] != self._world.token:
            await socket.close(code=4004)
            return
        session = Session(socket=socket)
        self._sessions[session.id] = session
        await session.dispatch("READY", self._ready(session))
        await session.dispatch("GUILD_CREATE", guild())

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None:
            await socket.send_json({"op": _INVALID, "d": False})
            return
        self.resumes += 1
        session.socket = socket
        for event in session.events[data["seq"] :]:
            await socket.send_json(event)
        await session.dispatch("RESUMED", {})

    def _leave(self, socket: web.WebSocketResponse) -> None:
        self._sockets.discard(socket)
        for session in self._sessions.values():
            if session.socket is socket:
                session.socket = None

    def _ready(self, session: Session) -> Json:
        ready = {
            "v": 10,
            "user": bot_user(),
            "guilds": [{"id": str(GUILD_ID), "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": str(APPLICATION_ID), "flags": 0},
        }
        if "no_resume_url" in self._world.broken:
            del ready["resume_gateway_url"]
        return ready


async def close_quietly(socket: web.WebSocketResponse) -> None:
    """Close a socket whatever its state."""
    with contextlib.suppress(ConnectionError):
        await socket.close()


def guild() -> Json:
    """The one server, with the one channel."""
    return {
        "id": str(GUILD_ID),
        "name": "Trading",
        "owner_id": "1",
        "member_count": 2,
        "channels": [channel()],
        "members": [],
        "roles": [_everyone()],
        "emojis": [],
        "stickers": [],
        "threads": [],
        "features": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "afk_timeout": 0,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "system_channel_flags": 0,
        "preferred_locale": "en-US",
        "large": False,
        "unavailable": False,
    }


def channel() -> Json:
    """The one channel."""
    return {
        "id": str(CHANNEL_ID),
        "type": 0,
        "guild_id": str(GUILD_ID),
        "name": "arbitrage",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "last_message_id": None,
        "flags": 0,
    }


def _everyone() -> Json:
    return {
        "id": str(GUILD_ID),
        "name": "@everyone",
        "permissions": "0",
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
