"""The demo against a real exporter, over the real push client."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from arbwatch import Engine
from arbwatch.demo.clock import RealClock
from arbwatch.demo.drops import Drops
from arbwatch.demo.run import Options, open_desk, play
from tests.client import Client
from tests.conftest import wait_until

# A thousand times the default: a round of the recording, with its 49 fills, every second.
FAST = Options(run="test", pairs=4, speed=1_800_000)


@pytest.fixture
def said(api: Client, tmp_path: Path) -> Iterator[list[str]]:
    """A demo that runs while the test does; the lines that it prints."""
    lines: list[str] = []
    stop = threading.Event()
    clock = RealClock(stop)
    engine = Engine(api.url, name="demo", state_dir=tmp_path)
    drops = Drops(lines.append)
    desk = open_desk(FAST, clock=clock, may_trade=engine.may_trade, say=lines.append, drops=drops)
    engine.on_control(desk.on_control)
    with engine:
        loop = threading.Thread(
            target=play,
            args=(FAST, desk),
            kwargs={"clock": clock, "push": engine.push, "drops": drops},
        )
        loop.start()
        yield lines
        stop.set()
        loop.join(30)


def test_the_exporter_shows_what_the_demo_pushes(api: Client, said: list[str]) -> None:
    """The recorded pair's edges, fills, exposure and the latency of both venues; none refused."""
    wait_until(lambda: "fed-dec-2025-hold" in _pairs(api, "/api/edges?limit=10"))
    wait_until(lambda: "fed-dec-2025-hold" in _pairs(api, "/api/fills"))
    wait_until(lambda: len(api.get("/api/health")) == 2 and _latencies(api).count(None) == 0)

    refused = [f for f in api.scrape() if f.name == "arb_exporter_rejected" and f.samples]
    assert not refused


def test_a_halt_stops_fills_and_a_resume_brings_them_back(api: Client, said: list[str]) -> None:
    """Acknowledged with no open orders; edges go on; the demo says both."""
    wait_until(lambda: api.get("/api/fills"))

    api.post("/api/venues/kalshi/halt", {"reason": "drill", "actor": "test"})
    wait_until(lambda: _venue(api, "kalshi")["state"] == "acknowledged")
    acknowledged = datetime.now(UTC)
    # Events arrive in the order in which they were pushed: by then all fills from before are there.
    wait_until(lambda: _newest_edge(api) > acknowledged)
    fills = _count(api, "fill")
    _wait_for_edges(api, 2000)  # nearly two rounds, with 49 instants each that would have filled

    assert _count(api, "fill") == fills
    assert _venue(api, "kalshi")["acks"][0]["open_orders"] == 0
    assert said == ["halt: kalshi: no new fills, 0 orders still open"]

    api.post("/api/venues/kalshi/resume", {"actor": "test"})
    wait_until(lambda: _count(api, "fill") > fills)
    wait_until(lambda: said[1:])  # It may trade a moment before it is told so.
    assert said[1:] == ["resume: kalshi: trading again"]


def _pairs(api: Client, path: str) -> set[str]:
    return {row["pair_id"] for row in api.get(path)}


def _newest_edge(api: Client) -> datetime:
    rows = api.get("/api/edges?limit=100")
    return max(
        (datetime.fromisoformat(row["timestamp"]) for row in rows),
        default=datetime.min.replace(tzinfo=UTC),
    )


def _latencies(api: Client) -> list[float | None]:
    return [row["feed_latency_p50_ms"] for row in api.get("/api/health")]


def _count(api: Client, kind: str) -> float:
    return api.sample("arb_exporter_events_total", type=kind) or 0


def _wait_for_edges(api: Client, number: int) -> None:
    before = _count(api, "edge")
    wait_until(lambda: _count(api, "edge") > before + number, timeout_seconds=60)


def _venue(api: Client, name: str) -> Any:
    return next(row for row in api.get("/api/venues") if row["venue"] == name)
