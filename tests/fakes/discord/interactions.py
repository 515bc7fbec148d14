"""What a user does: slash commands, checked as Discord's own client checks them."""

import time
import uuid
from collections.abc import Mapping
from typing import Any

from tests.fakes.discord.gateway import channel
from tests.fakes.discord.world import (
    APPLICATION_ID,
    CHANNEL_ID,
    GUILD_ID,
    Injected,
    Json,
    World,
    user,
)

_USER_ID = 800000000000000009


class CannotBeTyped(ValueError):
    """What Discord's client would not let a user send."""


def build(
    world: World,
    name: str,
    options: Mapping[str, Any],
    *,
    user_name: str,
    age_seconds: float,
    place: int | None = GUILD_ID,
    channel_id: int = CHANNEL_ID,
) -> tuple[Injected, Json]:
    """An interaction and the INTERACTION_CREATE that announces it; `place` None is a DM."""
    guild_id, command = _registered(world, name)
    given = _options(command, options)
    created = time.monotonic() - age_seconds
    injected = Injected(id=world.snowflake(), token=uuid.uuid4().hex, command=name, created=created)
    world.interactions[injected.id] = injected
    data: Json = {"id": command["id"], "name": name, "type": 1, "options": given}
    # In another server only a global command can be typed, as one that an earlier start left.
    if guild_id is not None and guild_id == place:
        data["guild_id"] = str(guild_id)
    event = _create(injected, data)
    return injected, event | _place(place, channel_id) | _author(place, user_name)


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


def _create(injected: Injected, data: Json) -> Json:
    return {
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


def _author(guild_id: int | None, user_name: str) -> Json:
    author = user(user_name, _USER_ID)
    if guild_id is None:
        return {"user": author}
    member: Json = {
        "user": author,
        "roles": [],
        "joined_at": "2025-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": "0",
    }
    return {"member": member}
