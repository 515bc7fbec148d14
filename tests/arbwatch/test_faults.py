"""Faults between engine and exporter: none lost, none twice, whatever is cut or killed.

The counts are for every day; TORTURE_CUTS, TORTURE_KILLS and TORTURE_RESTARTS ask for more.
"""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbwatch import Engine
from arbwatch.bearer.access import Access
from arbwatch.sending.sender import Sender
from tests.arbwatch.cutting import CuttingRelay
from tests.arbwatch.exporters import KillableExporter
from tests.arbwatch.samples import QUICK, edge, error, fill
from tests.client import Client
from tests.conftest import RunningExporter, free_port, wait_until

CUTS = int(os.environ.get("TORTURE_CUTS", "40"))
KILLS = int(os.environ.get("TORTURE_KILLS", "4"))
RESTARTS = int(os.environ.get("TORTURE_RESTARTS", "3"))
PATIENCE_SECONDS = 60.0

# What one exchange of ten facts takes in both directions, roughly: cuts fall anywhere in it.
EXCHANGE_BYTES = 3_600


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[KillableExporter]:
    """An exporter that can be killed; not started."""
    exporter = KillableExporter(tmp_path / "ledger.db")
    yield exporter
    exporter.kill()


def stored_ids(api: Client) -> list[str]:
    """Every fill id in the ledger, oldest first; the money is what they sum to."""
    ids: list[str] = []
    before = ""
    while page := api.get(f"/api/fills?limit=500{before}"):
        ids += [row["fill_id"] for row in page]
        before = f"&before={page[-1]['seq']}"
    assert api.sample("arb_pnl_realized_usd") == pytest.approx(1.5 * len(ids), abs=1e-9)
    return ids[::-1]


@pytest.mark.timeout(max(120, CUTS * 2))
def test_a_connection_cut_anywhere_loses_and_doubles_nothing(exporter: RunningExporter) -> None:
    """Cuts at random bytes of requests and answers; also events without an identity count once."""
    chance = random.Random(CUTS)
    port = int(exporter.client.url.rpartition(":")[2])
    cuts = [chance.randrange(1, EXCHANGE_BYTES) for _ in range(CUTS)]
    pushed = 0
    with CuttingRelay(port, cuts) as relay:
        sender = Sender(relay.url, access=Access("e"), folder=None, options=QUICK)
        sender.start()
        while relay.cuts_left:
            for _ in range(5):
                sender.push(fill(f"f-{pushed}"))
                sender.push(error(f"e-{pushed}"))
                pushed += 1
            wait_until(lambda: sender.stats().queued == 0, PATIENCE_SECONDS)
        sender.close(timeout_seconds=1)

    assert stored_ids(exporter.client) == [f"f-{number}" for number in range(pushed)]
    assert exporter.client.sample("arb_fills_total", category="economics") == pushed
    errors = exporter.client.sample("arb_errors_total", kind="connection", venue="kalshi")
    assert errors == pushed
    assert (sender.stats().sent, sender.stats().rejected) == (2 * pushed, 0)


def test_an_engine_killed_during_an_outage_delivers_at_its_next_start(
    killable: KillableExporter, tmp_path: Path
) -> None:
    """Whatever was on disk arrives, once and in order."""
    state = tmp_path / "state"
    pushed, safe = run_victim(f"http://127.0.0.1:{free_port()}", state, first=0, enough=300)
    assert 300 <= safe <= pushed

    killable.start()
    drain(killable.client, state)

    ids = stored_ids(killable.client)
    assert len(ids) >= safe
    assert ids == [f"f-{number}" for number in range(len(ids))]


@pytest.mark.timeout(max(120, KILLS * 20))
def test_an_engine_killed_again_and_again_counts_each_fill_once(
    exporter: RunningExporter, tmp_path: Path
) -> None:
    """Killed at any moment under load: what was safe is there, nothing is there twice."""
    chance = random.Random(KILLS)
    state = tmp_path / "state"
    safe_ids: list[str] = []
    first = 0
    for _ in range(KILLS):
        enough = chance.randrange(20, 800)
        pushed, safe = run_victim(exporter.client.url, state, first=first, enough=enough)
        safe_ids += [f"f-{number}" for number in range(first, safe)]
        first = pushed + 1000
    drain(exporter.client, state)

    ids = stored_ids(exporter.client)
    assert len(set(ids)) == len(ids)
    assert set(safe_ids) <= set(ids)
    assert exporter.client.sample("arb_fills_total", category="economics") == len(ids)
    assert ids == sorted(ids, key=lambda fill_id: int(fill_id[2:]))


@pytest.mark.timeout(max(120, RESTARTS * 30))
def test_an_exporter_killed_under_load_costs_nothing(
    killable: KillableExporter, tmp_path: Path
) -> None:
    """1,000 events a second while it is killed and started again: totals exact."""
    killable.start()
    engine = Engine(killable.client.url, name="e", state_dir=tmp_path / "state", options=QUICK)
    stop = threading.Event()
    pushed: list[int] = []
    with engine:
        pusher = threading.Thread(target=push_until, args=(engine, stop, pushed))
        pusher.start()
        for _ in range(RESTARTS):
            delivered = engine.stats().sent
            wait_until(lambda sent=delivered: engine.stats().sent > sent + 500, PATIENCE_SECONDS)  # type: ignore[misc]
            killable.kill()
            wait_until(lambda: engine.stats().spooled > 0, PATIENCE_SECONDS)
            killable.start()
        stop.set()
        pusher.join()
        wait_until(lambda: engine.stats().queued == 0, PATIENCE_SECONDS)
        stats = engine.stats()

    assert stored_ids(killable.client) == [f"f-{number}" for number in range(len(pushed))]
    assert (stats.sent, stats.rejected, stats.dropped) == (2 * len(pushed), 0, 0)


def push_until(engine: Engine, stop: threading.Event, pushed: list[int]) -> None:
    """A fill and an edge each 2 milliseconds."""
    while not stop.wait(0.002):
        engine.push(fill(f"f-{len(pushed)}"))
        engine.push(edge(f"p-{len(pushed) % 50}"))
        pushed.append(len(pushed))


def run_victim(url: str, state: Path, *, first: int, enough: int) -> tuple[int, int]:
    """Run an engine until that many of its fills are safe, then kill it; pushed and safe."""
    command = [sys.executable, "-m", "tests.arbwatch.victim", url, str(state), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as victim:
        assert victim.stdout is not None
        for line in victim.stdout:
            pushed, safe = map(int, line.split())
            if safe - first >= enough:
                break
        victim.kill()
        for line in victim.stdout:  # What it still wrote; the last line may be torn.
            pushed = max(pushed, int(line.split()[0]))
    return pushed, safe


def drain(api: Client, state: Path) -> None:
    """The engine's next run: it delivers what the last one left."""
    with Engine(api.url, name="victim", state_dir=state, options=QUICK) as engine:
        wait_until(lambda: engine.stats().queued == 0, PATIENCE_SECONDS)
        assert engine.stats().unreadable <= 1
