"""`python -m arbwatch.demo`: reads the options, says what it does, runs until told to stop."""

import argparse
import logging
import math
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from arbwatch import Engine
from arbwatch.demo.clock import RealClock
from arbwatch.demo.drops import Drops
from arbwatch.demo.replay import DEFAULT_SPEED, RECORDED_PAIR_ID
from arbwatch.demo.run import DEFAULT_PAIRS, DEFAULT_THRESHOLD_CENTS, Options, open_desk, play
from arbwatch.demo.scenarios import HEALTHY, SCENARIOS
from arbwatch.events import utc_now

ENGINE_NAME = "demo"
DEFAULT_URL = "http://127.0.0.1:8000"
LIMIT_MIN_NET_EDGE_CENTS = 2.5  # of limits.yml
MEDIAN_STEP_SECONDS = 1800
RECORDED_DAYS = 21


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; the answer is the exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    options = _options(chosen)
    _say(introduction(options, doing=f"pushing to {chosen.exporter_url}"))
    _say(f"`{how_to_drop(os.getpid())}` drops Kalshi's feed for 10 seconds.")
    stop = threading.Event()
    drops = Drops(_say, planned_at=options.scenario.drops_at)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, lambda *_: drops.ask())
    clock = RealClock(stop)
    engine = Engine(
        chosen.exporter_url, name=ENGINE_NAME, state_dir=chosen.state_dir, token=_token(parser)
    )
    desk = open_desk(options, clock=clock, may_trade=engine.may_trade, say=_say, drops=drops)
    engine.on_control(desk.on_control)
    with engine:
        play(options, desk, clock=clock, push=engine.push, drops=drops)
    return 0


def introduction(options: Options, *, doing: str) -> str:
    """What the run does, what of it is recorded and what is made up."""
    scenario = options.scenario
    pairs = 0 if scenario.is_quiet else options.pairs
    part = ", up to the first that would fill" if scenario.is_quiet else ""
    faster = "at its own pace" if options.speed == 1 else f"{options.speed:,g} times faster"
    step = MEDIAN_STEP_SECONDS / options.speed
    again = (
        ", over and over"
        if options.duration_seconds > RECORDED_DAYS * 86_400 / options.speed
        else ""
    )
    return f"""\
Arbwatch demo engine, {doing}; run {options.run}, seed {options.seed}
Recorded: {RECORDED_PAIR_ID}, 1,006 instants of real books, 16 Nov to 7 Dec 2025.
  Replayed {faster}, one instant in {step:,.4g} s{again}{part}.
Simulated: {pairs} pairs titled "[simulated]", and every fill, latency, request and error.
Fees: Kalshi 7 % x P x (1-P), rounded up to a cent an order; Polymarket none on the recorded
  pair, as in November 2025, and its 2026 rates on simulated ones.
Threshold: fills from {options.threshold_cents:g} cents net. The strategy's limit is \
{LIMIT_MIN_NET_EDGE_CENTS:g}: at that the recording never fills.
Scenario: {scenario.name}: {scenario.story}.
  Look for: {scenario.look}."""


def _options(chosen: argparse.Namespace) -> Options:
    return Options(
        run=chosen.run or utc_now().strftime("%Y%m%dT%H%M%S.%f"),
        seed=chosen.seed,
        scenario=SCENARIOS.get(chosen.scenario, HEALTHY),
        speed=chosen.speed,
        pairs=chosen.pairs,
        rate=chosen.rate,
        threshold_cents=chosen.threshold,
        duration_seconds=chosen.duration,
    )


def how_to_drop(pid: int) -> str:
    """What to type to drop a feed; the first process is that of a container."""
    return "docker-compose kill -s USR1 demo" if pid == 1 else f"kill -USR1 {pid}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m arbwatch.demo",
        description="A demo engine: replays a recorded pair, simulates others, obeys halts.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--scenario", choices=[HEALTHY.name, *SCENARIOS], default=HEALTHY.name, help="what happens")
    add("--speed", type=positive, default=DEFAULT_SPEED, help="recorded seconds a second")
    add("--pairs", type=whole, default=DEFAULT_PAIRS, help="simulated pairs")
    add("--rate", type=positive, default=1.0, help="multiplies every update rate")
    add("--seed", default="arbwatch", help="same seed and run label: same events")
    add("--run", default=None, help="label that makes fill ids unique; default the start time")
    add(
        "--threshold",
        type=finite,
        default=DEFAULT_THRESHOLD_CENTS,
        help="cents, net, to fill from",
    )
    add("--duration", type=positive, default=float("inf"), help="seconds to run")
    url = os.environ.get("EXPORTER_URL") or DEFAULT_URL
    add("--exporter-url", default=url, help="also from EXPORTER_URL")
    add("--state-dir", type=Path, default=Path("var/engine"), help="keeps what could not be sent")
    return parser


def _token(parser: argparse.ArgumentParser) -> str | Path | None:
    """What the environment gives: a token, or the file that holds it."""
    text, path = os.environ.get("EXPORTER_TOKEN"), os.environ.get("EXPORTER_TOKEN_FILE")
    if text and path:
        parser.error("EXPORTER_TOKEN: set either this or EXPORTER_TOKEN_FILE, not both")
    return Path(path) if path else text or None


def finite(text: str) -> float:
    """A finite number."""
    number = float(text)
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"must be a finite number: {text}")
    return number


def positive(text: str) -> float:
    """A finite number above 0."""
    number = finite(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"must be above 0: {text}")
    return number


def whole(text: str) -> int:
    """A whole number, not negative."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must not be negative: {text}")
    return number


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
