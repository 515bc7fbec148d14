"""What every interaction passes before it does anything: once, in time, from home, by role."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import discord
from discord import app_commands
from msgspec import convert

from arbwatch.control import ALL_VENUES, Acting, Denial
from arbwatch.events import utc_now
from bot import text
from bot.commands import Caller, Commands
from bot.commands.rights import Rights
from bot.gateway.calls import FAILURES
from bot.gateway.home import Home
from bot.gateway.notes import Notes
from bot.metrics import ACTING

log = logging.getLogger(__name__)

Interaction = discord.Interaction[discord.Client]

# Discord tells the user that a command failed if it has no answer by then, so it must not happen.
OLDEST_SECONDS = 3.0
# Ids of interactions kept to know a repeat; after an outage the gateway repeats far fewer.
_MOST_KEPT = 10_000

_CLOCK = "If this is so every time, the clock of the bot's machine is wrong."


class Refused(app_commands.CheckFailure):
    """An interaction that does nothing; its text is for who began it.

    With a `reason` it is a denial, which is audited.
    """

    def __init__(self, text: str, *, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason


class Late(Refused):
    """An interaction that the gateway held back too long."""

    def __init__(self, what: str, seconds: float) -> None:
        self.line = f"{what} came {seconds:.0f} s late"
        super().__init__(f"⌛ {self.line}: nothing was done. Do it again.\n{_CLOCK}")


class Repeated(Refused):
    """An interaction that was taken before, and answered."""


class Door:
    """Lets an interaction pass or raises Refused; one door for all clients of the process."""

    def __init__(
        self,
        commands: Commands,
        *,
        home: Home,
        rights: Rights,
        notes: Notes,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._commands = commands
        self._home = home
        self._rights = rights
        self._notes = notes
        self._now = now
        self._seen: dict[int, None] = {}

    async def check(self, interaction: Interaction) -> bool:
        """The check of every slash command."""
        name = interaction.command.name if interaction.command else ""
        self.admit(interaction, name, what=typed(interaction))
        if name != "notify" or getattr(interaction.namespace, "state", None):
            # Without a state it only shows what is wanted.
            self.authorize(interaction, name)
        return True

    def admit(self, interaction: Interaction, name: str, *, what: str) -> None:
        """Let pass what is new, in time and from home."""
        if interaction.id in self._seen:
            raise Repeated("")
        self._seen[interaction.id] = None
        while len(self._seen) > _MOST_KEPT:
            del self._seen[next(iter(self._seen))]
        age = (self._now() - interaction.created_at).total_seconds()
        if age > OLDEST_SECONDS:
            raise Late(what, age)
        if refusal := self._home.refusal(interaction, name):
            raise Refused(refusal, reason="typed in another server")

    def is_home(self, interaction: Interaction, name: str) -> bool:
        """Whether it comes from where the bot answers."""
        return self._home.refusal(interaction, name) is None

    def authorize(self, interaction: Interaction, name: str) -> None:
        """Let pass whose member has a role for it now."""
        if lack := self._rights.lack(name, _roles(interaction)):
            raise Refused(lack.text, reason=lack.reason)

    async def turn_away(
        self, interaction: Interaction, refused: Refused, *, name: str, scope: str
    ) -> None:
        """Say why to who began it, and to nobody else there; and have a denial audited."""
        self._commands.count(name, _result(refused))
        log.info("Refused: command=%s kind=%s", name, type(refused).__name__)
        if isinstance(refused, Repeated):
            return
        steps = [self._say(interaction, refused)]
        if refused.reason and name in ACTING:
            steps.append(self._commands.deny(_denial(interaction, refused, name, scope)))
        await asyncio.gather(*steps)

    async def _say(self, interaction: Interaction, refused: Refused) -> None:
        try:
            await interaction.response.send_message(str(refused), ephemeral=True)
        except FAILURES as failed:
            log.info("Refusal not shown: error=%s", type(failed).__name__)
            # Discord waits no longer for an answer to what is late: the channel has to do.
            if isinstance(refused, Late):
                await self._notes.late(interaction.id, refused.line)


def caller_of(interaction: Interaction) -> Caller:
    """Who began an interaction; the id tells apart who has the same name."""
    user = interaction.user
    return Caller(actor=f"{user.name} ({user.id})", via="discord")


def _roles(interaction: Interaction) -> list[int]:
    """Role ids of the member, as Discord sent them with this very interaction.

    `Member.roles` would leave out the roles that the server's cache does not know, and the cache is
    empty for a while after every connect.
    """
    user = interaction.user
    return list(user._roles) if isinstance(user, discord.Member) else []


def typed(interaction: Interaction) -> str:
    """The command as it was typed, and by whom, escaped."""
    name = interaction.command.name if interaction.command else ""
    words = [f"/{name}", *(str(value) for _, value in interaction.namespace)]
    line = text.clip(text.one_line(" ".join(words)), 200)
    return text.discord(f"{line} by {interaction.user.name}")


def _result(refused: Refused) -> Literal["late", "repeated", "refused"]:
    match refused:
        case Late():
            return "late"
        case Repeated():
            return "repeated"
        case _:
            return "refused"


def _denial(interaction: Interaction, refused: Refused, name: str, scope: str) -> Denial:
    caller = caller_of(interaction)
    return Denial(
        command=convert(name, Acting),
        scope=scope or ALL_VENUES,
        reason=refused.reason,
        actor=caller.actor,
        via=caller.via,
    )
