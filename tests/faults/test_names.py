"""Rows 5, 11 to 13: names that nobody knows, too many of them, and odd ones."""

from typing import Any

import msgspec
import pytest

from exporter.routes import examples
from tests.client import Client, edge, fill
from tests.conftest import wait_until
from tests.faults.formats import ARRAY, FORMATS, NDJSON, PACKED, encode, post


def count_series(api: Client) -> int:
    """How long the exposition is, once the exporter has read its results."""
    wait_until(lambda: api.sample("arb_trades") is not None)
    return sum(len(family.samples) for family in api.scrape())


def test_an_unknown_field_of_a_single_post_is_ignored(api: Client) -> None:
    """Older and newer engines are understood alike."""
    answer = api.post("/api/edges", edge(mood="good"))

    assert answer.json() == {"accepted": 1, "duplicate": 0, "rejected": []}


@pytest.mark.parametrize("content_type", FORMATS)
def test_unknown_fields_of_a_batch_are_named(api: Client, content_type: str) -> None:
    """Each name once and no more than twenty, beside whatever else became of the batch."""
    odd: dict[str, Any] = {"type": "fill", "mood": 1} | fill("f-1") | {f"x{n}": n for n in range(9)}
    many = {"type": "edge"} | edge() | {f"y{n:02}": [n] for n in range(30)}

    first = post(api, content_type, [odd, odd | {"fill_id": "f-2", "pnl_cents": "much"}]).json()
    second = post(api, content_type, [many]).json()

    assert first["unknown_fields"] == ["mood", *(f"x{n}" for n in range(9))]
    assert (first["accepted"], len(first["rejected"])) == (1, 1)
    assert second["unknown_fields"] == [f"y{n:02}" for n in range(20)]
    assert "unknown_fields" not in post(api, content_type, [{"type": "edge"} | edge()]).json()


def test_unknown_fields_of_a_list_of_one_kind_are_named(api: Client) -> None:
    """Events at /api/edges need not say that they are edges."""
    receipt = api.post("/api/edges", [edge(mood="good")]).json()

    assert receipt["unknown_fields"] == ["mood"]


def test_unknown_names_are_kept_counted_and_bounded(api: Client) -> None:
    """Venues, categories, kinds and limits without end add no series and no health rows."""
    api.post("/api/events", [{"type": "edge"} | edge(leader="v", category="c")])
    series = count_series(api)

    for number in range(300):
        odd = {"venue": f"v-{number}", "category": f"c-{number}"}
        post(
            api,
            ARRAY,
            [
                {"type": "edge"} | edge(leader=odd["venue"], category=odd["category"]),
                {"type": "fill"} | fill(f"f-{number}", category=odd["category"]),
                {"type": "latency"} | examples.LATENCY | {"venue": odd["venue"]},
                {"type": "requests"} | examples.REQUESTS | {"venue": odd["venue"]},
                {"type": "error"} | examples.ERROR | {"venue": odd["venue"], "kind": "odd"},
                {"type": "breach"} | examples.BREACH | {"limit": f"limit-{number}"},
                {
                    "type": "exposure",
                    "timestamp": "2026-01-01T00:00:00Z",
                    "rows": [examples.EXPOSURE[0] | odd],
                },
            ],
        )

    # What was new to the first edge: exposure, feed latency, requests and the like under `other`.
    assert count_series(api) < series + 120
    assert api.sample("arb_fills_total", category="other") == 300
    assert len(api.get("/api/health")) == 2
    assert api.get("/api/fills")[0]["category"] == "c-299"


def test_endless_new_pairs_leave_series_and_scrape_as_they_were(api: Client) -> None:
    """100,000 pairs are accepted, and the exposition is as long as for 100."""
    lasting = {"type": "edge"} | edge(ttl_seconds=600)
    post(api, NDJSON, [lasting | {"pair_id": f"first-{n}"} for n in range(100)])
    series = count_series(api)
    body = encode(NDJSON, [lasting | {"pair_id": "first-?????"}] * 5_000)
    parts = body.split(b"first-?????")

    for batch in range(20):
        numbered = b"".join(b"%s%010d" % (p, batch * 5_000 + n) for n, p in enumerate(parts[:-1]))
        answer = api.post("/api/events", numbered + parts[-1], **{"Content-Type": NDJSON})
        assert answer.json()["accepted"] == 5_000

    assert count_series(api) == series
    assert api.sample("arb_live_edges", category="economics") == 100_100


@pytest.mark.parametrize("text", ['"', "\\", '\\"', "🚀", "{}", "# EOF", "é\u2028", "%s", "<b>"])
def test_odd_text_in_ids_and_words_comes_back_as_it_was(api: Client, text: str) -> None:
    """Through ids, labels, exemplars, reasons and back; titles and messages also hold newlines."""
    sent = fill(f"id-{text}", pair_id=f"p-{text}", category=text, leader=text)
    post(api, PACKED, [{"type": "fill"} | sent, {"type": "edge"} | edge(pair_id=text)])
    api.post("/api/fills", fill(f"x-{text}"))
    api.post("/api/errors", examples.ERROR | {"message": f"a\n{text}", "kind": text})
    api.post("/api/venues/kalshi/halt", {"reason": f"a\n{text}", "actor": text})

    shown = api.get("/api/fills")[1]
    assert {name: shown[name] for name in sent if name != "timestamp"} == {
        name: value for name, value in sent.items() if name != "timestamp"
    }
    assert api.get("/api/edges")[0]["pair_id"] == text
    assert api.get("/api/venues")[1]["halts"][0]["reason"] == f"a\n{text}"
    named = {s.labels["pair_id"] for f in api.scrape() for s in f.samples if "pair_id" in s.labels}
    assert named == {text}


def test_names_in_headers_are_bounded(api: Client) -> None:
    """An endless engine's name gets no series; a batch's name that is too long is refused."""
    long = "e" * 10_000

    api.post("/api/edges", edge(), **{"Arbwatch-Engine": long})
    answer = api.post("/api/edges", edge(), **{"Arbwatch-Batch": long})

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "Arbwatch-Batch")
    assert api.sample("arb_exporter_label_overflow_total", label="engine") == 1
    names = [f.name for f in api.scrape() for s in f.samples if long in s.labels.values()]
    assert names == []


def test_an_example_round_trips_in_each_format(api: Client) -> None:
    """The batch that the API page shows, in the three formats."""
    accepted = [
        post(api, content_type, msgspec.json.decode(msgspec.json.encode(examples.EVENTS))).json()
        for content_type in FORMATS
    ]

    assert all(receipt["rejected"] == [] for receipt in accepted)
