"""What brings a ledger of the version before to the next one, inside one transaction."""

import logging
from collections.abc import Callable
from itertools import groupby

from sqlalchemy import Connection

from exporter.ledger import schema
from exporter.ledger.segments import Segment
from exporter.ledger.units import MICROSECONDS_AN_HOUR

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 10_000

_RESULTS = f"""
SELECT timestamp_us / {MICROSECONDS_AN_HOUR}, pnl_microusd, 1, seq FROM fills
UNION ALL
SELECT timestamp_us / {MICROSECONDS_AN_HOUR}, pnl_microusd, 0, seq FROM reversals
ORDER BY seq
"""


def _add_time_of_order(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE fills ADD COLUMN ordered_at_us BIGINT")


def _make_hours_segments(connection: Connection) -> None:
    """Sums so far knew no order inside an hour, so they are made anew; days and pairs follow."""
    connection.exec_driver_sql("DROP TABLE summary")
    connection.exec_driver_sql("DROP TABLE hours")
    schema.metadata.create_all(connection)
    hours = _hours(connection)
    rows = [
        {"hour": hour, **{name: getattr(segment, name) for name in Segment.__struct_fields__}}
        for hour, segment in hours.items()
    ]
    if rows:
        connection.execute(schema.hours.insert(), rows)
    fills = sum(segment.fills for segment in hours.values())
    log.info("ledger: worked out %s hours anew from %s fills", len(hours), fills)


def _hours(connection: Connection) -> dict[int, Segment]:
    """One pass in the order of the ledger, so many rows in memory at once."""
    hours: dict[int, Segment] = {}
    for page in connection.exec_driver_sql(_RESULTS).partitions(ROWS_AT_ONCE):
        for hour, rows in groupby(page, key=lambda row: int(row[0])):
            _, results, fills, _ = zip(*rows, strict=True)
            before = hours.get(hour, Segment())
            hours[hour] = before.after(results, fills=sum(fills))
    return hours


# By the version that they make.
MIGRATIONS: dict[str, Callable[[Connection], None]] = {
    "3": _add_time_of_order,
    "4": _make_hours_segments,
}
