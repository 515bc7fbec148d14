"""Order on the way out, with a clock in hand."""

from arbwatch.events import Event
from arbwatch.sending.batch import Batch
from arbwatch.sending.options import Options
from arbwatch.sending.outgoing import Outgoing
from tests.arbwatch.samples import edge, fill


class Way:
    """What is on its way out, and the clock it goes by."""

    def __init__(self, options: Options) -> None:
        self.now = 100.0
        self.out = Outgoing(options, clock=lambda: self.now)

    def push(self, *events: Event) -> None:
        """Push and take in."""
        self.out.inbox.extend(events)
        self.out.take_in()


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
