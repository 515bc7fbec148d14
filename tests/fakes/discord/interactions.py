"""What a user does: commands and presses of buttons, checked as Discord's own client does."""

import time
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.discord.gateway import channel
from tests.fakes.discord.world import (
    APPLICATION_ID,
    CHANNEL_ID,
    GUILD_ID,
    ROLES,
    Injected,
    Json,
    World,
    buttons,
    user,
)

_FIRST_USER_ID = 800000000000001000
_MESSAGE_COMPONENT, _AUTOCOMPLETE, _BUTTON = 3, 4, 2


@dataclass(frozen=True)
class Person:
    """Who does it: a member with these roles. `place` is a server, or None for a direct message."""

    name: str = "trader"
    roles: Sequence[int] = ROLES
    place: int | None = GUILD_ID
    channel_id: int = CHANNEL_ID

    @property
    def id(self) -> int:
        """The same for the same name."""
        return _FIRST_USER_ID + zlib.crc32(self.name.encode())


class CannotBeTyped(ValueError):
    """What Discord's client would not let a user send."""


def build(
    world: World, name: str, options: Mapping[str, Any], *, by: Person, age_seconds: float
) -> tuple[Injected, Json]:
    """A typed command and the INTERACTION_CREATE that announces it."""
    guild_id, command = _registered(world, name)
    given = _options(command, options)
    injected = _inject(world, name, age_seconds)
    data: Json = {"id": command["id"], "name": name, "type": 1, "options": given}
    # In another server only a global command can be typed, as one that an earlier start left.
    if guild_id is not None and guild_id == by.place:
        data["guild_id"] = str(guild_id)
    return injected, _create(injected, data, by)


def build_completion(
    world: World, name: str, option: str, typed: str, *, by: Person, others: Mapping[str, Any]
) -> tuple[Injected, Json]:
    """What is typed so far into an option that completes itself, after some others."""
    injected, event = build(world, name, {**others, option: typed}, by=by, age_seconds=0)
    _, command = _registered(world, name)
    [known] = [known for known in command["options"] if known["name"] == option]
    if not known.get("autocomplete"):
        raise CannotBeTyped(f"{option} does not complete itself")
    injected.is_autocomplete = True
    event["data"]["options"][-1]["focused"] = True
    return injected, event | {"type": _AUTOCOMPLETE}


def build_press(
    world: World, message: Json, label: str, *, by: Person, age_seconds: float
) -> tuple[Injected, Json]:
    """A press of a button, named by its label or id, on a message as the presser sees it."""
    pressed = [b for b in buttons(message) if label in (b.get("label"), b["custom_id"])]
    if not pressed:
        raise CannotBeTyped(f"no button {label}")
    custom_id = pressed[0]["custom_id"]
    injected = _inject(world, custom_id, age_seconds)
    injected.source = message
    data: Json = {"custom_id": custom_id, "component_type": _BUTTON, "id": 2}
    event = _create(injected, data, by)
    return injected, event | {"type": _MESSAGE_COMPONENT, "message": message}


def _inject(world: World, name: str, age_seconds: float) -> Injected:
    injected = Injected(
        id=world.snowflake(age_seconds),
        token=uuid.uuid4().hex,
        command=name,
        created=time.monotonic() - age_seconds,
    )
    world.interactions[injected.id] = injected
    return injected


def _registered(world: World, name: str) -> tuple[int | None, Json]:
    for guild_id, commands in world.commands.items():
        for command in commands:
            if command["name"] == name:
                return guild_id, command
    raise CannotBeTyped(f"no command /{name}")


def _options(command: Json, given: Mapping[str, Any]) -> list[Json]:
    known = {option["name"]: option for option in command.get("options", [])}
    if unknown := set(given) - set(known):
        raise CannotBeTyped(f"unknown options {sorted(unknown)}")
    for name, option in known.items():
        if option.get("required") and name not in given:
            raise CannotBeTyped(f"{name} is required")
    for name, value in given.items():
        _check_value(known[name], value)
    return [
        {"name": name, "type": known[name]["type"], "value": value} for name, value in given.items()
    ]


def _check_value(option: Json, value: Any) -> None:
    choices = [choice["value"] for choice in option.get("choices", [])]
    if choices and value not in choices:
        raise CannotBeTyped(f"{option['name']} must be one of {choices}")
    if option["type"] == 4 and not option.get("min_value", value) <= value <= option.get(
        "max_value", value
    ):
        raise CannotBeTyped(f"{option['name']} is out of range")


def _create(injected: Injected, data: Json, by: Person) -> Json:
    event = {
        "id": str(injected.id),
        "application_id": str(APPLICATION_ID),
        "type": 2,
        "token": injected.token,
        "version": 1,
        "data": data,
        "app_permissions": "0",
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(GUILD_ID)},
        "attachment_size_limit": 10_485_760,
    }
    return event | _place(by.place, by.channel_id) | _author(by)


def _place(guild_id: int | None, channel_id: int) -> Json:
    where: Json = {**channel(), "id": str(channel_id), "permissions": "0"}
    if guild_id is None:
        where = {"id": str(channel_id), "type": 1, "last_message_id": None, "flags": 0}
        return {"channel_id": str(channel_id), "channel": where, "context": 1}
    where["guild_id"] = str(guild_id)
    return {
        "guild_id": str(guild_id),
        "guild": {"id": str(guild_id), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "channel_id": str(channel_id),
        "channel": where,
        "context": 0,
    }


def _author(by: Person) -> Json:
    author = user(by.name, by.id)
    if by.place is None:
        return {"user": author}
    member: Json = {
        "user": author,
        "roles": [str(role) for role in by.roles],
        "joined_at": "2025-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": "0",
    }
    return {"member": member}
