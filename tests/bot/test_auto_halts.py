"""An alert that asks for a halt gets one: at once, once only, and nothing automatic ends it."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.outbox import Outbox
from exporter.ledger.ledger import Ledger
from tests.bot.conftest import RunningBot, StartBot, until
from tests.bot.payloads import alert, halting, payload
from tests.bot.running import Printed, call, counted, started
from tests.client import Client
from tests.conftest import RunningExporter, free_port

EARLIER, LATER = "2026-03-01T12:00:00.5Z", "2026-03-01T12:05:00.5Z"


def halts(api: Client, venue: str = "kalshi") -> list[dict[str, Any]]:
    """The open halts of a venue."""
    rows: dict[str, list[dict[str, Any]]] = {r["venue"]: r["halts"] for r in api.get("/api/venues")}
    return rows[venue]


async def tell(bot: RunningBot, *alerts: dict[str, Any]) -> None:
    """Post a notification that the bot takes."""
    status, _ = await call("POST", f"{bot.url}/alerts", payload(*alerts))
    assert status == 200


async def ordered(bot: RunningBot) -> None:
    """Return once the bot knows that its halt stands; whoever resumes it then has the last word."""
    await until(lambda: counted(bot, "arb_bot_auto_halts_total", result="ordered") == 1)


async def settle(bot: RunningBot, api: Client) -> None:
    """Return once the bot has ordered and noted what it was told before, by one more halt."""
    await tell(bot, halting("fence", venue="polymarket"))
    await until(lambda: halts(api, "polymarket"))
    async with asyncio.timeout(30):
        while await bot.bot._outbox.wanted_halts():
            await asyncio.sleep(0.01)


async def test_an_alert_halts_its_venue_and_says_so(
    start_bot: StartBot, api: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the rule as the actor; one message, which names the halt."""
    bot = await started(start_bot, api_base_url=api.url)
    printed = Printed(capsys)

    await tell(bot, halting())

    await until(lambda: "Halt ordered by this alert (halt #1)" in printed.so_far())
    (halt,) = halts(api)
    assert (halt["actor"], halt["via"], halt["scope"]) == ("ArbFeedSilent", "rule", "kalshi")
    assert halt["reason"] == "Feed silent: No book update for 12.5s; the limit is 10s"
    assert halts(api, "polymarket") == []
    assert printed.so_far().count("── 🔴") == 1
    _, metrics = await call("GET", f"{bot.url}/metrics")
    assert 'arb_bot_auto_halts_total{result="ordered"} 1.0' in metrics
    assert "arb_bot_auto_halts_waiting 0.0" in metrics


async def test_a_repeat_does_not_halt_what_was_resumed(start_bot: StartBot, api: Client) -> None:
    """Alertmanager repeats itself while an alert fires; a person has decided meanwhile."""
    bot = await started(start_bot, api_base_url=api.url)
    await tell(bot, halting())
    await ordered(bot)
    api.post("/api/venues/kalshi/resume", {"actor": "alice"})

    await tell(bot, halting())
    await tell(bot, halting(lasted=timedelta(minutes=1)))
    await settle(bot, api)

    assert halts(api) == []


async def test_a_new_start_of_the_alert_halts_again(start_bot: StartBot, api: Client) -> None:
    """It ended and began anew: the limit was broken once more."""
    bot = await started(start_bot, api_base_url=api.url)
    await tell(bot, halting(startsAt=EARLIER))
    await ordered(bot)
    api.post("/api/venues/kalshi/resume", {"actor": "alice"})

    await tell(bot, halting(startsAt=LATER))

    await until(lambda: halts(api))


