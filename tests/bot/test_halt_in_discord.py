"""/halt through the real discord.py: at once, with its progress, whatever Discord does."""

import socket
from typing import Any

import pytest

from tests.bot.asking import acknowledge, contact, timeless
from tests.bot.conftest import NOBODY_LISTENS, StartBot, until
from tests.bot.running import connected, counted
from tests.client import Client
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.world import FaultKind


def kalshi(api: Client) -> dict[str, Any]:
    """Where the venue stands."""
    return next(row for row in api.get("/api/venues") if row["venue"] == "kalshi")


async def test_an_answer_follows_the_halt(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Requested once it is stored, halted once the engine said so: one message, for all to read."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    contact(api)

    asked = await discord_server.type_command(
        "halt", user_name="alice", venue="kalshi", reason="feed looks wrong"
    )
    await until(asked.answered.is_set)
    await acknowledge(api, "kalshi")
    await until(lambda: "🛑" in (asked.text or ""))

    assert [timeless(text) for text in discord_server.texts(asked)] == [
        "⏳ Halt requested on KALSHI",
        "🛑 Trading halted on KALSHI\nAcknowledged in TIME, 0 orders open",
    ]
    assert not asked.is_ephemeral
    assert not discord_server.messages
    [halt] = kalshi(api)["halts"]
    assert (halt["reason"], halt["via"]) == ("feed looks wrong", "discord")
    assert halt["actor"].startswith("alice (8")


@pytest.mark.parametrize(
    ("kind", "status"), [("drop_before", 0), ("drop_after", 0), ("status", 404), ("status", 403)]
)
async def test_a_hiccup_of_discord_does_not_stop_a_halt(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, kind: FaultKind, status: int
) -> None:
    """The answer is lost, the halt is not; if the answer cannot be mended, the channel reads it."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    contact(api)
    discord_server.world.faults.append(
        Fault(kind, path="/callback", status=status, times=1 if kind == "drop_after" else 9)
    )

    asked = await discord_server.type_command("halt", user_name="alice", venue="kalshi")
    await acknowledge(api, "kalshi")

    def shown() -> str:
        return (asked.text or "") + str([m["embeds"] for m in discord_server.messages])

    await until(lambda: "🛑 Trading halted on KALSHI" in shown())
    assert kalshi(api)["state"] == "acknowledged"
    if kind != "drop_after":
        [note] = discord_server.messages[0]["embeds"]
        assert note["title"] == "🛑 Trading halted on KALSHI"
        assert note["description"].endswith("\n\nAnswer to /halt kalshi by alice")


async def test_an_edit_that_discord_refuses_is_told_in_the_channel(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Who asked reads that the halt was requested, and below it that it is true."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    contact(api)
    edits = Fault("status", method="PATCH", path="@original", status=404, times=9)

    asked = await discord_server.type_command("halt", venue="kalshi")
    await until(asked.answered.is_set)
    discord_server.world.faults.append(edits)
    await acknowledge(api, "kalshi")

    await until(lambda: discord_server.messages)
    assert asked.text == "⏳ Halt requested on KALSHI"
    assert discord_server.messages[0]["embeds"][0]["title"] == "🛑 Trading halted on KALSHI"
    await until(lambda: counted(running, "arb_bot_commands_total", command="halt", result="lost"))


@pytest.mark.parametrize("name", ["halt", "resume"])
async def test_without_an_exporter_the_answer_says_so(
    start_bot: StartBot, discord_server: FakeDiscord, name: str
) -> None:
    """At once; Discord would not wait for longer than 3 s."""
    await connected(start_bot, discord_server, api_base_url=NOBODY_LISTENS)

    asked = await discord_server.type_command(name, venue="kalshi")
    await until(asked.answered.is_set)

    assert "the exporter does not answer" in (asked.text or "").lower()
    assert not asked.buttons


async def test_an_exporter_that_hangs_holds_no_answer_up(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """First that an answer is being worked on, then that nothing is halted yet."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        await connected(start_bot, discord_server, api_base_url=url)

        asked = await discord_server.type_command("halt", venue="kalshi")
        await until(asked.answered.is_set)

    assert asked.is_deferred
    assert (asked.text or "").startswith(
        "⏳ Halt of KALSHI not confirmed yet: the exporter does not answer"
    )


async def test_two_halts_at_once_are_two(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Each with its own answer; a resume has to name both."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    contact(api)

    both = [
        await discord_server.type_command("halt", user_name=name, venue="kalshi")
        for name in ("alice", "bob")
    ]
    await until(lambda: all(asked.answered.is_set() for asked in both))
    await until(lambda: len(kalshi(api)["halts"]) == 2)
    await acknowledge(api, "kalshi")

    await until(lambda: all("🛑" in (asked.text or "") for asked in both))
