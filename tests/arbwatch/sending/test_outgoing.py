"""Order on the way out, with a clock in hand."""

import msgspec

from arbwatch import Exposure, ExposureRow
from arbwatch.answers import Receipt
from arbwatch.events import MAX_BODY_BYTES, MAX_SAMPLES, Event, SenderReport, utc_now
from arbwatch.sending.batch import Batch
from arbwatch.sending.options import Options
from arbwatch.sending.outgoing import Outgoing
from tests.arbwatch.samples import edge, fill, latency


class Way:
    """What is on its way out, and the clock it goes by."""

    def __init__(self, options: Options) -> None:
        self.now = 100.0
        self.out = Outgoing(options, clock=lambda: self.now)

    def push(self, *events: Event) -> None:
        """Push and take in."""
        self.out.inbox.extend(events)
        self.out.take_in()


def drained(out: Outgoing) -> list[Batch]:
    """All batches that it hands out, each stored at once."""
    batches = []
    while (batch := out.next_batch()) is not None:
        batches.append(batch)
        out.stored(batch, Receipt(accepted=batch.count))
    return batches


def contents(batches: list[Batch]) -> list[str]:
    """Which fills and pairs these batches hold."""
    found = [line.split(b'"')[7].decode() for batch in batches for line in batch.lines()]
    return found


def test_facts_wait_a_second_before_they_go_to_disk() -> None:
    """No sync for what is delivered in time; measurements never go while the engine runs."""
    way = Way(Options())
    way.push(edge("p-1"), fill("f-1"))

    way.now += 0.9
    way.out.seal_old_facts()
    assert way.out.to_keep() == []

    way.now += 0.1
    way.out.seal_old_facts()
    assert contents(way.out.to_keep()) == ["f-1"]


def test_facts_reach_the_disk_in_their_order() -> None:
    """A batch under way is written before younger facts, though it is not due by itself."""
    way = Way(Options(batch_events=2))
    way.push(fill("f-1"), fill("f-2"), fill("f-3"))
    way.now += 0.5
    way.out.next_batch()

    way.now += 0.5
    way.out.seal_old_facts()

    assert contents(way.out.to_keep()) == ["f-1", "f-2", "f-3"]


def test_numbers_count_up_and_a_batch_stays_until_its_outcome() -> None:
    """The same batch is handed out again and again; a failure changes nothing about it."""
    way = Way(Options(batch_events=1))
    way.push(fill("f-1"), fill("f-2"))

    first = way.out.next_batch()
    way.out.failed("exporter not reached")
    again = way.out.next_batch()
    assert first is not None and again is first
    way.out.refused(first, "status 400")
    second = way.out.next_batch()

    assert second is not None
    assert [b.batch_id.rpartition("-")[2] for b in (first, second)] == ["1", "2"]
    assert first.batch_id.rpartition("-")[0] == second.batch_id.rpartition("-")[0]


def test_what_is_answered_while_it_is_written_is_forgotten_afterwards() -> None:
    """The disk's copy is marked as done once the write has returned."""
    way = Way(Options())
    way.push(fill("f-1"))
    batch = way.out.next_batch()
    assert batch is not None
    way.out.failed("exporter not reached")
    (writing,) = way.out.to_keep()

    way.out.refused(batch, "status 400")
    assert way.out.finished() == []
    way.out.kept(writing)

    assert way.out.finished() == [batch.batch_id]
    assert way.out.stats().spooled == 0
    assert way.out.delivered() == []


def test_no_batch_is_larger_than_the_exporter_takes() -> None:
    """A few events of many samples fill a batch; the rest goes on in further ones, in order."""
    way = Way(Options(batch_bytes=2 * MAX_BODY_BYTES))
    samples = [number / 7 for number in range(MAX_SAMPLES)]
    wide = [msgspec.structs.replace(latency(0), latency_ms=[*samples[1:], n]) for n in range(128)]
    way.push(fill("f-1"), *wide, fill("f-2"))
    way.out.offer(report())

    batches = drained(way.out)

    assert max(len(batch.body) for batch in batches) <= MAX_BODY_BYTES
    assert len(batches) < 12
    lines = [line for batch in batches for line in batch.lines()]
    assert [msgspec.json.decode(line, type=Event) for line in lines[1:-1]] == wide
    assert [b"f-1" in lines[0], b"f-2" in lines[-1], way.out.stats().sent] == [True, True, 130]


def test_wide_events_close_a_batch_as_others_do() -> None:
    """`batch_bytes` holds for them too, give or take one event."""
    way = Way(Options(batch_bytes=10_000))
    wide = [msgspec.structs.replace(latency(0), latency_ms=[0.123456] * 500) for _ in range(20)]
    way.push(*wide)

    batches = drained(way.out)

    assert sum(batch.count for batch in batches) == 20
    assert max(len(batch.body) for batch in batches) < 15_000


def test_an_event_too_large_for_any_batch_is_put_aside() -> None:
    """At once and described in short; its neighbours are sent."""
    way = Way(Options())
    row = ExposureRow(venue="v" * 1_000, category="c", total_notional_usd=1, num_positions=1)
    giant = Exposure(rows=[row] * 5_000, timestamp=utc_now())
    way.push(fill("f-1"), giant, fill("f-2"))

    batches = drained(way.out)

    assert contents(batches) == ["f-1", "f-2"]
    (letter,) = way.out.letters()
    assert (letter.reason, len(bytes(letter.event)) < 1_000) == ("too_large", True)
    assert (way.out.stats().sent, way.out.stats().rejected) == (2, 1)


def report() -> SenderReport:
    """What the sender tells about itself."""
    return SenderReport(engine="e", queued=0, spooled=0, dropped=0, rejected=0, timestamp=utc_now())
