"""Memory: flat under 100,000 pairs, under ever new pairs, and under the demo at 100 times its rate.

Watched once each, not in rounds. Flat means: once it has warmed up, the straight line through the
readings rises by no more than a few percent until the end.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import fmean, linear_regression

from bench import load, payloads, services
from bench.machine import ROOT
from bench.plan import Plan
from bench.results import Row, alone
from bench.services import Service

PAIRS = 100_000
BATCH = 1000
WATCH_SECONDS = 40
NEW_PAIRS_A_SECOND = 10_000
SHORT_TTL_SECONDS = 2
# At 100 times the rate 36 s hold what an hour of the demo does.
DEMO_RATE = 100
DEMO_SECONDS = 60
WARM_SHARE = 0.4
STEP_SECONDS = 0.5
FLAT_PERCENT = 3.0
MIB = 1024 * 1024

# Keeps the exporter busy for one step.
Step = Callable[[], object]
Work = Callable[[Service, Path], AbstractContextManager[Step]]


def measure(plan: Plan) -> list[Row]:
    """How much memory grew, in percent."""
    pairs = max(BATCH, plan.scaled(PAIRS))
    seconds = max(3, plan.scaled(WATCH_SECONDS))
    demo_seconds = max(3, plan.scaled(DEMO_SECONDS))
    return [
        watch(f"{pairs:,} live pairs, refreshed", partial(refresh, pairs), seconds),
        watch(f"{NEW_PAIRS_A_SECOND:,} new pairs/s that end after 2 s", renew, seconds),
        watch(f"the demo at {DEMO_RATE} times its rate", demo, demo_seconds),
    ]


def watch(what: str, work: Work, seconds: int) -> Row:
    """Read an exporter's memory while it works; growth in percent after warming up."""
    moments, readings = [], []
    with (
        services.folder() as state,
        services.exporter(state) as exporter,
        work(exporter, state) as step,
    ):
        started = time.monotonic()
        while (moment := time.monotonic() - started) < seconds:
            step()
            exporter.get("/metrics")
            moments.append(moment)
            readings.append(exporter.resident_bytes / MIB)
    first = round(len(readings) * WARM_SHARE)
    return alone(
        "memory",
        f"{what}, growth from {seconds * WARM_SHARE:.0f} to {seconds} s",
        unit="%",
        ours=[growth_percent(moments[first:], readings[first:])],
        at_most=FLAT_PERCENT,
        raw={"resident_mib": readings},
    )


def growth_percent(moments: list[float], readings: list[float]) -> float:
    """How far the straight line through the readings rises, relative to their mean."""
    slope = linear_regression(moments, readings).slope
    return 100 * slope * (moments[-1] - moments[0]) / fmean(readings)


@contextmanager
def refresh(pairs: int, exporter: Service, _state: Path) -> Iterator[Step]:
    """The same pairs over and over, as fast as it goes."""
    size = min(BATCH, pairs)
    requests = [
        payloads.batch(payloads.edges(size, pairs=size, first=first), kind="edge")
        for first in range(0, pairs, size)
    ]
    traffic = load.Traffic(requests=payloads.stamped(requests))
    yield lambda: load.run(exporter, traffic, seconds=STEP_SECONDS)


@contextmanager
def renew(exporter: Service, _state: Path) -> Iterator[Step]:
    """Pairs never seen before, at a fixed rate."""
    firsts = count(0, BATCH)

    def step() -> None:
        started = time.monotonic()
        for _ in range(round(NEW_PAIRS_A_SECOND * STEP_SECONDS / BATCH)):
            edges = payloads.edges(BATCH, pairs=BATCH, first=next(firsts), ttl=SHORT_TTL_SECONDS)
            request = payloads.stamp(payloads.batch(edges, kind="edge"))
            load.run(exporter, load.Traffic(requests=iter([request])), seconds=10)
        time.sleep(max(0.0, STEP_SECONDS - (time.monotonic() - started)))

    yield step


@contextmanager
def demo(exporter: Service, state: Path) -> Iterator[Step]:
    """The demo engine as a process of its own, on the generator's core."""
    command = [sys.executable, "-m", "arbwatch.demo", "--rate", str(DEMO_RATE)]
    command += ["--exporter-url", f"http://127.0.0.1:{exporter.port}"]
    command += ["--state-dir", str(state / "engine")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield lambda: time.sleep(STEP_SECONDS)
    finally:
        process.terminate()
        process.wait(30)
