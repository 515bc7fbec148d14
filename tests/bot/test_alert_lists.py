"""/alerts and /silences: in Discord with their buttons, and as text, with a real Alertmanager."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from arbwatch.events import utc_now
from bot import text
from bot.alertmanager_api import AlertmanagerApi, Matcher, NewSilence
from bot.commands import Commands
from bot.exporter_api import ExporterApi
from tests.alertmanager.conftest import started
from tests.bot.asking import ask, timeless
from tests.bot.cards_scene import LABELS, PATIENCE_SECONDS, Scene, be_patient, done, staged
from tests.bot.conftest import NOBODY_LISTENS, StartBot, until
from tests.bot.payloads import alert, payload
from tests.bot.running import call, connected
from tests.client import Client
from tests.conftest import free_port
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import RESUME_ROLE, Injected


@pytest.fixture
async def scene(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, tmp_path: Path
) -> AsyncIterator[Scene]:
    """Everything running, and one alert that fires."""
    async with staged(start_bot, discord_server, api, tmp_path) as found:
        yield found


async def typed(scene: Scene, name: str) -> Injected:
    """A command, once it is answered."""
    asked = await scene.server.type_command(name, user_name="alice")
    await until(asked.answered.is_set)
    return asked


async def listed(scene: Scene, name: str) -> Injected:
    """A list with buttons."""
    asked = await typed(scene, name)
    assert asked.is_ephemeral
    assert asked.message is not None
    return asked


async def test_what_fires_has_the_buttons_of_its_card(scene: Scene) -> None:
    """The gravest first; what is pressed here is done on the card."""
    low = {"alertname": "ArbLow", "severity": "warning", "venue": "polymarket"}
    await call("POST", f"{scene.bot_url}/alerts", payload(alert("f0", labels=low)))
    await scene.card("· polymarket")
    card = await scene.card("· kalshi")

    asked = await listed(scene, "alerts")
    labels = [button["label"] for button in asked.buttons]
    assert asked.message is not None
    await scene.press(asked.message, "1 Ack")

    lines = (asked.text or "").splitlines()
    assert lines[0] == "🚨 Firing: 2"
    assert lines[1].startswith("1. 🔴 Venue error rate is high · kalshi")
    assert lines[2].endswith(" · nobody has it")
    assert lines[3].startswith("2. 🟠 Venue error rate is high · polymarket")
    assert labels[:5] == ["1 Ack", "1 Silence 1h", "1 Silence 4h", "1 Silence 24h", "1 Halt KALSHI"]
    assert labels[5] == "2 Ack"
    await until(lambda: "Taken by alice" in done(card))
    again = await listed(scene, "alerts")
    assert "✋ alice" in (again.text or "")


async def test_a_silence_is_ended_from_the_list_after_a_restart(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, tmp_path: Path
) -> None:
    """By its button, by who has the role; the card says who ended it."""
    port = free_port()
    with started(tmp_path, posts_to=port) as alertmanager:
        given = {"api_base_url": api.url, "alertmanager_url": alertmanager.url, "port": port}
        running = await connected(start_bot, discord_server, **given)
        be_patient(running)
        scene = Scene(discord_server, alertmanager, api, bot_url=running.url)
        await scene.fire()
        card = await scene.card()
        await scene.press(card, "Silence 1h")
        await until(lambda: "Silenced" in done(card))
        asked = await listed(scene, "silences")
        await running.stop()
        be_patient(await connected(start_bot, discord_server, **given))
        assert asked.message is not None

        denied = await scene.press(asked.message, "End 1", name="eve", roles=(RESUME_ROLE,))
        left = len(await scene.silences())
        ended = await scene.press(asked.message, "End 1", name="bob")

        head, words, until_when = (asked.text or "").splitlines()
        assert head == "🔕 Silences: 1"
        assert words == "1. alertname is ArbVenueErrorRate, severity is critical, venue is kalshi"
        assert until_when.endswith(" left), by alice")
        assert (denied.text or "").startswith("⛔ Not done: End silence needs the role ")
        assert left == 1
        assert ended.text == "🔔 The silence is ended."
        assert await scene.silences() == []
        await until(lambda: "bob ended the silence" in done(card))


async def test_a_crowd_of_silences_has_buttons_for_what_can_be_read(scene: Scene) -> None:
    """As many as fit into a message, each with its line."""
    api = AlertmanagerApi(scene.alertmanager.url, timeout_seconds=PATIENCE_SECONDS)
    matchers = (Matcher(name="alertname", value="x" * 150),)
    for number in range(25):
        now = utc_now()
        ends = now + timedelta(hours=number + 1)
        wanted = NewSilence(
            matchers=matchers, starts_at=now, ends_at=ends, created_by="eve", comment="c"
        )
        await api.silence(wanted)
    await api.close()

    asked = await listed(scene, "silences")

    shown = len(asked.buttons)
    assert 0 < shown < 20
    assert f"\n{shown}. " in (asked.text or "")
    assert (asked.text or "").endswith(f"… and {25 - shown} more")


async def test_nothing_is_said_to_be_quiet_that_is_not_known(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, tmp_path: Path
) -> None:
    """Without Alertmanager the list is what it told last, and says so."""
    away: dict[str, Any] = {"alertmanager_url": NOBODY_LISTENS}
    async with staged(start_bot, discord_server, api, tmp_path, **away) as scene:
        await scene.card()

        fires, silenced = await typed(scene, "alerts"), await typed(scene, "silences")

    assert (fires.text or "").startswith(
        "🚨 Firing: 1\n⚠️ Alertmanager does not answer: this is what it told last.\n1. 🔴 Venue"
    )
    assert silenced.text == "⚠️ Alertmanager does not answer: what is silenced is not known."


async def test_the_console_has_both_lists_as_text(scene: Scene, api: Client) -> None:
    """It asks Alertmanager; a silence is ended there by its id. What is no news is not listed."""
    none = {"alertname": "ArbVenueHalted", "severity": "none", "venue": "kalshi"}
    scene.alertmanager.post({"labels": none})
    card = await scene.card()
    await scene.press(card, "Silence 1h")
    exporter = ExporterApi(api.url)
    alertmanager = AlertmanagerApi(scene.alertmanager.url, timeout_seconds=PATIENCE_SECONDS)
    commands = Commands(exporter, alerts=alertmanager, escape=text.plain)

    fires = await ask(commands, "/alerts")
    silenced = await ask(commands, "/silences")
    wrong = await ask(commands, "/silences end zzzz")
    ended = await ask(commands, f"/silences end {silenced.text[-8:]}")
    after = await ask(commands, "/silences")

    assert timeless(fires.text).startswith("🚨 Firing: 1\n1. 🔴 Venue error rate is high · kalshi")
    assert fires.text.endswith(" · 🔕 silenced")
    assert silenced.text.splitlines()[1].startswith("1. alertname is " + LABELS["alertname"])
    assert wrong.result == "refused"
    assert (ended.text, ended.result) == ("🔔 The silence is ended.", "ok")
    assert after.text == "🔔 Nothing is silenced."
    await exporter.close()
    await alertmanager.close()
