"""`python -m bench.selftest`: brings about every alert once, on stacks of its own; `make selftest`.

Each act is a stack with a state of its own, before a fake Discord; acts run side by side.
"""

import argparse
import shutil
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

import msgspec

from bench.machine import ROOT
from bench.selftest.acts import ACTS, Act, chosen
from bench.selftest.report import Report
from bench.selftest.scene import Scene
from bench.selftest.telling import Told, tell
from bench.services import folder
from bench.stage.discord import running_discord
from bench.stage.errors import StepFailed
from bench.stage.own_stack import own_stack
from bench.stage.second_way import running_second_way


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every alert was told; 1 when one was not."""
    options = _parser().parse_args(arguments)
    acts = chosen(ACTS, options.alerts)
    if not acts:
        print(f"no alert is called {' or '.join(options.alerts)}", file=sys.stderr)
        return 2
    report, stop = Report(), threading.Event()
    with ThreadPoolExecutor(len(acts)) as pool:
        plays = [pool.submit(play, act, report, stop) for act in acts]
        try:
            for done in as_completed(plays):
                done.result()
        except KeyboardInterrupt:
            stop.set()
            print("\nstopping", file=sys.stderr)
    report.print_table()
    if options.json:
        rows = msgspec.json.encode(report.rows)
        options.json.write_bytes(msgspec.json.format(rows, indent=2) + b"\n")
    return 0 if report.holds(acts) else 1


def play(act: Act, report: Report, stop: threading.Event) -> None:
    """One act from its empty stack to its last cause."""
    try:
        with ExitStack() as held:
            scene = _open(held)
            for cause in act:
                for told in tell(scene, cause, stop):
                    report.enter(told)
    except StepFailed as failure:
        for cause in act:
            for name in cause.alerts:
                report.enter_missing(Told(alert=name, cause=cause.text, note=str(failure)))


def _open(held: ExitStack) -> Scene:
    state = held.enter_context(folder())
    discord = held.enter_context(running_discord())
    second_way = held.enter_context(running_second_way())
    shutil.copy(ROOT / "limits.yml", state / "limits.yml")
    settings = discord.settings | {
        "LIMITS_FILE": str(state / "limits.yml"),
        "FALLBACK_WEBHOOK_URL": second_way.url,
        "REMIND_MINUTES": "0",
    }
    return Scene(held.enter_context(own_stack(state, settings)), discord, second_way, state)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.selftest", description=__doc__)
    parser.add_argument("alerts", nargs="*", metavar="ALERT", help="only these")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table there, too")
    return parser


if __name__ == "__main__":
    # A stop is an end like Ctrl-C: every stack is taken down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
