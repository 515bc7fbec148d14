"""The ways to choose notices: in Discord by those who may, at the console, over HTTP."""

import asyncio
from typing import Any

import msgspec
import pytest

from arbwatch.bearer.tokens import parse_setting
from bot.facts import KINDS
from bot.preferences import Preferences
from tests.bot.conftest import NOBODY_LISTENS, StartBot, until
from tests.bot.running import call, connected, started
from tests.bot.test_console import console
from tests.bot.test_notify import STAYS, timeless
from tests.client import Client, fill
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import RESUME_ROLE

SUPPRESS_NOTIFICATIONS = 1 << 12


async def test_in_discord_everybody_sees_what_was_chosen(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """And the notices keep to it."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    await until(lambda: running.bot.metrics.registry.get_sample_value("arb_bot_stream_up") == 1)

    asked = await typed(discord_server, "notify", kind="fills", state="off")
    api.post("/api/fills", fill("f1"))
    api.post("/api/fills", fill("f2"))
    await until(lambda: fills_taken(running.bot.metrics.registry) == 2)
    again = await typed(discord_server, "notify", kind="all", state="on")

    assert asked.text == f"📣 Notices\nfills: 🔕 off, by trader\n{STAYS}"
    assert not asked.is_ephemeral
    assert "fills: 🔔 on" in (again.text or "")
    await until(lambda: titles(discord_server))
    assert titles(discord_server) == ["🔔 While muted: 2 fills, $3.00"]


async def test_silent_notices_come_without_a_sound(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """By Discord's own flag; the others keep theirs."""
    running = await connected(start_bot, discord_server)

    await typed(discord_server, "notify", kind="fills", state="silent")
    await running.bot.alert_fill("pm-1:k-2", 3.2, 2.5, 150)
    await running.bot.alert_error("other", "m")

    await until(lambda: len(titles(discord_server)) == 2)
    shown = [message for message in discord_server.messages if message["embeds"]]
    assert [message.get("flags", 0) for message in shown] == [SUPPRESS_NOTIFICATIONS, 0]


@pytest.mark.parametrize(
    ("name", "given"),
    [("mute", {"kind": "fills"}), ("notify", {"kind": "fills", "state": "off"})],
)
async def test_without_the_role_nothing_is_chosen(
    start_bot: StartBot,
    discord_server: FakeDiscord,
    api: Client,
    name: str,
    given: dict[str, str],
) -> None:
    """It takes the traders' role, and the denial is audited; whoever looks needs none."""
    await connected(start_bot, discord_server, api_base_url=api.url)

    denied = await typed(discord_server, name, roles=(RESUME_ROLE,), **given)
    looked = await typed(discord_server, "notify", roles=())

    assert (denied.text or "").startswith(f"⛔ Not done: /{name} needs the role")
    assert "fills: 🔔 on" in (looked.text or "")
    await until(lambda: [row["action"] for row in api.get("/api/audit")] == ["denial"])


async def test_a_time_is_completed(start_bot: StartBot, discord_server: FakeDiscord) -> None:
    """From what was typed so far."""
    await connected(start_bot, discord_server)

    choices = await discord_server.complete("mute", "time", "1", kind="fills")

    assert [choice["value"] for choice in choices] == ["1h", "1d"]


async def test_the_console_asks_the_bot(start_bot: StartBot) -> None:
    """With the token that it shows the exporter."""
    running = await started(start_bot, tokens=parse_setting("operator read,control secret"))

    done = await asyncio.to_thread(
        console,
        *("/mute", "fills", "1d", "/notify"),
        exporter=NOBODY_LISTENS,
        BOT_URL=running.url,
        EXPORTER_TOKEN="secret",
    )

    muted = "fills: 🔕 muted until TIME, by alice\n"
    rest = "".join(f"{kind}: 🔔 on\n" for kind in KINDS[1:])
    assert timeless(done.stdout) == (
        f"📣 Notices\n{muted}{STAYS}\n📣 Notices\n{muted}{rest}{STAYS}\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"BOT_URL": NOBODY_LISTENS}, "⚠️ The bot does not answer. Whether it was done is not"),
        ({"EXPORTER_TOKEN": "looker"}, "⛔ Not done: the token that this console shows does not"),
    ],
)
async def test_a_console_that_is_not_heard_says_so(
    start_bot: StartBot, given: dict[str, str], said: str
) -> None:
    """Whether nobody is there or the token does not do."""
    running = await started(start_bot, tokens=parse_setting("looker read looker"))

    done = await asyncio.to_thread(
        console, "/mute", "fills", exporter=NOBODY_LISTENS, **{"BOT_URL": running.url} | given
    )

    assert done.stdout.startswith(said)
    assert done.returncode == 1


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b'{"kinds": ["alerts"], "mode": "off"}', b'{"kinds": ["fills"]}'),
        *(b'{"kinds": ["fills"], "mute": "P8D"}', b'{"kinds": ["fills"], "mute": "-PT1H"}'),
        *(b'{"kinds": ["fills"], "mute": "PT1H", "mode": "on"}', b" " * 5000),
    ],
)
async def test_a_wish_that_cannot_be_granted_is_refused(start_bot: StartBot, body: bytes) -> None:
    """And changes nothing."""
    running = await started(start_bot)
    url = f"{running.url}/api/notices"

    status, _ = await call("POST", url, body)

    assert status == 422
    assert await call("GET", url) == (200, "{}")


async def test_a_wish_over_http(start_bot: StartBot) -> None:
    """Is answered with what is wanted then."""
    running = await started(start_bot)
    url = f"{running.url}/api/notices"

    status, text = await call("POST", url, b'{"kinds": ["errors"], "mode": "off", "by": "me"}')

    found = msgspec.json.decode(text, type=Preferences)
    assert (status, found["errors"].mode, found["errors"].by) == (200, "off", "me")


async def typed(server: FakeDiscord, name: str, **given: Any) -> Any:
    """A command, once it is answered."""
    asked = await server.type_command(name, **given)
    await until(asked.answered.is_set)
    return asked


def titles(server: FakeDiscord) -> list[str]:
    """What the channel shows."""
    return [message["embeds"][0]["title"] for message in server.messages if message["embeds"]]


def fills_taken(registry: Any) -> float | None:
    """How many fills the bot has heard of."""
    found: float | None = registry.get_sample_value("arb_bot_notices_total", {"kind": "fill"})
    return found
