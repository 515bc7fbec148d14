"""Presses that come late, twice or get lost: what Discord calls failed is not done."""

import re
import time
from typing import Any

import pytest

from tests.bot.conftest import StartBot, until
from tests.bot.pressing import LABEL, asked_to_resume, audit, halts
from tests.bot.running import connected, counted
from tests.client import Client
from tests.fakes.discord import FakeDiscord, Fault


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_press_that_the_gateway_held_back_does_nothing(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, is_known: bool
) -> None:
    """Discord told its user that it failed; the channel reads that nothing was done."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    if not is_known:
        await running.stop()
        await connected(start_bot, discord_server, api_base_url=api.url)

    pressed_at = time.time()
    await discord_server.press(asked, LABEL, user_name="alice", age_seconds=5)

    await until(lambda: discord_server.messages)
    took = time.time() - pressed_at
    [note] = discord_server.messages[0]["embeds"]
    said = re.match(r"A press of alice on a resume button came (\d+) s late\n", note["description"])
    assert said is not None and 5 <= int(said[1]) <= round(5 + took)
    assert halts(api) == [1]


async def test_the_same_press_never_acts_twice(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Announced again by the gateway, it is not even answered."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    press = await discord_server.press(asked, LABEL, user_name="alice")
    await until(lambda: "▶️" in (asked.text or ""))

    await discord_server.repeat(press)

    repeated = {"command": "resume", "result": "repeated"}
    await until(lambda: counted(running, "arb_bot_commands_total", **repeated) == 1)
    assert len(audit(api, "resume")) == 1
    assert len(press.callbacks) == 1


@pytest.mark.parametrize("kind", ["drop_before", "status"])
async def test_a_press_that_discord_calls_failed_does_not_resume(
    start_bot: StartBot,
    discord_server: FakeDiscord,
    api: Client,
    caplog: pytest.LogCaptureFixture,
    kind: Any,
) -> None:
    """The button can be pressed again within its time."""
    caplog.set_level("INFO", logger="bot.gateway.resume_dialogue")
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    discord_server.world.faults.append(Fault(kind, path="/callback", status=404))

    await discord_server.press(asked, LABEL, user_name="alice")
    await until(lambda: "Question not closed" in caplog.text)

    lost = {"command": "resume", "result": "lost"}
    assert counted(running, "arb_bot_commands_total", **lost) == 1
    assert halts(api) == [1]
    await discord_server.press(asked, LABEL, user_name="alice")
    await until(lambda: not halts(api))


async def test_a_press_whose_answer_got_lost_on_the_way_back_says_so(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Discord took the first answer, and we do not know: nothing is resumed, and that is shown."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    discord_server.world.faults.append(Fault("drop_after", path="/callback"))

    await discord_server.press(asked, LABEL, user_name="alice")

    await until(lambda: "⚠️ The press was lost on its way." in (asked.text or ""))
    assert halts(api) == [1]


async def test_a_result_that_cannot_be_shown_is_told_in_the_channel(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """The resume happened: somebody has to read it."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    fault = Fault("status", method="PATCH", path="@original", status=404, times=9)
    discord_server.world.faults.append(fault)

    await discord_server.press(asked, LABEL, user_name="alice")

    await until(lambda: discord_server.messages)
    [note] = discord_server.messages[0]["embeds"]
    assert note["title"] == "▶️ Trading resumed on KALSHI"
    assert note["description"].endswith("Answer to alice, who resumed KALSHI")
