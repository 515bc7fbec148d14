"""What the recording rules would have recorded, made by promtool from what is served."""

import shutil
import subprocess
from pathlib import Path

import yaml

from stack.errors import StackError
from stack.replay.rules import Rule, in_levels
from stack.replay.server import MOST_POINTS, Server

# promtool asks for one block of one rule at a time; blocks have these lengths (2 h times powers of
# 3), and one may hold no more steps than Prometheus answers at once.
BLOCK_HOURS = (162, 54, 18, 6, 2)


def record(
    rules: list[Rule], server: Server, directory: Path, *, start: float, end: float, step: int
) -> int:
    """Add what the rules would have recorded to the blocks that are served; how many rules.

    A rule sees what others record only once that is served too, so Prometheus is started again for
    each level of them.
    """
    rounds = 0
    for level in in_levels(rules):
        for interval in sorted({max(step, int(rule.interval)) for rule in level}):
            chosen = [rule for rule in level if max(step, int(rule.interval)) == interval]
            _add(chosen, server, directory, start=start, end=end, interval=interval)
            rounds += len(chosen)
        server.stop()
        server.start()
    return rounds


def add_samples(text: Path, directory: Path) -> None:
    """Add samples from OpenMetrics text to the blocks."""
    longest = f"--max-block-duration={BLOCK_HOURS[0]}h"
    _run(["create-blocks-from", longest, "openmetrics", str(text), str(directory)])


def _add(
    rules: list[Rule], server: Server, directory: Path, *, start: float, end: float, interval: int
) -> None:
    hours = next(hours for hours in BLOCK_HOURS if hours * 3600 / interval < MOST_POINTS)
    path = directory.with_name("records.yml")
    each = [{"record": rule.name, "expr": rule.expr, "labels": rule.labels} for rule in rules]
    group = {"name": "replay", "interval": f"{interval}s", "rules": each}
    path.write_text(yaml.safe_dump({"groups": [group]}), encoding="utf-8")
    _run(
        [
            "create-blocks-from",
            f"--max-block-duration={hours}h",
            "rules",
            f"--start={int(start)}",
            f"--end={int(end)}",
            f"--url={server.url}",
            f"--output-dir={directory}",
            str(path),
        ]
    )


def _run(arguments: list[str]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        raise StackError("promtool is not installed: apt-get install prometheus")
    done = subprocess.run([promtool, "tsdb", *arguments], capture_output=True, text=True)
    if done.returncode or "level=error" in done.stderr:
        raise StackError(f"promtool: {done.stderr.strip()}")
