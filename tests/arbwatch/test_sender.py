"""The sender's bounds and its spool."""

from pathlib import Path

from arbwatch import sender, spool
from arbwatch.events import Event
from tests.arbwatch.test_engine import edge, fill


def test_a_full_queue_keeps_facts_and_the_newest_edge_of_each_pair() -> None:
    """Edges go first, the older before the newer, and are counted; fills never go."""
    full = sender.Sender("http://127.0.0.1:1", engine="e", spool_path=None)
    pushed: list[Event] = [edge(f"p-{n % 10}") for n in range(sender.MAX_QUEUED)]
    pushed.insert(50_000, fill("f-1"))
    for event in pushed:
        full.push(event)

    full._trim()

    assert full.stats().queued == 11
    assert full.stats().dropped == sender.MAX_QUEUED - 10
    assert full._unsent == [pushed[50_000], *pushed[-10:]]


def test_the_spool_gives_back_what_it_was_given(tmp_path: Path) -> None:
    """Events of every kind, in order; a torn record at the end stops nothing."""
    path = tmp_path / "state" / "e.ndjson"
    events: list[Event] = [edge("p"), *(fill(f"f-{n}") for n in range(12_000))]
    spool.put(path, events)
    assert spool.read(path) == events

    path.write_bytes(path.read_bytes()[:-20])

    assert spool.read(path) == events[:-1]
    spool.clear(path)
    assert spool.read(path) == []
