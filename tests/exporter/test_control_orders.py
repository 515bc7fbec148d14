"""Orders and acknowledgements that cross: several halts, scopes, engines, and restarts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arbwatch.control import HaltState
from exporter.control.standing import CONFIRM_SECONDS
from exporter.engines import CONTACT_SECONDS
from tests.client import Client
from tests.exporter.controlled import Controlled
from tests.exporter.test_control import HALT, stand

DENIAL = {
    "command": "resume",
    "scope": "kalshi",
    "reason": "needs a role of DISCORD_RESUME_ROLES",
    "actor": "mallory",
    "via": "discord",
}


@pytest.fixture
async def life(ledger_path: Path) -> AsyncIterator[Controlled]:
    """Control whose clock stands still."""
    life = Controlled(ledger_path)
    yield life
    await life.close()


async def test_a_resume_ends_only_halts_of_its_own_scope(life: Controlled) -> None:
    """Named or not, a halt of `all` outlives the resume of a venue, and the other way round."""
    of_all, of_kalshi = await life.halt("all"), await life.halt()

    await life.resume("kalshi", [of_all])
    assert [halt.halt_id for halt in life.row().halts] == [of_all, of_kalshi]

    await life.resume("kalshi", [of_all, of_kalshi, 999])
    assert [halt.halt_id for halt in life.row().halts] == [of_all]

    await life.resume("all", [of_all])
    assert life.state() is life.state("polymarket") is HaltState.RUNNING


async def test_a_number_that_is_not_used_yet_cannot_be_resumed(life: Controlled) -> None:
    """The halt that gets it later stays open."""
    await life.resume("kalshi", [1, 2, 3])

    assert await life.halt() in (1, 2, 3)
    assert life.state() is HaltState.REQUESTED


async def test_both_open_halts_must_be_acknowledged(life: Controlled) -> None:
    """An acknowledgement is good for what was ordered before it."""
    first = await life.halt()
    second = await life.halt("all")

    await life.ack(first)
    assert life.state() is HaltState.REQUESTED
    await life.ack(second)
    assert life.state() is HaltState.ACKNOWLEDGED
    assert life.state("polymarket") is HaltState.REQUESTED
    assert len(life.confirmed) == 2


async def test_a_second_halt_does_not_hide_that_the_first_is_unconfirmed(life: Controlled) -> None:
    """Each has its own five seconds."""
    first = await life.halt()
    life.passed = 4
    second = await life.halt()
    life.passed = 6
    assert life.state() is HaltState.UNCONFIRMED

    await life.ack(first)
    assert life.state() is HaltState.REQUESTED
    await life.ack(second)
    assert life.state() is HaltState.ACKNOWLEDGED
    assert life.confirmed == [6, 2]


async def test_an_acknowledgement_that_is_overtaken_takes_nothing_back(life: Controlled) -> None:
    """An engine that acknowledged the newer halt is not asked again for the older one."""
    first, second = await life.halt(), await life.halt()

    await life.ack(second)
    await life.ack(first)

    assert life.state() is HaltState.ACKNOWLEDGED
    assert [ack.seq for ack in life.row().acks] == [second]


async def test_the_row_names_the_engines_in_contact(life: Controlled) -> None:
    """So that it can be seen whose acknowledgement is missing."""
    life.engines = {"two", "one"}

    assert life.row().engines == ["one", "two"]


async def test_an_acknowledgement_is_not_completed_by_a_restart(ledger_path: Path) -> None:
    """An engine that was in contact and silent may trade for a lease, whoever forgot it."""
    life = Controlled(ledger_path)
    life.engines = {"e", "silent"}
    halt = await life.halt()
    await life.ack(halt)
    await life.close()

    again = Controlled(ledger_path)
    assert again.state() is HaltState.REQUESTED
    again.passed = CONFIRM_SECONDS
    assert again.state() is HaltState.UNCONFIRMED
    again.passed = CONTACT_SECONDS
    assert again.state() is HaltState.ACKNOWLEDGED
    await again.close()


async def test_an_acknowledgement_of_all_survives_a_restart(ledger_path: Path) -> None:
    """Of two at the same time, the later says in the audit trail which halts it completes."""
    life = Controlled(ledger_path)
    life.engines = {"one", "two"}
    halt = await life.halt()
    await asyncio.gather(life.ack(halt, "one"), life.ack(halt, "two"))
    await life.close()

    again = Controlled(ledger_path)
    assert again.state() is HaltState.ACKNOWLEDGED
    again.engines = {"three"}
    assert again.state() is HaltState.REQUESTED
    await again.close()


async def test_an_engine_that_repeats_itself_completes_what_another_left(ledger_path: Path) -> None:
    """Once the other is out of contact, it is the last that was missing."""
    life = Controlled(ledger_path)
    life.engines = {"e", "gone"}
    halt = await life.halt()
    await life.ack(halt)
    life.engines = {"e"}
    await life.ack(halt)
    await life.close()

    again = Controlled(ledger_path)
    assert again.state() is HaltState.ACKNOWLEDGED
    await again.close()


async def test_acknowledgements_of_before_do_not_count_for_a_newer_halt(ledger_path: Path) -> None:
    """Not after a restart either."""
    life = Controlled(ledger_path)
    await life.ack(await life.halt())
    await life.halt()
    await life.close()

    again = Controlled(ledger_path, passed=CONTACT_SECONDS * 2)
    assert again.state() is HaltState.UNCONFIRMED
    again.passed += CONTACT_SECONDS
    assert again.state() is HaltState.UNCONFIRMED
    await again.close()


def test_a_denial_is_kept_and_counted_and_changes_nothing(api: Client) -> None:
    """Who tried what, and why it was not allowed."""
    api.post("/api/venues/kalshi/halt", HALT)
    before = stand(api)

    answer = api.post("/api/denials", DENIAL)

    assert (answer.status_code, answer.json()) == (200, {"stored": True})
    assert stand(api) == before
    row = api.get("/api/audit?limit=1")[0]
    assert (row["action"], row["scope"], row["actor"]) == ("denial", "kalshi", "mallory")
    assert row["reason"] == "resume: needs a role of DISCORD_RESUME_ROLES"
    assert api.sample("arb_control_denials_total", via="discord") == 1
    assert api.sample("arb_control_denials_total", via="rest") == 0


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"scope": "betfair"}, 404, "scope"),
        ({"command": "cancel"}, 422, "command"),
        ({"actor": None}, 422, "actor"),
    ],
)
def test_a_denial_of_nonsense_is_refused(
    api: Client, change: dict[str, object], status: int, field: str
) -> None:
    """As an order would be."""
    answer = api.post("/api/denials", DENIAL | change)

    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field)
    assert api.get("/api/audit") == []
