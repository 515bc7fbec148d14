"""`make audit`: the trail of the stack's own ledger, wherever its state is."""

import os
import subprocess
import sys
from pathlib import Path

from exporter.ledger.store import Store
from stack.settings import ROOT


def test_the_ledger_of_the_state_directory_is_checked(tmp_path: Path) -> None:
    """As `make up` finds it: no setting of its own is needed."""
    Store(tmp_path / "ledger.db").close()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}

    audit = subprocess.run(
        [sys.executable, "-m", "stack.audit"],
        cwd=ROOT,
        env=environment | {"STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert audit.stdout.startswith(f"{tmp_path / 'ledger.db'}: 0 entries hold; the last hash is 0")
