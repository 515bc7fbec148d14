"""Rows 52 and 53: more alerts than anybody reads, texts over every limit, texts that do harm."""

import asyncio
import re
from io import BytesIO
from typing import Any

import pytest

from tests.bot.conftest import ALERT_ROLE, RunningBot, StartBot, until
from tests.bot.payloads import alert, payload
from tests.bot.running import call, connected, counted
from tests.client import Client, edge
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.rates import Bucket

CROWD = 5_000
MOST_MESSAGES = 30
# What Discord takes in a channel, made a hundred times shorter.
CHANNEL_LIMIT, CHANNEL_SECONDS = 5, 0.05
HOSTILE = (
    "@everyone @here <@1> <@&2> <#3> <t:0> **bold** [click](https://evil.example)"
    " ||spoiler|| `code` # head \u202egnp.exe\u2066 \x00\x1b[31m"
)
# What Discord would ping, link, hide or turn around, if it were not escaped.
ACTIVE = re.compile(
    r"@(everyone|here)|(?<!\\)<(@|#|t:)|(?<!\\)\]\(|(?<!\\)\|\|[^|]|(?<!\\)\*\*bold|[\u202a-\u202e\u2066\x00\x1b]"
)


async def test_5000_alerts_at_once_are_a_few_messages(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """Row 52: some critical ones are shown, the rest is told of; Discord refuses nothing."""
    discord_server.world.posts = Bucket(limit=CHANNEL_LIMIT, seconds=CHANNEL_SECONDS)
    running = await connected(start_bot, discord_server)
    bodies = [
        payload(*(numbered(n) for n in range(first, first + 50)), groupKey=f"{first}")
        for first in range(0, CROWD, 50)
    ]

    await asyncio.gather(*(told(running, body) for body in bodies))
    await until(lambda: counted(running, "arb_bot_outbox_waiting") == 0, 60)

    assert counted(running, "arb_bot_alerts_received_total") == CROWD
    assert 0 < len(discord_server.messages) < MOST_MESSAGES
    assert discord_server.world.refusals == []
    assert any("at once" in title(message) for message in discord_server.messages)


async def test_a_group_of_5000_is_one_card(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """Row 52: it lists some of its members and says how many more there are."""
    running = await connected(start_bot, discord_server)
    alerts = [numbered(n) for n in range(CROWD)]

    await told(running, payload(*alerts, truncatedAlerts=7))
    await until(lambda: counted(running, "arb_bot_outbox_waiting") == 0, 30)

    [message] = discord_server.messages
    body = message["embeds"][0]["description"]
    assert "**5,007 alerts**" in body
    assert re.search(r"… and 4,9\d\d more", body)
    assert discord_server.world.refusals == []


@pytest.mark.parametrize("text", ["x" * 50_000, "🔴" * 20_000, "line\n" * 9_000, "*" * 9_000])
async def test_texts_over_every_limit_are_cut(
    start_bot: StartBot, discord_server: FakeDiscord, text: str
) -> None:
    """Row 52: in an alert and in a notice; what is missing is said, and nothing is refused."""
    running = await connected(start_bot, discord_server)
    labels = {"alertname": text, "venue": text, "severity": "critical", text[:900]: text}
    notes = dict.fromkeys(("summary", "description", "action", "panel", "runbook_url"), text)

    await told(running, payload(alert(labels=labels, annotations=notes)))
    await running.bot.alert_error(text, text)
    await running.bot.alert_fill(text, 1, 1, 1)
    await until(lambda: counted(running, "arb_bot_outbox_waiting") == 0)

    assert len(discord_server.messages) == 3
    assert discord_server.world.refusals == []
    assert all(re.search(r"…|more", str(m["embeds"])) for m in discord_server.messages)


async def test_what_harms_is_shown_as_text(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Row 53: in alerts, notices and answers about markets; and nobody is pinged by data."""
    running = await connected(
        start_bot, discord_server, api_base_url=api.url, alert_role=ALERT_ROLE
    )
    market = {"primary_market": HOSTILE[:200], "hedge_market": HOSTILE[:200]}
    api.post("/api/edges", edge(pair_id="p1", **market))
    labels = {"alertname": HOSTILE, "venue": HOSTILE, "severity": "critical"}
    notes = dict.fromkeys(("summary", "description", "action", "panel", "runbook_url"), HOSTILE)

    await told(running, payload(alert(labels=labels, annotations=notes)))
    await running.bot.alert_error(HOSTILE, HOSTILE)
    await running.bot.alert_fill(HOSTILE, 1, 1, 1)
    await running.bot.alert_threshold_breach(HOSTILE, 1)
    answers = [await discord_server.ask(name) for name in ("edges", "alerts")]
    await until(lambda: counted(running, "arb_bot_outbox_waiting") == 0)

    shown = [*map(texts, discord_server.messages), *answers]
    assert ACTIVE.search(HOSTILE)
    assert [ACTIVE.findall(text) for text in shown] == [[]] * len(shown)
    pinged = [message["allowed_mentions"] for message in discord_server.messages]
    assert all(allowed == {"parse": []} for allowed in pinged[1:])
    assert pinged[0] == {"parse": [], "roles": [ALERT_ROLE]}


def numbered(number: int) -> dict[str, Any]:
    """One of many alerts, of which each third is critical."""
    severity = "critical" if number % 3 == 0 else "warning"
    labels = {"alertname": "ArbVenueErrorRate", "severity": severity, "market": f"m{number}"}
    return alert(f"{number:x}", labels=labels)


async def told(running: RunningBot, body: bytes) -> None:
    """Post to the webhook."""
    assert (await call("POST", f"{running.url}/alerts", BytesIO(body)))[0] == 200


def title(message: dict[str, Any]) -> str:
    """What a message is headed with."""
    return str(message["embeds"][0]["title"])


def texts(message: dict[str, Any]) -> str:
    """All that is read of a message, without the one mention that is meant, and stamps of ours."""
    embed = message["embeds"][0]
    fields = [field[part] for field in embed.get("fields", []) for part in ("name", "value")]
    text = "\n".join([message["content"], embed["title"], embed.get("description", ""), *fields])
    return re.sub(rf"^<@&{ALERT_ROLE}>|<t:\d{{10}}:\w>", "", text)