async def test_the_end_of_an_alert_resumes_nothing(
    start_bot: StartBot, api: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its card says that it ended, and that its halt did not."""
    bot = await started(start_bot, api_base_url=api.url)
    printed = Printed(capsys)
    await tell(bot, halting())
    await until(lambda: "(halt #1)" in printed.so_far())

    await tell(bot, halting(lasted=timedelta(minutes=1)))

    await until(lambda: "✅ Resolved: Feed silent" in printed.so_far())
    assert "Halt ordered" in printed.so_far().partition("✅ Resolved")[2]
    assert len(halts(api)) == 1


@pytest.mark.parametrize("venue", ["", "betfair"])
async def test_what_names_no_known_venue_halts_all(
    start_bot: StartBot, api: Client, venue: str
) -> None:
    """A halt that was asked for is never dropped for a name."""
    bot = await started(start_bot, api_base_url=api.url)

    await tell(bot, halting(venue=venue))

    await until(lambda: halts(api))
    assert [halt["scope"] for halt in halts(api)] == ["all"]


async def test_a_switched_off_alert_halts_nothing(
    start_bot: StartBot, api: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """And its card says that nobody halts."""
    bot = await started(start_bot, api_base_url=api.url, auto_halt=("ArbDailyLossExceeded",))
    printed = Printed(capsys)

    await tell(bot, halting())

    await until(lambda: "none: AUTO_HALT does not name this alert" in printed.so_far())
    labels = {"alertname": "ArbDailyLossExceeded", "action": "halt"}
    await tell(bot, halting("loss", labels=labels))
    await until(lambda: halts(api))
    assert [halt["actor"] for halt in halts(api)] == ["ArbDailyLossExceeded"]


async def test_an_alert_that_asks_for_no_halt_gets_none(start_bot: StartBot, api: Client) -> None:
    """Whatever its name."""
    bot = await started(start_bot, api_base_url=api.url)

    await tell(bot, alert(labels={"alertname": "ArbFeedSilent", "venue": "kalshi"}))
    await settle(bot, api)

    assert halts(api) == []


async def test_a_halt_is_ordered_as_soon_as_the_exporter_is_there(
    start_bot: StartBot, tmp_path: Path
) -> None:
    """Until then it waits for all to see; that its alert ended meanwhile changes nothing."""
    port = free_port()
    bot = await started(start_bot, api_base_url=f"http://127.0.0.1:{port}")
    await tell(bot, halting("a"), halting("b", venue="polymarket"))
    await tell(bot, halting("a", lasted=timedelta(seconds=20)))
    samples = bot.bot.metrics.registry.get_sample_value
    await until(lambda: samples("arb_bot_auto_halts_total", {"result": "failed"}))
    waiting = samples("arb_bot_auto_halts_waiting")
    exporter = RunningExporter(tmp_path / "late.db", port=port)
    exporter.start()

    await until(lambda: samples("arb_bot_auto_halts_waiting") == 0)

    api = exporter.client
    assert (waiting, samples("arb_bot_auto_halts_total", {"result": "ordered"})) == (2, 2)
    assert (len(halts(api)), len(halts(api, "polymarket"))) == (1, 1)
    exporter.stop()


async def test_an_order_that_was_not_noted_is_not_given_again(
    start_bot: StartBot, api: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bot died between the order and its note: the halt that stands is this alert's."""
    first = await started(start_bot, outbox_path=tmp_path / "outbox.db")
    await tell(first, halting())
    await first.stop()
    api.post("/api/venues/kalshi/halt", {"actor": "ArbFeedSilent", "via": "rule"})

    bot = await started(start_bot, outbox_path=tmp_path / "outbox.db", api_base_url=api.url)

    printed = Printed(capsys)
    await until(lambda: "(halt #1)" in printed.so_far())
    await settle(bot, api)
    assert len(halts(api)) == 1


def takes_writes(ledger: Ledger, does: bool) -> None:
    """Let the exporter store, or not; between two of its own calls."""
    change = f"PRAGMA query_only = {'OFF' if does else 'ON'}"
    ledger._thread.submit(ledger._store._connection.exec_driver_sql, change).result()


async def test_a_halt_that_the_exporter_could_not_store_is_waited_for(
    start_bot: StartBot, exporter: RunningExporter
) -> None:
    """It is in force; the bot asks until it is on disk as well, and leaves no second one."""
    api = exporter.client
    bot = await started(start_bot, api_base_url=api.url)
    samples = bot.bot.metrics.registry.get_sample_value
    takes_writes(exporter.parts.ledger, False)
    await tell(bot, halting())
    failed = {"result": "failed"}
    await until(lambda: (samples("arb_bot_auto_halts_total", failed) or 0) >= 2)
    (in_memory,) = halts(api)
    waiting = samples("arb_bot_auto_halts_waiting")

    takes_writes(exporter.parts.ledger, True)

    await until(lambda: samples("arb_bot_auto_halts_waiting") == 0)
    (stored,) = halts(api)
    assert (in_memory["halt_id"], waiting) == (0, 1)
    assert stored["halt_id"] > 0


async def test_the_halt_of_an_earlier_start_is_not_taken_for_this_one(
    start_bot: StartBot, api: Client
) -> None:
    """It was ordered before this alert began: whoever resumes it has not seen this start."""
    bot = await started(start_bot, api_base_url=api.url)
    await tell(bot, halting(startsAt=EARLIER))
    await ordered(bot)

    await tell(bot, halting(startsAt="2126-03-01T12:00:00Z"))

    await until(lambda: len(halts(api)) == 2)


async def test_a_halt_is_ordered_although_the_outbox_cannot_take_it(
    start_bot: StartBot, api: Client
) -> None:
    """Refused with 503, so that it is told again; taken in then, it is not ordered twice."""
    bot = await started(start_bot, api_base_url=api.url)
    outbox: Outbox = bot.bot._outbox
    await outbox._call(lambda store: store._connection.execute("PRAGMA query_only = ON"))

    refused, _ = await call("POST", f"{bot.url}/alerts", payload(halting()))
    await ordered(bot)
    await outbox._call(lambda store: store._connection.execute("PRAGMA query_only = OFF"))
    api.post("/api/venues/kalshi/resume", {"actor": "alice"})
    await tell(bot, halting())
    await settle(bot, api)

    assert refused == 503
    assert halts(api) == []


async def test_a_halt_does_not_wait_for_the_outbox(start_bot: StartBot, api: Client) -> None:
    """Its disk hangs: each halt is ordered all the same, and once, whenever it is noted."""
    bot = await started(start_bot, api_base_url=api.url)
    goes_on = threading.Event()
    hanging = asyncio.create_task(bot.bot._outbox._call(lambda _: goes_on.wait()))

    told = [asyncio.create_task(tell(bot, halting()))]
    await until(lambda: halts(api))
    told.append(asyncio.create_task(tell(bot, halting("b", venue="polymarket"))))
    await until(lambda: halts(api, "polymarket"))
    goes_on.set()
    await asyncio.gather(hanging, *told)

    await tell(bot, halting())
    await settle(bot, api)
    assert len(halts(api)) == 1


async def test_what_an_earlier_run_ordered_is_not_ordered_again(
    start_bot: StartBot, api: Client, tmp_path: Path
) -> None:
    """The alert is repeated after a resume, a restart, and while the disk hangs."""
    path = tmp_path / "outbox.db"
    first = await started(start_bot, outbox_path=path, api_base_url=api.url)
    await tell(first, halting())
    await until(lambda: halts(api))
    await settle(first, api)
    await first.stop()
    api.post("/api/venues/kalshi/resume", {"actor": "alice"})
    bot = await started(start_bot, outbox_path=path, api_base_url=api.url)
    await until(lambda: bot.bot._auto_halts._done)
    goes_on = threading.Event()
    hanging = asyncio.create_task(bot.bot._outbox._call(lambda _: goes_on.wait()))

    repeat = asyncio.create_task(tell(bot, halting()))
    fresh = asyncio.create_task(tell(bot, halting("b", venue="polymarket")))
    await until(lambda: len(halts(api, "polymarket")) == 2)
    goes_on.set()
    await asyncio.gather(hanging, repeat, fresh)

    assert halts(api) == []
