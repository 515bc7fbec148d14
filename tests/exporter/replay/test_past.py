"""What a replay refuses: one line that says what and where, and nothing left behind."""

from pathlib import Path

import pytest

from arbwatch.wire import encode_batch
from exporter.replay.__main__ import main
from exporter.replay.play import Span
from tests.exporter.replay import pasts


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no event"),
        (b"\n\n", "holds no event"),
        (b'\n{"type":"latency"}\n', "line 2: venue: a required field is missing"),
        (b"rubbish\n", "line 1: the body is not what"),
        (b'{"type":"breach","limit":"x","value":NaN}\n', "line 1: numbers must be finite"),
        (b'{"type":"unheard-of"}\n', "line 1: type: "),
        (b"\xff\xfe\n", "line 1: the body is not what"),
    ],
)
def test_a_file_that_holds_no_events_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, says: str
) -> None:
    """The line is named, its text is not repeated."""
    source = tmp_path / "events"
    source.write_bytes(content)

    assert main(["--events", str(source), "--out", str(tmp_path / "out")]) == 1

    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]


def test_events_out_of_order_are_refused_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also when half of the blocks are made by then: none is left."""
    hour = pasts.hour_of_events()
    source = tmp_path / "events"
    source.write_bytes(encode_batch([*hour[:500], hour[3], *hour[500:]]))

    assert main(["--events", str(source), "--out", str(tmp_path / "out")]) == 1

    assert "line 501: older than the line before it" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("option", ["--events", "--ledger"])
def test_a_source_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    """And no ledger is made in its place."""
    missing = tmp_path / "missing"

    assert main([option, str(missing), "--out", str(tmp_path / "out")]) == 1

    assert str(missing) in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_ledger_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its own name, not by that of the copy."""
    source = tmp_path / "ledger.db"
    source.write_bytes(b"no database" * 1000)

    assert main(["--ledger", str(source), "--out", str(tmp_path / "out")]) == 1

    assert f"{source}: not a readable ledger" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]


def test_a_start_after_the_end_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is read."""
    span = ["--from", "2026-03-03", "--to", "2026-03-02"]

    assert main(["--events", "any", *span, "--out", str(tmp_path / "out")]) == 1

    assert "--from: is after --to" in capsys.readouterr().err


def test_a_time_without_events_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty Prometheus would look like a quiet day."""
    source = pasts.write_events(pasts.hour_of_events(), tmp_path / "events")

    for span in (["--from", "2026-03-04"], ["--to", "2026-03-01"]):
        assert main(["--events", str(source), *span, "--out", str(tmp_path / "out")]) == 1
        assert "nothing in it is of this time" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]


def test_blocks_that_are_there_already_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two pasts in one directory would be mixed."""
    (tmp_path / "block").mkdir()

    assert main(["--events", "any", "--out", str(tmp_path)]) == 1

    assert "is there already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["block"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--step", "0s"],
        ["--step", "6m"],
        ["--step", "15"],
        ["--from", "yesterday"],
        ["--from", "2026-01-01T00:00:00"],
        ["--events", "a", "--ledger", "b"],
    ],
)
def test_options_without_sense_are_named(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """As argparse names them."""
    with pytest.raises(SystemExit):
        main([*arguments, "--out", "nowhere"])

    assert arguments[0] in capsys.readouterr().err


def test_scrapes_are_whole_multiples_of_the_step() -> None:
    """So that a query at such a time meets the sample of that time."""
    assert list(Span(start=31.5, end=90, step=15).scrapes()) == [45, 60, 75, 90]
    assert list(Span(start=30, end=29, step=15).scrapes()) == []
