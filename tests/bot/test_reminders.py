"""What rings again until somebody has it: a real outbox, the real discord.py, our own clock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.gateway.delivery import DiscordSender
from bot.incidents import SilenceMark
from bot.metrics import BotMetrics
from bot.outbox import Notification, Outbox
from bot.reminders import Reminders
from bot.worker import DeliveryWorker, SendDelayed
from tests.bot.clock import Clock
from tests.bot.conftest import ALERT_ROLE, until
from tests.bot.incidents import START, member
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.world import Json, buttons

PERIOD = timedelta(minutes=5)
FEED = {"alertname": "ArbFeedSilent", "venue": "kalshi"}
LOSS = {"alertname": "ArbDailyLossExceeded", "venue": ""}


class Bench:
    """An outbox whose cards go to a fake Discord at once, and its reminders."""

    def __init__(
        self, server: FakeDiscord, sender: DiscordSender, *, path: Path, metrics: BotMetrics
    ) -> None:
        self.server = server
        self.clock = Clock(START)
        self._sender = sender
        self._path = path
        self._metrics = metrics

    async def start(self, period: timedelta = PERIOD) -> None:
        """Start, or start again after a stop."""
        self.outbox = Outbox(self._path, now=self.clock)
        await self.outbox.open()
        worker = DeliveryWorker(self.outbox, self._sender, metrics=self._metrics)
        self._worker = asyncio.create_task(worker.run())
        self._reminders = Reminders(
            self.outbox, self._sender, period=period, metrics=self._metrics, now=self.clock
        )

    async def stop(self) -> None:
        """Stop; what is on disk stays."""
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        await self.outbox.close()

    async def fire(self, **labels: str) -> str:
        """Let an alert fire; the key of its incident."""
        alert = member("-".join(labels.values()), labels=labels, starts_at=self.clock.now)
        await self.outbox.put(
            [], notifications=[Notification(group_key=alert.key, members=(alert,))]
        )
        await self.shown()
        return alert.key

    async def shown(self) -> None:
        """Wait until Discord shows what the outbox holds."""
        await until(lambda: self.outbox.backlog.waiting == 0)

    async def peek(self) -> None:
        """Look only."""
        await self._reminders.look()

    async def look(self, *, minutes: float = 0) -> None:
        """Let time pass and look."""
        self.clock.now += timedelta(minutes=minutes)
        await self._reminders.look()
        await self.shown()

    def reminders(self) -> list[Json]:
        """The reminders in the channel."""
        return [m for m in self.server.messages if "🔔" in m["content"]]


@pytest.fixture
async def bench(
    discord_server: FakeDiscord, sender: DiscordSender, tmp_path: Path, metrics: BotMetrics
) -> AsyncIterator[Bench]:
    """One that runs."""
    found = Bench(discord_server, sender, path=tmp_path / "outbox.db", metrics=metrics)
    await found.start()
    yield found
    await found.stop()


async def test_what_nobody_took_rings_again(bench: Bench) -> None:
    """In reply to its card, with its buttons and the role in the text; not before its time."""
    await bench.fire(**FEED)
    [card] = bench.server.messages
    await bench.look()
    await bench.look(minutes=4.9)
    assert bench.reminders() == []

    await bench.look(minutes=0.1)

    [reminder] = bench.reminders()
    assert reminder["content"] == (
        f"<@&{ALERT_ROLE}> 🔔 still firing for 5 min: Feed silent · kalshi"
    )
    assert reminder["allowed_mentions"]["roles"] == [ALERT_ROLE]
    assert reminder["message_reference"]["message_id"] == int(card["id"])
    assert [b["custom_id"] for b in buttons(reminder)] == [b["custom_id"] for b in buttons(card)]


async def test_a_clock_that_was_set_back_keeps_nothing_quiet(bench: Bench) -> None:
    """It rings once too often instead, and from then on as ever."""
    await bench.fire(**FEED)
    await bench.look()

    await bench.look(minutes=-60)
    await bench.look(minutes=1)

    assert len(bench.reminders()) == 1


async def test_the_channel_has_one_reminder_at_a_time(bench: Bench) -> None:
    """A new one rings, and the one before goes."""
    await bench.fire(**FEED)
    await bench.look()
    await bench.look(minutes=5)
    [first] = bench.reminders()

    await bench.look(minutes=5)

    [second] = bench.reminders()
    assert second["id"] != first["id"]
    assert "for 10 min" in second["content"]


async def test_several_share_a_reminder(bench: Bench) -> None:
    """Each with a button to take it; what is taken leaves it, without another ring."""
    feed = await bench.fire(**FEED)
    await bench.fire(**LOSS)
    await bench.look()
    await bench.look(minutes=5)
    [both] = bench.reminders()
    names = [button["label"] for button in buttons(both)]
    assert both["embeds"][0]["title"] == "🔴 2 alerts that nobody has"
    assert both["content"].endswith("Feed silent · kalshi, and 1 more")

    await bench.outbox.amend(feed, lambda i: i.acked(by="alice", at=bench.clock.now))
    await bench.look(minutes=1)

    assert names == ["Ack Feed silent · kalshi", "Ack Feed silent"]
    [left] = bench.reminders()
    assert left["id"] == both["id"]
    assert "Feed silent · kalshi" not in str(left["embeds"])


@pytest.mark.parametrize("how", ["taken", "silenced", "over"])
async def test_it_stops_once_somebody_has_it(bench: Bench, how: str) -> None:
    """The reminder is taken away, and none follows."""
    key = await bench.fire(**FEED)
    await bench.look()
    await bench.look(minutes=5)
    assert len(bench.reminders()) == 1
    mark = SilenceMark(silence_id="s", until=START + timedelta(days=1), by="alice")
    change = {
        "taken": lambda i: i.acked(by="alice", at=bench.clock.now),
        "silenced": lambda i: i.silenced(mark),
        "over": lambda i: i.close_unseen(bench.clock.now),
    }[how]

    await bench.outbox.amend(key, change)
    await bench.look()
    await bench.look(minutes=30)

    assert bench.reminders() == []


async def test_a_silence_that_ended_by_itself_is_loud_again(bench: Bench) -> None:
    """The card shows it no more, and what still fires rings."""
    key = await bench.fire(**FEED)
    await bench.look()
    mark = SilenceMark(silence_id="s", until=START + timedelta(minutes=60), by="alice")
    await bench.outbox.amend(key, lambda i: i.silenced(mark))
    await bench.look(minutes=59)
    assert bench.reminders() == []

    await bench.look(minutes=1)

    [incident] = await bench.outbox.incidents()
    assert (incident.silences, incident.is_silenced) == ((), False)
    assert len(bench.reminders()) == 1


async def test_a_restart_repeats_nothing_at_once(bench: Bench) -> None:
    """The time runs on, and the reminder of before is still taken away."""
    await bench.fire(**FEED)
    await bench.look()
    await bench.look(minutes=5)
    [before] = bench.reminders()
    await bench.stop()
    await bench.start()

    await bench.look(minutes=4)
    assert [m["id"] for m in bench.reminders()] == [before["id"]]
    await bench.look(minutes=1)

    assert [m["id"] == before["id"] for m in bench.reminders()] == [False]


async def test_a_warning_never_rings_again(bench: Bench) -> None:
    """Nor does anything with a period of zero."""
    await bench.fire(**FEED, severity="warning")
    await bench.look()
    await bench.look(minutes=60)
    await bench.fire(**LOSS)
    await bench.stop()
    await bench.start(timedelta())

    await bench.look()
    await bench.look(minutes=60)

    assert bench.reminders() == []


async def test_what_the_channel_does_not_show_yet_is_not_reminded_of(bench: Bench) -> None:
    """Its card rings when it comes; after an outage no reminders wait in line."""
    outage = Fault("status", status=403, times=1_000)
    bench.server.world.faults.append(outage)
    alert = member("f", starts_at=bench.clock.now)
    await bench.outbox.put([], notifications=[Notification(group_key="g", members=(alert,))])
    for _ in range(3):
        bench.clock.now += timedelta(minutes=5)
        await bench.peek()

    outage.times = 0
    await bench.shown()

    assert len(bench.server.messages) == 1


async def test_an_old_reminder_that_cannot_be_taken_away_is_tried_again(bench: Bench) -> None:
    """And never stands beside a third."""
    await bench.fire(**FEED)
    await bench.look()
    await bench.look(minutes=5)
    bench.server.world.faults.append(Fault("status", method="DELETE", status=403))

    with pytest.raises(SendDelayed):
        await bench.look(minutes=5)
    await bench.shown()
    assert len(bench.reminders()) == 2
    await bench.look()

    assert len(bench.reminders()) == 1
