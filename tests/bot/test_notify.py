"""Choosing which notices are told: /notify and /mute, in Discord, at the console, over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from arbwatch.tokens import parse_setting
from bot.commands import Commands
from bot.exporter_api import ExporterApi
from bot.facts import KINDS
from bot.outbox import Outbox
from bot.preferences import LONGEST_MUTE, Preferences, Wish, parse_kinds, parse_time
from tests.bot.asking import ask
from tests.bot.conftest import NOBODY_LISTENS, StartBot, hurried, until
from tests.bot.running import call, connected, started
from tests.bot.test_console import console
from tests.client import Client, fill
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import RESUME_ROLE

STAYS = "Alerts are always told: /mute hides none."


@pytest.fixture
async def commands(outbox: Outbox) -> AsyncIterator[Commands]:
    """Commands beside an outbox."""
    api = ExporterApi(NOBODY_LISTENS)
    yield hurried(api, outbox=outbox)
    await api.close()


def timeless(text: str) -> str:
    """A text without its times."""
    return re.sub(r"\d\d:\d\d UTC|<t:\d+:\w>", "TIME", text)


async def test_at_first_everything_is_on(commands: Commands) -> None:
    """Shown without arguments."""
    answer = await ask(commands, "/notify")

    lines = [f"{kind}: 🔔 on" for kind in KINDS]
    assert answer.text == "\n".join(["📣 Notices", *lines, STAYS])


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/notify fills silent", "fills: 🔉 silent, by alice"),
        ("/notify ERRORS off", "errors: 🔕 off, by alice"),
        ("/notify breach on", "breaches: 🔔 on, by alice"),
        ("/mute reversals", "reversals: 🔕 muted until TIME, by alice"),
        ("/mute fill 30m", "fills: 🔕 muted until TIME, by alice"),
    ],
)
async def test_each_kind_is_chosen_by_itself(commands: Commands, line: str, shown: str) -> None:
    """The answer says what is so now, and who wanted it; it is kept."""
    answer = await ask(commands, line)

    assert timeless(answer.text) == f"📣 Notices\n{shown}\n{STAYS}"
    assert shown in timeless((await ask(commands, "/notify")).text).splitlines()


async def test_all_kinds_at_once(commands: Commands) -> None:
    """With one word."""
    answer = await ask(commands, "/mute all 2h")

    assert answer.text.count("🔕 muted until") == len(KINDS)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/notify fills off", "fills: 🔕 off, also after TIME, by alice"),
        ("/notify fills silent", "fills: 🔕 muted until TIME, then silent, by alice"),
    ],
)
async def test_a_mute_says_what_comes_after_it(commands: Commands, line: str, shown: str) -> None:
    """It changes nothing but the time until then."""
    await ask(commands, line)

    answer = await ask(commands, "/mute fills")

    assert shown in timeless(answer.text).splitlines()


async def test_a_choice_ends_a_mute(commands: Commands) -> None:
    """As who says `on` means now."""
    await ask(commands, "/mute fills 7d")

    answer = await ask(commands, "/notify fills on")

    assert "fills: 🔔 on, by alice" in answer.text


@pytest.mark.parametrize("line", ["/mute alerts", "/mute alert 1h", "/notify alerts off"])
async def test_alerts_cannot_be_switched_off(commands: Commands, line: str) -> None:
    """The answer says so, and what can be done."""
    answer = await ask(commands, line)

    assert answer.result == "refused"
    assert "/mute never hides critical alerts" in answer.text


@pytest.mark.parametrize(
    "line",
    [
        *("/mute", "/mute nothing", "/mute fills soon", "/mute fills 0m", "/mute fills 8d"),
        *("/mute fills 1h more", "/notify fills maybe", "/notify x on", "/notify fills on now"),
    ],
)
async def test_what_cannot_be_meant_changes_nothing(
    commands: Commands, outbox: Outbox, line: str
) -> None:
    """The answer says what is taken."""
    answer = await ask(commands, line)

    assert answer.result == "refused"
    assert "fills, reversals, errors, breaches or all" in answer.text
    assert await outbox.preferences() == {}


async def test_choices_outlive_a_restart(outbox: Outbox) -> None:
    """They are in the outbox's file."""
    chosen = await outbox.prefer(Wish(kinds=("fills",), mode="silent", by="alice"))
    await outbox.close()

    await outbox.open()

    assert await outbox.preferences() == chosen
    assert chosen["fills"].mode == "silent"


@pytest.mark.parametrize(
    ("word", "time"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("7d", LONGEST_MUTE),
        *((word, None) for word in ("", "h", "1", "-1h", "1.5h", "1w", "٣h", "99999d", "1h ")),
    ],
)
def test_a_time_is_a_number_and_a_unit(word: str, time: timedelta | None) -> None:
    """Minutes, hours or days."""
    assert parse_time(word) == time


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_known_in_singular_and_plural(kind: str) -> None:
    """As people type."""
    singular = {"breaches": "breach"}.get(kind, kind.removesuffix("s"))

    assert parse_kinds(kind) == parse_kinds(singular) == (kind,)


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
