"""`python -m exporter.replay`: a past of yours as blocks for a Prometheus of its own.

0: the blocks are there; 1: they could not be made, and nothing is left behind.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from pydantic import ValidationError

from exporter.errors import StartError
from exporter.replay.make import Done, Wish, make_blocks
from exporter.settings import Settings

_ENDS = (signal.SIGINT, signal.SIGTERM)
DEFAULT_STEP = "5s"  # of prometheus.yml: windows of rules are made for it
UNITS = {"s": 1, "m": 60}
NO_MEASUREMENTS = (
    "A ledger keeps facts: of edges, feeds, calls, exposure and engines it tells nothing, so their "
    "series are absent, not 0."
)
FROM_NOW = "Limits are those of limits.yml as it is now."
NO_EXEMPLARS = "Blocks hold no exemplars."


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the blocks and say what was done."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings(exporter_host="127.0.0.1", tokens=None, tokens_file=None)
        done = asyncio.run(make_blocks(_wish(chosen, settings), chosen.out, settings))
    except ValidationError as error:
        names = ", ".join(str(each["loc"][0]) for each in error.errors())
        return _refuse(f"not a valid setting: {names}")
    except StartError as error:
        return _refuse(error.message)
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")
    print(told(done, chosen.out))
    return 0


def told(done: Done, out: Path) -> str:
    """What was done, and what the source could not tell."""
    lines = [
        f"{done.source}: {_listed(done.events)}",
        f"{_shown(done.first)} to {_shown(done.last)}: {done.scrapes:,} scrapes, one in "
        f"{done.step} s; {done.samples:,} samples",
        f"{out}: {done.blocks} blocks, {done.bytes / 1e6:,.1f} MB, in {done.seconds:g} s",
        *([f"Refused: {_listed(done.refused)}"] if done.refused else []),
        *([NO_MEASUREMENTS] if done.kind == "ledger" else []),
        f"{FROM_NOW} {NO_EXEMPLARS}",
    ]
    return "\n".join(lines)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items())) or "no event"


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m exporter.replay",
        description="Puts past events through the exporter and writes what Prometheus would have "
        "stored. Times are RFC 3339 with zone, or whole UTC days as YYYY-MM-DD.",
    )
    add = parser.add_argument
    add("--from", dest="start", type=first_moment, help="default: the first event")
    add("--to", dest="end", type=last_moment, help="a day is included; default: the last event")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--ledger", type=Path, help="default: the file of DATABASE_URL")
    source.add_argument("--events", type=Path, help="lines of JSON, as POST /api/events takes")
    add("--step", type=step, default=DEFAULT_STEP, help="between two scrapes; default 5s")
    add("--instance", help="label of the exporter; default 127.0.0.1 and its port")
    add("--out", type=Path, required=True, help="a new directory, for the blocks")
    return parser


def _wish(chosen: argparse.Namespace, settings: Settings) -> Wish:
    if None not in (chosen.start, chosen.end) and chosen.start > chosen.end:
        raise StartError("--from: is after --to")
    return Wish(
        source=chosen.events or chosen.ledger or settings.ledger_path,
        kind="events" if chosen.events else "ledger",
        start=chosen.start,
        end=None if chosen.end is None else min(chosen.end, datetime.now(UTC).timestamp()),
        step=chosen.step,
        instance=chosen.instance or f"127.0.0.1:{settings.exporter_port}",
    )


def first_moment(text: str) -> float:
    """A time, or the start of a day, in seconds since 1970."""
    return _moment(text, time.min)


def last_moment(text: str) -> float:
    """A time, or the end of a day."""
    return _moment(text, time.max)


def _moment(text: str, of_day: time) -> float:
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-01-31"):
        moment = datetime.combine(moment, of_day, UTC)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"needs a zone, as in 2026-01-31T12:00:00Z: {text}")
    return moment.timestamp()


def step(text: str) -> int:
    """Whole seconds from 1 s to 5 m, as Prometheus writes them; more would leave gaps."""
    number, unit = text[:-1], text[-1:]
    seconds = int(number) * UNITS.get(unit, 0) if number.isdecimal() else 0
    if not timedelta(seconds=1) <= timedelta(seconds=seconds) <= timedelta(minutes=5):
        raise argparse.ArgumentTypeError(f"takes 1s to 5m: {text}")
    return seconds


def _refuse(reason: str) -> int:
    print(f"replay: {reason}", file=sys.stderr)
    return 1


def _end_once(*_: object) -> None:
    """Whoever asks for the end, what is half made is removed; who asks again does not disturb."""
    for number in _ENDS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(1)


if __name__ == "__main__":
    for end in _ENDS:
        signal.signal(end, _end_once)
    sys.exit(main())
