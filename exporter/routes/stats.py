"""Statistics of the ledger, as anyone may read them: `/api/stats` and `/api/pnl`."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from arbwatch.answers import Grouping, PnlReport, StatsReport
from exporter.errors import Rejected
from exporter.ledger.units import EPOCH
from exporter.pnl import Pnl
from exporter.routes.documented import call, respond
from exporter.statistics.periods import day_of
from exporter.stats import Stats

FROM, TO = "from", "to"
_DAY = "a UTC day, `YYYY-MM-DD`, or the day of an RFC 3339 time; included"

From = Annotated[
    str | None, Query(alias=FROM, description=f"The first: {_DAY}.", examples=["2026-01-01"])
]
To = Annotated[
    str | None, Query(alias=TO, description=f"The last: {_DAY}.", examples=["2026-01-15"])
]


def statistics(stats: Stats, pnl: Pnl) -> APIRouter:
    """Routes of what was earned, and at what risk."""
    routes = APIRouter(prefix="/api", tags=["read"])

    @routes.get("/pnl", **call(PnlReport))
    async def get_pnl() -> Response:
        """The realized P&L curve, each day, week and month, drawdowns, and Sharpe with its n."""
        return respond(pnl.report())

    @routes.get("/stats", **call(StatsReport, refusals=(503,)))
    async def get_stats(by: Grouping | None = None, from_: From = None, to: To = None) -> Response:
        """What trades and edges came to, in total and by a group; what is not defined is null.

        Of pairs, categories and leaders the 200 that won or lost most; `by=pair` has no edges.
        """
        first, last = _day(FROM, from_), _day(TO, to)
        if first is not None and last is not None and first > last:
            raise Rejected("invalid_parameter", "the first day is after the last one", field=FROM)
        return respond(await stats.report(by, first=first, last=last))

    return routes


def _day(name: str, given: str | None) -> int | None:
    """UTC days since 1970."""
    if given is None:
        return None
    try:
        if len(given) == len("YYYY-MM-DD"):
            return (msgspec.convert(given, date) - EPOCH.date()).days
        return day_of(msgspec.convert(given, _Moment).astimezone(UTC))
    except (msgspec.ValidationError, OverflowError) as error:
        message = "neither a day, YYYY-MM-DD, nor an RFC 3339 time with a zone"
        raise Rejected("invalid_parameter", message, field=name) from error


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
