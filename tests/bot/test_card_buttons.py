"""The buttons of a card, through the real discord.py and a real Alertmanager."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.bot.asking import acknowledge, contact, timeless
from tests.bot.cards_scene import LABELS, Scene, done, labels, staged
from tests.bot.conftest import NOBODY_LISTENS, StartBot, until
from tests.bot.lateness import Lateness
from tests.client import Client
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.interactions import Person
from tests.fakes.discord.world import RESUME_ROLE, TRADER_ROLE

SILENCES = ["Silence 1h", "Silence 4h", "Silence 24h"]


@pytest.fixture
async def scene(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, tmp_path: Path
) -> AsyncIterator[Scene]:
    """Everything running, and one alert that fires."""
    async with staged(start_bot, discord_server, api, tmp_path) as found:
        yield found


async def test_an_ack_names_who_took_it(scene: Scene) -> None:
    """On the card for all, and to who pressed."""
    card = await scene.card()

    pressed = await scene.press(card, "Ack")
    await until(lambda: done(card))

    assert pressed.text == "✋ It is yours: the card says so, and no more reminders come."
    assert pressed.is_ephemeral
    assert done(card).startswith("✋ Taken by alice <t:")
    assert labels(card) == [*SILENCES, "Halt KALSHI"]


async def test_whoever_presses_second_is_told_who_has_it(scene: Scene) -> None:
    """A screen may show the button for a moment longer."""
    card = await scene.card()
    seen = dict(card)
    await scene.press(card, "Ack")

    again = await scene.press(card, "Ack", seen=seen)
    other = await scene.press(card, "Ack", name="bob", seen=seen)

    assert (again.text or "").startswith("✋ You have it already, since <t:")
    assert (other.text or "").startswith("✋ alice has it already, since <t:")
    await until(lambda: "alice" in done(card))


async def test_a_silence_is_alertmanagers_and_can_be_ended(scene: Scene) -> None:
    """All labels of the alert; the card says who and until when, and has a button against it."""
    card = await scene.card()

    pressed = await scene.press(card, "Silence 4h")
    await until(lambda: done(card))

    [silence] = await scene.silences()
    matchers = {matcher["name"]: matcher["value"] for matcher in silence["matchers"]}
    assert matchers == LABELS
    assert silence["createdBy"] == "alice"
    assert f"/{card['id']}" in silence["comment"]
    assert (pressed.text or "").startswith("🔕 Silenced for 4 h, until <t:")
    assert (pressed.text or "").endswith(
        "• alertname is ArbVenueErrorRate\n• severity is critical\n• venue is kalshi"
    )
    assert done(card).startswith("🔕 Silenced until <t:")
    assert done(card).endswith("by alice")
    assert labels(card) == ["Ack", "End silence", "Halt KALSHI"]

    ended = await scene.press(card, "End silence", name="bob")
    await until(lambda: "ended" in done(card))

    assert ended.text == "🔔 The silence is ended: it is loud again."
    assert await scene.silences() == []
    assert timeless(done(card)).startswith("🔔 bob ended the silence, ")
    assert labels(card) == ["Ack", *SILENCES, "Halt KALSHI"]


async def test_of_several_alerts_what_they_share_is_silenced(scene: Scene) -> None:
    """One silence for all of the card, and the answer says how wide it is."""
    await scene.fire(category="crypto")
    card = await scene.card("crypto")

    pressed = await scene.press(card, "Silence 1h")

    [silence] = await scene.silences()
    assert {matcher["name"] for matcher in silence["matchers"]} == set(LABELS)
    assert "category" not in (pressed.text or "")


async def test_a_silence_of_what_halts_says_that_nothing_halts(scene: Scene) -> None:
    """Alertmanager tells the bot nothing of it until it is over."""
    await scene.fire(venue="polymarket", action="halt")
    card = await scene.card("polymarket")

    pressed = await scene.press(card, "Silence 1h")
    await until(lambda: done(card))

    assert (pressed.text or "").startswith("⚠️ Until then it halts nothing by itself.")
    assert "⚠️ Silenced, it halts nothing by itself" in done(card)


async def test_two_presses_at_once_silence_once(scene: Scene) -> None:
    """The second is told what the first did, and how to change it."""
    card = await scene.card()
    seen = dict(card)

    one, two = await asyncio.gather(
        scene.press(card, "Silence 1h"), scene.press(card, "Silence 24h", name="bob", seen=seen)
    )

    assert len(await scene.silences()) == 1
    refused = next(press.text for press in (one, two) if "Silenced for" not in (press.text or ""))
    assert (refused or "").endswith("To change that, press End silence first.")


async def test_a_halt_is_that_of_the_command(scene: Scene) -> None:
    """Its progress is for all to read, and the card names its number."""
    contact(scene.api)
    card = await scene.card()

    pressed = await scene.press(card, "Halt KALSHI")
    await acknowledge(scene.api, "kalshi")
    await until(lambda: "🛑" in (pressed.text or ""))

    assert not pressed.is_ephemeral
    assert timeless(pressed.text or "") == (
        "🛑 Trading halted on KALSHI\nAcknowledged in TIME, 0 orders open"
    )
    await until(lambda: done(card))
    assert done(card).startswith("🛑 alice ordered halt #1 of KALSHI, ")
    [halt] = scene.audit("halt")
    assert halt["reason"] == "pressed on the card of Venue error rate is high · kalshi"
    assert halt["actor"].startswith("alice (8")


@pytest.mark.parametrize("what", ["halt:kalshi", "ack", "unsilence", "silence:1"])
async def test_of_a_forgotten_alert_only_the_halt_is_done(scene: Scene, what: str) -> None:
    """One halt too many costs a moment, one too few costs money."""
    card = await scene.card()
    custom_id = f"arbwatch:{what}:aw-000000000000000000"
    button = {"type": 2, "style": 2, "label": "Old", "custom_id": custom_id}
    forged = card | {"components": [{"type": 1, "components": [button]}]}

    pressed = await scene.press(card, "Old", seen=forged)

    if what.startswith("halt"):
        [halt] = scene.audit("halt")
        assert halt["reason"] == "pressed on an alert's card"
    else:
        assert pressed.text == "⚠️ The bot does not know this alert any more: nothing was done."
        assert await scene.silences() == []


@pytest.mark.parametrize("label", ["Ack", "Silence 1h", "Halt KALSHI"])
async def test_without_the_role_nothing_is_done(scene: Scene, label: str) -> None:
    """Only who pressed reads why, and it is audited."""
    card = await scene.card()

    pressed = await scene.press(card, label, name="eve", roles=(RESUME_ROLE,))

    assert (pressed.text or "").startswith("⛔ Not done: ")
    assert (pressed.text or "").endswith(f" needs the role <@&{TRADER_ROLE}>.")
    assert pressed.is_ephemeral
    await until(lambda: scene.audit("denial"))
    assert scene.audit("denial")[0]["actor"].startswith("eve (8")
    assert (done(card), await scene.silences(), scene.audit("halt")) == ("", [], [])


async def test_a_press_that_the_gateway_held_back_does_nothing(scene: Scene) -> None:
    """The channel reads so, since Discord takes no answer any more."""
    card = await scene.card()
    lateness = Lateness()

    await scene.server.press_on(card, "Silence 1h", by=Person(name="alice"), age_seconds=5)

    note = await scene.card("Came too late")
    late = "A press of alice on a Silence button came 5 s late\nNothing was done. Do it again."
    assert lateness.as_sent(note["embeds"][0]["description"], 5).startswith(late)
    assert await scene.silences() == []


async def test_the_same_press_never_acts_twice(scene: Scene) -> None:
    """Announced again by the gateway, it is not even answered."""
    contact(scene.api)
    card = await scene.card()
    pressed = await scene.press(card, "Halt KALSHI")

    await scene.server.repeat(pressed)
    await scene.press(card, "Ack")

    assert len(scene.audit("halt")) == 1
    assert len(pressed.callbacks) == 1


async def test_a_resolved_card_has_no_buttons(scene: Scene) -> None:
    """One that a screen still shows says that it is over."""
    card = await scene.card()
    seen = dict(card)
    await scene.fire(is_over=True)
    await until(lambda: not labels(card))

    for label in ("Ack", "Silence 1h"):
        pressed = await scene.press(card, label, seen=seen)
        assert pressed.text == "✅ It is over already: nothing was done."
    assert await scene.silences() == []


async def test_without_alertmanager_nothing_is_shown_that_is_not_so(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, tmp_path: Path
) -> None:
    """Who pressed reads it; the card stays as it was. An ack needs none."""
    away: dict[str, Any] = {"alertmanager_url": NOBODY_LISTENS}
    async with staged(start_bot, discord_server, api, tmp_path, **away) as scene:
        card = await scene.card()

        pressed = await scene.press(card, "Silence 1h")

        assert (pressed.text or "").startswith(
            "⚠️ Alertmanager does not answer: take it for not silenced."
        )
        assert (done(card), labels(card)) == ("", ["Ack", *SILENCES, "Halt KALSHI"])
        await scene.press(card, "Ack")
        await until(lambda: "alice" in done(card))


async def test_an_alertmanager_that_hangs_is_told_of_in_time(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, tmp_path: Path
) -> None:
    """Discord takes a first answer for 3 s only; what is not silenced is not shown as silenced."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = {"alertmanager_url": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        async with staged(
            start_bot, discord_server, api, tmp_path, is_patient=False, **away
        ) as scene:
            card = await scene.card()

            pressed = await scene.press(card, "Silence 1h")
            await until(lambda: "take it for not silenced" in (pressed.text or ""))

            assert pressed.is_deferred
            assert done(card) == ""
