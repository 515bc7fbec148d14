"""Client of Alertmanager's API: what fires now, and what is silenced."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from bot.connection import Connection
from bot.errors import AlertmanagerDown, Unreachable

# Asked while somebody waits for an answer: without it the answer says that it is not known.
TIMEOUT_SECONDS = 1.5

_CRITICAL = {
    "active": "true",
    "silenced": "false",
    "inhibited": "false",
    "filter": 'severity="critical"',
}

Answer = TypeVar("Answer")


class AlertStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether an alert is passed on; `silenced_by` are ids of silences."""

    state: Literal["unprocessed", "active", "suppressed"] = "active"
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()


class Receiver(Struct, frozen=True, kw_only=True):
    """Whom an alert is passed on to, by the name in alertmanager.yml."""

    name: str


class FiringAlert(Struct, frozen=True, kw_only=True, rename="camel"):
    """One alert that fires."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: datetime
    fingerprint: str = ""
    status: AlertStatus = AlertStatus()
    receivers: tuple[Receiver, ...] = ()

    @property
    def is_silenced(self) -> bool:
        """Whether a silence holds it back."""
        return bool(self.status.silenced_by)


class Matcher(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a label has to be for a silence to hold."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


class SilenceStatus(Struct, frozen=True, kw_only=True):
    """Where a silence stands."""

    state: Literal["pending", "active", "expired"]


class NewSilence(Struct, frozen=True, kw_only=True, rename="camel"):
    """A silence to make."""

    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str


class Silence(NewSilence, frozen=True, kw_only=True, rename="camel"):
    """A silence that Alertmanager has."""

    id: str
    status: SilenceStatus


class _Status(Struct, frozen=True, kw_only=True):
    """`uptime` is the time at which it started, whatever its name says."""

    uptime: datetime


class _Made(Struct, frozen=True, kw_only=True):
    silence_id: str = msgspec.field(name="silenceID")


class AlertmanagerApi:
    """Typed calls to one Alertmanager; every one raises AlertmanagerDown where it fails."""

    def __init__(self, base_url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._connection = Connection(base_url, timeout_seconds=timeout_seconds)

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        await self._connection.close()

    async def critical(self) -> list[FiringAlert]:
        """Critical alerts that fire and that nobody silenced."""
        return await self._get("/alerts", list[FiringAlert], params=_CRITICAL)

    async def alerts(self) -> list[FiringAlert]:
        """All that fires, silenced and inhibited alerts too."""
        return await self._get("/alerts", list[FiringAlert])

    async def started_at(self) -> datetime:
        """When it started; what it was told before is gone."""
        return (await self._get("/status", _Status)).uptime

    async def silences(self) -> list[Silence]:
        """The silences that hold now, the first to end first."""
        found = await self._get("/silences", list[Silence])
        active = [silence for silence in found if silence.status.state == "active"]
        return sorted(active, key=lambda silence: silence.ends_at)

    async def silence(self, wanted: NewSilence) -> str:
        """Make a silence and return its id. When this fails it may have been made all the same."""
        body = await self._call("POST", "/silences", json=msgspec.json.encode(wanted))
        return _decode(body, _Made).silence_id

    async def expire(self, silence_id: str) -> None:
        """End a silence; one that has ended, or that Alertmanager does not know, is ended."""
        try:
            await self._call("DELETE", f"/silence/{silence_id}")
        except _Refused as refused:
            if not refused.is_unknown:
                raise

    async def _get(
        self, path: str, kind: type[Answer], *, params: Mapping[str, str] | None = None
    ) -> Answer:
        return _decode(await self._call("GET", path, params=params or {}), kind)

    async def _call(self, method: str, path: str, **given: Any) -> bytes:
        try:
            reply = await self._connection.call(method, f"/api/v2{path}", **given)
        except Unreachable as failed:
            raise AlertmanagerDown("Alertmanager gave no usable answer") from failed
        if reply.status >= 400:
            raise _Refused(reply.status, reply.body)
        return reply.body


class _Refused(AlertmanagerDown):
    """Alertmanager answered with an error."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"Alertmanager answered {status}")
        # 0.25 answers 500 for a silence that it does not know, later versions 404.
        self.is_unknown = status == 404 or (status == 500 and b"not found" in body)


def _decode(body: bytes, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as wrong:
        raise AlertmanagerDown("Alertmanager gave no usable answer") from wrong
