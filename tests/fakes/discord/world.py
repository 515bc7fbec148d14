"""What the fake Discord knows: one bot, one server, one channel."""

import asyncio
import itertools
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from tests.fakes.discord.permissions import EVERY_PERMISSION, Permission
from tests.fakes.discord.rates import Bucket, OldEdits

Json = dict[str, Any]

APPLICATION_ID = 800000000000000001
GUILD_ID = 800000000000000002
CHANNEL_ID = 800000000000000003
# The roles of the server. Who has them is told with each interaction, as Discord does.
TRADER_ROLE = 800000000000000004
RESUME_ROLE = 800000000000000005
ROLES = (TRADER_ROLE, RESUME_ROLE)
TOKEN = "fake-token"

EPHEMERAL = 1 << 6
_EPOCH_MS = 1_420_070_400_000
_NONCE_SECONDS = 300.0

# Ways in which the fake can be unlike Discord, so that tests show that this would be noticed.
Broken = Literal["charset", "no_via", "no_resume_url", "no_size_limit", "no_nonce", "no_limits"]
FaultKind = Literal["status", "rate_limit", "drop_before", "drop_after", "hang_after"]


@dataclass
class Fault:
    """What goes wrong with the next `times` requests that match.

    `drop_before` closes the connection before anything happens, `drop_after` after it has;
    after `hang_after` the answer never comes, so that the bot can be killed while it waits.
    """

    kind: FaultKind
    method: str = "POST"
    path: str = "/messages"
    times: int = 1
    status: int = 500
    code: int = 0
    retry_after: float = 0.2

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is to be hit."""
        return self.times > 0 and method == self.method and re.search(self.path, path) is not None


@dataclass
class Injected:
    """An interaction that a user began, and what the bot made of it.

    `source` is the message whose button was pressed; None for a command.
    """

    id: int
    token: str
    command: str
    created: float
    source: Json | None = None
    event: Json = field(default_factory=dict)
    callbacks: list[Json] = field(default_factory=list)
    is_autocomplete: bool = False
    choices: list[Json] = field(default_factory=list)
    message: Json | None = None
    acknowledged_ms: float | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_deferred(self) -> bool:
        """Whether the first answer was only that an answer is being worked on."""
        return bool(self.callbacks) and self.callbacks[0]["type"] == 5

    @property
    def is_ephemeral(self) -> bool:
        """Whether only who began it reads the answer, which the first callback decides."""
        first = self.callbacks[0].get("data") or {} if self.callbacks else {}
        return bool(first.get("flags", 0) & EPHEMERAL)

    @property
    def text(self) -> str | None:
        """What the user reads now."""
        return None if self.message is None else str(self.message["content"])

    @property
    def buttons(self) -> list[Json]:
        """What can be pressed on the answer now."""
        return [] if self.message is None else buttons(self.message)


class World:
    """The state behind REST, Gateway and the control calls."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.messages: list[Json] = []
        self.edits: dict[int, int] = {}
        self.texts: dict[int, list[str]] = {}
        self.files: dict[int, bytes] = {}
        self.commands: dict[int | None, list[Json]] = {}
        self.interactions: dict[int, Injected] = {}
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.refusals: list[int] = []
        self.broken: set[Broken] = set()
        self.permissions: set[Permission] = set(EVERY_PERMISSION)
        self.posts = Bucket()
        self.old_edits = OldEdits()
        # Messages and interactions are made so long ago.
        self.behind_seconds = 0.0
        self._numbers = itertools.count(1)
        self._nonces: dict[str, tuple[float, Json]] = {}

    def snowflake(self, age_seconds: float = 0) -> int:
        """A new id that carries the time at which it was made, as Discord's do."""
        made_ms = int((time.time() - age_seconds - self.behind_seconds) * 1000)
        return ((made_ms - _EPOCH_MS) << 22) | (next(self._numbers) % (1 << 22))

    def age_seconds(self, message: Json) -> float:
        """How long ago a message was made."""
        return time.time() - ((int(message["id"]) >> 22) + _EPOCH_MS) / 1000

    def take_fault(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if any."""
        for fault in self.faults:
            if fault.matches(method, path):
                fault.times -= 1
                return fault
        return None

    def add_message(self, payload: Json) -> Json:
        """Post a message, or return the one with the same enforced nonce."""
        nonce = payload.get("nonce")
        if nonce and payload.get("enforce_nonce") and "no_nonce" not in self.broken:
            known = self._nonces.get(str(nonce))
            if known and time.monotonic() - known[0] < _NONCE_SECONDS:
                return known[1]
        message = self.new_message(payload)
        self.messages.append(message)
        if nonce:
            self._nonces[str(nonce)] = (time.monotonic(), message)
        return message

    def edit_message(self, message: Json, payload: Json) -> Json:
        """Change what a message shows."""
        for key in ("content", "embeds", "components", "attachments"):
            if key in payload:
                message[key] = payload[key] if payload[key] is not None else ""
        message["edited_timestamp"] = datetime.now(UTC).isoformat()
        number = int(message["id"])
        self.edits[number] = self.edits.get(number, 0) + 1
        self.texts.setdefault(number, []).append(message["content"])
        return message

    def find_message(self, message_id: int) -> Json | None:
        """A message by id."""
        return next((m for m in self.messages if int(m["id"]) == message_id), None)

    def history(self, *, after: int, before: int, limit: int) -> list[Json]:
        """A page of the channel, newest first; with `after` the page that follows it."""
        found = [m for m in self.messages if after < int(m["id"]) < before]
        page = found[:limit] if after else found[-limit:]
        return page[::-1]

    def new_message(self, payload: Json) -> Json:
        """A message object as Discord answers it."""
        number = self.snowflake()
        self.texts[number] = [payload.get("content") or ""]
        return {
            "id": str(number),
            "channel_id": str(CHANNEL_ID),
            "author": bot_user(),
            "content": payload.get("content") or "",
            "embeds": payload.get("embeds") or [],
            "components": payload.get("components") or [],
            "nonce": payload.get("nonce"),
            "flags": payload.get("flags", 0),
            "timestamp": datetime.now(UTC).isoformat(),
            "edited_timestamp": None,
            "type": 0,
            "tts": False,
            "pinned": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": payload.get("attachments") or [],
            "allowed_mentions": payload.get("allowed_mentions"),
            **_reply(payload),
        }


def _reply(payload: Json) -> Json:
    """What a message goes on from: there is no such key in others."""
    reference = payload.get("message_reference")
    return {"message_reference": reference} if reference else {}


def buttons(message: Json) -> list[Json]:
    """The buttons of a message that can be pressed."""
    found = [button for row in message["components"] for button in row.get("components", [])]
    return [button for button in found if button["type"] == 2 and not button.get("disabled")]


def bot_user() -> Json:
    """The bot's own account."""
    return user("arbwatch", APPLICATION_ID, is_bot=True)


def user(name: str, user_id: int, *, is_bot: bool = False) -> Json:
    """A full user object."""
    return {
        "id": str(user_id),
        "username": name,
        "global_name": name,
        "discriminator": "0",
        "avatar": None,
        "bot": is_bot,
        "public_flags": 0,
        "flags": 0,
    }
