"""The bot as a process: how it starts, stops, is killed, and meets a full disk."""

import asyncio
import random
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.conftest import NOBODY_LISTENS, until
from tests.bot.payloads import alert, payload
from tests.bot.processes import BotProcess, finish, start_bot_process
from tests.bot.running import call
from tests.conftest import free_port
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.world import FaultKind


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    """A bot in console mode."""
    return {
        "BOT_PORT": free_port(),
        "OUTBOX_PATH": tmp_path / "outbox.db",
        "EXPORTER_URL": NOBODY_LISTENS,
    }


@pytest.fixture
def running(settings: dict[str, object]) -> Iterator[BotProcess]:
    """A bot process in console mode."""
    bot = BotProcess(settings)
    yield bot
    bot.kill()


def with_discord(settings: dict[str, object], server: FakeDiscord) -> dict[str, object]:
    """The same with a token, on this Discord."""
    return settings | {
        "DISCORD_BOT_TOKEN": server.token,
        "DISCORD_CHANNEL_ID": server.channel_id,
        "DISCORD_GUILD_ID": server.guild_id,
        "DISCORD_API_BASE": server.api_base,
        "DISCORD_GATEWAY_URL": server.gateway_url,
    }


async def test_a_stop_that_was_asked_for_is_no_failure(running: BotProcess) -> None:
    """SIGTERM ends it with 0."""
    await running.ready()

    running.process.terminate()

    code, _, _ = await asyncio.to_thread(finish, running.process)
    assert code == 0


async def test_console_mode_prints_what_it_would_send(running: BotProcess) -> None:
    """To stdout, where a program can read it; the log goes to stderr."""
    await running.ready()
    await call("POST", f"{running.url}/alerts", payload(alert()))

    assert running.process.stdout is not None
    first = await asyncio.to_thread(running.process.stdout.readline)
    second = await asyncio.to_thread(running.process.stdout.readline)

    assert first == "── 🔴 Venue error rate is high · kalshi\n"
    assert second == "   3.2% of the requests to kalshi failed.\n"


def test_a_wrong_setting_is_one_line(settings: dict[str, object]) -> None:
    """Without a traceback, and with an exit code."""
    code, _, logged = finish(start_bot_process(**settings, DISCORD_BOT_TOKEN="t"))

    expected = "arbwatch bot: DISCORD_CHANNEL_ID: needed when DISCORD_BOT_TOKEN is set\n"
    assert (code, logged) == (1, expected)


async def test_a_taken_port_is_one_line(running: BotProcess, settings: dict[str, object]) -> None:
    """That names the setting and the address."""
    await running.ready()

    code, _, logged = finish(start_bot_process(**settings))

    address = f"127.0.0.1:{settings['BOT_PORT']}"
    assert code == 1
    assert logged == f"arbwatch bot: BOT_PORT: cannot listen on {address}: Address already in use\n"


async def test_a_taken_outbox_is_one_line(running: BotProcess, settings: dict[str, object]) -> None:
    """Two bots on one outbox would send everything twice."""
    await running.ready()

    process = start_bot_process(**(settings | {"BOT_PORT": free_port()}))
    code, _, logged = await asyncio.to_thread(finish, process)

    assert code == 1
    what_to_stop = f"in use by another bot; stop it first: process {running.process.pid}"
    assert logged.splitlines()[-1].endswith(f"outbox.db is {what_to_stop}")


async def test_a_kill_between_send_and_answer_neither_loses_nor_repeats(
    settings: dict[str, object], discord_server: FakeDiscord
) -> None:
    """The message is in the channel, the answer never came: it is adopted, and edited later."""
    discord_server.world.faults.append(Fault("hang_after"))
    bot = BotProcess(with_discord(settings, discord_server))
    await bot.ready()
    await call("POST", f"{bot.url}/alerts", payload(alert()))
    await until(lambda: discord_server.messages)

    await bot.restart()
    await call("POST", f"{bot.url}/alerts", payload(alert("b"), groupKey="b"))

    await until(lambda: len(discord_server.messages) == 2, 120)
    bot.kill()
    footers = [message["embeds"][0]["footer"]["text"] for message in discord_server.messages]
    assert len(set(footers)) == 2


async def test_kills_at_any_moment_neither_lose_nor_repeat(
    settings: dict[str, object], discord_server: FakeDiscord
) -> None:
    """What was answered with 200 is in the channel once, over kills and lost answers."""
    bot = BotProcess(with_discord(settings, discord_server))
    await bot.ready()
    chance = random.Random(7)
    kinds: list[FaultKind] = ["drop_after", "drop_before", "hang_after"]
    for round_number in range(4):
        discord_server.world.faults.append(Fault(chance.choice(kinds)))
        for number in range(5):
            name = f"{round_number}-{number}"
            told = payload(alert(name, annotations={"summary": f"alert {name}"}), groupKey=name)
            assert (await call("POST", f"{bot.url}/alerts", told))[0] == 200
        await asyncio.sleep(chance.random() / 5)
        await bot.restart()
    # What has not gone wrong yet would hang the last one for as long as is waited here.
    discord_server.world.faults.clear()
    await bot.restart()

    await until(lambda: len(discord_server.messages) >= 20, 120)
    bot.kill()
    shown = [message["embeds"][0]["title"] for message in discord_server.messages]
    assert shown == [f"🔴 alert {r}-{n} · kalshi" for r in range(4) for n in range(5)]


async def test_a_full_disk_is_told_to_alertmanager(running: BotProcess) -> None:
    """503, so that it comes back; once there is room again it is taken, without a restart."""
    await running.ready()
    pid = running.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (64 * 1024, hard))
    alerts = payload(*[alert(f"{n}") for n in range(400)])

    full, _ = await call("POST", f"{running.url}/alerts", alerts)
    not_ready, _ = await call("GET", f"{running.url}/readyz")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    taken, _ = await call("POST", f"{running.url}/alerts", alerts)

    assert (full, not_ready, taken) == (503, 503, 200)
