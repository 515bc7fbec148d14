"""`make audit`: the trail of the stack's own ledger, wherever its state is."""

import os
import subprocess
import sys
from pathlib import Path

from exporter.ledger.store import Store
from stack.settings import ROOT


def run(state_dir: Path, **more: str) -> str:
    """What `python -m stack.audit` prints."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    audit = subprocess.run(
        [sys.executable, "-m", "stack.audit"],
        cwd=ROOT,
        env=environment | {"STATE_DIR": str(state_dir)} | more,
        capture_output=True,
        text=True,
        check=True,
    )
    return audit.stdout


def test_the_ledger_of_the_state_directory_is_checked(tmp_path: Path) -> None:
    """As `make up` finds it: no setting of its own is needed."""
    Store(tmp_path / "ledger.db").close()

    said = run(tmp_path)

    assert said.startswith(f"{tmp_path / 'ledger.db'}: 0 entries hold; the last hash is 0")


def test_without_one_it_is_the_containers(tmp_path: Path) -> None:
    """Through docker-compose, which is a script here that says what it is asked for."""
    compose = tmp_path / "docker-compose"
    compose.write_text('#!/bin/sh\n[ "$1" = ps ] && echo exporter || echo "$*"\n')
    compose.chmod(0o755)

    said = run(tmp_path, PATH=f"{tmp_path}:/usr/bin:/bin")

    assert said == "exec -T exporter python -m exporter.audit\n"
