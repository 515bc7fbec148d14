"""The demo written to a file: what it would push, at the times of its recording."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from arbwatch.demo.books import load_recording
from arbwatch.demo.record import main, record
from arbwatch.demo.run import Options
from arbwatch.events import Edge, Event, Latency
from arbwatch.wire import EVENTS, NDJSON
from tests.demo.runs import of


def test_the_recorded_pair_comes_at_the_times_of_its_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At its own pace every edge has the time of the books that it was priced on."""
    path = tmp_path / "events.ndjson"

    assert main([str(path), "--duration", "7200"]) == 0

    recorded = [instant.timestamp for instant in load_recording()[:5]]
    assert [edge.timestamp for edge in of(Edge, _read(path))] == recorded
    assert "at its own pace" in capsys.readouterr().out


def test_a_feed_that_is_written_seldom_never_looks_silent(tmp_path: Path) -> None:
    """The limit of feed silence is 10 seconds."""
    path = tmp_path / "events.ndjson"

    main([str(path), "--duration", "600"])

    times = [each.timestamp for each in of(Latency, _read(path)) if each.venue == "kalshi"]
    gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
    assert 1 < max(gaps) < 10


def test_what_ends_early_leaves_no_file(tmp_path: Path) -> None:
    """Half of a record would be taken for a whole one."""
    path = tmp_path / "events.ndjson"

    with pytest.raises(OverflowError):
        record(Options(run="r", duration_seconds=1e9), path, start=datetime.max.replace(tzinfo=UTC))

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and the exit code of a failure."""
    assert main([str(tmp_path / "missing" / "events"), "--duration", "1"]) == 1

    assert "No such file" in capsys.readouterr().err


def _read(path: Path) -> list[Event]:
    events, rejected = EVENTS.decode(path.read_bytes(), NDJSON)
    assert not rejected
    return events
