"""What Alertmanager posts to a webhook, version 4 of its payload."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from bot.errors import NotAlertmanager

# The alert whose absence is what matters.
ALWAYS_FIRING = "ArbWatchdog"
# The severity of what is no news: it always fires, or holds others back in Alertmanager.
FOR_NO_READER = "none"

Name = Annotated[str, Meta(min_length=1, max_length=128)]
Moment = Annotated[datetime, Meta(tz=True)]


class Alert(Struct, frozen=True, kw_only=True, rename="camel"):
    """One alert, known by fingerprint and start; `ends_at` says something only when resolved."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: Moment
    ends_at: Moment
    fingerprint: Name
    generator_url: str = msgspec.field(default="", name="generatorURL")

    @property
    def name(self) -> str:
        """The name of the rule."""
        return self.labels.get("alertname", "alert")

    @property
    def asks_for_halt(self) -> bool:
        """Whether its rule says that it halts."""
        return self.labels.get("action") == "halt"

    @property
    def is_resolved(self) -> bool:
        """Whether it is over."""
        return self.status == "resolved"


class Payload(Struct, frozen=True, kw_only=True, rename="camel"):
    """The alerts of one group. Alertmanager may cut them, and then says by how many."""

    version: Literal["4"]
    group_key: str
    alerts: list[Alert]
    truncated_alerts: int = 0


_decoder = msgspec.json.Decoder(Payload)


def decode(body: bytes) -> Payload:
    """Read a webhook body, or raise NotAlertmanager."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise NotAlertmanager("not an Alertmanager payload of version 4") from wrong
