"""Rows 1 to 4, 10 and 14: values that cannot be, in single posts and in each format of a batch."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.client import Client, edge, fill
from tests.faults.formats import FORMATS, PACKED, Literal, encode, hole, post, same

NAN = Literal(b"NaN", msgspec.msgpack.encode(math.nan))
INFINITY = Literal(b"Infinity", msgspec.msgpack.encode(math.inf))
MINUS_INFINITY = Literal(b"-Infinity", msgspec.msgpack.encode(-math.inf))
OVERFLOW = Literal(b"1e999", b"\xca\x7f\x80\x00\x00")
SURROGATE = Literal(b'"a\\ud800"', b"\xa4a\xed\xa0\x80")
ENDLESS = Literal(b"1" * 5_000, msgspec.msgpack.encode(2**63))
ANCIENT = same("0001-01-01T00:00:00+23:59")

NOON = "2026-01-01T12:00:00Z"
BAD_BOOKS: list[tuple[Literal, str]] = [
    (same({f"venue-{number}": NOON for number in range(9)}), "out_of_range"),
    (same([NOON]), "wrong_type"),
    (same({"kalshi": None}), "wrong_type"),
    (same({"kalshi": 1_767_225_600}), "out_of_range"),
    (same({"kalshi": "2026-01-01T12:00:00"}), "out_of_range"),
    (same({"": NOON}), "out_of_range"),
    (same({"kal\nshi": NOON}), "bad_text"),
    (same({"kalshi": NOON, "polymarket": "0001-01-01T00:00:00+23:59"}), "out_of_range"),
]

# Field, what stands there, and the code and the field of the refusal.
BAD_IN_EDGE: list[tuple[str, Literal, str, str | None]] = [
    ("net_edge_cents", NAN, "not_finite", None),
    ("confidence", INFINITY, "not_finite", None),
    ("ttl_seconds", MINUS_INFINITY, "not_finite", None),
    ("expected_slippage_cents", OVERFLOW, "not_finite", None),
    ("pair_id", same("a\x00b"), "bad_text", "pair_id"),
    ("leader", same("kal\nshi"), "bad_text", "leader"),
    ("category", same("\x7f"), "bad_text", "category"),
    ("pair_id", same(""), "out_of_range", "pair_id"),
    ("pair_id", same("p" * 129), "out_of_range", "pair_id"),
    ("confidence", same(True), "wrong_type", "confidence"),
    ("net_edge_cents", same("1.5"), "wrong_type", "net_edge_cents"),
    ("confidence", same(-0.01), "out_of_range", "confidence"),
    ("confidence", same(1.01), "out_of_range", "confidence"),
    ("ttl_seconds", same(0), "out_of_range", "ttl_seconds"),
    ("timestamp", same("2026-01-01T00:00:00"), "out_of_range", "timestamp"),
    ("timestamp", same("2026-02-30T00:00:00Z"), "out_of_range", "timestamp"),
    ("timestamp", same(1_767_225_600), "out_of_range", "timestamp"),
    ("timestamp", same(1_767_225_600_000), "out_of_range", "timestamp"),
    ("timestamp", same(1_767_225_600.5), "out_of_range", "timestamp"),
    ("timestamp", ANCIENT, "out_of_range", "timestamp"),
    *(("books_changed_at", value, code, "books_changed_at") for value, code in BAD_BOOKS),
]
BAD_IN_FILL: list[tuple[str, Literal, str, str | None]] = [
    ("fill_id", same("a\rb"), "bad_text", "fill_id"),
    ("size_usd", same(-1), "out_of_range", "size_usd"),
    ("fees_cents", same(-0.5), "out_of_range", "fees_cents"),
    ("hedge_latency_ms", same(-1), "out_of_range", "hedge_latency_ms"),
    ("pnl_cents", NAN, "not_finite", None),
    ("pnl_cents", same(False), "wrong_type", "pnl_cents"),
    ("status", same("half"), "out_of_range", "status"),
    ("timestamp", same(1_767_225_600_000), "out_of_range", "timestamp"),
    ("timestamp", ANCIENT, "out_of_range", "timestamp"),
]
NO_ROWS = {"type": "exposure", "rows": []}
BAD_IN_EXPOSURE: list[tuple[str, Literal, str, str | None]] = [
    ("num_pairs", same(-1), "out_of_range", "num_pairs"),
    ("num_pairs", same(8.5), "wrong_type", "num_pairs"),
    ("num_pairs", same(True), "wrong_type", "num_pairs"),
]
CASES = [("edge", *case) for case in BAD_IN_EDGE] + [("fill", *case) for case in BAD_IN_FILL]
CASES += [("exposure", *case) for case in BAD_IN_EXPOSURE]


def ahead(kind: str) -> list[tuple[str, Literal, str, str | None]]:
    """Times that are too far ahead just now."""
    moment = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
    found = [("timestamp", same(moment))]
    if kind == "edge":
        found.append(("books_changed_at", same({"kalshi": moment})))
    return [(name, literal, "out_of_range", name) for name, literal in found]


def event(kind: str, **fields: Any) -> dict[str, Any]:
    """A valid event of this type, as in a batch."""
    if kind == "exposure":
        return NO_ROWS | {"timestamp": NOON} | fields
    return {"type": kind} | (edge(**fields) if kind == "edge" else fill("bad") | fields)


@pytest.mark.parametrize("content_type", FORMATS)
def test_a_batch_keeps_what_is_good_and_names_each_bad_value(
    api: Client, content_type: str
) -> None:
    """One bad event costs itself only; its place, the code and the field are told."""
    cases = CASES + [(kind, *case) for kind in ("edge", "fill") for case in ahead(kind)]
    for number, (kind, name, literal, code, field) in enumerate(cases):
        batch = [event("edge"), event(kind, **{name: hole()}), event("fill", fill_id=f"{number}")]

        receipt = post(api, content_type, batch, literal=literal).json()

        assert receipt["accepted"] == 2, (name, literal)
        (rejection,) = receipt["rejected"]
        assert (rejection["index"], rejection["code"]) == (1, code), (name, literal)
        assert field is None or rejection["field"] == field
    assert len(api.get("/api/fills?limit=1000")) == len(cases)


@pytest.mark.parametrize("path", ["/api/edges", "/api/fills"])
def test_a_single_post_is_refused_with_code_and_field(api: Client, path: str) -> None:
    """422, in the usual shape, without the value that was sent; nothing is stored."""
    kind, cases = ("edge", BAD_IN_EDGE) if path == "/api/edges" else ("fill", BAD_IN_FILL)
    for name, literal, code, field in [*cases, *ahead(kind)]:
        sent = msgspec.json.encode(event(kind, **{name: hole()}))
        body = sent.replace(msgspec.json.encode(hole()), literal.json)

        answer = api.post(path, body)

        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), (name, literal)
        assert field is None or answer.json()["error"]["field"] == field
        assert set(answer.json()["error"]) == {"code", "message", "field"}
    assert api.get(path) == []


@pytest.mark.parametrize("content_type", FORMATS)
def test_a_lone_surrogate_costs_only_its_own_event(api: Client, content_type: str) -> None:
    """JSON can escape one, which is bad text; in MessagePack it is invalid UTF-8."""
    code = "malformed" if content_type == PACKED else "bad_text"
    batch = [event("edge"), event("edge", pair_id=hole())]

    receipt = post(api, content_type, batch, literal=SURROGATE).json()

    assert receipt["accepted"] == 1
    assert [(r["index"], r["code"]) for r in receipt["rejected"]] == [(1, code)]


@pytest.mark.parametrize("content_type", FORMATS)
def test_a_number_without_end_costs_only_its_own_event(api: Client, content_type: str) -> None:
    """Thousands of digits in JSON; in MessagePack the largest integer that can be written."""
    code = "out_of_range" if content_type == PACKED else "malformed"
    batch = [event("edge"), event("edge", net_edge_cents=hole())]

    receipt = post(api, content_type, batch, literal=ENDLESS).json()

    assert receipt["accepted"] == 1
    assert [(r["index"], r["code"]) for r in receipt["rejected"]] == [(1, code)]


@pytest.mark.parametrize("content_type", FORMATS)
def test_of_duplicate_keys_the_last_one_counts(api: Client, content_type: str) -> None:
    """In each format the same; MessagePack says beforehand how many entries there are."""
    packed = b"".join(map(msgspec.msgpack.encode, (0.75, "confidence", 0.25)))
    twice = Literal(b'0.75,"confidence":0.25', packed)
    sent = event("edge", confidence=hole())

    if content_type == PACKED:
        body = encode(PACKED, [sent]).replace(msgspec.msgpack.encode(hole()), packed)
        one_more = body[:1] + bytes([body[1] + 1]) + body[2:]
        answer = api.post("/api/events", one_more, **{"Content-Type": PACKED})
    else:
        answer = post(api, content_type, [sent], literal=twice)

    assert answer.json()["accepted"] == 1
    assert api.get("/api/edges")[0]["confidence"] == 0.25


def test_a_little_ahead_is_accepted(api: Client) -> None:
    """Clocks differ: up to five minutes are no reason to lose an event."""
    soon = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()

    assert api.post("/api/edges", edge(timestamp=soon)).status_code == 200


@pytest.mark.parametrize("content_type", FORMATS)
def test_a_batch_of_bad_events_alone_stores_nothing(api: Client, content_type: str) -> None:
    """Every one is reported, in order, and counted."""
    batch = [event("edge", confidence=2) for _ in range(50)]

    receipt = post(api, content_type, batch).json()

    assert receipt["accepted"] == 0
    assert [r["index"] for r in receipt["rejected"]] == list(range(50))
    assert api.get("/api/edges") == []
    refused = api.sample("arb_exporter_rejected_total", type="batch", reason="out_of_range")
    assert refused == 50
