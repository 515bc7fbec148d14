"""What the bot may do in the channel, enforced as Discord does."""

from collections.abc import Collection
from typing import Any, Literal, get_args

from tests.fakes.discord.errors import DiscordError

# https://discord.com/developers/docs/topics/permissions
Permission = Literal[
    "view_channel", "send_messages", "embed_links", "attach_files", "read_message_history"
]
EVERY_PERMISSION: frozenset[Permission] = frozenset(get_args(Permission))


def check_view(allowed: Collection[Permission]) -> None:
    """Whoever does not see a channel can do nothing in it."""
    if "view_channel" not in allowed:
        raise DiscordError(403, 50001, "Missing Access")


def check_post(allowed: Collection[Permission], payload: dict[str, Any]) -> None:
    """What a new message needs. An answer to an interaction needs nothing of it."""
    check_view(allowed)
    if payload.get("message_reference") and "read_message_history" not in allowed:
        raise DiscordError(403, 160002, "Cannot reply without permission to read message history")
    needed: dict[Permission, bool] = {
        "send_messages": True,
        "embed_links": bool(payload.get("embeds")),
        "attach_files": bool(payload.get("attachments")),
    }
    if any(is_needed and name not in allowed for name, is_needed in needed.items()):
        raise DiscordError(403, 50013, "Missing Permissions")


def may_read_history(allowed: Collection[Permission]) -> bool:
    """Who may not is no error for Discord: the channel then seems to be empty."""
    check_view(allowed)
    return "read_message_history" in allowed
