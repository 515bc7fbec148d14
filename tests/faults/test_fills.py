"""Rows 20, 21 and 23: the same fill again, over any way and in any number, is one fill."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from exporter.routes import examples
from tests.client import Client, fill
from tests.faults.formats import ARRAY, FORMATS, NDJSON, post


def as_event(sent: dict[str, Any]) -> dict[str, Any]:
    """A fill as it stands in a batch."""
    return {"type": "fill"} | sent


def totals(api: Client) -> tuple[int, float | None, float]:
    """Rows, the counter, and the realized P&L in dollars."""
    rows = api.get("/api/fills?limit=1000")
    counted = api.sample("arb_fills_total", category="economics")
    return len(rows), counted, api.get("/api/pnl")["realized_usd"]


def test_the_same_fill_over_two_connections_at_once_is_stored_once(api: Client) -> None:
    """Whoever comes first stores it; the other is told that it is a duplicate."""
    sent = [fill(f"f-{number}", pnl_cents=10) for number in range(100)]

    def push_all(_connection: int) -> int:
        with requests.Session() as session:
            answers = [session.post(api.url + "/api/fills", json=each) for each in sent]
        assert all(answer.status_code == 200 for answer in answers)
        return sum(answer.json()["accepted"] for answer in answers)

    with ThreadPoolExecutor(4) as connections:
        accepted = list(connections.map(push_all, range(4)))

    assert sum(accepted) == 100
    assert totals(api) == (100, 100, 10.0)
    assert api.sample("arb_exporter_fill_duplicates_total") == 300


@pytest.mark.parametrize("content_type", FORMATS)
def test_the_same_fill_many_times_in_one_batch_is_one_row(api: Client, content_type: str) -> None:
    """The first is accepted, all others of the batch are duplicates, and so is a resend."""
    batch = [as_event(fill("f-1"))] * 50

    first = post(api, content_type, batch).json()
    again = post(api, content_type, batch).json()

    assert (first["accepted"], first["duplicate"]) == (1, 49)
    assert (again["accepted"], again["duplicate"]) == (0, 50)
    assert totals(api) == (1, 1, 1.5)


def test_the_same_fill_in_two_formats_is_a_duplicate(api: Client) -> None:
    """Identity and content do not depend on how they were written."""
    sent = as_event(fill("f-1", timestamp="2026-01-01T12:00:00.25Z", pnl_cents=0.1))
    shifted = sent | {"timestamp": "2026-01-01T13:00:00.250+01:00"}

    receipts = [post(api, content_type, [sent]).json() for content_type in FORMATS]
    elsewhere = post(api, ARRAY, [shifted]).json()

    assert [receipt["duplicate"] for receipt in receipts] == [0, 1, 1]
    assert elsewhere["duplicate"] == 1


def test_other_content_under_two_connections_at_once_leaves_one(api: Client) -> None:
    """Exactly one content is stored; all who sent another are told 409."""
    sent = [fill("f-1", timestamp="2026-01-01T12:00:00Z", pnl_cents=cents) for cents in range(8)]

    with ThreadPoolExecutor(8) as connections:
        answers = list(connections.map(lambda each: api.post("/api/fills", each), sent))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    (row,) = api.get("/api/fills")
    stored = answers[int(row["pnl_cents"])]
    assert stored.status_code == 200
    assert api.sample("arb_exporter_fill_conflicts_total") == 7
    assert api.sample("arb_pnl_realized_usd") == row["pnl_cents"] / 100


@pytest.mark.parametrize("field", ["pnl_cents", "category", "status", "timestamp", "pair_id"])
def test_any_other_field_makes_a_conflict(api: Client, field: str) -> None:
    """In a batch with good ones it costs only itself, and the first content stays."""
    first = fill("f-1")
    other = {
        "pnl_cents": 151,
        "category": "crypto",
        "status": "one_legged",
        "timestamp": "2026-01-01T12:00:00Z",
        "pair_id": "other",
    }
    api.post("/api/fills", first)

    changed = first | {field: other[field]}
    receipt = post(api, NDJSON, [as_event(changed), as_event(fill("f-2"))]).json()

    assert (receipt["accepted"], receipt["duplicate"]) == (1, 0)
    assert [(r["index"], r["code"]) for r in receipt["rejected"]] == [(0, "fill_conflict")]
    assert api.get("/api/fills")[1][field] != other[field]
    assert totals(api) == (2, 2, 3.0)


def test_a_conflict_inside_one_batch_keeps_the_first(api: Client) -> None:
    """Also when neither of the two was there before."""
    first = fill("f-1", pnl_cents=10)

    receipt = post(api, ARRAY, [as_event(first), as_event(first | {"pnl_cents": 20})]).json()

    assert (receipt["accepted"], [r["index"] for r in receipt["rejected"]]) == (1, [1])
    assert totals(api) == (1, 1, 0.1)


@pytest.mark.parametrize("content_type", FORMATS)
def test_a_batch_repeated_under_its_name_counts_nothing_twice(
    api: Client, content_type: str
) -> None:
    """Also what has no identity of its own: errors, breaches, requests, latency, edges."""
    samples = [
        {"type": "fill"} | fill("f-1"),
        {"type": "error"} | examples.ERROR,
        {"type": "breach"} | examples.BREACH,
        {"type": "requests"} | examples.REQUESTS,
        {"type": "latency"} | examples.LATENCY,
        {"type": "fill"} | fill("bad") | {"pnl_cents": "x"},
    ]
    name = {"Arbwatch-Engine": "e", "Arbwatch-Batch": "session-1"}

    with ThreadPoolExecutor(4) as connections:
        answers = list(
            connections.map(
                lambda _: post(api, content_type, samples, headers=name).json(), range(4)
            )
        )

    assert sorted(answer["accepted"] for answer in answers) == [0, 0, 0, 5]
    assert all([r["index"] for r in answer["rejected"]] == [5] for answer in answers)
    events = {
        kind: api.sample("arb_exporter_events_total", type=kind)
        for kind in ("fill", "error", "breach", "requests", "latency")
    }
    assert events == dict.fromkeys(events, 1)


def test_a_resend_after_a_crash_repeats_no_fact(api: Client) -> None:
    """A batch grown by newer facts and sent under a new name: the old ones are duplicates."""
    old = [as_event(fill(f"f-{n}", pnl_cents=7)) for n in range(300)]
    new = [as_event(fill(f"g-{n}", pnl_cents=3)) for n in range(200)]
    post(api, NDJSON, old, headers={"Arbwatch-Batch": "first-1"})

    receipt = post(api, NDJSON, old + new, headers={"Arbwatch-Batch": "second-1"}).json()

    assert (receipt["accepted"], receipt["duplicate"]) == (200, 300)
    assert totals(api) == (500, 500, 27.0)
