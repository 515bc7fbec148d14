"""What a press does without Discord: at a real outbox, exporter and Alertmanager."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.alertmanager_api import AlertmanagerApi
from bot.commands import Commands
from bot.commands.answer import Answer, Caller
from bot.commands.presses import Press
from bot.exporter_api import ExporterApi
from bot.incidents import Member
from bot.outbox import Notification, Outbox
from tests.alertmanager.conftest import Alertmanager, started
from tests.bot.asking import acknowledge, contact
from tests.bot.incidents import member
from tests.client import Client
from tests.conftest import free_port

ALICE = Caller(actor="alice (800000000000001000)", via="discord")


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    """One that posts to nobody."""
    with started(tmp_path, posts_to=free_port()) as running:
        yield running


@pytest.fixture
async def pressing(
    api: Client, alertmanager: Alertmanager, outbox: Outbox
) -> AsyncIterator[Commands]:
    """Commands with all they need."""
    exporter = ExporterApi(api.url, timeout_seconds=30)
    alerts = AlertmanagerApi(alertmanager.url, timeout_seconds=30)
    yield Commands(exporter, alerts=alerts, outbox=outbox)
    await exporter.close()
    await alerts.close()


async def tell(outbox: Outbox, *members: Member) -> str:
    """Have a group's incident tell of these alerts; its reference."""
    await outbox.put([], notifications=[Notification(group_key="g", members=members)])
    [incident] = await outbox.incidents()
    return incident.reference


async def press(commands: Commands, what: str, reference: str, **given: object) -> Answer:
    """Press as alice."""
    wish = Press(what=what, reference=reference, **given)  # type: ignore[arg-type]
    return await commands.press(wish, caller=ALICE)


async def test_an_alert_that_joined_later_can_be_silenced_too(
    pressing: Commands, outbox: Outbox, alertmanager: Alertmanager
) -> None:
    """The second silence covers what both share, and one press ends both."""
    first = member("f1", labels={"category": "crypto"})
    reference = await tell(outbox, first)
    await press(pressing, "silence", reference, hours=1)
    again = await press(pressing, "silence", reference, hours=4)

    await tell(outbox, member("f2", labels={"category": "sports"}))
    wider = await press(pressing, "silence", reference, hours=1)

    assert again.result == "refused"
    assert wider.result == "ok"
    held = await asyncio.to_thread(alertmanager.silences)
    assert sorted(len(silence["matchers"]) for silence in held) == [3, 4]
    await press(pressing, "unsilence", reference)
    assert await asyncio.to_thread(alertmanager.silences) == []


async def test_what_shares_no_name_is_not_silenced(
    pressing: Commands, outbox: Outbox, alertmanager: Alertmanager
) -> None:
    """Whatever else it shares would silence too much."""
    reference = await tell(outbox, member("f1"), member("f2", labels={"alertname": "Other"}))

    answer = await press(pressing, "silence", reference, hours=1)

    assert answer.text.startswith("⚠️ These alerts have no common name")
    assert await asyncio.to_thread(alertmanager.silences) == []


async def test_a_disk_that_hangs_does_not_hold_a_halt_up(
    pressing: Commands, outbox: Outbox, api: Client
) -> None:
    """The halt is ordered and told; its reason and the card do without the disk."""
    contact(api)
    reference = await tell(outbox, member())
    hangs = threading.Event()
    stuck = asyncio.create_task(outbox.read(lambda run: hangs.wait()))

    answer, _ = await asyncio.gather(
        press(pressing, "halt", reference, scope="kalshi"), acknowledge(api, "kalshi")
    )

    assert answer.text.startswith("🛑 Trading halted on KALSHI")
    [halt] = [row for row in api.get("/api/audit") if row["action"] == "halt"]
    assert halt["reason"] == "pressed on an alert's card"
    hangs.set()
    await stuck
