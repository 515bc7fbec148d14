"""`python -m arbwatch.demo.record FILE`: what the demo would push, written down instead.

Nothing waits: the events carry the times at which they would have been pushed, from `--start` on.
As it stands that is the recorded pair alone, at the times of its recording.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from arbwatch.demo.__main__ import finite, introduction, positive, whole
from arbwatch.demo.books import load_recording
from arbwatch.demo.clock import VirtualClock
from arbwatch.demo.drops import Drops
from arbwatch.demo.feeds import Rhythm
from arbwatch.demo.run import DEFAULT_THRESHOLD_CENTS, Options, open_desk, play
from arbwatch.demo.scenarios import HEALTHY, SCENARIOS
from arbwatch.events import Event
from arbwatch.wire import encode_batch

# Far below the limit of feed silence, so that nothing looks silent that is only written seldom.
SPARSE = Rhythm(latency_seconds=5.0, requests_seconds=30.0, exposure_seconds=60.0)


def record(options: Options, path: Path, *, start: datetime) -> Counter[str]:
    """Write the run's events as lines of JSON, each with its `type`; how many there are of each.

    Needs an end of the run. What ends early leaves no file.
    """
    counts: Counter[str] = Counter()
    clock, drops = VirtualClock(start), Drops(print, planned_at=options.scenario.drops_at)
    desk = open_desk(options, clock=clock, may_trade=lambda venue: True, say=print, drops=drops)
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:

            def write(event: Event) -> None:
                counts[str(event.__struct_config__.tag)] += 1
                file.write(encode_batch([event]))

            play(options, desk, clock=clock, push=write, drops=drops)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file; the answer is the exit code."""
    chosen = _parser().parse_args(arguments)
    options = _options(chosen)
    print(introduction(options, doing=f"writing to {chosen.file} what it would push"))
    print(
        f"Seldom: latencies of one second in {SPARSE.latency_seconds:g}; calls every "
        f"{SPARSE.requests_seconds:g} s and holdings every {SPARSE.exposure_seconds:g} s."
    )
    try:
        counts = record(options, chosen.file, start=chosen.start)
    except OSError as error:
        print(f"record: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    written = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))
    print(f"Written: {written}; {chosen.file.stat().st_size / 1e6:,.1f} MB")
    return 0


def _options(chosen: argparse.Namespace) -> Options:
    recording = load_recording()
    span = (recording[-1].timestamp - recording[0].timestamp).total_seconds()
    return Options(
        run=chosen.run or chosen.start.strftime("%Y%m%dT%H%M%S"),
        seed=chosen.seed,
        scenario=SCENARIOS.get(chosen.scenario, HEALTHY),
        speed=chosen.speed,
        pairs=chosen.pairs,
        threshold_cents=chosen.threshold,
        duration_seconds=chosen.duration or span / chosen.speed,
        rhythm=SPARSE,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m arbwatch.demo.record",
        description="Writes what the demo would push to a file, without waiting.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    first = load_recording()[0].timestamp
    add("file", type=Path, help="takes lines of JSON, as POST /api/events does")
    add("--start", type=_time, default=first, help="time of the first event, with zone")
    add("--duration", type=positive, default=None, help="seconds; without it one whole round")
    add("--speed", type=positive, default=1.0, help="recorded seconds a second")
    add("--pairs", type=whole, default=0, help="simulated pairs")
    add("--scenario", choices=[HEALTHY.name, *SCENARIOS], default=HEALTHY.name, help="what happens")
    add("--seed", default="arbwatch", help="same seed, start and run label: same events")
    add("--run", default=None, help="label that makes fill ids unique; without it the start time")
    add(
        "--threshold", type=finite, default=DEFAULT_THRESHOLD_CENTS, help="cents, net, to fill from"
    )
    return parser


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"must have a zone, as in 2025-11-16T06:00:00Z: {text}")
    return moment


if __name__ == "__main__":
    sys.exit(main())
