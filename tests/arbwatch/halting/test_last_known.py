"""What an engine remembers of halts: numbers never fall, the file is whole or not believed."""

from pathlib import Path

import pytest

from arbwatch.halting.last_known import FILE_NAME, LastKnown
from tests.arbwatch.rows import halted, row

BOTH = ("kalshi", "polymarket")


def test_what_was_halted_is_halted_after_a_restart(tmp_path: Path) -> None:
    """Also an engine that never heard of a venue has nothing against it."""
    known = LastKnown(tmp_path / "e")
    known.take_in([halted(7)])
    assert known.save()

    assert LastKnown(tmp_path / "e").not_halted(BOTH) == {"polymarket"}
    assert LastKnown(tmp_path / "other").not_halted(BOTH) == set(BOTH)


@pytest.mark.parametrize("content", [b"", b'{"kalshi":{"seq":7,"runn', b"[]", b"\xff", b"[" * 9000])
def test_a_file_that_cannot_be_read_halts_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    """The log names it; the exporter's next word is believed, and replaces it."""
    (tmp_path / FILE_NAME).write_bytes(content)

    known = LastKnown(tmp_path)

    assert known.not_halted(BOTH) == set()
    assert str(tmp_path / FILE_NAME) in caplog.text
    assert known.take_in([row(3)]) == [row(3)]
    assert known.save()
    assert LastKnown(tmp_path).not_halted(BOTH) == set(BOTH)


@pytest.mark.parametrize(
    ("number", "way_out"), [(6, "delete {}, start it again"), (7, "halt and resume the venue")]
)
def test_an_older_order_gives_no_permission(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, number: int, way_out: str
) -> None:
    """A lower number, or a halt that ended without an order; told once, with what to do."""
    reports: list[tuple[str, str]] = []
    known = LastKnown(tmp_path, report=lambda *report: reports.append(report))
    known.take_in([halted(7)])
    other = row(2, venue="polymarket")

    assert known.take_in([row(number), other]) == [other]
    assert known.take_in([row(number)]) == []

    (told,) = caplog.records
    assert told.levelname == "ERROR"
    assert "kalshi stays halted" in told.message
    assert way_out.format(tmp_path / FILE_NAME) in told.message
    ((venue, problem),) = reports
    assert venue == "kalshi"
    assert "kalshi stays halted" in problem
    assert str(tmp_path) not in problem


def test_an_older_order_gives_no_permission_after_a_restart_either(tmp_path: Path) -> None:
    """The highest number is kept, not the last one; a higher one counts."""
    known = LastKnown(tmp_path)
    known.take_in([row(12)])
    known.take_in([row(3)])
    known.save()

    restarted = LastKnown(tmp_path)

    assert restarted.take_in([row(11)]) == []
    assert restarted.take_in([row(13)]) == [row(13)]


def test_a_halt_is_obeyed_whatever_its_number() -> None:
    """A restored ledger that holds a halt is no reason to trade."""
    known = LastKnown(None)
    known.take_in([row(12)])

    assert known.take_in([halted(3)]) == [halted(3)]


def test_the_file_is_written_only_when_something_changed(tmp_path: Path) -> None:
    """An answer a second must not be a sync a second."""
    known = LastKnown(tmp_path)
    known.take_in([row(1)])
    known.save()
    (tmp_path / FILE_NAME).unlink()

    known.take_in([row(1)])
    assert known.save() and not (tmp_path / FILE_NAME).exists()

    known.take_in([halted(2)])
    assert known.save() and (tmp_path / FILE_NAME).exists()


def test_a_disk_that_takes_nothing_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is known is known all the same, and written once the disk takes it."""
    blocked = tmp_path / "e"
    known = LastKnown(blocked)
    blocked.write_text("a file where the folder should be")
    known.take_in([halted(7)])

    assert not known.save() and not known.save()

    assert known.not_halted(BOTH) == {"polymarket"}
    assert caplog.text.count("cannot be written") == 1
    blocked.unlink()
    assert known.save() and LastKnown(blocked).not_halted(BOTH) == {"polymarket"}
