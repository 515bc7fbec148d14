"""/watch in Discord: one message a channel that refreshes itself, ends, and is taken away."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import discord
from discord import app_commands
from msgspec import Struct

from arbwatch.events import utc_now
from bot.command_list import COMMANDS
from bot.commands import Answer, Commands
from bot.commands.wording import who
from bot.errors import OutboxError
from bot.gateway import watch_message
from bot.gateway.calls import CALL_SECONDS, FAILURES
from bot.gateway.door import Door, Refused, caller_of
from bot.gateway.live_answer import LiveAnswer
from bot.gateway.watch_message import NOT_SHOWN, Gone, stop_button
from bot.outbox.watches import WatchNote, WatchNotes
from bot.text import discord as escape

log = logging.getLogger(__name__)

Tree = app_commands.CommandTree[discord.Client]
Interaction = discord.Interaction[discord.Client]
LoggedIn = Callable[[], Awaitable[discord.Client]]

# Discord says in headers only how many edits a channel takes, and discord.py waits accordingly; the
# cards of alerts share them.
REFRESH_SECONDS = 5.0
LASTS = timedelta(minutes=15)
_CLOSE_SECONDS = 2.0

_FORBIDDEN = "⛔ Not begun: the bot may not post in this channel."
_AWAY = "⚠️ Not begun: Discord did not take the message. Try again."
_NOT_KEPT = "⚠️ Not begun: the bot's disk did not take it. The bot's log says why."


class _Watch(Struct, frozen=True, kw_only=True):
    """A message that is kept up to date."""

    note: WatchNote
    message_id: int
    asker_id: int
    asker: str
    until: datetime


class Watches:
    """The watches of this process. What an earlier one left is taken away at the start."""

    def __init__(
        self,
        commands: Commands,
        notes: WatchNotes,
        *,
        door: Door,
        refresh_seconds: float = REFRESH_SECONDS,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._commands = commands
        self._notes = notes
        self._door = door
        self._refresh_seconds = refresh_seconds
        self._now = now
        self._running: dict[int, _Watch] = {}  # by channel
        self._over: dict[WatchNote, int | None] = {}  # with the message's id, where it is known
        self._beginning = asyncio.Lock()
        self._button = stop_button(self._press)
        self._client: discord.Client | None = None

    def add_to(self, tree: Tree) -> None:
        """Add the command and the button to a new client."""
        tree.client.add_dynamic_items(self._button)

        @tree.command(name="watch", description=COMMANDS["watch"].text)
        @app_commands.guild_only()
        async def watch(interaction: Interaction) -> None:
            live = LiveAnswer(interaction, is_private=True)
            answer = await live.carry(lambda _: self._answer(interaction))
            await live.finish(answer.text)

    async def run(self, logged_in: LoggedIn) -> None:
        """Refresh what runs and take away what is over, until cancelled."""
        try:
            self._over |= dict.fromkeys(await self._notes.listed())
        except OutboxError:
            log.exception("Watches of an earlier start not known")
        while True:
            self._client = await logged_in()
            try:
                await self._turn(self._client)
            except Exception:
                log.exception("Watches not refreshed")
                self._commands.count("watch", "failed")
            await asyncio.sleep(self._refresh_seconds)

    async def close(self) -> None:
        """Take all away, as far as Discord does it at once; the rest at the next start."""
        for watch in list(self._running.values()):
            self._end(watch)
        if self._client is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._sweep(self._client)

    async def _answer(self, interaction: Interaction) -> Answer:
        """Begin a watch where the command was typed; an earlier one there ends."""
        async with self._beginning:
            try:
                answer = await self._begin(interaction)
            except discord.Forbidden:
                answer = Answer(_FORBIDDEN, "refused")
            except NOT_SHOWN as failed:
                log.warning("Watch not begun: error=%s", type(failed).__name__)
                answer = Answer(_AWAY, "unavailable")
            except OutboxError:
                log.exception("Watch not begun")
                answer = Answer(_NOT_KEPT, "failed")
        self._commands.count("watch", answer.result)
        return answer

    async def _begin(self, interaction: Interaction) -> Answer:
        begun, asker = self._now(), who(caller_of(interaction).actor, escape)
        channel_id = interaction.channel_id or 0
        note = WatchNote(mark=secrets.token_hex(8), channel_id=channel_id, begun_at=begun)
        until = begun + LASTS
        text = _shown(await self._commands.overview(), until, asker)
        # On disk before it is in the channel, so that no restart leaves it there.
        await self._notes.keep(note)
        try:
            message_id = await watch_message.post(
                interaction.client, note, text, button=self._button(note.mark)
            )
        except BaseException:
            self._over[note] = None  # It may be there though the answer was lost.
            raise
        if earlier := self._running.get(channel_id):
            self._end(earlier)
        self._running[channel_id] = _Watch(
            note=note,
            message_id=message_id,
            asker_id=interaction.user.id,
            asker=asker,
            until=until,
        )
        return Answer(f"👁️ Watching in this channel until {until:%H:%M} UTC.")

    async def _turn(self, client: discord.Client) -> None:
        for watch in list(self._running.values()):
            if self._now() >= watch.until:
                self._end(watch)
        await self._sweep(client)
        if self._running:
            overview = await self._commands.overview()
            running = list(self._running.values())
            await asyncio.gather(*(self._refresh(client, watch, overview) for watch in running))

    async def _refresh(self, client: discord.Client, watch: _Watch, overview: str) -> None:
        text = _shown(overview, watch.until, watch.asker)
        try:
            await watch_message.edit(client, watch.note, watch.message_id, text)
        except Gone:
            self._end(watch)

    def _end(self, watch: _Watch) -> None:
        """Refresh it no more, and have its message taken away."""
        if self._running.get(watch.note.channel_id) is watch:
            del self._running[watch.note.channel_id]
        self._over[watch.note] = watch.message_id

    async def _sweep(self, client: discord.Client) -> None:
        """Take away what is over; what Discord does not do now is tried again."""
        for note, message_id in list(self._over.items()):
            if not await watch_message.remove(client, note, message_id):
                continue
            self._over.pop(note, None)
            try:
                await self._notes.forget(note)
            except OutboxError:
                log.exception("Watch not forgotten")

    async def _press(self, interaction: Interaction, mark: str) -> None:
        """End a watch for who asked for it; one that nobody refreshes any more for everybody."""
        try:
            what = f"A press of {escape(interaction.user.name)} on the Stop of a watch"
            self._door.admit(interaction, "watch", what=what)
            watch = next((w for w in self._running.values() if w.note.mark == mark), None)
            if watch is not None and watch.asker_id != interaction.user.id:
                raise Refused(f"⛔ Only {watch.asker} can stop it. /watch begins another instead.")
        except Refused as refused:
            await self._door.turn_away(interaction, refused, name="watch", scope="")
            return
        if watch is not None:
            self._end(watch)
        elif interaction.message is not None:
            self._over[_note_of(interaction.message, mark)] = interaction.message.id
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await interaction.response.defer()
        except FAILURES as failed:
            log.info("Press not answered: error=%s", type(failed).__name__)
        await self._sweep(interaction.client)


def _note_of(message: discord.Message, mark: str) -> WatchNote:
    """What was noted of a message that this process does not know."""
    return WatchNote(mark=mark, channel_id=message.channel.id, begun_at=message.created_at)


def _shown(overview: str, until: datetime, asker: str) -> str:
    return f"{overview}\nUntil {until:%H:%M} UTC, for {asker}"
