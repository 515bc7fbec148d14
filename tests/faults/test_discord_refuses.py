"""The fake Discord refuses what Discord refuses: otherwise no other test would prove a thing."""

import time
from typing import Any

import aiohttp
import pytest

from bot.cards import make_card
from bot.gateway.delivery import DiscordSender
from bot.outbox import Manner
from bot.worker import EditRefused
from tests.bot.conftest import StartBot, until
from tests.bot.payloads import alert, payload
from tests.bot.running import call, connected, counted
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.limits import command_faults, message_faults
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.rates import OLD_EDITS, Bucket

Json = dict[str, Any]

CARD = make_card("title")


def button(number: int = 1, **changes: Any) -> Json:
    """One that Discord would take."""
    return {"type": 2, "style": 1, "label": "Ack", "custom_id": f"b{number}"} | changes


def rows(*buttons: Json) -> Json:
    """A message with a row of buttons."""
    return {"content": "c", "components": [{"type": 1, "components": list(buttons)}]}


def embedded(**embed: Any) -> Json:
    """A message with an embed."""
    return {"embeds": [{"title": "t"} | embed]}


OVER: dict[str, Json] = {
    "empty": {},
    "content": {"content": "x" * 2001},
    "astral content": {"content": "🔴" * 1001},
    "title": embedded(title="x" * 257),
    "description": embedded(description="x" * 4097),
    "footer": embedded(footer={"text": "x" * 2049}),
    "fields": embedded(fields=[{"name": "n", "value": "v"}] * 26),
    "field name": embedded(fields=[{"name": "x" * 257, "value": "v"}]),
    "field value": embedded(fields=[{"name": "n", "value": "x" * 1025}]),
    "empty value": embedded(fields=[{"name": "n", "value": ""}]),
    "embeds": {"embeds": [{"title": "t"}] * 11},
    "sum of embeds": {"embeds": [{"description": "x" * 3001}] * 2},
    "empty embed": {"embeds": [{"color": 1}]},
    "six buttons": rows(*map(button, range(6))),
    "six rows": {
        "content": "c",
        "components": [rows(button(n))["components"][0] for n in range(6)],
    },
    "twins": rows(button(), button()),
    "long id": rows(button(custom_id="x" * 101)),
    "no label": rows(button(label="")),
    "long label": rows(button(label="x" * 81)),
    "nonce": {"content": "c", "nonce": "x" * 26},
    "mentions twice": {"content": "c", "allowed_mentions": {"parse": ["roles"], "roles": ["1"]}},
    "files": {"attachments": [{"size": 1}] * 11},
    "a large file": {"attachments": [{"size": 10 * 1024 * 1024 + 1}]},
}
COMMANDS: dict[str, list[Json]] = {
    "twice": [{"name": "a", "description": "d"}] * 2,
    "name": [{"name": "Halt!", "description": "d"}],
    "description": [{"name": "a", "description": "x" * 101}],
    "optional first": [
        {
            "name": "a",
            "description": "d",
            "options": [
                {"name": "x", "description": "d"},
                {"name": "y", "description": "d", "required": True},
            ],
        }
    ],
}


@pytest.mark.parametrize("what", OVER)
async def test_a_message_over_a_limit_is_refused(discord_server: FakeDiscord, what: str) -> None:
    """With Discord's own status and code, and nothing of it is shown."""
    assert message_faults(OVER[what])
    if not OVER[what].get("attachments"):
        assert await post(discord_server, OVER[what]) == (400, 50035)
    assert discord_server.messages == []


@pytest.mark.parametrize("what", COMMANDS)
def test_commands_over_a_limit_are_refused(what: str) -> None:
    """All of them at once, as Discord does."""
    assert command_faults(COMMANDS[what])


@pytest.mark.parametrize("missing", ["view_channel", "send_messages", "embed_links"])
async def test_what_waits_for_a_permission_is_delivered_when_it_is_given(
    start_bot: StartBot, discord_server: FakeDiscord, missing: Permission
) -> None:
    """The client notices: it counts the refusals, keeps the card and tries again."""
    running = await connected(start_bot, discord_server)
    discord_server.world.permissions.remove(missing)
    await call("POST", f"{running.url}/alerts", payload(alert()))
    await until(lambda: counted(running, "arb_bot_delivery_failures_total", reason="forbidden"))
    shown = len(discord_server.messages)

    discord_server.world.permissions.add(missing)

    await until(lambda: discord_server.messages)
    assert shown == 0


