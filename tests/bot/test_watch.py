"""/watch: one message that refreshes itself, ends, and is taken away, against the fake Discord."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.commands import Commands
from bot.exporter_api import ExporterApi
from bot.outbox import Outbox
from bot.outbox.watches import WatchNotes
from tests.bot.asking import ask
from tests.bot.conftest import until
from tests.bot.dialogue import Seated
from tests.client import Client, edge
from tests.clocks import STILL
from tests.conftest import RunningExporter
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.interactions import Person
from tests.fakes.discord.world import Json

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        """The time that it shows."""
        return self.time


def shown(server: FakeDiscord) -> list[Json]:
    """The watches in the channel."""
    return [message for message in server.messages if message["components"]]


async def forgotten(outbox: Outbox) -> None:
    """Wait until no watch is on disk any more."""
    async with asyncio.timeout(30):
        while await WatchNotes(outbox).listed():
            await asyncio.sleep(0.01)


async def begun(server: FakeDiscord, user_name: str = "trader") -> Json:
    """Begin a watch and return its message."""
    answer = await server.ask("watch", user_name=user_name)
    assert answer.startswith("👁️ Watching in this channel until ")
    return shown(server)[-1]


@pytest.mark.parametrize("exporter_clock", [STILL])
async def test_it_shows_what_matters_now(api: Client) -> None:
    """Health or halt, exposure and the top edges, each a line of a phone."""
    row = {"venue": "kalshi", "category": "crypto", "num_positions": 2, "total_notional_usd": 1250}
    api.post("/api/exposure", [row])
    title = "Will the BTC price close over 100k this year?"
    api.post("/api/edges", edge(primary_market=title, net_edge_cents=3.2))
    api.post(
        "/api/latency", {"venue": "kalshi", "latency_ms": 120, "timestamp": edge()["timestamp"]}
    )
    api.post("/api/venues/polymarket/halt", {"reason": "r", "actor": "bob"})
    exporter = ExporterApi(api.url, timeout_seconds=30)

    answer = await ask(Commands(exporter), "watch")

    head, *lines = answer.text.splitlines()
    assert head.startswith("👁️ Arbwatch at ")
    assert sorted(lines) == [
        "3.20¢ Will the BTC price close ov…",
        "⏳ POLYMARKET (halt requested)",
        "🟢 KALSHI | 120 ms | $1,250 open",
    ]
    await exporter.close()


async def test_the_message_refreshes_itself(seated: Seated, api: Client) -> None:
    """The same one, again and again, without a sound; who asked is told of it alone."""
    await seated.take_place()
    message = await begun(seated.server)

    api.post("/api/edges", edge(primary_market="Rain"))

    await until(lambda: "Rain" in message["content"])
    assert message["content"].endswith(" UTC, for trader")
    assert message["flags"] & (1 << 12)
    assert shown(seated.server) == [message]


async def test_without_an_exporter_it_says_so_and_goes_on(
    seated: Seated, exporter: RunningExporter
) -> None:
    """What was shown before is not left standing."""
    await seated.take_place()
    message = await begun(seated.server)

    exporter.stop()

    await until(lambda: "exporter does not answer" in message["content"])
    assert " UTC, for trader" in message["content"]


async def test_it_ends_by_itself(seated: Seated, outbox: Outbox) -> None:
    """After a quarter of an hour the message is gone."""
    clock = Hand()
    await seated.take_place(watch_now=clock.now)
    await begun(seated.server)

    clock.time += timedelta(minutes=15)

    await until(lambda: not shown(seated.server))
    await forgotten(outbox)


async def test_stop_ends_it_for_who_asked(seated: Seated) -> None:
    """Somebody else is told that they cannot."""
    await seated.take_place()
    asked = await seated.server.type_command("watch")
    await until(asked.answered.is_set)
    [message] = shown(seated.server)

    stranger = await seated.server.press_on(message, "Stop", by=Person(name="mallory"))
    await until(lambda: stranger.text)
    assert stranger.text == ("⛔ Only trader can stop it. /watch begins another instead.")
    assert stranger.is_ephemeral
    assert shown(seated.server) == [message]
    await seated.server.press_on(message, "Stop")

    await until(lambda: not shown(seated.server))
    assert asked.is_ephemeral


async def test_a_new_one_takes_the_place_of_the_old(seated: Seated) -> None:
    """There is one in a channel."""
    await seated.take_place()
    first = await begun(seated.server)

    second = await begun(seated.server, user_name="alice")

    await until(lambda: shown(seated.server) == [second])
    assert first["id"] != second["id"]


async def test_leaving_takes_it_away(seated: Seated, outbox: Outbox) -> None:
    """A message that nobody refreshes any more would lie."""
    await seated.take_place()
    await begun(seated.server)

    await seated.leave()

    assert shown(seated.server) == []
    await forgotten(outbox)


async def test_a_restart_takes_away_what_was_left(seated: Seated, outbox: Outbox) -> None:
    """Also where the bot died before it knew what it had posted."""
    await seated.take_place()
    seated.server.world.faults.append(Fault("hang_after", path="/messages$"))
    await seated.server.type_command("watch")
    await until(lambda: shown(seated.server))
    await seated.vanish()
    assert shown(seated.server)

    await seated.take_place()

    await until(lambda: not shown(seated.server))
    await forgotten(outbox)


async def test_a_deleted_one_is_over(seated: Seated, outbox: Outbox) -> None:
    """Nobody posts it again."""
    await seated.take_place()
    message = await begun(seated.server)

    seated.server.messages.remove(message)

    await forgotten(outbox)
    assert shown(seated.server) == []


async def test_an_outage_is_passed_over(seated: Seated, api: Client) -> None:
    """It refreshes again once Discord is back."""
    await seated.take_place()
    message = await begun(seated.server)
    fault = Fault("status", method="PATCH", status=400, times=3)
    seated.server.world.faults.append(fault)
    await until(lambda: not fault.times)

    api.post("/api/edges", edge(primary_market="Rain"))

    await until(lambda: "Rain" in message["content"])


async def test_where_the_bot_may_not_post_it_says_so(seated: Seated, outbox: Outbox) -> None:
    """And nothing is left behind."""
    await seated.take_place()
    seated.server.world.faults.append(Fault("status", path="/messages$", status=403))

    answer = await seated.server.ask("watch")

    assert answer == "⛔ Not begun: the bot may not post in this channel."
    await forgotten(outbox)
