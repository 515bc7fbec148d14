"""What `Engine.may_trade` costs the hot path, beside the flag that a bot would keep by itself.

The engine is connected and permitted; its threads are at work in the background.
"""

import threading
import time
from timeit import Timer

from arbwatch import Engine
from bench import load, services
from bench.errors import BenchError
from bench.plan import Plan
from bench.results import Row, against, alone

CALLS = 10_000
CONTACT_SECONDS = 10.0


def measure(plan: Plan) -> list[Row]:
    """Median of a call, with the loop's own cost in it."""
    with (
        services.folder() as state,
        services.exporter(state) as exporter,
        Engine(f"http://127.0.0.1:{exporter.port}", name="bench", state_dir=state) as engine,
    ):
        _await_permission(engine)
        asking = Timer("engine.may_trade('kalshi')", globals={"engine": engine})
        looking = Timer("flag.is_set()", globals={"flag": threading.Event()})
        ours, theirs = [], []
        for _ in range(plan.rounds):
            ours.append(_median_us(asking, plan.seconds))
            theirs.append(_median_us(looking, plan.seconds))
    return [
        alone("may_trade", "Engine.may_trade, median", unit="µs", ours=ours, at_most=0.2),
        against(
            "may_trade",
            "the same",
            unit="µs",
            ours=ours,
            peer="threading.Event's is_set()",
            theirs=theirs,
        ),
    ]


def _await_permission(engine: Engine) -> None:
    deadline = time.monotonic() + CONTACT_SECONDS
    while not engine.may_trade("kalshi"):
        if time.monotonic() > deadline:
            raise BenchError("the engine was not permitted to trade")
        time.sleep(0.01)


def _median_us(timer: Timer, seconds: float) -> float:
    """Of as many loops as the time holds."""
    deadline = time.monotonic() + seconds
    times = [timer.timeit(CALLS)]
    while time.monotonic() < deadline:
        times.append(timer.timeit(CALLS))
    return load.percentile(times, 50) / CALLS * 1e6
