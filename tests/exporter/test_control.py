"""Halts: true only once an engine said so, and the same after a restart."""

from pathlib import Path
from typing import Any

import pytest

from arbwatch.control import Acknowledgement, HaltOrder, HaltState, ResumeOrder
from exporter.clock import Clock
from exporter.control import Control
from exporter.ledger.ledger import Ledger
from exporter.ledger.store import Store
from exporter.ledger.writer import Written
from tests.client import Client, fill
from tests.clocks import STILL
from tests.conftest import LONG, RunningExporter

HALT = {"reason": "feed is late", "actor": "alice", "via": "console"}


@pytest.fixture
def exporter_clock() -> Clock:
    """The one that judges stands still: an order stays a new one."""
    return STILL


def stand(api: Client, venue: str = "kalshi") -> dict[str, Any]:
    """The venue's row of GET /api/venues."""
    rows: list[dict[str, Any]] = api.get("/api/venues")
    return next(row for row in rows if row["venue"] == venue)


def ack(api: Client, seq: int, engine: str = "bot-1") -> dict[str, Any]:
    """An engine acknowledges everything up to `seq` for kalshi."""
    body = {"engine": engine, "seq": seq, "open_orders": 0}
    answer: dict[str, Any] = api.post("/api/venues/kalshi/ack", body).json()
    return answer


def test_a_halt_is_requested_until_an_engine_acknowledges_it(api: Client) -> None:
    """The order alone is no halt; the acknowledgement makes it one, and the gauge follows."""
    ordered = api.post("/api/venues/kalshi/halt", HALT).json()

    assert ordered["state"] == "requested"
    assert api.sample("arb_venue_halt_state", venue="kalshi") == 1

    assert ack(api, ordered["seq"])["state"] == "acknowledged"
    assert api.sample("arb_venue_halt_state", venue="kalshi") == 2
    assert api.sample("arb_halt_ack_seconds_count") == 1
    assert stand(api, "polymarket")["state"] == "running"


def test_an_acknowledgement_of_something_older_does_not_count(api: Client) -> None:
    """Only an engine that has seen this halt can acknowledge it."""
    seq = api.post("/api/venues/kalshi/halt", HALT).json()["seq"]

    assert ack(api, seq - 1)["state"] == "requested"


def test_every_engine_in_contact_must_acknowledge(api: Client) -> None:
    """A second engine that was heard lately and said nothing keeps the halt unproven."""
    api.post("/api/events", b"[]", **{"Arbwatch-Engine": "bot-2"})
    seq = api.post("/api/venues/kalshi/halt", HALT).json()["seq"]

    assert ack(api, seq, "bot-1")["state"] == "requested"
    assert ack(api, seq, "bot-2")["state"] == "acknowledged"


def test_a_venue_runs_only_when_no_halt_is_open(api: Client) -> None:
    """Halts of one scope coexist; a resume ends those it names and no other."""
    first = api.post("/api/venues/kalshi/halt", HALT).json()["seq"]
    second = api.post("/api/venues/kalshi/halt", HALT).json()["seq"]

    half = api.post("/api/venues/kalshi/resume", {"halt_ids": [first]}).json()
    done = api.post("/api/venues/kalshi/resume", {"halt_ids": [second]}).json()

    assert [halt["halt_id"] for halt in half["halts"]] == [second]
    assert half["state"] != "running"
    assert done["state"] == "running"


def test_all_halts_every_venue(api: Client) -> None:
    """The scope `all` halts each venue, and resuming one venue does not end it."""
    rows = api.post("/api/venues/all/halt", HALT).json()
    api.post("/api/venues/kalshi/resume", {})

    assert [row["state"] for row in rows] == ["requested", "requested"]
    assert stand(api)["state"] == "requested"
    resumed = api.post("/api/venues/all/resume", {}).json()
    assert [row["state"] for row in resumed] == ["running", "running"]


def test_an_unknown_venue_is_refused_with_the_known_ones(api: Client) -> None:
    """404, and the answer lists what could have been meant."""
    answer = api.post("/api/venues/betfair/halt", HALT)

    assert answer.status_code == 404
    assert "polymarket, kalshi" in answer.json()["error"]["message"]


def test_fills_after_a_halt_are_kept_and_counted(api: Client) -> None:
    """Orders in flight still fill: such fills are stored, and the venue's row says how many."""
    api.post("/api/venues/kalshi/halt", HALT)

    api.post("/api/fills", fill("late"))

    assert stand(api)["fills_since"] == 1
    assert api.get("/api/fills")[0]["fill_id"] == "late"


def test_control_state_survives_a_restart(exporter: RunningExporter, ledger_path: Path) -> None:
    """Halts never expire; an acknowledged one is still acknowledged, an open one still waits."""
    api = exporter.client
    seq = api.post("/api/venues/kalshi/halt", HALT).json()["seq"]
    ack(api, seq)
    api.post("/api/venues/polymarket/halt", HALT)
    exporter.stop()

    restarted = RunningExporter(ledger_path)
    restarted.start()

    assert stand(restarted.client)["state"] == "acknowledged"
    assert stand(restarted.client)["halts"][0]["reason"] == "feed is late"
    assert stand(restarted.client, "polymarket")["state"] in ("requested", "unconfirmed")
    newer = restarted.client.post("/api/venues/kalshi/halt", HALT).json()
    assert newer["seq"] > seq
    restarted.stop()


def test_only_an_acknowledged_halt_shows_in_health(api: Client) -> None:
    """Ordered is not halted: until an engine said so, the feed's own state is shown."""
    seq = api.post("/api/venues/kalshi/halt", HALT).json()["seq"]
    assert api.get("/api/health")[1]["status"] == "unknown"

    ack(api, seq)

    assert api.get("/api/health")[1]["status"] == "halted"


def test_what_was_not_ordered_cannot_be_acknowledged(api: Client) -> None:
    """An engine that claims to have seen the future would make every later halt look done."""
    answer = api.post("/api/venues/kalshi/ack", {"engine": "e", "seq": 999})

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "seq")
    assert api.post("/api/venues/kalshi/halt", HALT).json()["state"] == "requested"


def test_the_same_acknowledgement_again_is_not_stored_again(api: Client) -> None:
    """An engine that repeats itself does not fill the audit trail."""
    seq = api.post("/api/venues/kalshi/halt", HALT).json()["seq"]
    for _ in range(3):
        ack(api, seq)

    assert [row["action"] for row in api.get("/api/audit")] == ["ack", "halt"]


async def test_an_unacknowledged_halt_becomes_unconfirmed(tmp_path: Path) -> None:
    """After 5 seconds without a word from an engine the state says so."""
    clock = [100.0]
    ledger = Ledger(Store(tmp_path / "ledger.db"))
    control = Control(
        ledger,
        venues=("kalshi",),
        connected=frozenset,
        on_confirmed=lambda seconds: None,
        clock=lambda: clock[0],
        patience=LONG,
    )

    def stored(written: Written) -> None:
        control.stored(written.entries, [])

    ledger.on_stored = stored
    ledger.start()

    (ordered,) = await control.halt("kalshi", HaltOrder())
    clock[0] += 5.1
    (late,) = control.venues()
    (acked,) = await control.acknowledge("kalshi", Acknowledgement(engine="e", seq=late.seq))
    (resumed,) = await control.resume("kalshi", ResumeOrder(halt_ids=[late.seq]))
    await ledger.close()

    assert [row.state for row in (ordered, late, acked, resumed)] == [
        HaltState.REQUESTED,
        HaltState.UNCONFIRMED,
        HaltState.ACKNOWLEDGED,
        HaltState.RUNNING,
    ]
