"""What an engine posts, and what it is answered."""

from typing import Any

import pytest

from exporter.routes import examples
from tests.client import Client, edge, fill, now

SINGLES = [
    ("/api/edges", examples.EDGE),
    ("/api/fills", examples.FILL),
    ("/api/latency", examples.LATENCY),
    ("/api/requests", examples.REQUESTS),
    ("/api/errors", examples.ERROR),
    ("/api/breaches", examples.BREACH),
    ("/api/exposure", examples.EXPOSURE),
    ("/api/exposure", examples.EXPOSURE[0]),
    ("/api/events", examples.EVENTS),
]


@pytest.mark.parametrize(("path", "example"), SINGLES)
def test_every_documented_example_is_accepted(api: Client, path: str, example: Any) -> None:
    """What /docs shows can be posted as it stands, and the scrape still parses."""
    answer = api.post(path, example)

    assert answer.status_code == 200
    assert answer.json()["accepted"] >= 1
    assert answer.json()["rejected"] == []
    assert api.scrape()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"confidence": 1.5}, "out_of_range", "confidence"),
        ({"confidence": True}, "wrong_type", "confidence"),
        ({"confidence": "0.5"}, "wrong_type", "confidence"),
        ({"net_edge_cents": 1e300}, "out_of_range", "net_edge_cents"),
        ({"pair_id": "a\u0000b"}, "bad_text", "pair_id"),
        ({"timestamp": "2026-01-01T00:00:00"}, "out_of_range", "timestamp"),
        ({"timestamp": "2126-01-01T00:00:00Z"}, "out_of_range", "timestamp"),
        ({"best_side": "both"}, "out_of_range", "best_side"),
        ({"leader": None}, "wrong_type", "leader"),
    ],
)
def test_a_bad_field_is_named_and_counted(
    api: Client, change: dict[str, Any], code: str, field: str
) -> None:
    """A wrong value is refused with a code and the field, and never repeated to the sender."""
    answer = api.post("/api/edges", edge(**change))

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["field"] == field
    assert api.sample("arb_exporter_rejected_total", type="edge", reason=code) == 1
    assert api.get("/api/edges") == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "empty"),
        (b"null", 422, "empty"),
        (b"[]", 422, "empty"),
        (b"{", 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b'{"kind": "\xff"}', 400, "malformed"),
        (b'{"value": NaN}', 422, "not_finite"),
        (b'{"kind": "\\ud800"}', 422, "bad_text"),
    ],
)
def test_a_body_that_is_no_event_is_refused(
    api: Client, body: bytes, status: int, code: str
) -> None:
    """Garbage gets a client error in the usual shape, never a 500."""
    answer = api.post("/api/errors", body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_other_media_are_refused(api: Client) -> None:
    """Only plain JSON and newline-delimited JSON are read."""
    text = api.post("/api/edges", b"{}", **{"Content-Type": "text/plain"})
    packed = api.post("/api/edges", b"{}", **{"Content-Encoding": "gzip"})

    assert [text.status_code, packed.status_code] == [415, 415]


def test_a_body_over_its_limit_is_refused(api: Client) -> None:
    """More than 4 MiB are not read to the end."""
    answer = api.post("/api/edges", b" " * (4 * 1024 * 1024 + 1))

    assert answer.status_code == 413


def test_a_batch_keeps_the_good_events_and_names_the_bad(api: Client) -> None:
    """Each bad event is reported by its place in the batch; the others are stored."""
    ahead = edge(timestamp="2126-01-01T00:00:00Z")
    batch = [{"type": "edge"} | edge(), {"type": "zork"}, {"type": "edge"} | ahead]

    answer = api.post("/api/events", [*batch, {"type": "fill"} | fill("f-1")])

    receipt = answer.json()
    assert receipt["accepted"] == 2
    assert [(r["index"], r["code"]) for r in receipt["rejected"]] == [
        (1, "out_of_range"),
        (2, "out_of_range"),
    ]
    assert [row["fill_id"] for row in api.get("/api/fills")] == ["f-1"]


def test_an_unknown_venue_or_category_is_kept_as_other(api: Client) -> None:
    """Labels stay a closed set; what fell outside is counted, and the row keeps its own word."""
    api.post("/api/edges", edge(leader="betfair", category="chess"))

    assert api.sample("arb_edges_total", leader="other", category="other") == 1
    assert api.sample("arb_exporter_label_overflow_total", label="venue") == 1
    assert api.get("/api/edges")[0]["category"] == "chess"


def test_an_exposure_list_is_a_whole_snapshot(api: Client) -> None:
    """What a snapshot does not name is closed and stands at zero; one row alone changes only it."""
    row = examples.EXPOSURE[0]
    api.post("/api/exposure", [row, row | {"venue": "kalshi"}])

    api.post("/api/exposure", [row])
    api.post("/api/exposure", row | {"total_notional_usd": 10})

    assert api.get("/api/exposure?by=venue") == [
        {"name": "polymarket", "total_notional_usd": 10, "num_positions": 3},
        {"name": "kalshi", "total_notional_usd": 0, "num_positions": 0},
    ]
    assert api.sample("arb_exposure_usd", venue="kalshi", category="economics") == 0


def test_what_the_newer_fields_of_an_edge_and_a_row_say_is_given_back(api: Client) -> None:
    """As posted; a row of an engine that does not send the new field keeps its shape."""
    old = {"venue": "kalshi", "category": "tech", "total_notional_usd": 5.0, "num_positions": 1}
    new = old | {"venue": "polymarket", "largest_contract_usd": 5.0}
    api.post("/api/exposure", [old, new])
    api.post("/api/edges", edge(books_changed_at={"kalshi": "2026-01-15T11:59:58Z"}))

    assert api.get("/api/exposure") == [old, new]
    assert api.get("/api/edges")[0]["books_changed_at"] == {"kalshi": "2026-01-15T11:59:58Z"}


def test_a_row_whose_largest_contract_is_no_amount_is_refused(api: Client) -> None:
    """Negative, or a text: 422, naming the field."""
    for value, code in ((-1, "out_of_range"), ("5", "wrong_type"), (True, "wrong_type")):
        answer = api.post("/api/exposure", examples.EXPOSURE[0] | {"largest_contract_usd": value})

        error = answer.json()["error"]
        assert (error["code"], error["field"]) == (code, "largest_contract_usd")


def test_latency_and_requests_make_the_health(api: Client) -> None:
    """Health shows what was measured and null for what was not."""
    samples = [float(ms) for ms in range(1, 101)]
    api.post("/api/latency", {"venue": "kalshi", "latency_ms": samples, "timestamp": now()})
    api.post("/api/requests", {"venue": "kalshi", "ok": 999, "error": 1, "timestamp": now()})

    polymarket, kalshi = api.get("/api/health")

    assert kalshi == {
        "venue": "kalshi",
        "feed_latency_p50_ms": 50,
        "feed_latency_p95_ms": 95,
        "error_rate": 0.001,
        "status": "healthy",
    }
    assert polymarket["status"] == "unknown"
    assert polymarket["feed_latency_p50_ms"] is polymarket["error_rate"] is None
