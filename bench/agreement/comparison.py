"""The exporter's answers beside numpy's, figure by figure."""

from collections.abc import Callable, Iterable
from typing import Any, get_args

import msgspec

from arbwatch.answers import Grouping
from bench.agreement import independent_risk
from bench.agreement.independent import Ledger
from bench.agreement.recording import Results

Get = Callable[[str], Any]
"""The JSON that a path of the exporter answers with."""

FIRST_DAY, LAST_DAY = "2025-11-16", "2025-12-07"
SPAN = f"from={FIRST_DAY}&to={LAST_DAY}"
DISTRIBUTION = "hedge_latency"

# Half a cent, half of one promille, and a hundredth of a cent a contract; counts are exact.
WITHIN_USD, WITHIN_RATIO, WITHIN_CENTS = 0.005, 0.0005, 0.01
# The ledger counts thousandths of a contract in each fill.
WITHIN_CONTRACTS = 0.5
UNITS = {"usd": WITHIN_USD, "cents": WITHIN_CENTS, "contracts": WITHIN_CONTRACTS}


class Figure(msgspec.Struct, frozen=True):
    """One figure of one row, as both have it."""

    part: str
    row: str
    name: str
    answered: float | str | None
    expected: float | str | None

    @property
    def difference(self) -> float:
        """How far they are apart; without bound where one is not there or is another text."""
        if isinstance(self.answered, int | float) and isinstance(self.expected, int | float):
            return abs(self.answered - self.expected)
        return 0.0 if self.answered == self.expected else float("inf")

    @property
    def agrees(self) -> bool:
        """To the cent, and as exactly for what is no money."""
        if isinstance(self.expected, int):
            return self.difference == 0
        return self.difference < UNITS.get(self.name.rpartition("_")[2], WITHIN_RATIO)


def compare(get: Get, results: Results) -> list[Figure]:
    """Everything that `GET /api/stats` says of fills on the days of the recording."""
    ledger = Ledger(results.fills, results.reversals)
    report = get(f"/api/stats?{SPAN}")
    figures = list(_figures("total", "all", report["total"], ledger.total()))
    for by in get_args(Grouping):
        rows = {row["name"]: row for row in get(f"/api/stats?{SPAN}&by={by}")["rows"]}
        expected = dict(ledger.by(by))
        missing = [Figure(by, name, "name", name, None) for name in rows.keys() - expected.keys()]
        figures += missing
        for name, each in expected.items():
            figures += _figures(by, name, rows.get(name, {}), each)
    figures += _risk(report, ledger)
    bounds = report[DISTRIBUTION]["bounds_seconds"]
    expected_spread = independent_risk.spread(ledger.hedge_seconds, bounds)
    return [*figures, *_figures(DISTRIBUTION, "all", _flat(report), expected_spread)]


def _risk(report: Any, ledger: Ledger) -> Iterable[Figure]:
    times, amounts = ledger.results()
    equity_usd = report["equity_usd"]
    drawdowns = independent_risk.drawdowns(times, amounts, equity_usd=equity_usd)
    ratios = independent_risk.ratios(times, amounts, equity_usd=equity_usd, last_day=LAST_DAY)
    yield from _figures("risk", "all", report["risk"], drawdowns)
    yield from _figures("risk", "all", report["risk"], ratios)


def _figures(part: str, row: str, answered: Any, expected: Any) -> Iterable[Figure]:
    for name, value in expected.items():
        yield Figure(part, row, name, answered.get(name, "not answered"), value)


def _flat(report: Any) -> dict[str, Any]:
    """The distribution with a figure for each of its buckets."""
    given: dict[str, Any] = report[DISTRIBUTION]
    return given | {f"counts {number}": count for number, count in enumerate(given["counts"])}


def table(figures: list[Figure]) -> str:
    """What was compared, part by part, and by how much the worst was off."""
    lines = [f"{'GET /api/stats':16}{'rows':>6}{'figures':>9}{'differ':>8}   largest difference"]
    for part in dict.fromkeys(figure.part for figure in figures):
        here = [figure for figure in figures if figure.part == part]
        rows = len({figure.row for figure in here})
        differ = sum(not figure.agrees for figure in here)
        money = [figure for figure in here if figure.name.endswith("_usd")]
        worst = max(money or here, key=lambda figure: figure.difference)
        lines.append(
            f"{part:16}{rows:>6}{len(here):>9}{differ:>8}   {worst.difference:.9f} {worst.name}"
        )
    return "\n".join(lines)


def totals(figures: list[Figure]) -> str:
    """The figures of the total and of the risk, side by side."""
    lines = [f"{'figure':24}{'exporter':>24}{'numpy':>24}"]
    for figure in figures:
        if figure.part in ("total", "risk"):
            lines.append(f"{figure.name:24}{_shown(figure.answered)}{_shown(figure.expected)}")
    return "\n".join(lines)


def _shown(value: float | str | None) -> str:
    text = f"{value:,.6f}" if isinstance(value, float) else "-" if value is None else f"{value}"
    return f"{text:>24}"
