"""What is on disk comes back, whatever happened to the process or to the file."""

import random
from pathlib import Path

import pytest

from arbwatch.sending.batch import Batch
from arbwatch.sending.spool import Spool, SpoolError, read

MAX_BYTES = 1_000_000


def batch(number: int, size: int = 3) -> Batch:
    """A batch of `size` lines."""
    lines = b"".join(b'{"type":"fill","fill_id":"%d-%d"}\n' % (number, n) for n in range(size))
    return Batch(batch_id=f"s-{number}", body=lines, count=size, has_facts=True)


def opened(folder: Path, *, max_bytes: int = MAX_BYTES) -> tuple[Spool, list[Batch]]:
    """A spool and what it found."""
    spool = Spool(folder, max_bytes=max_bytes)
    return spool, spool.open()


def found_later(folder: Path) -> list[Batch]:
    """What the next start would find."""
    spool, found = opened(folder)
    spool.close()
    return found


def kept(folder: Path, count: int) -> Path:
    """The one segment that holds this many batches."""
    spool, _ = opened(folder)
    for number in range(count):
        spool.append(batch(number))
    spool.close()
    return folder / "00000001.spool"


def test_what_was_appended_comes_back_as_it_was(tmp_path: Path) -> None:
    """Same ids, same bytes, same order; what is done does not."""
    first, _ = opened(tmp_path)
    for number in range(4):
        first.append(batch(number))
    first.done("s-1")
    first.close()

    assert found_later(tmp_path) == [batch(0), batch(2), batch(3)]


def test_a_segment_goes_once_everything_in_it_is_done(tmp_path: Path) -> None:
    """After an outage the disk holds nothing, in the same run and after a restart."""
    kept(tmp_path, 2)
    spool, _ = opened(tmp_path)
    spool.append(batch(7))

    for batch_id in ("s-0", "s-1", "s-7"):
        spool.done(batch_id)
    spool.close()

    assert list(tmp_path.glob("*.spool")) == []


def test_a_torn_tail_costs_only_the_last_record(tmp_path: Path) -> None:
    """Cut at any byte: every whole record is given back, and a torn one is counted."""
    content = kept(tmp_path, 3).read_bytes()
    ends = [content.index(batch(n).body) + len(batch(n).body) for n in range(3)]

    for length in range(len(content) + 1):
        found, unreadable = read(content[:length])

        whole = sum(end <= length for end in ends)
        assert found == [batch(number) for number in range(whole)]
        assert unreadable <= 1
    assert read(content[:-1])[1] == 1


def test_damage_in_the_middle_spares_the_records_around_it(tmp_path: Path) -> None:
    """Any one flipped bit costs at most the record it is in."""
    content = kept(tmp_path, 3).read_bytes()
    chance = random.Random(1)

    for _ in range(300):
        damaged = bytearray(content)
        damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        found, _unreadable = read(bytes(damaged))

        assert len(found) >= 2
        assert all(one in [batch(0), batch(1), batch(2)] for one in found)


def test_a_torn_tail_stops_no_start(tmp_path: Path) -> None:
    """The spool opens, gives what is whole, counts the rest and takes more."""
    segment = kept(tmp_path, 2)
    segment.write_bytes(segment.read_bytes()[:-5])

    spool, found = opened(tmp_path)
    spool.append(batch(9))
    spool.close()

    assert (found, spool.unreadable) == ([batch(0)], 1)
    assert found_later(tmp_path) == [batch(0), batch(9)]


def test_the_disk_is_never_filled(tmp_path: Path) -> None:
    """Past the bound nothing is taken, until something is done."""
    size = len(batch(0, size=10).body)
    spool, _ = opened(tmp_path, max_bytes=size * 3)
    spool.append(batch(0, size=10))
    spool.append(batch(1, size=10))

    with pytest.raises(SpoolError, match="full"):
        spool.append(batch(2, size=10))

    spool.done("s-0")
    spool.done("s-1")
    spool.append(batch(2, size=10))
    spool.close()
    assert found_later(tmp_path) == [batch(2, size=10)]


def test_a_failing_disk_is_told_and_overcome(tmp_path: Path) -> None:
    """A segment that cannot be written is given up; the next one is tried."""
    spool, _ = opened(tmp_path)
    (tmp_path / "00000001.spool").mkdir()

    with pytest.raises(SpoolError, match="cannot be written"):
        spool.append(batch(0))

    spool.append(batch(0))
    spool.close()
    assert read((tmp_path / "00000002.spool").read_bytes()) == ([batch(0)], 0)


def test_two_engines_do_not_share_a_spool(tmp_path: Path) -> None:
    """The second one is told; once the first is gone it may."""
    first, _ = opened(tmp_path)

    with pytest.raises(SpoolError, match="another engine"):
        opened(tmp_path)

    first.close()
    opened(tmp_path)[0].close()
