"""Rows 31 to 33: what the exporter needs and cannot have. It says so in one line, and ends."""

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
        ("LOG_LEVEL", "LOUD", "LOUD"),
        ("VENUES", "kalshi", "limits.yml"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, setting: str, value: str, named: str) -> None:
    """One line, with the file, address or variable in it."""
    limits = tmp_path / "limits.yml"
    limits.write_text(LIMITS.read_text().replace("error_rate: ", "error_rate: &rate "))

    if setting == "VENUES":
        text = LIMITS.read_text().splitlines()
        per_venue = [
            "error_rate: {polymarket: 0.01, kalshi: 0.01}"
            if line.startswith("error_rate")
            else line
            for line in text
        ]
        limits.write_text("\n".join(per_venue))
        line = refusal(tmp_path, VENUES=value, LIMITS_FILE=str(limits))
    else:
        line = refusal(tmp_path, **{setting: value})

    assert named.lower() in line.lower()
    assert "Traceback" not in line
