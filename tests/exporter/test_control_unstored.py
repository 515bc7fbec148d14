"""Halts that the disk does not take at once: in force, said to be in memory only, stored later."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from exporter.clock import Clock
from exporter.control import IN_SERVICE, Patience
from exporter.errors import LedgerUnavailable
from tests.client import Client, fill
from tests.clocks import STILL
from tests.conftest import RunningExporter, wait_until
from tests.exporter.controlled import Controlled
from tests.exporter.test_control import HALT, stand


@pytest.fixture
def exporter_clock() -> Clock:
    """The one that judges stands still: an order stays a new one."""
    return STILL


@pytest.fixture
def patience() -> Patience:
    """As in service."""
    return IN_SERVICE


@contextmanager
def stalled(ledger: Path) -> Iterator[None]:
    """Nothing can be committed, as on a disk that hangs."""
    with closing(sqlite3.connect(ledger, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def is_stored(api: Client) -> bool:
    """Whether every halt of kalshi is on disk."""
    return all(halt["halt_id"] for halt in stand(api)["halts"])


def refusal(answer: requests.Response) -> tuple[int, str]:
    """Status and code."""
    return answer.status_code, answer.json()["error"]["code"]


def test_a_halt_that_cannot_be_stored_is_in_force_at_once(api: Client, ledger_path: Path) -> None:
    """The answer says what that means; it is stored as soon as the disk takes it, once."""
    with stalled(ledger_path):
        answer = api.post("/api/venues/kalshi/halt", HALT)
        meanwhile = stand(api)
        waiting = api.sample("arb_exporter_unstored_halts")
    wait_until(lambda: is_stored(api))

    assert refusal(answer) == (503, "halt_not_stored")
    assert "restart" in answer.json()["error"]["message"]
    assert (meanwhile["state"], meanwhile["seq"], waiting) == ("requested", 0, 1)
    assert [(halt["halt_id"], halt["reason"]) for halt in meanwhile["halts"]] == [
        (0, HALT["reason"])
    ]
    stored = stand(api)
    assert stored["seq"] == stored["halts"][0]["halt_id"] > 0
    assert stored["halts"][0]["since"] == meanwhile["halts"][0]["since"]
    assert len(stored["halts"]) == len(api.get("/api/audit")) == 1
    assert api.sample("arb_exporter_unstored_halts") == 0


def test_nobody_resumes_a_halt_that_is_not_stored(api: Client, ledger_path: Path) -> None:
    """What ended it would be lost with it; another scope's resume does not end it either."""
    api.post("/api/venues/kalshi/halt", HALT)
    wait_until(lambda: is_stored(api))
    first = stand(api)["seq"]
    with stalled(ledger_path):
        api.post("/api/venues/kalshi/halt", {"reason": "second"})
        answer = api.post("/api/venues/kalshi/resume", {"halt_ids": [first]})
    wait_until(lambda: is_stored(api))

    assert refusal(answer) == (503, "ledger_unavailable")
    assert [halt["reason"] for halt in stand(api)["halts"]] == [HALT["reason"], "second"]


async def test_a_resume_is_answered_in_time_or_taken_back(ledger_path: Path) -> None:
    """Nobody expects it any more when the commit that it waits behind ends at last."""
    life = Controlled(ledger_path)
    halt = await life.halt()
    await life.close()
    life = Controlled(ledger_path, patience=IN_SERVICE)
    with stalled(ledger_path):
        first_in_line = asyncio.create_task(life.fill("f-1", made=0))
        for _ in range(10):  # turns of the loop, in which its commit begins
            await asyncio.sleep(0)
        with pytest.raises(LedgerUnavailable):
            await life.resume()
    await first_in_line
    await life.fill("f-2", made=0)

    assert [each.halt_id for each in life.row().halts] == [halt]
    await life.close()


def test_the_same_order_again_is_stored_once(api: Client, ledger_path: Path) -> None:
    """As from a bot that tries again: one halt, whichever venues it is for."""
    with stalled(ledger_path):
        answers = [refusal(api.post("/api/venues/all/halt", HALT)) for _ in range(3)]
        states = [row["state"] for row in api.get("/api/venues")]
    wait_until(lambda: is_stored(api))

    assert answers == [(503, "halt_not_stored")] * 3
    assert states == ["requested", "requested"]
    assert len(api.get("/api/audit")) == 1


def test_engines_hear_of_it_before_it_is_stored(api: Client, ledger_path: Path) -> None:
    """The stream tells it without an id, so that nobody comes back to it; then as any other."""
    url = api.url + "/api/stream?kinds=control"
    with requests.get(url, stream=True, timeout=30) as answer:
        lines = answer.iter_lines(chunk_size=1, decode_unicode=True)
        ready = _message(lines)
        with stalled(ledger_path):
            api.post("/api/venues/kalshi/halt", HALT)
            unstored = _message(lines)
        stored = _message(lines)

    assert ready["event"] == "ready"
    assert (unstored["event"], "id" in unstored) == ("control", False)
    assert (stored["event"], stored["id"]) == ("control", str(stand(api)["seq"]))


def test_a_fill_of_that_time_is_after_the_halt(
    exporter: RunningExporter, ledger_path: Path
) -> None:
    """By the time of the order, not by that of its storing."""
    api = exporter.client
    with stalled(ledger_path):
        api.post("/api/venues/kalshi/halt", HALT)
        made = fill("f-1")
    wait_until(lambda: is_stored(api))

    api.post("/api/fills", made)

    assert api.get("/api/fills")[0]["after_halt"]


def _message(lines: Iterator[Any]) -> dict[str, str]:
    """The fields of the next message."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            break
    return fields
