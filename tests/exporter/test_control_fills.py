"""Fills against halts: flagged and counted by their own times, whenever they come."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.control.late import Late
from exporter.control.spans import Spans
from tests.client import Client, fill
from tests.conftest import RunningExporter
from tests.exporter.controlled import Controlled, at
from tests.exporter.test_stream import follow

NOTHING = Late()
ENTRY = Late(after_halt=1, entries={"kalshi": 1})


@pytest.fixture
async def life(ledger_path: Path) -> AsyncIterator[Controlled]:
    """Control whose clock stands still."""
    life = Controlled(ledger_path)
    yield life
    await life.close()


async def halted(life: Controlled, *, open_orders: int | None = 0) -> None:
    """Kalshi is halted at 0 and acknowledged at 1."""
    seq = await life.halt()
    life.passed = 1
    await life.ack(seq, open_orders=open_orders)


def in_time(seconds: float) -> str:
    """So many seconds from now, as an event's time."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def test_a_fill_is_flagged_by_when_it_was_made(api: Client) -> None:
    """A halt of either venue of a pair concerns it; not what was made before it or after it."""
    api.post("/api/venues/kalshi/halt", {})
    api.post("/api/fills", [fill("during"), fill("spooled", timestamp=in_time(-3600))])
    api.post("/api/venues/kalshi/resume", {})
    api.post("/api/fills", fill("after", timestamp=in_time(1)))

    rows = {row["fill_id"]: row["after_halt"] for row in api.get("/api/fills")}

    assert rows == {"during": True, "spooled": False, "after": False}
    assert api.sample("arb_fills_after_halt_total") == 1


def test_flag_and_count_are_the_same_after_a_restart(
    exporter: RunningExporter, ledger_path: Path
) -> None:
    """They follow from the audit trail and the fills' own times; an alert needs the counter."""
    api = exporter.client
    seq = api.post("/api/venues/kalshi/halt", {}).json()["seq"]
    api.post("/api/venues/kalshi/ack", {"engine": "e", "seq": seq})
    late = fill("f-1", timestamp=in_time(60), ordered_at=in_time(3))
    api.post("/api/fills", [late, fill("f-2", timestamp=in_time(-3600))])
    fills, venues = api.get("/api/fills"), api.get("/api/venues")
    assert api.sample("arb_entries_after_halt_total", venue="kalshi") == 1
    assert api.sample("arb_entries_after_halt_total", venue="polymarket") == 0
    exporter.stop()

    restarted = RunningExporter(ledger_path)
    restarted.start()

    assert restarted.client.get("/api/fills") == fills
    assert restarted.client.get("/api/venues") == venues
    assert [row["after_halt"] for row in fills] == [False, True]
    assert [row["entries_after_ack"] for row in venues] == [0, 1]
    assert restarted.client.sample("arb_entries_after_halt_total", venue="kalshi") == 1
    restarted.stop()


def test_the_stream_flags_fills_live_and_later(api: Client) -> None:
    """The same in the message that comes at once and in the one that is read again."""
    live = follow(api)
    next(live)
    api.post("/api/fills", fill("before", timestamp=in_time(-1)))
    api.post("/api/venues/kalshi/halt", {})
    api.post("/api/fills", fill("late"))

    told = [next(live) for _ in range(3)]
    again = follow(api, last_id=0)
    read = [next(again) for _ in range(4)]

    assert [data.get("after_halt") for _, _, data in told] == [False, None, True]
    assert [data.get("after_halt") for _, _, data in read] == [None, False, None, True]


async def test_what_was_ordered_after_the_acknowledgement_is_an_entry(life: Controlled) -> None:
    """What was sent before it, or within a second of it, may fill whenever it likes."""
    await halted(life, open_orders=None)

    assert await life.fill("open before", made=60, ordered=0.5) == Late(after_halt=1)
    assert await life.fill("in that second", made=60, ordered=2) == Late(after_halt=1)
    assert await life.fill("an entry", made=60, ordered=2.1) == ENTRY
    assert life.row().entries_after_ack == 1
    assert life.row("polymarket").entries_after_ack == 0


