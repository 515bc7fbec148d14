"""The demo at high rate for minutes, while the exporter is killed every three seconds."""

import os
import sqlite3
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from arbwatch import Engine
from arbwatch.demo.clock import RealClock
from arbwatch.demo.drops import Drops
from arbwatch.demo.run import Options, open_desk, play
from arbwatch.events import Breach, EngineError, Event, Fill
from tests.arbwatch.samples import error, fill
from tests.conftest import wait_until
from tests.faults.processes import ExporterProcess
from tests.torture.conftest import Book

SECONDS = float(os.environ.get("TORTURE_SOAK_SECONDS", "600"))
SECONDS_BETWEEN_KILLS = 3.0
EVENTS_A_SECOND = 1_000
# Row 42: what an engine's loop may at most wait for a push, in all but one of a thousand.
LONGEST_PUSH_SECONDS = 0.001
DEMO = {"pairs": 150, "rate": 100.0}
FACTS_PAUSE_SECONDS = 0.004

pytestmark = [pytest.mark.torture, pytest.mark.timeout(7_200)]


class Recorder:
    """Pushes, and keeps what was pushed and how long each call took."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self.facts: Counter[tuple[str, str]] = Counter()
        self.seconds: list[float] = []

    def push(self, event: Event) -> None:
        """Push one event."""
        started = time.perf_counter()
        self._engine.push(event)
        took = time.perf_counter() - started
        with self._lock:
            self.seconds.append(took)
            match event:
                case Fill():
                    self.facts["fills", event.fill_id] += 1
                case EngineError():
                    self.facts["errors", event.message] += 1
                case Breach():
                    self.facts["breaches", event.limit] += 1


def test_the_demo_while_the_exporter_is_killed(
    process: ExporterProcess, ledger_path: Path, tmp_path: Path, book: Book
) -> None:
    """Loses nothing, doubles nothing, and the engine never waits."""
    stop = threading.Event()
    with Engine(process.client.url, name="soak", state_dir=tmp_path / "engine") as engine:
        recorder = Recorder(engine)
        pushers = [
            threading.Thread(target=run, args=(recorder, stop)) for run in (run_demo, push_facts)
        ]
        started = time.monotonic()
        for pusher in pushers:
            pusher.start()
        kills = kill_until(started + SECONDS, process, stop)
        stop.set()
        for pusher in pushers:
            pusher.join()
        rate = len(recorder.seconds) / (time.monotonic() - started)
        wait_until(lambda: engine.stats().queued == 0, 120)
        stats = engine.stats()
    process.terminate()
    process.wait(10)

    stored = stored_facts(ledger_path)
    lost = (recorder.facts - stored).total()
    doubled = (stored - recorder.facts).total()
    p999 = statistics.quantiles(recorder.seconds, n=1_000)[-1]
    what = f"demo at {rate:,.0f} events/s, exporter killed; push p99.9 {p999 * 1e6:.0f} µs"
    book(what, rounds=kills, lost=lost, doubled=doubled)
    assert (lost, doubled, stats.rejected, stats.dropped) == (0, 0, 0, 0)
    assert rate >= EVENTS_A_SECOND
    assert p999 < LONGEST_PUSH_SECONDS


def run_demo(recorder: Recorder, stop: threading.Event) -> None:
    """The demo, many times faster than it would trade."""
    options = Options(run="soak", **DEMO)  # type: ignore[arg-type]
    clock = RealClock(stop)
    drops = Drops(lambda _text: None)
    desk = open_desk(
        options,
        clock=clock,
        may_trade=lambda _venue: True,
        say=lambda _text: None,
        drops=drops,
    )
    play(options, desk, clock=clock, push=recorder.push, drops=drops)


def push_facts(recorder: Recorder, stop: threading.Event) -> None:
    """More fills and errors than the demo has."""
    number = 0
    while not stop.wait(FACTS_PAUSE_SECONDS):
        recorder.push(fill(f"more-{number}"))
        recorder.push(error(f"more-{number}"))
        number += 1


def kill_until(deadline: float, process: ExporterProcess, stop: threading.Event) -> int:
    """Kill it every few seconds and start it again; how often."""
    kills = 0
    while time.monotonic() + SECONDS_BETWEEN_KILLS < deadline:
        begun = time.monotonic()
        process.kill()
        process.start()
        kills += 1
        stop.wait(max(0.0, begun + SECONDS_BETWEEN_KILLS - time.monotonic()))
    return kills


def stored_facts(ledger_path: Path) -> Counter[tuple[str, str]]:
    """Every fact in the ledger, by what tells it apart."""
    queries = {
        "fills": "SELECT fill_id FROM fills",
        "errors": "SELECT message FROM errors",
        "breaches": 'SELECT "limit" FROM breaches',
    }
    stored: Counter[tuple[str, str]] = Counter()
    with closing(sqlite3.connect(ledger_path)) as ledger:
        for kind, query in queries.items():
            rows: Iterable[tuple[str]] = ledger.execute(query)
            stored.update((kind, name) for (name,) in rows)
    return stored
