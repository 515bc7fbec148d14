"""The fake Discord is as strict with buttons as Discord, and the real client notices its faults."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from bot import BotConfig
from bot.gateway.client import Gateway
from tests.bot.conftest import discord_settings, until
from tests.fakes.discord import FakeDiscord, Injected
from tests.fakes.discord.interactions import CannotBeTyped
from tests.fakes.discord.limits import message_faults

Interaction = discord.Interaction[discord.Client]
Answer = Callable[[Interaction], Awaitable[Any]]


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    """A row of buttons."""
    return {"type": 1, "components": list(buttons)}


def button(number: int = 1, *, custom_id: str = "", label: str = "Go") -> dict[str, Any]:
    """A button as a message has it."""
    return {"type": 2, "style": 3, "custom_id": custom_id or f"id{number}", "label": label}


class Client:
    """The real client with one command, `/go`, and the buttons of its answer."""

    def __init__(self, server: FakeDiscord) -> None:
        self.server = server
        self.pressed: list[str] = []
        self.errors: list[int] = []
        self.answer: Answer = self.show

    async def show(self, interaction: Interaction, **changed: Any) -> None:
        """Answer with a button."""
        given = {"label": "Go", "custom_id": "go:1"} | changed
        view = ui.View(timeout=None)
        view.add_item(_button(self)(ui.Button(**given)))
        await interaction.response.send_message("Well?", view=view)

    def add_to(self, tree: "app_commands.CommandTree[discord.Client]") -> None:
        """Register the command."""
        tree.client.add_dynamic_items(_button(self))

        @tree.command(name="go", description="Go")
        async def go(interaction: Interaction) -> None:
            try:
                await self.answer(interaction)
            except discord.HTTPException as refused:
                self.errors.append(refused.code)


def _button(client: Client) -> "type[ui.DynamicItem[ui.Button[ui.View]]]":
    class Known(ui.DynamicItem[ui.Button[ui.View]], template=r"go:.*"):
        @classmethod
        async def from_custom_id(cls, interaction: Interaction, item: Any, match: Any, /) -> Any:
            return cls(item)

        async def callback(self, interaction: Interaction) -> None:
            client.pressed.append(self.custom_id)
            await interaction.response.edit_message(content="Gone", view=None)

    return Known


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """One that is connected."""
    async with FakeDiscord() as server:
        found = Client(server)
        gateway = Gateway(BotConfig(**discord_settings(server)), found.add_to)
        task = asyncio.create_task(gateway.run())
        await until(lambda: gateway.is_ready and server.world.commands)
        yield found
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await gateway.close()


async def asked(client: Client) -> Injected:
    """The answer with its button."""
    shown = await client.server.type_command("go")
    await until(lambda: shown.answered.is_set() or client.errors)
    return shown


async def call_back(server: FakeDiscord, injected: Injected, kind: int) -> int:
    """Answer an interaction as a client would that does not know better; the status."""
    url = f"{server.api_base}/interactions/{injected.id}/{injected.token}/callback"
    body = {"type": kind, "data": {"content": "hello"}}
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status


@pytest.mark.parametrize(
    ("components", "fault"),
    [
        ([row(button(custom_id="x" * 101))], "components.custom_id"),
        ([row(button(label="x" * 81))], "components.label"),
        ([row(button(1), button(1))], "components.custom_id"),
        ([row(*map(button, range(6)))], "components"),
        ([row(button(number)) for number in range(6)], "components"),
        ([row()], "components"),
    ],
)
def test_too_much_is_refused(components: list[dict[str, Any]], fault: str) -> None:
    """As Discord's limits have it."""
    assert message_faults({"content": "x", "components": components}) == [fault]


async def test_the_client_is_told_of_too_long_an_id(client: Client) -> None:
    """discord.py sends what it is given; the fake answers as Discord does."""
    client.answer = lambda interaction: client.show(interaction, custom_id=f"go:{'x' * 98}")

    shown = await asked(client)

    assert client.errors == [50035]
    assert shown.message is None


async def test_a_press_reaches_the_client_and_its_answer_the_message(client: Client) -> None:
    """After which there is nothing left to press."""
    shown = await asked(client)

    await client.server.press(shown, "Go")

    await until(lambda: shown.text == "Gone")
    assert client.pressed == ["go:1"]
    assert client.server.texts(shown) == ["Well?", "Gone"]
    with pytest.raises(CannotBeTyped, match="no button Go"):
        await client.server.press(shown, "Go")


async def test_an_answer_that_comes_too_late_is_not_taken(client: Client) -> None:
    """The press is unknown after 3 s."""
    shown = await asked(client)

    press = await client.server.press(shown, "Go", age_seconds=4)
    await until(lambda: client.pressed)

    assert await call_back(client.server, press, 4) == 404
    assert shown.text == "Well?"


async def test_a_command_has_no_message_to_change(client: Client) -> None:
    """Only a press can be answered by changing the message it is on."""
    client.answer = lambda interaction: asyncio.sleep(0)
    shown = await client.server.type_command("go")

    assert [await call_back(client.server, shown, kind) for kind in (6, 7, 4)] == [400, 400, 200]


@pytest.mark.parametrize(
    "broken", [{"message": None}, {"data": {"custom_id": "go:2", "component_type": 2}}]
)
async def test_a_press_that_is_told_wrongly_is_not_heard(
    client: Client, broken: dict[str, Any]
) -> None:
    """Were the fake to leave out the message or name another button, nothing would happen."""
    shown = await asked(client)
    press = await client.server.press(shown, "Go")
    await until(lambda: client.pressed)
    client.pressed.clear()
    event = press.event | broken
    if event["message"] is None:
        del event["message"]

    press.event = event
    await client.server.repeat(press)
    other = await client.server.type_command("go")
    await until(other.answered.is_set)

    assert client.pressed == []
