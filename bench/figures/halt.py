"""From `POST halt` to its answer, and to an engine in another process that may no longer trade.

Under what else the exporter may have to do at that moment. Each figure is over all halts of all
rounds, since a percentile of a few would say little.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import requests

from bench import load, services
from bench.errors import BenchError
from bench.machine import ROOT
from bench.plan import Plan
from bench.pressure import PRESSURES, SATURATED, Pressure
from bench.results import Row, against, alone
from bench.rounds import interleaved
from bench.services import Service
from bench.trader import VENUE

HALTS_A_ROUND = 50
POLLED_HALTS_A_ROUND = 8
POLL_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
ANSWERED_MS, STOPPED_MS = 1_000, 250


class Halt(NamedTuple):
    """One halt: milliseconds until the answer, and until the engine may not trade."""

    answered: float
    stopped: float


class Trader:
    """An engine in a process of its own."""

    def __init__(self, service: Service, process: "subprocess.Popen[str]") -> None:
        self._url = f"http://127.0.0.1:{service.port}/api/venues/{VENUE}"
        self._process = process
        self._session = requests.Session()

    def halts(self, count: int) -> list[Halt]:
        """Halt it so often, and let it go on each time."""
        return [self._halt() for _ in range(count)]

    def wait(self, may_trade: bool) -> int:
        """When that began, nanoseconds of the monotonic clock."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            moment, is_trading = map(int, line.split())
            if bool(is_trading) is may_trade:
                return moment
        raise BenchError("the engine ended")

    def _halt(self) -> Halt:
        started = time.monotonic_ns()
        self._order("halt")
        answered = time.monotonic_ns()
        stopped = self.wait(may_trade=False)
        self._order("resume")
        self.wait(may_trade=True)
        return Halt((answered - started) / 1e6, (stopped - started) / 1e6)

    def _order(self, verb: str) -> None:
        answer = self._session.post(f"{self._url}/{verb}", json={}, timeout=PATIENCE_SECONDS)
        if not answer.ok:
            raise BenchError(f"{verb} was answered with {answer.status_code}")


def measure(plan: Plan) -> list[Row]:
    """p99 of both times under each load, and beside an engine that asks every second."""
    rows = []
    for what, pressure in PRESSURES.items():
        with (
            services.folder() as state,
            services.exporter(state) as exporter,
            trader(exporter) as t,
        ):
            rows += judge(
                what, [halts_under(pressure, exporter, t, plan) for _ in range(plan.rounds)]
            )
    return [*rows, beside_polling(plan)]


def judge(what: str, rounds: list[list[Halt]]) -> list[Row]:
    """The two rows of one load."""
    halts = [halt for each in rounds for halt in each]
    # Some 200,000 events a second: there only the answer was promised.
    stopped_ms = None if what == SATURATED else STOPPED_MS
    return [
        percentiles(f"POST halt answered, {what}", [h.answered for h in halts], ANSWERED_MS),
        percentiles(f"may_trade false, {what}", [h.stopped for h in halts], stopped_ms),
    ]


def percentiles(what: str, values: list[float], at_most: float | None) -> Row:
    """A row of the 99th percentile, with the median and the worst beside it."""
    median, p99 = (load.percentile(values, percent) for percent in (50, 99))
    raw = {"p50": [median], "worst": [max(values)], "halts": [float(len(values))]}
    return alone("halt", f"{what}, p99", unit="ms", ours=[p99], at_most=at_most, raw=raw)


def beside_polling(plan: Plan) -> Row:
    """Nothing else to do: an `Engine`, and one that asks, each with an exporter of its own."""
    with (
        services.folder() as state,
        services.folder() as other_state,
        services.exporter(state) as exporter,
        services.exporter(other_state) as other_exporter,
        trader(exporter) as ours,
        trader(other_exporter, str(POLL_SECONDS)) as polling,
    ):
        count = plan.scaled(POLLED_HALTS_A_ROUND)
        told, asked = interleaved(
            plan.rounds, lambda: ours.halts(count), lambda: polling.halts(count)
        )
    return against(
        "halt",
        "may_trade false, median",
        unit="ms",
        ours=[halt.stopped for each in told for halt in each],
        peer=f"asking every {POLL_SECONDS:g} s",
        theirs=[halt.stopped for each in asked for halt in each],
        at_most=0.2,
    )


def halts_under(pressure: Pressure, exporter: Service, engine: Trader, plan: Plan) -> list[Halt]:
    """One round."""
    with pressure(exporter):
        return engine.halts(plan.scaled(HALTS_A_ROUND))


@contextmanager
def trader(exporter: Service, *arguments: str) -> Iterator[Trader]:
    """A trader that trades."""
    command = [sys.executable, "-m", "bench.trader", f"http://127.0.0.1:{exporter.port}"]
    with subprocess.Popen(
        [*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            engine = Trader(exporter, process)
            engine.wait(may_trade=True)
            yield engine
        finally:
            process.kill()
