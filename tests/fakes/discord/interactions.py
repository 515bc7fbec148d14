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
    world: World, name: str, options: Mapping[str, Any], *, user_name: str, age_seconds: float
) -> tuple[Injected, Json]:
    """An interaction and the INTERACTION_CREATE that announces it."""
    guild_id, command = _registered(world, name)
    given = _options(command, options)
    created = time.monotonic() - age_seconds
    injected = Injected(id=world.snowflake(), token=uuid.uuid4().hex, command=name, created=created)
    world.interactions[injected.id] = injected
    data: Json = {"id": command["id"], "name": name, "type": 1, "options": given}
    if guild_id is not None:
        data["guild_id"] = str(guild_id)
    return injected, _create(injected, data, user_name)


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


def _create(injected: Injected, data: Json, user_name: str) -> Json:
    return {
        "id": str(injected.id),
        "application_id": str(APPLICATION_ID),
        "type": 2,
        "token": injected.token,
        "version": 1,
        "data": data,
        "guild_id": str(GUILD_ID),
        "guild": {"id": str(GUILD_ID), "locale": "en-US", "features": []},
        "channel_id": str(CHANNEL_ID),
        "channel": {**channel(), "permissions": "0"},
        "member": {
            "user": user(user_name, _USER_ID),
            "roles": [],
            "joined_at": "2025-01-01T00:00:00+00:00",
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "permissions": "0",
        },
        "app_permissions": "0",
        "locale": "en-US",
        "guild_locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(GUILD_ID)},
        "context": 0,
        "attachment_size_limit": 10_485_760,
    }
