"""The short fault tests again, many times over. The environment says how many."""

import os
from pathlib import Path

import pytest

from tests.arbwatch import test_faults as engine_faults
from tests.conftest import RunningExporter
from tests.faults.load import kill_under_load
from tests.faults.processes import ExporterProcess
from tests.torture.conftest import Book

EXPORTER_KILLS = int(os.environ.get("TORTURE_EXPORTER_KILLS", "200"))

pytestmark = [pytest.mark.torture, pytest.mark.timeout(7_200)]


def test_the_exporter_is_killed_under_load(process: ExporterProcess, book: Book) -> None:
    """At any moment: no acknowledged fill is lost, none is there twice, sums are exact."""
    tally = kill_under_load(process, kills=EXPORTER_KILLS)

    what = f"exporter killed while {tally.stored:,} fills came in"
    book(what, rounds=EXPORTER_KILLS, lost=tally.lost, doubled=tally.doubled)
    assert (tally.lost, tally.doubled) == (0, 0)


def test_the_connection_is_cut(exporter: RunningExporter, book: Book) -> None:
    """At random bytes of requests and answers; it fails when anything is lost or doubled."""
    engine_faults.test_a_connection_cut_anywhere_loses_and_doubles_nothing(exporter)

    what = "connection cut at a random byte"
    book(what, rounds=engine_faults.CUTS, lost=0, doubled=0)


def test_the_engine_is_killed_under_load(
    exporter: RunningExporter, tmp_path: Path, book: Book
) -> None:
    """What was safe on its disk arrives; it fails when anything is lost or doubled."""
    engine_faults.test_an_engine_killed_again_and_again_counts_each_fill_once(exporter, tmp_path)

    book("engine killed under load", rounds=engine_faults.KILLS, lost=0, doubled=0)
