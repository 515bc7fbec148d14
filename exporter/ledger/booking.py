"""What new rows make of the hours that they fall into."""

from collections.abc import Mapping

from exporter.ledger import schema
from exporter.ledger.rows import Row
from exporter.ledger.segments import Segment
from exporter.ledger.units import MICROSECONDS_AN_HOUR

_SEQ, _TIME = 0, 2
_FILL_PNL = schema.fills.c.keys().index("pnl_microusd")
_REVERSAL_PNL = schema.reversals.c.keys().index("pnl_microusd")


def booked(
    fills: list[Row], reversals: list[Row], hours: Mapping[int, Segment]
) -> dict[int, Segment]:
    """The hours that these rows change, as they are once these are in."""
    if fills and not reversals:
        times = [row[_TIME] for row in fills]
        hour = min(times) // MICROSECONDS_AN_HOUR
        if hour == max(times) // MICROSECONDS_AN_HOUR:  # as nearly every commit is
            results = [row[_FILL_PNL] for row in fills]
            return {hour: hours.get(hour, Segment()).after(results, fills=len(fills))}
    changed: dict[int, Segment] = {}
    for hour, (results, count) in _by_hour(fills, reversals).items():
        changed[hour] = hours.get(hour, Segment()).after(results, fills=count)
    return changed


def _by_hour(fills: list[Row], reversals: list[Row]) -> dict[int, tuple[list[int], int]]:
    """Each hour's results in the order of the ledger, and how many of them are fills."""
    rows = [(row[_SEQ], row[_TIME], row[_FILL_PNL], 1) for row in fills]
    rows += [(row[_SEQ], row[_TIME], row[_REVERSAL_PNL], 0) for row in reversals]
    hours: dict[int, tuple[list[int], int]] = {}
    for _, time_us, result, is_fill in sorted(rows):
        results, count = hours.get(time_us // MICROSECONDS_AN_HOUR, ([], 0))
        results.append(result)
        hours[time_us // MICROSECONDS_AN_HOUR] = (results, count + is_fill)
    return hours
