"""Open notional as the engine last told it; unknown, and so absent, until it has."""

from collections import defaultdict
from typing import Literal

from msgspec.structs import replace

from arbwatch.answers import ExposureTotal
from arbwatch.events import MAX_EXPOSURE_ROWS, ExposureRow


class OpenExposure:
    """The last snapshot, one row a venue and category, and the pairs held if that was told."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], ExposureRow] = {}
        self.num_pairs: int | None = None

    def replace(self, rows: list[ExposureRow], *, num_pairs: int | None = None) -> None:
        """A whole snapshot: what it does not name is closed, and stands at 0 from now on."""
        self.num_pairs = num_pairs
        closed = {key: _closed(row) for key, row in self._rows.items()}
        self._rows = closed | {(row.venue, row.category): row for row in rows}
        self._bound()

    def update(self, row: ExposureRow) -> None:
        """One row alone; the others stay."""
        self._rows[row.venue, row.category] = row
        self._bound()

    def _bound(self) -> None:
        """Odd names cannot fill the memory: what is closed goes first."""
        excess = len(self._rows) - MAX_EXPOSURE_ROWS
        if excess > 0:
            closed_first = sorted(self._rows, key=lambda key: self._rows[key].num_positions > 0)
            for key in closed_first[:excess]:
                del self._rows[key]

    def rows(self) -> list[ExposureRow]:
        """Every row told so far."""
        return list(self._rows.values())

    def totals(self, by: Literal["venue", "category"]) -> list[ExposureTotal]:
        """Sums over one of the two names, the largest first."""
        usd: defaultdict[str, float] = defaultdict(float)
        positions: defaultdict[str, int] = defaultdict(int)
        for row in self._rows.values():
            name = row.venue if by == "venue" else row.category
            usd[name] += row.total_notional_usd
            positions[name] += row.num_positions
        totals = [
            ExposureTotal(name=name, total_notional_usd=usd[name], num_positions=positions[name])
            for name in usd
        ]
        return sorted(totals, key=lambda total: -total.total_notional_usd)


def _closed(row: ExposureRow) -> ExposureRow:
    """Nothing is held any more; what was never told stays untold."""
    largest = None if row.largest_contract_usd is None else 0.0
    return replace(row, total_notional_usd=0.0, num_positions=0, largest_contract_usd=largest)
