"""What `Engine.push` costs its caller, beside `labels().observe()` in the same loop.

The engine is connected: its sender works in the background, and what it does to the caller counts.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, Histogram

from arbwatch import Edge, Engine
from bench import load, payloads, services
from bench.plan import Plan
from bench.results import Row, against, alone
from bench.services import Service

PAIRS = 1000
BURST = 100
# 10,000 events a second: an engine that sees every book change of some hundred pairs.
BURST_INTERVAL_SECONDS = 0.01


def measure(plan: Plan) -> list[Row]:
    """Median and p99.9 of a call, with the clock's own cost in it."""
    with services.folder() as state, services.exporter(state) as exporter:
        rounds = [drive(exporter, state, seconds=plan.seconds) for _ in range(plan.rounds)]
    pushes, observations, clocks = [
        [load.percentile(given[side], 50) for given in rounds] for side in range(3)
    ]
    tails = [load.percentile(given[0], 99.9) / 1000 for given in rounds]
    medians = [value / 1000 for value in pushes]
    return [
        against(
            "push",
            "Engine.push of an edge, median",
            unit="µs",
            ours=medians,
            peer="prometheus-client's labels().observe()",
            theirs=[value / 1000 for value in observations],
            at_most=0.5,
            raw={"clock": [value / 1000 for value in clocks]},
        ),
        alone("push", "the same as such", unit="µs", ours=medians, at_most=1),
        alone("push", "Engine.push, p99.9", unit="µs", ours=tails, at_most=50),
    ]


def drive(service: Service, state: Path, *, seconds: float) -> tuple[list[int], ...]:
    """One round in bursts; nanoseconds of each push, each observation, each call of nothing."""
    given = [
        msgspec.convert(edge | {"timestamp": payloads.now()}, Edge)
        for edge in payloads.edges(PAIRS, pairs=PAIRS)
    ]
    histogram = Histogram(
        "edge_net_cents", "Net edge", ("leader", "category"), registry=CollectorRegistry()
    )

    def observe(edge: Edge) -> None:
        histogram.labels(edge.leader, edge.category).observe(edge.net_edge_cents)

    pushes: list[int] = []
    observations: list[int] = []
    nothings: list[int] = []
    with Engine(f"http://127.0.0.1:{service.port}", name="bench", state_dir=state) as engine:
        for number in range(round(seconds / BURST_INTERVAL_SECONDS)):
            start = number * BURST % PAIRS
            burst = given[start : start + BURST]
            pushes += timed(engine.push, burst)
            observations += timed(observe, burst)
            nothings += timed(_nothing, burst)
            time.sleep(BURST_INTERVAL_SECONDS)
    return pushes, observations, nothings


def timed(call: Callable[[Edge], None], edges: Sequence[Edge]) -> list[int]:
    """Nanoseconds of each call."""
    clock = time.perf_counter_ns
    times = []
    for edge in edges:
        started = clock()
        call(edge)
        times.append(clock() - started)
    return times


def _nothing(_edge: Edge) -> None:
    pass