async def test_a_fill_that_comes_late_is_judged_by_its_own_times(life: Controlled) -> None:
    """Of a halt that is over it is counted, but not held against the one that is open."""
    await halted(life)
    life.passed = 10
    await life.resume()
    life.passed = 20
    await life.ack(await life.halt())

    assert await life.fill("f-1", made=9, ordered=5) == ENTRY
    assert await life.fill("f-2", made=12, ordered=5) == Late(entries={"kalshi": 1})
    assert await life.fill("f-3", made=15, ordered=9.5) == NOTHING
    assert life.row().entries_after_ack == 0
    assert life.row().fills_since == 3


async def test_nothing_is_an_entry_before_all_engines_acknowledged(life: Controlled) -> None:
    """Who has not been told breaks no promise; once its lease is over it must not trade either."""
    life.engines = {"e", "other"}
    await halted(life)
    assert await life.fill("f-1", made=9, ordered=8) == Late(after_halt=1)
    assert await life.fill("f-2", made=40, ordered=23) == ENTRY

    life.passed = 10
    await life.ack(life.row().seq, "other")

    assert await life.fill("f-3", made=13, ordered=12) == ENTRY


async def test_without_the_time_of_its_order_a_fill_may_be_a_hedge(life: Controlled) -> None:
    """With no order left at the acknowledgement, hedges under way end within five seconds."""
    await halted(life)

    assert await life.fill("hedge", made=6) == Late(after_halt=1)
    assert await life.fill("entry", made=6.1) == ENTRY


async def test_orders_left_open_may_still_fill(life: Controlled) -> None:
    """Until an engine says that none is left; how many there are may be unknown."""
    await halted(life, open_orders=3)
    assert await life.fill("f-1", made=60) == Late(after_halt=1)

    life.passed = 20
    await life.ack(life.row().seq, open_orders=0)
    assert await life.fill("f-2", made=24) == Late(after_halt=1)
    assert await life.fill("f-3", made=26) == ENTRY

    life.passed = 30
    await life.ack(life.row().seq, "other", open_orders=None)
    assert await life.fill("f-4", made=60) == Late(after_halt=1)


async def test_a_change_begins_the_row_s_count_anew(life: Controlled) -> None:
    """Entries, like fills, are those since the venue's last change."""
    await halted(life)
    await life.fill("f-1", made=5, ordered=4)
    assert (life.row().entries_after_ack, life.row().fills_since) == (1, 1)

    await life.halt()

    assert (life.row().entries_after_ack, life.row().fills_since) == (0, 0)


def test_the_time_of_an_order_is_bounded(api: Client) -> None:
    """As every other time; the refusal names the field."""
    answer = api.post("/api/fills", fill("f-1", ordered_at="0001-01-01T00:00:00+14:00"))

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "ordered_at")


def test_spans_hold_from_after_their_start_to_their_end() -> None:
    """The last one may go on; one that would end before it began was none."""
    spans = Spans()
    for opened, closed in ((10, 20), (30, 25)):
        spans.open(at(opened))
        spans.close(at(closed))
    spans.open(at(40))

    held = [second for second in (10, 11, 20, 21, 31, 40, 41, 9_999) if spans.holds(at(second))]

    assert held == [11, 20, 41, 9_999]
    assert spans.since == at(40)
    assert not spans.holds(at(44), after=timedelta(seconds=5))


def test_a_clock_set_back_ends_what_it_told_of_later() -> None:
    """The stretch in which it is opened again goes on; the one ahead of that never was."""
    spans = Spans()
    for opened, closed in ((10, 20), (30, 40)):
        spans.open(at(opened))
        spans.close(at(closed))

    spans.open(at(15))
    spans.close(at(25))

    assert [second for second in range(0, 50, 4) if spans.holds(at(second))] == [12, 16, 20, 24]
