"""Who may act: the roles that the settings name, checked by ourselves at every step."""

from collections.abc import Collection

from msgspec import Struct

_BUTTONS = {"ack": "Ack", "silence": "Silence", "unsilence": "End silence"}


class Lack(Struct, frozen=True, kw_only=True):
    """Why somebody may not: `text` is for them, `reason` for the audit trail."""

    text: str
    reason: str


class Rights(Struct, frozen=True, kw_only=True):
    """Role ids by command. An empty setting allows nobody."""

    trader_roles: frozenset[int]
    resume_roles: frozenset[int]

    def lack(self, command: str, roles: Collection[int]) -> Lack | None:
        """What a member with these roles lacks for a command; None if nothing."""
        match command:
            case "halt" | "mute" | "notify" | "ack" | "silence" | "unsilence":
                setting, allowed = "DISCORD_TRADER_ROLES", self.trader_roles
            case "resume":
                setting, allowed = "DISCORD_RESUME_ROLES", self.resume_roles
            case _:
                return None
        if allowed.isdisjoint(roles):
            return _lack(command, setting, allowed)
        return None


def _lack(command: str, setting: str, allowed: frozenset[int]) -> Lack:
    shown = _BUTTONS.get(command, f"/{command}")
    if not allowed:
        return Lack(
            text=f"⛔ Not done: nobody may {shown} here, because {setting} is empty.\n"
            "Whoever runs the bot sets it to the ids of the roles that may, and restarts the bot.",
            reason=f"{setting} is empty",
        )
    mentions = ", ".join(f"<@&{role}>" for role in sorted(allowed))
    role = "the role" if len(allowed) == 1 else "one of the roles"
    return Lack(
        text=f"⛔ Not done: {shown} needs {role} {mentions}.",
        reason=f"has no role of {setting}",
    )