async def test_without_the_history_a_channel_seems_empty(
    discord_server: FakeDiscord, sender: DiscordSender
) -> None:
    """Which is no error; and whoever may not read it may not reply either."""
    await sender.post(CARD, "aw-1", Manner())
    discord_server.world.permissions.remove("read_message_history")
    reply = {"content": "c", "message_reference": {"message_id": discord_server.messages[0]["id"]}}

    seen = await fetch(discord_server, "GET", "/messages")
    refused = await post(discord_server, reply)

    assert seen == (200, [])
    assert refused == (403, 160002)


async def test_a_file_needs_its_own_permission(discord_server: FakeDiscord) -> None:
    """As an embed does."""
    discord_server.world.permissions.remove("attach_files")
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", '{"attachments": [{"id": 0, "filename": "a.png"}]}')
    form.add_field("files[0]", b"x", filename="a.png", content_type="image/png")

    status, answer = await fetch(discord_server, "POST", "/messages", data=form)

    assert (status, answer["code"]) == (403, 50013)


async def test_a_nonce_posts_once(discord_server: FakeDiscord) -> None:
    """When it is to be enforced; otherwise it is only told back."""
    once = {"content": "c", "nonce": "n1", "enforce_nonce": True}

    await post(discord_server, once)
    await post(discord_server, once)
    await post(discord_server, {"content": "c", "nonce": "n1"})

    assert len(discord_server.messages) == 2


async def test_an_old_message_takes_few_edits(
    discord_server: FakeDiscord, sender: DiscordSender
) -> None:
    """Then it is refused with 30046, which the client knows: another message has to follow."""
    discord_server.world.behind_seconds = 2 * 3600
    number = await sender.post(CARD, "aw-1", Manner())
    discord_server.world.behind_seconds = 0

    for _ in range(OLD_EDITS):
        await sender.edit(number, CARD, "aw-1", Manner())

    with pytest.raises(EditRefused, match="too_old"):
        await sender.edit(number, CARD, "aw-1", Manner())


async def test_a_limit_told_in_headers_is_kept_without_a_refusal(
    discord_server: FakeDiscord, sender: DiscordSender
) -> None:
    """Discord's own for a channel, made shorter: the client waits before it is told to."""
    discord_server.world.posts = Bucket(limit=5, seconds=0.5)

    for number in range(12):
        await sender.post(CARD, f"aw-{number}", Manner())

    assert len(discord_server.messages) == 12
    assert discord_server.world.refusals == []


async def test_who_does_not_keep_a_limit_is_refused(discord_server: FakeDiscord) -> None:
    """And told how long to wait."""
    discord_server.world.posts = Bucket(limit=1, seconds=60)
    await post(discord_server, {"content": "c"})

    status, answer = await fetch(discord_server, "POST", "/messages", json={"content": "c"})

    assert status == 429
    assert 0 < answer["retry_after"] <= 60
    assert discord_server.world.posts.refused == 1


@pytest.mark.parametrize(
    ("seconds", "status", "code"), [(0, 200, None), (3.5, 404, 10062)], ids=["in time", "late"]
)
async def test_an_interaction_is_answered_within_three_seconds(
    start_bot: StartBot, discord_server: FakeDiscord, seconds: float, status: int, code: int | None
) -> None:
    """Or never; and only once."""
    await connected(start_bot, discord_server)
    discord_server.world.broken.add("no_size_limit")  # so that the bot does not answer first
    asked = await discord_server.type_command("help")
    url = f"{discord_server.api_base}/interactions/{asked.id}/{asked.token}/callback"

    async with aiohttp.ClientSession() as session:
        body = {"type": 4, "data": {"content": "c"}}
        asked.created = time.monotonic() - seconds
        async with session.post(url, json=body) as first:
            answer = await first.json()
        async with session.post(url, json=body) as second:
            again = await second.json()

    assert (first.status, answer.get("code")) == (status, code)
    assert again["code"] == (code or 40060)


async def post(server: FakeDiscord, message: Json) -> tuple[int, int | None]:
    """Status and code of an attempt to post."""
    status, answer = await fetch(server, "POST", "/messages", json=message)
    return status, answer.get("code")


async def fetch(server: FakeDiscord, method: str, path: str, **body: Any) -> tuple[int, Any]:
    """A call as the bot may make it."""
    url = f"{server.api_base}/channels/{server.channel_id}{path}"
    headers = {"Authorization": f"Bot {server.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, url, **body) as answer,
    ):
        return answer.status, await answer.json()
