"""`python -m bench.drill`: plays the drill against what `make up` started; `make drill`.

It halts and resumes trading, so it plays with the demo only. It leaves the stack as it found it.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import requests

from arbwatch.control import HaltState
from bench.drill import by_command, by_rule, crash
from bench.drill.bot import running_bot
from bench.drill.scene import ENGINE, EXPORTER, Scene
from bench.drill.tidying import tidied_up
from bench.drill.timeline import Timeline
from bench.stage.discord import running_discord
from bench.stage.errors import CannotPlay, StepFailed
from bench.stage.stack import Stack
from bench.stage.waiting import wait_for
from stack.errors import StackError
from stack.settings import read_settings

WATCH_SECONDS = 10.0
# The demo starts together with the exporter, and calls again when it came too early.
CONTACT_SECONDS = 5.0
STEPS = {
    "before": by_command.before,
    "halt from Discord": by_command.halt,
    "resume without a role": by_command.refusal,
    "resume": by_command.resume,
    "halt, exporter killed": crash.halt_and_kill,
    "feed lost": by_rule.lose_a_feed,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every step held; 1 when one did not, or when the stack is not one to play with."""
    chosen = _parser().parse_args(arguments)
    timeline = Timeline()
    try:
        stack = Stack(read_settings())
        check_is_demo(stack)
        play(stack, timeline, watch_seconds=chosen.watch)
    except (CannotPlay, StackError) as error:
        print(f"no drill: {error}", file=sys.stderr)
        return 1
    except (StepFailed, requests.RequestException) as failure:
        print(f"\nThe drill failed: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe drill was stopped.", file=sys.stderr)
        return 1
    finally:
        if chosen.json:
            report = msgspec.json.encode(timeline.report())
            chosen.json.write_bytes(msgspec.json.format(report, indent=2) + b"\n")
    return 0


def check_is_demo(stack: Stack) -> None:
    """The demo and nobody else trades, and both venues run.

    Raises:
        CannotPlay: not so.
    """
    try:
        with suppress(StepFailed):
            wait_for("an engine", lambda: stack.engines(), seconds=CONTACT_SECONDS)
        engines, venues = stack.engines(), stack.venues()
    except requests.RequestException:
        why = f"the exporter does not answer on {stack.url('exporter')}: start the stack, make up"
        raise CannotPlay(why) from None
    if engines != {ENGINE}:
        found = ", ".join(sorted(engines)) or "none"
        raise CannotPlay(f"it halts trading, so only the demo may be in contact; found: {found}")
    for venue in venues:
        if venue.state is not HaltState.RUNNING:
            raise CannotPlay(f"{venue.venue} is {venue.state}: resume it first")
    for name in (EXPORTER, ENGINE):
        stack.pid(name)


def play(stack: Stack, timeline: Timeline, *, watch_seconds: float) -> None:
    """Every step, each on the state that the one before it left."""
    with tidied_up(stack), running_discord() as discord, running_bot(stack, discord):
        scene = Scene(stack, discord, watch_seconds)
        for name, step in STEPS.items():
            with timeline.step(name) as begun:
                step(scene, begun)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.drill", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the timeline there, too")
    parser.add_argument(
        "--watch",
        type=float,
        default=WATCH_SECONDS,
        metavar="SECONDS",
        help="how long to watch a halted venue (%(default)g)",
    )
    return parser


if __name__ == "__main__":
    # A stop is an end like Ctrl-C: the drill tidies up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
