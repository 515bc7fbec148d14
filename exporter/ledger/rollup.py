"""Sums by day, category, leader and pair, made of fills and reversals: in SQL, so that a million
rows pass no Python.

Each row is taken in once: what was, a watermark in `meta` says, written in the same transaction.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, Table

from exporter.ledger import schema
from exporter.ledger.units import MICROSECONDS_A_DAY, MICROUSD_PER_USD
from exporter.metrics.buckets import HEDGE_SECONDS

WATERMARK = "rolled_up"

# One fill counts at most 10 million dollars, or as many contracts, in a sum other than the P&L:
# beyond what any fill here is, and so small that no sum of such fills outgrows 64 bits.
_MOST = 10**13
# Below a hundredth of a cent the edge is too coarse to tell how many contracts it was earned on.
_LEAST_EDGE_MICROUSD = 100

# Each fill as a trade; each reversal once as booked on its own day, and once as that trade taken
# out again. `sign` is what a row counts for among trades that stand.
_TAKEN = f"""
    SELECT fill.timestamp_us / {MICROSECONDS_A_DAY} AS day, fill.pnl_microusd AS booked,
        1 AS is_fill, 0 AS is_reversal, 1 AS sign, fill.*
    FROM fills AS fill WHERE fill.seq > :after AND fill.seq <= :last
    UNION ALL
    SELECT reversal.timestamp_us / {MICROSECONDS_A_DAY}, reversal.pnl_microusd, 0, 1, 0, fill.*
    FROM reversals AS reversal JOIN fills AS fill ON fill.fill_id = reversal.reverses
    WHERE reversal.seq > :after AND reversal.seq <= :last
    UNION ALL
    SELECT fill.timestamp_us / {MICROSECONDS_A_DAY}, 0, 0, 0, -1, fill.*
    FROM reversals AS reversal JOIN fills AS fill ON fill.fill_id = reversal.reverses
    WHERE reversal.seq > :after AND reversal.seq <= :last
"""

# P&L is the realized edge times contracts. Where that says nothing - no edge, or a result of
# another sign - it is the size, since the legs of a pair pay a dollar together.
_CONTRACTS = f"""
    CASE
        WHEN abs(realized_edge_microusd) >= {_LEAST_EDGE_MICROUSD}
            AND pnl_microusd * realized_edge_microusd > 0
        THEN 1.0 * pnl_microusd / realized_edge_microusd
        ELSE 1.0 * size_microusd / {MICROUSD_PER_USD}
    END
"""


def _whole(amount: str) -> str:
    """An amount of one fill as a whole number, rounded half away from zero."""
    return f"CAST(max(min(round({amount}), {_MOST}), -{_MOST}) AS INTEGER)"


# By the fields of `Tally`.
_SUMS = {
    "pnl": "booked",
    "fills": "is_fill",
    "reversals": "is_reversal",
    "trades": "sign",
    "one_legged": "sign * (status = 'one_legged')",
    "wins": "sign * (pnl_microusd > 0)",
    "losses": "sign * (pnl_microusd < 0)",
    "won": "sign * max(pnl_microusd, 0)",
    "lost": "sign * min(pnl_microusd, 0)",
    "size": f"sign * min(size_microusd, {_MOST})",
    "entry": f"sign * {_whole('entry_edge_microusd * contracts')}",
    "realized": "sign * pnl_microusd",
    "slippage": f"sign * {_whole('slippage_microusd * contracts')}",
    "fees": f"sign * {_whole('fees_microusd * contracts')}",
    "contracts_milli": f"sign * {_whole('1000 * contracts')}",
}
# The first bound that is not below a latency is its bucket's; beyond the last there is one more.
_BUCKET = " + ".join(f"(hedge_latency_ms / 1000.0 > {bound})" for bound in HEDGE_SECONDS)


def adding(table: Table) -> str:
    """The end of an insert of sums: those that are there already grow by those that come."""
    keys = ", ".join(column.name for column in table.primary_key)
    sums = (column.name for column in table.columns if not column.primary_key)
    sets = ", ".join(f"{name} = {name} + excluded.{name}" for name in sums)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {sets}"


def _into(table: Table, keys: dict[str, str], sums: dict[str, str], *, only: str = "true") -> str:
    columns = ", ".join((*keys, *sums))
    values = ", ".join((*keys.values(), *(f"sum({value})" for value in sums.values())))
    return (
        f"INSERT INTO {table.name} ({columns}) SELECT {values} "
        f"FROM (SELECT *, {_CONTRACTS} AS contracts FROM ({_TAKEN})) WHERE {only} "
        f"GROUP BY {', '.join(keys.values())} {adding(table)}"
    )


_STATEMENTS = (
    _into(
        schema.results,
        {"day": "day", "category": "ifnull(category, '')", "leader": "ifnull(leader, '')"},
        _SUMS,
    ),
    _into(schema.pair_results, {"day": "day", "pair_id": "pair_id"}, _SUMS),
    _into(
        schema.spreads,
        {"measure": "'hedge_latency'", "day": "day", "bucket": _BUCKET},
        {"observations": "sign"},
        only="sign <> 0 AND hedge_latency_ms IS NOT NULL",
    ),
    f"INSERT OR REPLACE INTO meta (key, value) VALUES ('{WATERMARK}', :last)",
)

_WAITING = """
SELECT seq FROM fills WHERE seq > :after UNION ALL SELECT seq FROM reversals WHERE seq > :after
"""
_NEXT = f"SELECT count(*), max(seq) FROM ({_WAITING} ORDER BY seq LIMIT :limit)"


class Stretch(msgspec.Struct, frozen=True):
    """So many rows that follow `after`, up to `last` and with it."""

    after: int
    last: int
    rows: int


def waiting(connection: Connection) -> int:
    """How many fills and reversals are not taken in yet."""
    counted = f"SELECT count(*) FROM ({_WAITING})"
    return int(_scalar(connection, counted, {"after": _watermark(connection)}))


def due(connection: Connection, *, limit: int) -> Stretch | None:
    """The next fills and reversals that the sums do not hold; `None` when they hold all."""
    after = _watermark(connection)
    found = connection.exec_driver_sql(_NEXT, {"after": after, "limit": limit})
    rows, last = found.one()
    return Stretch(after, last, rows) if rows else None


def take_in(connection: Connection, stretch: Stretch) -> None:
    """Add them to the sums, in one transaction.

    Raises:
        SQLAlchemyError: none of them was taken in.
    """
    connection.rollback()  # ends the read that an earlier select left open
    with connection.begin():
        for statement in _STATEMENTS:
            connection.exec_driver_sql(statement, {"after": stretch.after, "last": stretch.last})


def _watermark(connection: Connection) -> int:
    query = f"SELECT ifnull(max(CAST(value AS INTEGER)), 0) FROM meta WHERE key = '{WATERMARK}'"
    return int(_scalar(connection, query, {}))


def _scalar(connection: Connection, sql: str, values: dict[str, Any]) -> Any:
    return connection.exec_driver_sql(sql, values).scalar()
