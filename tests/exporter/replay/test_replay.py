"""A past end to end: real promtool, real Prometheus, and what was computed without either."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arbwatch.events import FACTS, Edge, Event, Fill, Latency
from exporter.ledger.records import ControlRecord
from exporter.replay.__main__ import main
from exporter.replay.make import Done, Wish, make_blocks
from exporter.settings import Settings
from stack.replay.server import Server
from stack.settings import ROOT
from tests.client import fill
from tests.conftest import LIMITS, RunningExporter, wait_until
from tests.exporter.replay import pasts
from tests.exporter.replay.pasts import HOUR, at, value

pytestmark = pytest.mark.e2e

STEP = 15
LATER = at(3000)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """The hour."""
    return pasts.hour_of_events()


@pytest.fixture(scope="module")
def whole(
    events: list[Event], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Done, Server]]:
    """The hour from a file, replayed and served."""
    path = tmp_path_factory.mktemp("whole")
    done = make(pasts.write_events(events, path / "events"), "events", path / "out")
    with pasts.served(path / "out", step=STEP) as server:
        yield done, server


def make(
    source: Path,
    kind: str,
    out: Path,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Done:
    """The blocks of a source."""
    wish = Wish(
        source=source,
        kind="ledger" if kind == "ledger" else "events",
        start=None if start is None else start.timestamp(),
        end=None if end is None else end.timestamp(),
        step=STEP,
        instance="127.0.0.1:8000",
    )
    return asyncio.run(make_blocks(wish, out, Settings(limits_file=LIMITS)))


def test_it_says_what_it_did(whole: tuple[Done, Server]) -> None:
    """Events by type, scrapes from first to last, and no refusal."""
    done, _ = whole

    assert done.events == {
        "breach": 1, "edge": 719, "error": 1, "fill": 40,
        "latency": 1200, "requests": 120, "reversal": 1,
    }  # fmt: skip
    assert (done.refused, done.scrapes) == ({}, 240)
    assert done.last.timestamp() - done.first.timestamp() == 239 * STEP
    assert done.bytes > 0 and done.samples / done.scrapes > 1000


@pytest.mark.parametrize("second", [300, 1995, 2010, 3600])
def test_results_at_any_time_are_those_of_the_events(
    whole: tuple[Done, Server], events: list[Event], second: int
) -> None:
    """P&L to the cent, also right before and after a fill was undone; fills by category."""
    _, server = whole
    until = at(second)
    fills = [each for each in events if isinstance(each, Fill) and each.timestamp <= until]

    assert value(server, "arb_pnl_realized_usd", until) == pytest.approx(
        pasts.pnl_usd(events, until), abs=1e-6
    )
    for category in ("sports", "crypto"):
        expression = f'arb_fills_total{{category="{category}",job="exporter"}}'
        assert value(server, expression, until) == sum(f.category == category for f in fills)


def test_a_quantile_is_that_of_the_window(whole: tuple[Done, Server], events: list[Event]) -> None:
    """Interpolated in its bucket as Prometheus does it, from the samples themselves."""
    _, server = whole
    expression = "histogram_quantile(0.95, sum by (le) (rate(arb_feed_latency_seconds_bucket[5m])))"
    samples: list[float] = []
    for each in events:
        if isinstance(each, Latency) and at(2700) < each.timestamp <= LATER:
            assert isinstance(each.latency_ms, list)
            samples += each.latency_ms
    below = [ms for ms in samples if ms <= 500]

    rank = 0.95 * len(samples) - len(below)
    expected = 0.5 + 0.5 * rank / (len(samples) - len(below))

    assert value(server, expression, LATER) == pytest.approx(expected, rel=1e-9)


def test_counters_never_fall(whole: tuple[Done, Server]) -> None:
    """A rate over them means something."""
    _, server = whole

    names = [n for n in server.names("__name__") if n.endswith(("_total", "_count", "_bucket"))]

    assert len(names) > 20
    assert {name for name in names if value(server, f"max(resets({name}[1h]))", at(HOUR))} == set()


def test_edges_live_and_end_by_the_time_of_the_past(
    whole: tuple[Done, Server], events: list[Event]
) -> None:
    """Pushed every five seconds with a TTL of eight: live at every scrape with its newest value."""
    _, server = whole
    newest = [e for e in events if isinstance(e, Edge) and e.timestamp <= LATER][-1]

    net = value(server, 'arb_live_edge_net_cents{pair_id="p"}', LATER)

    assert net == pytest.approx(newest.net_edge_cents)
    assert value(server, 'arb_live_edges{category="sports"}', LATER) == 1
    assert value(server, 'sum(arb_edges_ended_total{outcome!=""})', LATER) == 0


def test_targets_look_as_scraped(whole: tuple[Done, Server]) -> None:
    """Up, and without what the exporter would have told of itself."""
    _, server = whole

    assert value(server, 'up{job="exporter",instance="127.0.0.1:8000"}', LATER) == 1
    names = server.names("__name__")
    assert not {name for name in names if name.endswith("_created")}
    assert "arb_exporter_commit_seconds_bucket" not in names


def test_a_ledger_tells_the_same_of_its_facts(
    whole: tuple[Done, Server], events: list[Event], tmp_path: Path
) -> None:
    """And nothing of what it does not hold: absent, not 0."""
    _, server = whole
    facts = [event for event in events if isinstance(event, FACTS)]
    ledger = pasts.write_ledger(list(facts), tmp_path / "ledger.db")
    make(ledger, "ledger", tmp_path / "out", start=pasts.START, end=at(HOUR))

    with pasts.served(tmp_path / "out", step=STEP) as other:
        names = other.names("__name__")
        for expression in (
            "arb_pnl_realized_usd", "arb_drawdown_usd", "sum(arb_fills_total)",
            "sum(arb_fills_reversed_total)", "sum(arb_errors_total)", "sum(arb_breaches_total)",
            'sum(arb_hedge_latency_seconds_bucket{le="0.25"})', "sum(arb_fill_fees_cents_sum)",
        ):  # fmt: skip
            assert _course(other, expression) == pytest.approx(_course(server, expression))

    measured = (
        "arb_exporter_fill",
        "arb_edge",
        "arb_feed",
        "arb_live",
        "arb_venue_req",
        "arb_engine",
        "arb_exposure",
    )
    assert not {name for name in names if name.startswith(measured)}


def test_results_from_before_the_span_are_in_it(tmp_path: Path, events: list[Event]) -> None:
    """A span begins where the ledger stood by then."""
    facts = [event for event in events if isinstance(event, FACTS)]
    ledger = pasts.write_ledger(list(facts), tmp_path / "ledger.db")

    done = make(ledger, "ledger", tmp_path / "out", start=at(3000), end=at(3300))

    assert done.scrapes == 21
    with pasts.served(tmp_path / "out", step=STEP) as server:
        first = value(server, "arb_pnl_realized_usd", LATER)
        assert first == pytest.approx(pasts.pnl_usd(events, LATER), abs=1e-6)


def test_a_halt_is_open_until_it_was_resumed(tmp_path: Path) -> None:
    """Orders keep their meaning under the new numbers that they get."""
    common = {"scope": "kalshi", "actor": "alice", "via": "rest"}
    orders = [
        ControlRecord(action="denial", timestamp=at(1), **common),  # type: ignore[arg-type]
        ControlRecord(action="halt", timestamp=at(60), **common),  # type: ignore[arg-type]
        ControlRecord(action="ack", timestamp=at(62), halt_ids=(2,), acked_seq=2, **common),  # type: ignore[arg-type]
        ControlRecord(action="resume", timestamp=at(300), halt_ids=(2,), **common),  # type: ignore[arg-type]
    ]
    ledger = pasts.write_ledger(list(orders), tmp_path / "ledger.db")

    make(ledger, "ledger", tmp_path / "out", start=pasts.START, end=at(600))

    with pasts.served(tmp_path / "out", step=STEP) as server:
        states = [value(server, 'arb_venue_halt_state{venue="kalshi"}', at(s)) for s in
                  (45, 60, 75, 285, 300)]  # fmt: skip
        assert states == [0, 1, 2, 2, 0]
        assert value(server, "arb_halt_ack_seconds_sum", at(600)) == pytest.approx(2)


def test_a_ledger_in_use_is_read_beside_its_exporter(
    exporter: RunningExporter, ledger_path: Path, tmp_path: Path
) -> None:
    """The exporter goes on writing to it meanwhile and afterwards."""
    made = datetime.now(UTC)
    one = fill("one", timestamp=made.isoformat())
    assert exporter.client.post("/api/fills", one).status_code == 200

    done = make(ledger_path, "ledger", tmp_path / "out", start=made)

    assert done.events == {"fill": 1}
    assert exporter.client.post("/api/fills", fill("two")).status_code == 200


def test_the_command_tells_and_leaves_nothing_else(
    tmp_path: Path, events: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    """What it did, in words; beside the blocks no scratch file is left."""
    source = pasts.write_events(events[:200], tmp_path / "events")

    assert main(["--events", str(source), "--out", str(tmp_path / "out"), "--step", "30s"]) == 0

    told = capsys.readouterr().out
    assert "one in 30 s" in told and "latency" in told and "1 blocks" in told
    assert {path.name for path in tmp_path.iterdir()} == {"events", "out"}


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_an_end_that_is_asked_for_again_leaves_nothing_all_the_same(
    tmp_path: Path, events: list[Event], first: signal.Signals
) -> None:
    """As Ctrl-C, which reaches the door as well, and the door then ends what it began."""
    source = pasts.write_events(events, tmp_path / "events")
    place = tmp_path / "place"
    arguments = ["--events", str(source), "--out", str(place / "out"), "--step", "1s"]
    making = subprocess.Popen([sys.executable, "-m", "exporter.replay", *arguments], cwd=ROOT)
    wait_until(lambda: list(place.glob(".out-*/*.txt")))

    making.send_signal(first)
    while making.poll() is None:
        making.send_signal(signal.SIGTERM)

    assert list(place.iterdir()) == []


def _course(server: Server, expression: str) -> list[float]:
    """An expression's values over the hour."""
    ((_, points),) = server.over(expression, at(60).timestamp(), at(3585).timestamp(), STEP)
    return [number for _, number in points]
