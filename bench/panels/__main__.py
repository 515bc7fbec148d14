"""`python -m bench.panels`: every panel's queries over the last replay, as Grafana would ask them.

`make replay ARGS="... --once"` makes one. Exit code 1 where what a board asks when
it opens takes longer than `--limit` in all, one query after the other.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import machine
from bench.errors import BenchError
from bench.panels.answers import Prometheus
from bench.panels.asking import asks
from bench.panels.report import Measured, costs, dearest, empty, sum_of
from exporter.replay.make import REPORT, Done
from grafana.build import BOARDS
from stack.errors import StackError
from stack.programs import find_programs
from stack.replay.rules import read_rules
from stack.replay.server import Server
from stack.settings import read_settings

DAY_SECONDS = 86_400
DEFAULT_PORT = 9096
ROUNDS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask everything, and say what came."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        place: Path = chosen.dir or settings.state_dir / "replay"
        done = _read(place)
        server = Server(
            find_programs(settings).prometheus,
            place / "data",
            rules=[],
            port=chosen.port,
            lookback=max(done.step, *(int(rule.interval) for rule in read_rules())),
        )
        try:
            return _measure(server, done, days=chosen.days, limit=chosen.limit)
        finally:
            server.stop()
    except (BenchError, StackError) as error:
        print(f"panels: {error}", file=sys.stderr)
        return 1


def _measure(server: Server, done: Done, *, days: float | None, limit: float) -> int:
    end = int(done.last.timestamp())
    span = end - int(done.first.timestamp())
    seconds = min(span, int(days * DAY_SECONDS)) if days else span
    server.start()
    prometheus = Prometheus(server.url, start=end - seconds, end=end)
    questions = asks(seconds)
    cold = [prometheus.answer(ask) for ask in questions]
    rounds = [[prometheus.answer(ask) for ask in questions] for _ in range(ROUNDS)]
    warm = [min(each, key=lambda answer: answer.seconds) for each in zip(*rounds, strict=True)]
    measured = [Measured(cold=c, warm=w) for c, w in zip(cold, warm, strict=True)]
    print(f"{done.source}: {seconds / DAY_SECONDS:.3g} days, a scrape every {done.step} s")
    facts = machine.facts()
    print(f"{facts['cpus']} x {facts['cpu']}, load average {facts['load_average'][0]}\n")
    print(f"{costs(measured)}\n\n{dearest(measured)}\n\n{empty(measured, prometheus.names())}")
    return 1 if any(sum_of(measured, board) > limit for board in BOARDS) else 0


def _read(place: Path) -> Done:
    try:
        return msgspec.json.decode((place / "blocks" / REPORT).read_bytes(), type=Done)
    except OSError as error:
        raise BenchError(f"{place}: no replay yet; make replay ARGS=...") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.panels",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dir", type=Path, help="of the replay; default: replay in STATE_DIR")
    parser.add_argument("--days", type=float, help="the last of it; default: all of it")
    parser.add_argument("--limit", type=float, default=1.0, help="seconds; default 1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="of its Prometheus")
    return parser


if __name__ == "__main__":
    sys.exit(main())
