"""`GET /api/stats` of the recorded 21 days agrees with numpy, to the cent."""

import pytest
from msgspec.structs import replace

from bench.agreement.__main__ import batches
from bench.agreement.comparison import Figure, compare, table, totals
from bench.agreement.recording import Results, play_recording
from tests.client import Client

# From the first day of the recording to the last; three of them before its first fill.
DAYS = 22


@pytest.fixture(scope="module")
def recorded() -> Results:
    """What the demo fills of the recorded pair alone."""
    return play_recording()


def push(api: Client, results: Results) -> None:
    """All of it, as an engine would."""
    for body in batches(results):
        answer = api.post("/api/events", body, **{"Content-Type": "application/x-ndjson"})
        assert answer.json()["rejected"] == []


def differing(figures: list[Figure]) -> list[Figure]:
    """Those that do not agree."""
    return [figure for figure in figures if not figure.agrees]


def test_the_recorded_pair_agrees_with_numpy(api: Client, recorded: Results) -> None:
    """Every figure of every grouping, on days with the recording's own times."""
    push(api, recorded)

    figures = compare(api.get, recorded)

    assert differing(figures) == []
    assert {figure.part for figure in figures} >= {"total", "day", "week", "pair", "risk"}
    assert len(recorded.fills) == 49
    assert recorded.fills[0].timestamp.date().isoformat() == "2025-11-19"


@pytest.mark.timeout(180)
def test_simulated_pairs_and_reversals_agree_as_well(api: Client) -> None:
    """Many categories, both leaders, every day; some fills are undone on another day."""
    results = play_recording(pairs=6)
    push(api, results)

    figures = compare(api.get, results)

    assert differing(figures) == []
    rows = {part: {f.row for f in figures if f.part == part} for part in ("day", "leader", "pair")}
    assert [len(names) for names in rows.values()] == [DAYS, 2, 7]
    assert len(results.reversals) > 50
    assert {f.name: f.answered for f in figures}["sharpe_samples"] == DAYS


def test_a_figure_that_is_off_by_a_cent_is_found(api: Client, recorded: Results) -> None:
    """Of one fill in 49, in each group that it belongs to."""
    push(api, recorded)
    first, *others = recorded.fills
    changed = replace(first, pnl_cents=first.pnl_cents + 1)

    figures = differing(compare(api.get, Results(fills=[changed, *others], reversals=[])))

    assert {figure.part for figure in figures} >= {"total", "day", "category", "pair", "leader"}
    assert "realized_usd" in {figure.name for figure in figures}


def test_the_tables_show_both_sides() -> None:
    """What was answered beside what was expected, and how many differ."""
    figures = [
        Figure("total", "all", "pnl_usd", 34.3, 34.3),
        Figure("day", "2025-11-19", "pnl_usd", 1.0, 1.01),
        Figure("day", "2025-11-19", "fills", None, 1),
    ]

    assert "34.300000               34.300000" in totals(figures)
    assert [line.split()[:4] for line in table(figures).splitlines()[1:]] == [
        ["total", "1", "1", "0"],
        ["day", "1", "2", "2"],
    ]
