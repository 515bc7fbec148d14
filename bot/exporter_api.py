"""Client of the exporter's REST calls."""

from datetime import date
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

import msgspec

from arbwatch.answers import (
    AuditRow,
    ExposureTotal,
    LiveEdge,
    PnlReport,
    StatsReport,
    StoredFill,
    VenueHealth,
)
from arbwatch.bearer.credential import Credential
from arbwatch.control import ALL_VENUES, Denial, HaltOrder, ResumeOrder, VenueControl
from bot.connection import Connection, Reply
from bot.errors import ExporterDown, ExporterError, ExporterRefused, Unreachable

# Discord waits 3 s for a first answer; what remains is for the way there and back.
TIMEOUT_SECONDS = 2.0

Body = TypeVar("Body")


class _Fault(msgspec.Struct, frozen=True):
    message: str
    code: str = ""


class _Refusal(msgspec.Struct, frozen=True):
    """The exporter's error body."""

    error: _Fault


class _Stored(msgspec.Struct, frozen=True):
    """The exporter's answer to a denial."""

    stored: bool


class ExporterApi:
    """Typed calls to one exporter. Each raises ExporterDown, ExporterRefused or ExporterError."""

    def __init__(
        self,
        base_url: str,
        *,
        credential: Credential | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._credential = credential or Credential(None)
        self._connection = Connection(base_url, timeout_seconds=timeout_seconds)

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        await self._connection.close()

    async def edges(self, limit: int) -> list[LiveEdge]:
        """Live edges, largest first."""
        return await self._call("GET", f"/api/edges?limit={limit}", list[LiveEdge])

    async def edge(self, pair_id: str) -> LiveEdge | None:
        """The edge of one pair, or None while it is not live."""
        path = f"/api/edges?pair_id={quote(pair_id, safe='')}"
        found = await self._call("GET", path, list[LiveEdge])
        return found[0] if found else None

    async def fills(self, limit: int) -> list[StoredFill]:
        """Fills, newest first."""
        return await self._call("GET", f"/api/fills?limit={limit}", list[StoredFill])

    async def pnl(self) -> PnlReport:
        """What was earned, hour by hour and day by day."""
        return await self._call("GET", "/api/pnl", PnlReport)

    async def stats(self, *, since: date) -> StatsReport:
        """What trades came to, from a UTC day on."""
        return await self._call("GET", f"/api/stats?from={since.isoformat()}", StatsReport)

    async def exposure(self) -> list[ExposureTotal]:
        """Open notional, one row a venue."""
        return await self._call("GET", "/api/exposure?by=venue", list[ExposureTotal])

    async def health(self) -> list[VenueHealth]:
        """Health, one row a venue."""
        return await self._call("GET", "/api/health", list[VenueHealth])

    async def venues(self) -> list[VenueControl]:
        """Control state, one row a venue."""
        return await self._call("GET", "/api/venues", list[VenueControl])

    async def audit(self, limit: int) -> list[AuditRow]:
        """The audit trail, newest first."""
        return await self._call("GET", f"/api/audit?limit={limit}", list[AuditRow])

    async def denied(self, denial: Denial) -> None:
        """Put into the audit trail that somebody was not allowed to act."""
        await self._call("POST", "/api/denials", _Stored, denial)

    async def halt(self, scope: str, order: HaltOrder) -> list[VenueControl]:
        """Order a halt; the answer is the state then, seldom already acknowledged."""
        return await self._order(scope, "halt", order)

    async def resume(self, scope: str, order: ResumeOrder) -> list[VenueControl]:
        """End the halts that the order names."""
        return await self._order(scope, "resume", order)

    async def _order(
        self, scope: str, verb: str, order: HaltOrder | ResumeOrder
    ) -> list[VenueControl]:
        """One row for each venue of the scope; for a single venue the exporter answers no list."""
        path = f"/api/venues/{quote(scope, safe='')}/{verb}"
        if scope == ALL_VENUES:
            return await self._call("POST", path, list[VenueControl], order)
        return [await self._call("POST", path, VenueControl, order)]

    async def _call(
        self, method: str, path: str, kind: type[Body], body: msgspec.Struct | None = None
    ) -> Body:
        reply = await self._exchange(method, path, body)
        if reply.status == HTTPStatus.UNAUTHORIZED and self._credential.renew():
            reply = await self._exchange(method, path, body)
        if reply.status >= 400:
            raise _refusal(reply)
        try:
            return msgspec.json.decode(reply.body, type=kind)
        except msgspec.DecodeError as wrong:
            raise ExporterError("the exporter's answer could not be read") from wrong

    async def _exchange(self, method: str, path: str, body: msgspec.Struct | None) -> Reply:
        json = None if body is None else msgspec.json.encode(body)
        try:
            return await self._connection.call(
                method, path, json=json, headers=self._credential.headers
            )
        except Unreachable as failed:
            raise ExporterDown("the exporter does not answer") from failed


def _refusal(reply: Reply) -> ExporterRefused:
    try:
        fault = msgspec.json.decode(reply.body, type=_Refusal).error
    except msgspec.DecodeError:
        return ExporterRefused(reply.status, f"the exporter answered {reply.status}")
    return ExporterRefused(reply.status, fault.message, code=fault.code)
