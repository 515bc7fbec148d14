"""`make replay`: a past served by a Prometheus of its own, with what the rules make of it.

ARGS are those of `python -m exporter.replay` without `--out`; without any, the last one is served
again, under the rules as they are now.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import msgspec

from exporter.replay.make import REPORT, Done
from stack.errors import StackError
from stack.preflight import check_ports
from stack.programs import find_programs
from stack.replay.fired import as_alerts, judge, told
from stack.replay.records import add_samples, record
from stack.replay.rules import read_rules, rule_files
from stack.replay.server import Server
from stack.services import Service
from stack.settings import read_settings

DEFAULT_PORT = 9095


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C; the exit code."""
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument("--dir", type=Path, help="default: replay in STATE_DIR")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="of its Prometheus")
    parser.add_argument("--once", action="store_true", help="tell what would have fired, and end")
    chosen, wish = parser.parse_known_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = read_settings()
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = f"sqlite:///{settings.state_dir / 'ledger.db'}"
        check_ports([Service("replay", "127.0.0.1", chosen.port, "--port", "/")])
        program = find_programs(settings).prometheus
        place: Path = chosen.dir or settings.state_dir / "replay"
        done = _made(place, wish)
        return _serve(done, place, program, port=chosen.port, is_once=chosen.once)
    except StackError as error:
        print(f"replay: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _made(place: Path, wish: list[str]) -> Done:
    """The blocks that are wished for, made in place of the last ones; those if nothing is."""
    blocks, made = place / "blocks", place / "new"
    if wish:
        for left in [made, *place.glob(".new-*")]:  # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        _make([*wish, "--out", str(made)])
        shutil.rmtree(blocks, ignore_errors=True)
        made.replace(blocks)
    try:
        return msgspec.json.decode((blocks / REPORT).read_bytes(), type=Done)
    except OSError as error:
        raise StackError(f"{blocks}: no replay yet; say what, as in README.md") from error


def _make(arguments: list[str]) -> None:
    """Make blocks in a process of its own, which is left the time to clear up behind itself."""
    making = subprocess.Popen([sys.executable, "-m", "exporter.replay", *arguments])
    try:
        if making.wait():
            raise StackError("nothing was made")
    finally:
        making.terminate()
        making.wait()


def _serve(done: Done, place: Path, program: str, *, port: int, is_once: bool) -> int:
    """Rules over the blocks, then Prometheus until somebody ends it."""
    rules = read_rules()
    start, end, step = done.first.timestamp(), done.last.timestamp(), done.step
    data = place / "data"
    shutil.rmtree(data, ignore_errors=True)
    # Prometheus merges and removes blocks; those that were made stay as they are.
    shutil.copytree(place / "blocks", data, copy_function=os.link)
    lookback = max(step, *(int(rule.interval) for rule in rules))
    server = Server(program, data, rules=rule_files(), port=port, lookback=lookback)
    try:
        server.start()
        count = record(rules, server, data, start=start, end=end, step=step)
        judged = judge(rules, server, start=start, end=end, step=step)
        text = place / "alerts.txt"
        text.write_text("".join(as_alerts(judged.firings, step)), encoding="utf-8")
        add_samples(text, data)
        server.stop()
        server.start()
        print(f"{count} recording rules recorded.\n\n{told(judged)}\n", flush=True)
        print(_where(server.url, done.first, done.last, step), flush=True)
        return 0 if is_once else server.wait()
    finally:
        server.stop()


def _where(url: str, first: datetime, last: datetime, step: int) -> str:
    span = f"from={int(first.timestamp() * 1000)}&to={int(last.timestamp() * 1000)}"
    return f"""
Prometheus: {url}, {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC; Ctrl-C ends it.
Grafana: add a data source of type Prometheus named Replay, URL {url}, scrape interval {step}s,
  then open /d/arbwatch-overview?{span}&var-datasource=Replay and so on."""


if __name__ == "__main__":
    sys.exit(main())
