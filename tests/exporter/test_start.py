"""Starting and stopping: refusals in one line that names what and where; a clean stop."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.errors import StartError
from exporter.ledger.store import Store
from tests.conftest import LIMITS, RunningExporter, free_port, wait_until

ROOT = LIMITS.parent


def start(tmp_path: Path, **settings: str) -> subprocess.Popen[str]:
    """`python -m exporter` with these settings, its ledger in `tmp_path`."""
    ledger = f"sqlite:///{tmp_path / 'ledger.db'}"
    environment = (
        os.environ | {"DATABASE_URL": ledger, "EXPORTER_PORT": str(free_port())} | settings
    )
    return subprocess.Popen(
        [sys.executable, "-m", "exporter"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(tmp_path: Path, **settings: str) -> str:
    """What it prints when it refuses to start; exactly one line, and exit code 1."""
    process = start(tmp_path, **settings)
    _, output = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.count("\n") == 1
    return output


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """The port and its setting are in the line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert f"EXPORTER_PORT {port}" in refusal(tmp_path, EXPORTER_PORT=str(port))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("EXPORTER_PORT", "http"), ("DATABASE_URL", "mysql://x"), ("EDGE_TTL_SECONDS", "-1")],
)
def test_a_bad_setting_is_named(tmp_path: Path, setting: str, value: str) -> None:
    """The variable is in the line, its value is not needed to find it."""
    assert setting.lower() in refusal(tmp_path, **{setting: value}).lower()


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"EXPORTER_HOST": "0.0.0.0"}, "EXPORTER_HOST: other machines reach 0.0.0.0, so TOKENS_"),
        ({"TOKENS": "a read s3cret; b s3cret read"}, "TOKENS: entry 2: the scopes are ingest, re"),
        ({"TOKENS": "a read s3cret", "TOKENS_FILE": "/x"}, "TOKENS: set either this or TOKENS_FI"),
        ({"TOKENS_FILE": "/no/such"}, "/no/such: No such file or directory"),
        ({"TOKENS_FILE": "/dev/null"}, "/dev/null line 1: the last line"),
    ],
)
def test_wrong_tokens_are_named_and_not_shown(
    tmp_path: Path, settings: dict[str, str], line: str
) -> None:
    """Nobody listens for other machines without them."""
    output = refusal(tmp_path, **settings)

    assert output.startswith(f"exporter: {line}")
    assert "s3cret" not in output


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("equity_usd: 0", "equity_usd"),
        ("nonsense: 1", "nonsense"),
        ("a: [", "YAML"),
    ],
)
def test_bad_limits_are_named(tmp_path: Path, text: str, reason: str) -> None:
    """File and limit are in the line."""
    limits = tmp_path / "limits.yml"
    limits.write_text(text if "[" in text else LIMITS.read_text() + "\n" + text + "\n")
    if text.startswith("equity"):
        limits.write_text(LIMITS.read_text().replace("equity_usd: 10000", text))

    output = refusal(tmp_path, LIMITS_FILE=str(limits))

    assert "limits.yml" in output
    assert reason in output


def test_a_damaged_ledger_is_named(tmp_path: Path) -> None:
    """A file that is no database is left as it is, and the line says what to do."""
    damaged = tmp_path / "ledger.db"
    damaged.write_bytes(b"not a database" * 100)

    with pytest.raises(StartError, match=r"ledger\.db: not a readable ledger .*restore a backup"):
        Store(damaged)
    assert damaged.read_bytes().startswith(b"not a database")


def test_a_ledger_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """Rather than guess what a newer exporter wrote."""
    path = tmp_path / "ledger.db"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()

    with pytest.raises(StartError, match="schema 99"):
        Store(path)


def test_a_second_exporter_on_one_ledger_is_refused(
    exporter: RunningExporter, ledger_path: Path
) -> None:
    """Two writers could lose what one of them promised to keep."""
    with pytest.raises(StartError, match="another exporter"):
        Store(ledger_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Exit code 0, and the ledger can be opened by the next one."""
    with start(tmp_path) as process:
        log = process.stderr
        assert log is not None
        wait_until(lambda: "startup complete" in log.readline())

        process.send_signal(number)

        assert process.wait(60) == 0
    Store(tmp_path / "ledger.db").close()
