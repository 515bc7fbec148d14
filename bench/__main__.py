"""`python -m bench [--quick] [FIGURE...]`: measures, prints one table, writes the results."""

import argparse
import sys
import time
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path

from bench import load, machine, payloads, results, services
from bench.errors import BenchError
from bench.figures import FIGURES
from bench.plan import FULL, QUICK
from bench.results import Row

RESULTS = Path(__file__).with_name("results.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all was measured, reached or not; 1 when something could not be measured."""
    chosen = _parser().parse_args(arguments)
    plan = QUICK if chosen.quick else FULL
    machine.pin_load()
    facts = machine.facts() | {
        "rounds": plan.rounds,
        "is_quick": chosen.quick,
        "load_generator_requests_a_second": round(generator_rate(plan.seconds)),
    }
    rows: list[Row] = []
    failures: dict[str, str] = {}
    for name in chosen.figures or FIGURES:
        started = time.monotonic()
        try:
            rows += FIGURES[name](plan)
        except BenchError as error:
            failures[name] = str(error)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    print(results.table(rows))
    for name, reason in failures.items():
        print(f"{name}: not measured: {reason}")
    if path := chosen.output or (None if chosen.figures or chosen.quick else RESULTS):
        results.write(path, facts=facts, rows=rows, failures=failures)
    return 1 if failures else 0


def generator_rate(seconds: float) -> float:
    """Requests a second against a server that does nothing: what bounds every other rate."""
    with services.bare() as service:
        requests = repeat(payloads.request("GET", "/"))
        traffic = load.Traffic(requests=requests, connections=16)
        return load.run(service, traffic, seconds=seconds)[0].rate


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "figures", nargs="*", metavar="FIGURE", type=_figure, help=", ".join(FIGURES)
    )
    parser.add_argument("--quick", action="store_true", help="one short round: is it still whole?")
    parser.add_argument(
        "--output", type=Path, help="default, when every figure is run in full: bench/results.json"
    )
    return parser


def _figure(name: str) -> str:
    if name not in FIGURES:
        raise argparse.ArgumentTypeError(f"no such figure; there are {', '.join(FIGURES)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
