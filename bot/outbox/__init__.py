"""The outbox: every card that Discord should show, durable before anybody is told it was taken."""

from bot.outbox.outbox import Outbox
from bot.outbox.rows import (
    ALERT_LANE,
    NOTICE_LANE,
    Backlog,
    Entry,
    Manner,
    Notification,
    Waiting,
    WantedHalt,
)

__all__ = [
    "ALERT_LANE",
    "NOTICE_LANE",
    "Backlog",
    "Entry",
    "Manner",
    "Notification",
    "Outbox",
    "Waiting",
    "WantedHalt",
]
