"""What goes into the outbox and comes out of it."""

import hashlib
from datetime import datetime

from msgspec import Struct

from bot.cards import Card

# Alerts do not wait behind a crowd of notices; within a lane the order is kept.
ALERT_LANE = 0
NOTICE_LANE = 1


class Entry(Struct, frozen=True, kw_only=True):
    """A card to show. The same key again changes the message that is already there.

    `is_final` says that no change is awaited: once delivered it may be forgotten after a while.
    """

    key: str
    card: Card
    lane: int = NOTICE_LANE
    is_final: bool = True


class WantedHalt(Struct, frozen=True, kw_only=True):
    """A halt that an alert asks for, under the key of the alert's card. `scope`: a venue or `all`.

    `began_at` is when the alert began: no halt that was ordered before is this one.
    """

    key: str
    scope: str
    actor: str
    reason: str
    began_at: datetime


class Waiting(Struct, frozen=True, kw_only=True):
    """A card that Discord does not show yet in this version.

    `first_attempt` is set before the first send: from then on the message may exist.
    `message_id` is set once it is known to exist.
    """

    key: str
    card: Card
    version: int
    reference: str
    queued_at: datetime
    first_attempt: datetime | None
    message_id: int | None


class Backlog(Struct, frozen=True, kw_only=True):
    """How much waits, and since when the longest waiting card does."""

    waiting: int = 0
    oldest: datetime | None = None


def reference(key: str) -> str:
    """What marks a message as this key's: its footer, and its nonce of at most 25 characters."""
    return f"aw-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:18]}"
