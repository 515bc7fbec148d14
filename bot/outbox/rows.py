"""What goes into the outbox and comes out of it."""

from datetime import datetime

from msgspec import Struct

from bot.cards import Card
from bot.incidents import Member

# Alerts do not wait behind a crowd of notices; within a lane the order is kept.
ALERT_LANE = 0
NOTICE_LANE = 1


class Entry(Struct, frozen=True, kw_only=True):
    """A card to show. The same key again changes the message that is already there.

    `is_final` says that no change is awaited: once delivered it may be forgotten after a while.
    `is_loud` pings the role for alerts with the first post; `is_silent` makes no sound at all.
    """

    key: str
    card: Card
    lane: int = NOTICE_LANE
    is_final: bool = True
    is_loud: bool = False
    is_silent: bool = False


class Notification(Struct, frozen=True, kw_only=True):
    """What Alertmanager told of one of its groups: at least one alert, and how many it left out."""

    group_key: str
    members: tuple[Member, ...]
    left_out: int = 0


class WantedHalt(Struct, frozen=True, kw_only=True):
    """A halt that an alert asks for, under the key of that alert. `scope`: a venue or `all`.

    `began_at` is when the alert began: no halt that was ordered before is this one.
    """

    key: str
    scope: str
    actor: str
    reason: str
    began_at: datetime


class Manner(Struct, frozen=True, kw_only=True):
    """How a message arrives. `reply_to` is an earlier message that it goes on from.

    `is_first` is false for a message in place of an earlier one: what rang once rings no more.
    Of what `is_plain` only the title is shown, as text: the card itself was refused.
    """

    is_loud: bool = False
    is_silent: bool = False
    is_first: bool = True
    reply_to: int | None = None
    is_plain: bool = False


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
    manner: Manner = Manner()


class Backlog(Struct, frozen=True, kw_only=True):
    """How much waits, and since when the longest waiting card does."""

    waiting: int = 0
    oldest: datetime | None = None
