"""Rows 31 to 33: what the exporter needs and cannot have. It says so in one line, and ends."""

import re
from pathlib import Path

import pytest

from tests.client import fill
from tests.conftest import LIMITS
from tests.exporter.test_start import refusal
from tests.faults.processes import ExporterProcess


def test_a_missing_ledger_is_made_with_its_folders(tmp_path: Path) -> None:
    """The first start needs no preparation."""
    ledger = tmp_path / "a" / "b" / "ledger.db"

    with ExporterProcess(ledger, log=tmp_path / "log") as process:
        process.start()

        assert process.client.get("/api/fills") == []
    assert ledger.exists()


def test_a_second_exporter_process_is_refused(process: ExporterProcess, tmp_path: Path) -> None:
    """The first one goes on undisturbed."""
    process.client.post("/api/fills", fill("f-1"))

    line = refusal(tmp_path)

    assert "ledger.db: another exporter is using this ledger; stop it first" in line
    assert process.client.post("/api/fills", fill("f-2")).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("DATABASE_URL", "sqlite:////proc/ledger.db", "/proc/ledger.db"),
        ("DATABASE_URL", "sqlite:////tmp", "/tmp"),
        ("LIMITS_FILE", "/nowhere/limits.yml", "/nowhere/limits.yml"),
        ("LIMITS_FILE", "/tmp", "/tmp"),
        ("EXPORTER_HOST", "192.0.2.1", "192.0.2.1"),
        ("EXPORTER_HOST", "no such host", "no such host"),
        ("EXPORTER_PORT", "0", "EXPORTER_PORT"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, setting: str, value: str, named: str) -> None:
    """One line, with the file, address or variable in it."""
    line = refusal(tmp_path, **{setting: value})

    assert named.lower() in line.lower()
    assert "Traceback" not in line


def test_limits_of_other_venues_are_named(tmp_path: Path) -> None:
    """A limit that is given by venue must name exactly those that are traded."""
    limits = tmp_path / "limits.yml"
    by_venue = "error_rate: {polymarket: 0.01, kalshi: 0.01}"
    limits.write_text(re.sub(r"(?m)^error_rate:.*$", by_venue, LIMITS.read_text()))

    line = refusal(tmp_path, VENUES="kalshi", LIMITS_FILE=str(limits))

    assert "limits.yml: error_rate must name exactly the venues kalshi" in line
