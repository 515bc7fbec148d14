"""Who may act, and until when: the real discord.py, a real exporter, members with roles."""

from datetime import timedelta
from typing import Any

import pytest

from arbwatch.events import utc_now
from tests.bot.conftest import NOBODY_LISTENS, StartBot, until
from tests.bot.dialogue import Seated
from tests.bot.lateness import Lateness
from tests.bot.running import connected, counted
from tests.client import Client
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import RESUME_ROLE, TRADER_ROLE, Injected

EPHEMERAL = 64


def states(api: Client) -> set[str]:
    """The control states of all venues."""
    return {venue["state"] for venue in api.get("/api/venues")}


def audit(api: Client, action: str) -> list[dict[str, Any]]:
    """Entries of the audit trail, the latest first."""
    return [row for row in api.get("/api/audit") if row["action"] == action]


async def typed(server: FakeDiscord, name: str, **given: Any) -> Injected:
    """A command, once it is answered."""
    asked = await server.type_command(name, **given)
    await until(asked.answered.is_set)
    return asked


@pytest.mark.parametrize(
    ("name", "roles", "needed"),
    [("halt", (RESUME_ROLE,), TRADER_ROLE), ("resume", (TRADER_ROLE,), RESUME_ROLE)],
)
async def test_without_the_role_nothing_is_done(
    start_bot: StartBot,
    discord_server: FakeDiscord,
    api: Client,
    name: str,
    roles: tuple[int, ...],
    needed: int,
) -> None:
    """The refusal names it, pings nobody and is for who typed it; the denial is audited."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)

    asked = await typed(discord_server, name, user_name="eve", roles=roles, venue="kalshi")

    assert asked.text == f"⛔ Not done: /{name} needs the role <@&{needed}>."
    assert asked.is_ephemeral
    assert (asked.message or {})["allowed_mentions"] == {"parse": []}
    await until(lambda: audit(api, "denial"))
    [denial] = audit(api, "denial")
    assert denial["actor"].startswith("eve (8")
    assert (denial["scope"], denial["via"]) == ("kalshi", "discord")
    assert denial["reason"].startswith(f"{name}: has no role of DISCORD_")
    assert states(api) == {"running"}
    assert counted(running, "arb_bot_denials_total", command=name) == 1


async def test_an_empty_setting_allows_nobody(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """The refusal says which setting is empty."""
    await connected(start_bot, discord_server, api_base_url=api.url, trader_roles=())

    asked = await typed(discord_server, "halt", venue="all")

    assert (asked.text or "").startswith(
        "⛔ Not done: nobody may /halt here, because DISCORD_TRADER_ROLES is empty."
    )
    assert states(api) == {"running"}
    await until(lambda: audit(api, "denial"))


async def test_reading_needs_no_role(start_bot: StartBot, discord_server: FakeDiscord) -> None:
    """Whoever is in the server may look."""
    await connected(start_bot, discord_server)

    asked = await typed(discord_server, "help", roles=())

    assert "/edges" in (asked.text or "")


async def test_a_dead_exporter_does_not_stop_a_refusal(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """That it was not audited is counted."""
    running = await connected(start_bot, discord_server, api_base_url=NOBODY_LISTENS)

    asked = await typed(discord_server, "halt", roles=(), venue="kalshi")

    assert asked.is_ephemeral
    await until(lambda: counted(running, "arb_bot_denials_lost_total", command="halt") == 1)
    assert counted(running, "arb_bot_denials_total", command="halt") == 1


async def test_what_comes_too_late_does_nothing_and_says_so(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """In the channel, because Discord takes no answer any more; a burst is one message."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    lateness = Lateness()

    await discord_server.type_command("halt", user_name="alice", age_seconds=14, venue="kalshi")
    await until(lambda: "alice" in str(discord_server.messages))
    await discord_server.type_command("resume", user_name="bob", age_seconds=7, venue="all")

    await until(lambda: "bob" in str(discord_server.messages))
    [message] = discord_server.messages
    [note] = message["embeds"]
    assert note["title"] == "⌛ Came too late"
    assert lateness.as_sent(note["description"], 14, 7) == (
        "/halt kalshi by alice came 14 s late\n"
        "/resume all by bob came 7 s late\n"
        "Nothing was done. Do it again.\n"
        "If this is so every time, the clock of the bot's machine is wrong."
    )
    assert states(api) == {"running"}
    assert counted(running, "arb_bot_commands_total", command="halt", result="late") == 1


async def test_a_wrong_clock_is_named_as_what_may_be_wrong(seated: Seated, api: Client) -> None:
    """Discord takes the answer, so it is for who typed it."""
    await seated.take_place(now=lambda: utc_now() + timedelta(seconds=60))
    lateness = Lateness()

    asked = await typed(seated.server, "halt", user_name="alice", venue="kalshi")

    assert lateness.as_sent(asked.text or "", 60).startswith(
        "⌛ /halt kalshi by alice came 60 s late: nothing was done."
    )
    assert (asked.text or "").endswith("the clock of the bot's machine is wrong.")
    assert asked.is_ephemeral
    assert states(api) == {"running"}


async def test_the_same_interaction_never_acts_twice(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """However often the gateway announces it."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await typed(discord_server, "halt", venue="kalshi")

    await discord_server.repeat(asked)
    await discord_server.gateway.disconnect(4000)
    await until(lambda: discord_server.gateway.resumes == 1)
    await discord_server.repeat(asked)

    repeated = {"command": "halt", "result": "repeated"}
    await until(lambda: counted(running, "arb_bot_commands_total", **repeated) == 2)
    assert len(audit(api, "halt")) == 1


async def test_what_the_gateway_held_back_shortly_is_obeyed(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Typed while the connection was cut, handed over at its RESUME; what is too old is not."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    await discord_server.gateway.disconnect(4000)
    await until(lambda: not discord_server.gateway.is_connected)

    await discord_server.type_command("halt", age_seconds=60, venue="polymarket")
    fresh = await discord_server.type_command("halt", venue="kalshi")
    await until(fresh.answered.is_set)

    assert [row["scope"] for row in audit(api, "halt")] == ["kalshi"]
