"""What goes when too much waits, and what never does."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from arbwatch import Edge, Exposure
from arbwatch.events import FACTS, Event
from arbwatch.sending.backlog import Backlog
from tests.arbwatch.samples import edge, error, exposure, fill, latency, reversal

pushed_events = st.lists(
    st.one_of(
        st.integers(0, 4).map(lambda n: edge(f"p-{n}")),
        st.integers(0, 4).map(lambda n: edge(f"p-{n}")),
        st.just("exposure").map(lambda _: exposure()),
        st.integers(0, 9).map(latency),
        st.integers(0, 9).map(lambda n: fill(f"f-{n}")),
        st.integers(0, 9).map(lambda n: reversal(f"f-{n}")),
        st.text("abc", min_size=1).map(error),
    ),
    max_size=80,
)


def filled(events: list[Event], max_events: int) -> Backlog:
    """A backlog to which these were added."""
    backlog = Backlog(max_events)
    for event in events:
        backlog.add(event, 0.0)
    return backlog


def identities(events: Sequence[Event]) -> list[int]:
    """Equal events are told apart."""
    return [id(event) for event in events]


@given(pushed_events, st.integers(1, 30))
def test_nothing_is_reordered_invented_or_uncounted(events: list[Event], bound: int) -> None:
    """What comes out went in, in that order, and the rest was counted."""
    backlog = filled(events, bound)
    dropped = backlog.dropped

    left = identities(backlog.take(1000))

    assert left == [identity for identity in identities(events) if identity in left]
    assert len(left) + dropped == len(events)
    assert len(backlog) == 0


@given(pushed_events, st.integers(1, 30))
def test_facts_never_go(events: list[Event], bound: int) -> None:
    """All facts are there, past the bound if need be; everything else keeps to it."""
    facts = [event for event in events if isinstance(event, FACTS)]
    backlog = filled(events, bound)
    length = len(backlog)

    taken = backlog.take_facts(1000)

    assert identities(taken) == identities(facts)
    assert length <= max(bound, len(facts))


@given(pushed_events, st.integers(1, 30))
def test_the_newest_of_each_kind_outlives_what_is_older(events: list[Event], bound: int) -> None:
    """Where the newest edge of a pair had to go, nothing less worthy is left."""
    newest: dict[str, Event] = {}
    for event in events:
        if isinstance(event, Edge | Exposure):
            newest[event.pair_id if isinstance(event, Edge) else "exposure"] = event
    worthy = set(identities([*newest.values()]))

    left = filled(events, bound).take(1000)

    if not worthy <= set(identities(left)):
        others = [event for event in left if not isinstance(event, FACTS)]
        assert set(identities(others)) <= worthy


@given(st.lists(st.one_of(pushed_events, st.integers(1, 20)), max_size=20))
def test_adding_and_taking_may_alternate(steps: list[list[Event] | int]) -> None:
    """Whatever is taken in between: nothing twice, nothing unaccounted for, facts in order."""
    backlog = Backlog(10)
    added: list[Event] = []
    taken: list[Event] = []
    for step in steps:
        if isinstance(step, int):
            taken += backlog.take(step)
        else:
            added += step
            for event in step:
                backlog.add(event, 0.0)
    taken += backlog.take(10_000)

    assert len(taken) + backlog.dropped == len(added)
    assert len(set(identities(taken))) == len(taken)
    facts = [event for event in added if isinstance(event, FACTS)]
    assert identities([e for e in taken if isinstance(e, FACTS)]) == identities(facts)


def test_the_oldest_measurement_goes_first() -> None:
    """A newer sample is worth more than an older one."""
    samples: list[Event] = [latency(n) for n in range(5)]

    assert filled(samples, 2).take(10) == samples[-2:]


def test_a_reversal_never_goes() -> None:
    """It takes back money, so it is a fact like the fill that it undoes."""
    undone = reversal("f-1")

    left = filled([undone, *(latency(n) for n in range(5))], 1)

    assert left.take_facts(10) == [undone]
