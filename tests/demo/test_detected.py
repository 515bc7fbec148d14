"""What the exporter makes of the demo: the scenarios give their cause, the good days give none."""

from datetime import datetime, timedelta
from statistics import median

import pytest

from arbwatch.demo.run import Options
from arbwatch.demo.scenarios import HEALTHY, SCENARIOS
from arbwatch.events import Edge, Event, Exposure, Fill
from exporter.frozen import FrozenBooks, VenueBooks
from tests.demo.runs import START, of, run_demo, run_scenario, second

# Hours of the demo are computed here, and a busy machine takes its time.
pytestmark = pytest.mark.timeout(600)

VENUES = ("polymarket", "kalshi")
EVERY_SECONDS = 5.0


def judged(events: list[Event]) -> list[tuple[float, dict[str, VenueBooks]]]:
    """How the books stood at each scrape of a run."""
    now = START

    def wall() -> datetime:
        return now

    books = FrozenBooks(
        VENUES, ttl_seconds=15, clock=lambda: (now - START).total_seconds(), now=wall
    )
    found, scrape = [], START
    for edge in of(Edge, events):
        while scrape <= edge.timestamp:
            now = scrape
            found.append(((scrape - START).total_seconds(), books.venues()))
            scrape += timedelta(seconds=EVERY_SECONDS)
        now = edge.timestamp
        books.update([edge])
    return found


def test_the_frozen_legs_are_found_and_nothing_else_is() -> None:
    """Each within 20 seconds, from its freeze at 20 and 40 s on, and let go when it moves again."""
    found = judged(run_scenario("frozen-leg", seconds=120))

    frozen = {at: books["kalshi"].frozen for at, books in found}
    assert max(books["polymarket"].frozen for _, books in found) == 0
    assert not [at for at, number in frozen.items() if number and at <= 30]
    assert frozen[40] == 1 and frozen[65] == 2
    assert (frozen[85], frozen[105]) == (1, 0)


@pytest.mark.parametrize("name", ["healthy", "quiet", "slow-hedges", "slippage", "over-exposed"])
def test_no_book_is_frozen_where_none_was_frozen(name: str) -> None:
    """An hour of each: the recorded pair stands still at times, with its other side or alone."""
    scenario = SCENARIOS.get(name, HEALTHY)
    found = judged(run_demo(Options(run="test", scenario=scenario, duration_seconds=3_600)))

    assert max(books[venue].watched for _, books in found for venue in VENUES) > 0
    assert not [(at, books) for at, books in found if any(books[v].frozen for v in VENUES)]


def test_slow_hedges_are_slow_and_nothing_else() -> None:
    """Over 20 in 5 minutes, nearly all beyond 250 ms; both legs fill, within limits."""
    late = [f for f in of(Fill, run_scenario("slow-hedges", seconds=120)) if second(f) > 10]

    assert len(late) > 20
    assert sum((fill.hedge_latency_ms or 0) > 250 for fill in late) == len(late)
    assert {fill.status for fill in late} == {"filled"}
    assert median(fill.slippage_cents for fill in late) < 0.4
    assert capture(late) > 0.5


def test_slippage_is_over_its_limit_and_eats_the_capture() -> None:
    """Median over 0.4 cents, less than half of the entry edge kept; nothing is lost by it."""
    late = [f for f in of(Fill, run_scenario("slippage", seconds=120)) if second(f) > 10]

    assert len(late) > 20
    assert median(fill.slippage_cents for fill in late) > 0.4
    assert 0.2 < capture(late) < 0.5
    assert max(fill.hedge_latency_ms or 0 for fill in late) < 1000
    assert sum(fill.pnl_cents for fill in late) > -1_000


def test_over_exposed_is_over_all_three_limits() -> None:
    """Both venues, one contract of each, and the pairs; without a loss beyond the day's limit."""
    events = run_scenario("over-exposed", seconds=150)

    last = of(Exposure, events)[-1]
    for venue in VENUES:
        rows = [row for row in last.rows if row.venue == venue]
        assert sum(row.total_notional_usd for row in rows) > 5_000
        assert max(row.largest_contract_usd or 0 for row in rows) > 250
    assert (last.num_pairs or 0) > 8
    assert sum(fill.pnl_cents for fill in of(Fill, events)) > -10_000


@pytest.mark.parametrize("name", ["healthy", "quiet"])
def test_good_days_stay_inside_every_limit(name: str) -> None:
    """Two hours: capture, slippage, one-legged fills, exposure, contracts, pairs."""
    scenario = SCENARIOS.get(name, HEALTHY)
    events = run_demo(Options(run="test", scenario=scenario, duration_seconds=7_200))

    for snapshot in of(Exposure, events):
        assert max([row.largest_contract_usd or 0 for row in snapshot.rows], default=0) <= 250
        assert (snapshot.num_pairs or 0) <= 8
    fills = of(Fill, events)
    assert {fill.status for fill in fills} <= {"filled"}
    if fills:
        assert capture(fills) > 0.6
        assert median(fill.slippage_cents for fill in fills) < 0.3


def capture(fills: list[Fill]) -> float:
    """Realized of entry edge, each times the contracts."""
    contracts = [fill.pnl_cents / fill.realized_edge_cents for fill in fills]
    entry = sum(f.entry_edge_cents * n for f, n in zip(fills, contracts, strict=True))
    return sum(fill.pnl_cents for fill in fills) / entry
