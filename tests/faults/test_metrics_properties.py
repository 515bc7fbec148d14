"""Our own histograms and top N, against prometheus-client's and against sorting everything."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client import Histogram as PeerHistogram
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter.leaders import KEPT, Leaders
from exporter.metrics.series import Exemplar, Histogram

# Quarters, so that sums are exact in whatever order they are made.
quarters = st.integers(-400, 400).map(lambda number: number / 4)
bounds = st.lists(quarters, min_size=1, max_size=8, unique=True).map(lambda b: tuple(sorted(b)))
label = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=5
)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(text: str) -> Samples:
    """Samples by name and labels, as a strict parser reads them."""
    families = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


@given(bounds, st.lists(st.tuples(label, st.lists(quarters, max_size=40)), max_size=6))
def test_a_histogram_is_what_prometheus_client_makes_of_the_same_samples(
    buckets: tuple[float, ...], batches: list[tuple[str, list[float]]]
) -> None:
    """Observed by batch or one by one, signed or not, with any text as the label."""
    registry, is_signed = CollectorRegistry(), buckets[0] < 0
    if not is_signed:  # whose sum must not fall
        batches = [(name, list(map(abs, values))) for name, values in batches]
    peer = PeerHistogram("h", "Text", ["name"], buckets=buckets, registry=registry)
    ours = Histogram("h", "Text", buckets, ("name",))

    for name, values in batches:
        ours.cell(name).observe_all(values, Exemplar({"fill_id": name}, 1.5))
        "".join(ours.lines(is_openmetrics=True))  # a scrape in between changes nothing
        for value in values:
            peer.labels(name).observe(value)
        peer.labels(name)
    for name, values in batches[:2]:
        for value in values:
            ours.cell(name).observe(value)
            peer.labels(name).observe(value)

    text = "".join(ours.lines(is_openmetrics=True)) + "# EOF\n"
    assert parsed(text) == parsed(exposition(registry, is_signed=is_signed))


def exposition(registry: CollectorRegistry, *, is_signed: bool) -> str:
    """The peer's text; of a signed histogram without the count, which its own parser refuses."""
    lines = generate_latest(registry).decode().split("\n")  # type: ignore[no-untyped-call]
    return "\n".join(line for line in lines if not (is_signed and line.startswith("h_count")))


@given(
    st.lists(st.tuples(st.integers(0, 20), st.one_of(st.none(), st.floats(-5, 5))), max_size=200),
    st.integers(1, 25),
)
def test_the_largest_are_those_that_sorting_finds(
    steps: list[tuple[int, float | None]], count: int
) -> None:
    """After any order of new values and of keys that leave."""
    leaders, values = Leaders(), dict[str, float]()

    for number, value in steps:
        change(leaders, values, f"{number}", value)

    check(leaders, values, count)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_the_largest_of_thousands_are_those_that_sorting_finds(seed: int) -> None:
    """With more keys than candidates, also while the best of them fall or leave."""
    chance = random.Random(seed)
    leaders, values = Leaders(), dict[str, float]()

    for _ in range(30):
        for _ in range(1_000):
            key = f"{chance.randrange(4 * KEPT)}"
            change(leaders, values, key, None if chance.random() < 0.2 else chance.gauss(0, 9))
        for key in leaders.largest(chance.choice([0, 200, 900])):
            change(leaders, values, key, chance.choice([None, -50.0]))
        check(leaders, values, chance.choice([1, 10, KEPT, 2 * KEPT + 5]))


def change(leaders: Leaders, values: dict[str, float], key: str, value: float | None) -> None:
    """Give a key its value, or drop it; the same in both."""
    if value is None:
        leaders.drop(key)
        values.pop(key, None)
    else:
        leaders.set(key, value)
        values[key] = value


def check(leaders: Leaders, values: dict[str, float], count: int) -> None:
    """Keys of equal value may stand in either order."""
    found = leaders.largest(count)
    assert len(leaders) == len(values)
    assert len(set(found)) == len(found)
    assert [values[key] for key in found] == sorted(values.values(), reverse=True)[:count]
