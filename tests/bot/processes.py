"""Bots as processes of their own, which can be killed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(**settings: object) -> dict[str, str]:
    """An environment with these settings and no others of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {name: str(value) for name, value in settings.items()}


def start_bot_process(**settings: object) -> subprocess.Popen[str]:
    """`python -m bot` with these environment variables."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot"],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for the end: exit code, what it printed, what it logged."""
    printed, logged = process.communicate(timeout=15)
    return process.returncode, printed, logged
