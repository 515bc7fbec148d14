"""For those who run it: metrics, health checks, the API description."""

import time
from pathlib import Path

import requests

from tests.client import Client, edge, fill
from tests.conftest import RunningExporter


def test_liveness_readiness_and_the_index_answer(api: Client) -> None:
    """Each says what it is."""
    assert api.get("/healthz")["status"] == "ok"
    assert api.get("/readyz") == {"status": "ready"}
    assert "/api/edges" in requests.get(api.url + "/", timeout=30).text


def test_the_api_description_has_every_call_with_its_types(api: Client) -> None:
    """/docs shows bodies, answers and refusals of each call under /api."""
    description = api.get("/openapi.json")

    calls = [
        (path, method, call)
        for path, methods in description["paths"].items()
        for method, call in methods.items()
        if path.startswith("/api/") and path != "/api/stream"
    ]
    assert len(calls) == 21
    for path, method, call in calls:
        assert "schema" in call["responses"]["200"]["content"]["application/json"], path
        assert ("requestBody" in call) == (method == "post"), path
    assert {"Edge", "Fill", "LiveEdge", "VenueControl"} <= set(description["components"]["schemas"])


def test_limits_are_shown_in_base_units(api: Client) -> None:
    """Losses in dollars, times in seconds, one series a venue where the limit is a venue's."""
    assert api.sample("arb_limit", limit="daily_loss", scope="all") == 100
    assert api.sample("arb_limit", limit="hedge_timeout", scope="all") == 0.25
    assert api.sample("arb_limit", limit="feed_latency", scope="kalshi") == 2
    assert api.sample("arb_equity_usd") == 10_000


def test_known_series_begin_at_zero(api: Client) -> None:
    """A rate over a counter's first increment needs the zero before it."""
    assert api.sample("arb_fills_total", category="crypto") == 0
    assert api.sample("arb_errors_total", kind="execution_timeout", venue="kalshi") == 0
    assert api.sample("arb_exporter_events_total", type="breach") == 0


def test_what_was_not_measured_has_no_series(api: Client) -> None:
    """No exposure, no feed update, no Sharpe ratio before there is one."""
    assert api.sample("arb_exposure_usd", venue="kalshi", category="crypto") is None
    assert api.sample("arb_feed_last_update_timestamp_seconds", venue="kalshi") is None
    assert api.sample("arb_sharpe_ratio") is None


def test_a_fill_is_an_exemplar(api: Client) -> None:
    """The histogram's bucket names a fill; ids too long for an exemplar are left out."""
    api.post("/api/fills", fill("f-1"))
    api.post("/api/fills", fill("g" * 128, category="crypto"))

    exemplars = [
        sample.exemplar.labels
        for family in api.scrape()
        if family.name == "arb_fill_pnl_usd"
        for sample in family.samples
        if sample.exemplar
    ]

    assert exemplars == [{"fill_id": "f-1", "pair_id": "pm-0x1234:kalshi-ABC"}]


def test_top_edges_are_a_bounded_gauge(api: Client) -> None:
    """However many pairs are live, only the largest 20 have a series."""
    pairs = [edge(pair_id=f"p-{i}", net_edge_cents=i / 100) for i in range(300)]
    api.post("/api/edges", pairs)

    gauge = next(f for f in api.scrape() if f.name == "arb_live_edge_net_cents")

    assert len(gauge.samples) == 20
    assert max(sample.value for sample in gauge.samples) == 2.99
    assert api.sample("arb_live_edges", category="economics") == 300


def test_each_of_the_top_edges_says_its_age(api: Client) -> None:
    """The same number of series; each as old as the last refresh."""
    began = time.monotonic()
    api.post("/api/edges", [edge(pair_id="p-1"), edge(pair_id="p-2")])

    for pair in ("p-1", "p-2"):
        age = api.sample("arb_live_edge_age_seconds", pair_id=pair)
        assert age is not None and 0 <= age < time.monotonic() - began


def test_the_process_tells_of_itself(api: Client) -> None:
    """When it began, so that a restart is seen, and what it uses."""
    started, memory = map(
        api.sample, ("process_start_time_seconds", "process_resident_memory_bytes")
    )

    assert started is not None and time.time() - 24 * 3600 < started < time.time()
    assert memory


def test_one_pair_can_be_asked_for(api: Client) -> None:
    """Its live edge, however small, or an empty list; a name too long for a pair is refused."""
    api.post("/api/edges", [edge(pair_id=f"p{n}", net_edge_cents=n) for n in range(12)])

    assert [row["net_edge_cents"] for row in api.get("/api/edges?pair_id=p0")] == [0]
    assert api.get("/api/edges?pair_id=unknown") == []
    assert requests.get(f"{api.url}/api/edges?pair_id={'x' * 129}", timeout=30).status_code == 422


def test_odd_text_is_stored_and_shown_as_it_is(api: Client) -> None:
    """Quotes, backslashes, newlines and emoji go through ids, titles, metrics and back."""
    title = 'He said "no" \\ never\n🚀'
    api.post("/api/edges", edge(primary_market=title, pair_id='p"\\🚀'))

    assert api.get("/api/edges")[0]["primary_market"] == title
    assert any(f.name == "arb_live_edge_net_cents" and f.samples for f in api.scrape())


def test_a_failing_ledger_is_said_and_survived(
    exporter: RunningExporter, ledger_path: Path
) -> None:
    """503 with Retry-After, nothing counted, the rest goes on, and it recovers by itself."""
    api = exporter.client
    ledger = exporter.parts.ledger

    def command(sql: str) -> None:
        """Between two things that the ledger's thread does."""
        connection = ledger._store._connection
        ledger._thread.submit(connection.exec_driver_sql, sql).result(30)

    command("PRAGMA query_only=ON")

    answer = api.post("/api/fills", fill("f-1"))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert api.sample("arb_exporter_commit_failures_total") == 1
    assert api.sample("arb_fills_total", category="economics") == 0
    assert requests.get(api.url + "/readyz", timeout=30).status_code == 503
    command("PRAGMA query_only=OFF")
    assert api.post("/api/fills", fill("f-1")).json()["accepted"] == 1
    assert api.get("/readyz") == {"status": "ready"}
