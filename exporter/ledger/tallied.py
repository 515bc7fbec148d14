"""Sums by group as they are asked for, and those of edges as they are handed in."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, Table, and_, case, func, null, select, true
from sqlalchemy.sql import ColumnElement

from exporter.ledger import schema
from exporter.ledger.rollup import adding
from exporter.ledger.tallies import EDGE_TALLY, MAX_NAMED, TALLY, EdgeTally, Group, Tally
from exporter.metrics.buckets import HEDGE_SECONDS, LIFETIME_SECONDS
from exporter.metrics.labels import OTHER

Measure = Literal["hedge_latency", "edge_lifetime"]
# A day, or a name; none where there was no name, and of the total.
Key = str | int | None
EdgeRow = tuple[int, str | None, str, EdgeTally]
# A day, a place in the bounds, and how many.
SpreadRow = tuple[int, int, int]

BOUNDS: dict[Measure, tuple[float, ...]] = {
    "hedge_latency": HEDGE_SECONDS,
    "edge_lifetime": LIFETIME_SECONDS,
}


def tallies(
    connection: Connection, by: Group | None, first_day: int | None, last_day: int | None
) -> list[tuple[Key, Tally]]:
    """Each group's sums over these days, both included; without a group the total alone.

    Of pairs, categories and leaders the `MAX_NAMED` that won or lost most.
    """
    days = first_day, last_day
    if by is None or by == "day":
        rows = _sums(connection, schema.results, by, *days)
    else:
        table = schema.pair_results if by == "pair" else schema.results
        column = "pair_id" if by == "pair" else by
        largest = table.c[column].in_(_largest(table, column, *days))
        rows = _sums(connection, table, column, *days, only=largest)
    return [(row[0], Tally(**dict(zip(TALLY, row[1:], strict=True)))) for row in rows]


def _largest(table: Table, by: str, first: int | None, last: int | None) -> Select[tuple[str]]:
    name, result = table.c[by], func.abs(func.sum(table.c.pnl))
    query = select(name).where(_days(table, first, last)).group_by(name)
    return query.order_by(result.desc(), name).limit(MAX_NAMED)


def trades(
    connection: Connection, *, categories: Collection[str], leaders: Collection[str]
) -> list[tuple[str | None, str | None, Tally]]:
    """The sums of all days by category and leader; all that are none of these are `OTHER`."""
    table = schema.results
    category = _closed(table.c.category, categories)
    leader = _closed(table.c.leader, leaders)
    groups = category.label("category"), leader.label("leader")
    query = select(*groups, *_added(table)).group_by(*groups).order_by(*groups)
    rows = connection.execute(query)
    return [
        (category, leader, Tally(**dict(zip(TALLY, sums, strict=True))))
        for category, leader, *sums in rows
    ]


def edge_tallies(
    connection: Connection,
    by: Literal["day", "category", "leader"] | None,
    first_day: int | None,
    last_day: int | None,
) -> list[tuple[Key, EdgeTally]]:
    """The same of edges that ended on these days."""
    rows = _sums(connection, schema.edge_days, by, first_day, last_day)
    return [(row[0], EdgeTally(**dict(zip(EDGE_TALLY, row[1:], strict=True)))) for row in rows]


def spread(
    connection: Connection, measure: Measure, first_day: int | None, last_day: int | None
) -> list[int]:
    """How many fell into each bucket on these days; the last is beyond all bounds."""
    c = schema.spreads.c
    query = select(c.bucket, func.sum(c.observations)).group_by(c.bucket)
    query = query.where(c.measure == measure, _days(schema.spreads, first_day, last_day))
    counts = [0] * (len(BOUNDS[measure]) + 1)
    for bucket, observations in connection.execute(query):
        counts[bucket] = int(observations)
    return counts


def add_edges(
    connection: Connection, rows: Iterable[EdgeRow], lifetimes: Iterable[SpreadRow]
) -> None:
    """Add what edges came to, and how long they lived, in one transaction.

    Raises:
        SQLAlchemyError: nothing was added.
    """
    edges = [
        (day, category or "", leader, *(getattr(tally, name) for name in EDGE_TALLY))
        for day, category, leader, tally in rows
    ]
    spreads = [("edge_lifetime", *row) for row in lifetimes]
    connection.rollback()  # ends the read that an earlier select left open
    with connection.begin():
        for table, values in ((schema.edge_days, edges), (schema.spreads, spreads)):
            if values:
                places = ", ".join("?" * len(table.columns))
                sql = f"INSERT INTO {table.name} VALUES ({places}) {adding(table)}"
                connection.exec_driver_sql(sql, values)


def _sums(
    connection: Connection,
    table: Table,
    by: str | None,
    first: int | None,
    last: int | None,
    *,
    only: ColumnElement[bool] | None = None,
) -> Sequence[Row[Any]]:
    """Rows of a key and the sums in the table's order."""
    key: ColumnElement[Any] = func.nullif(table.c[by] if by else "", "")
    wanted = _days(table, first, last)
    query = select(key, *_added(table)).where(wanted if only is None else and_(wanted, only))
    if by is not None:
        query = query.group_by(table.c[by]).order_by(table.c[by])
    return connection.execute(query).all()


def _closed(column: ColumnElement[str], names: Collection[str]) -> ColumnElement[str | None]:
    """The name if it is known, none where there was none, and `OTHER`."""
    return case((column.in_(names), column), (column == "", null()), else_=OTHER)


def _added(table: Table) -> list[ColumnElement[int]]:
    return [func.ifnull(func.sum(column), 0) for column in table.columns if not column.primary_key]


def _days(table: Table, first: int | None, last: int | None) -> ColumnElement[bool]:
    day = table.c.day
    after = true() if first is None else day >= first
    return and_(after, true() if last is None else day <= last)
