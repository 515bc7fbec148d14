"""Messages that Discord does not change any more are followed by another; and who is pinged."""

from datetime import timedelta

import pytest

from bot.cards import Card, make_card
from bot.gateway.client import Gateway
from bot.gateway.delivery import DiscordSender
from bot.outbox import Manner
from bot.settings import BotConfig
from bot.worker import EditRefused, SendDelayed
from tests.bot.conftest import ALERT_ROLE, RunningBot, StartBot, discord_settings, until
from tests.bot.payloads import alert, payload
from tests.bot.running import call, connected, counted
from tests.fakes.discord import FakeDiscord, Fault

RINGS = {"parse": [], "roles": [ALERT_ROLE]}
SILENT_FLAG = 1 << 12
CARD = make_card("title")
OVER = payload(alert(lasted=timedelta(minutes=1)))


async def told(running: RunningBot, body: bytes) -> None:
    """Post to the webhook, and wait until all of it is delivered."""
    assert (await call("POST", f"{running.url}/alerts", body))[0] == 200
    await until(lambda: counted(running, "arb_bot_outbox_waiting") == 0)


async def firing(start_bot: StartBot, server: FakeDiscord) -> RunningBot:
    """A bot that has posted the card of a critical alert."""
    running = await connected(start_bot, server, alert_role=ALERT_ROLE)
    await told(running, payload(alert()))
    return running


async def test_a_critical_alert_pings_its_role_once(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """In the text, with the first post; what is data pings nobody, nor does its end."""
    running = await firing(start_bot, discord_server)
    [message] = discord_server.messages
    content = message["content"]
    evil = {"summary": f"@everyone <@&{ALERT_ROLE}> <@1>", "description": "@here"}
    warning = alert("w", labels={"alertname": "W", "severity": "warning"}, annotations=evil)

    await told(running, payload(warning))
    await told(running, OVER)

    assert content == f"<@&{ALERT_ROLE}> Venue error rate is high · kalshi"
    pinged = [message["allowed_mentions"] for message in discord_server.messages]
    assert pinged == [RINGS, {"parse": []}]
    assert f"<@&{ALERT_ROLE}>" not in discord_server.messages[0]["content"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("status", method="PATCH", status=429, code=30046), "too_old"),
        (Fault("status", method="PATCH", status=400, code=30046), "too_old"),
        (Fault("status", method="PATCH", status=404, code=10008), "message_gone"),
    ],
    ids=["429", "400", "gone"],
)
async def test_a_message_that_cannot_be_changed_is_followed_by_another(
    start_bot: StartBot, discord_server: FakeDiscord, fault: Fault, reason: str
) -> None:
    """It says so, replies to the older one if that is there, and is changed from then on."""
    running = await firing(start_bot, discord_server)
    discord_server.world.faults.append(Fault(**vars(fault)))

    await told(running, payload(alert("a1b2c3d4e5f60718"), alert("second")))
    first, second = discord_server.messages
    said = second["embeds"][0]["description"].splitlines()[0]
    await told(running, OVER)

    reply = second.get("message_reference", {}).get("message_id")
    if reason == "too_old":
        assert (said, str(reply)) == ("-# ↪ Goes on from this older message.", first["id"])
    else:
        assert (said, reply) == ("-# ↪ The message before this one is gone.", None)
    assert second["allowed_mentions"] == {"parse": []}
    assert "1 over" in second["embeds"][0]["description"]
    assert counted(running, "arb_bot_delivery_failures_total", reason=reason) == 1


async def test_a_message_that_was_deleted_is_followed_by_another(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """Nobody misses the end of an alert because somebody tidied up."""
    running = await firing(start_bot, discord_server)
    discord_server.messages.clear()

    await told(running, OVER)

    [message] = discord_server.messages
    assert message["embeds"][0]["title"] == "✅ Resolved: Venue error rate is high · kalshi"


async def test_the_message_that_follows_is_posted_once(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """Also when its answer is lost: it is found by a mark that the older one has not."""
    running = await firing(start_bot, discord_server)
    too_old = Fault("status", method="PATCH", status=429, code=30046)
    discord_server.world.faults += [too_old, Fault("drop_after")]

    await told(running, OVER)

    titles = [message["embeds"][0]["title"][0] for message in discord_server.messages]
    assert titles == ["🔴", "✅"]


async def test_a_limit_holds_up_no_others_for_an_old_message(
    sender: DiscordSender, discord_server: FakeDiscord
) -> None:
    """Of a young one it is waited for: there the limit ends soon."""
    old = discord_server.world.snowflake(age_seconds=3700)
    young = discord_server.world.snowflake()
    limit = Fault("rate_limit", method="PATCH", times=2, retry_after=40)
    discord_server.world.faults.append(limit)

    with pytest.raises(EditRefused) as refused:
        await sender.edit(old, CARD, "aw-1", Manner())
    with pytest.raises(SendDelayed) as delayed:
        await sender.edit(young, CARD, "aw-1", Manner())

    assert refused.value.reason == "too_old"
    assert delayed.value.retry_after_seconds == 40


async def test_a_silent_message_makes_no_sound(
    sender: DiscordSender, discord_server: FakeDiscord
) -> None:
    """By Discord's own flag."""
    await sender.post(CARD, "aw-1", Manner(is_silent=True))

    assert discord_server.messages[0]["flags"] & SILENT_FLAG


async def test_a_loud_card_without_a_role_pings_nobody(discord_server: FakeDiscord) -> None:
    """Its words stand above it all the same."""
    gateway = Gateway(BotConfig(**discord_settings(discord_server)), lambda tree: None)
    await gateway.login()
    sender = DiscordSender(gateway, discord_server.channel_id)

    await sender.post(Card(title="t", content="words"), "aw-1", Manner(is_loud=True))

    [message] = discord_server.messages
    assert (message["content"], message["allowed_mentions"]) == ("words", {"parse": []})
    await gateway.close()
