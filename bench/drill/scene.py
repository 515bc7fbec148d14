"""What every step of the drill is played on, and what several of them look for."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import requests

from arbwatch.answers import AuditRow, StoredFill
from arbwatch.control import Halt, HaltState, VenueControl
from bench.drill.timeline import Moment
from bench.stage.discord import Discord, Person, Text
from bench.stage.stack import Stack
from bench.stage.waiting import wait_for

VENUE, OTHER_VENUE = "kalshi", "polymarket"
ENGINE, EXPORTER = "demo", "exporter"
TRADER, COLLEAGUE = Person("drill-trader"), Person("drill-colleague")
STRANGER = Person("drill-stranger", has_roles=False)
ALERT = "ArbFeedSilent"
# The bot goes on for 25 s to tell what becomes of a halt, and tells sooner what is bad.
ANSWER_SECONDS = 30.0
# Of the demo; a fill each 15 s is usual, and a minute without one is not rare.
FILL_SECONDS = 150.0
EDGE_SECONDS = 15.0
REQUESTED, HALTED, RESUMED = "⏳ Halt requested", "🛑 Trading halted", "▶️ Trading resumed"
UNCONFIRMED = "⚠️"
CONFIRM_BUTTON = "Resume KALSHI"


class Scene(NamedTuple):
    """The stack, the people in Discord, and how long to watch a halted venue, seconds."""

    stack: Stack
    discord: Discord
    watch_seconds: float

    def head(self) -> int:
        """The number of the newest entry of the audit trail."""
        rows = self.stack.audit(after=-1)
        return rows[-1].seq if rows else 0

    def wait_audit(
        self, what: str, is_it: Callable[[AuditRow], bool], *, after: int, seconds: float
    ) -> AuditRow:
        """The first entry after that one which is it; also while the exporter starts again."""

        def look() -> AuditRow | None:
            try:
                rows = self.stack.audit(after=after)
            except requests.RequestException:
                return None
            return next((row for row in rows if is_it(row)), None)

        return wait_for(what, look, seconds=seconds)

    def wait_ack(self, order: AuditRow, *, seconds: float = ANSWER_SECONDS) -> AuditRow:
        """The engine's acknowledgement of that order."""
        return self.wait_audit(
            f"{ENGINE} acknowledges #{order.seq}",
            lambda row: row.action == "ack" and row.actor == ENGINE and covers(row, order),
            after=order.seq,
            seconds=seconds,
        )

    def venue(self) -> VenueControl:
        """Where the venue stands that the drill halts."""
        return self.stack.venue(VENUE)

    def state(self) -> HaltState:
        """Its state."""
        return self.venue().state

    def first_fill(self, *, after: datetime) -> StoredFill:
        """The first fill ordered after that."""

        def look() -> StoredFill | None:
            found = self.ordered_after(after)
            return found[-1] if found else None

        return wait_for("a fill", look, seconds=FILL_SECONDS)

    def ordered_after(self, moment: datetime) -> list[StoredFill]:
        """Fills whose orders were placed after that, the newest first."""
        return [f for f in self.stack.fills() if f.ordered_at and f.ordered_at > moment]


def is_ours(halt: Halt) -> bool:
    """Whether the drill brought it about: by its people, or by the feed it took away."""
    if halt.via == "rule":
        return ALERT in halt.actor
    return halt.actor.startswith(TRADER.name)


def covers(ack: AuditRow, order: AuditRow) -> bool:
    """Whether it acknowledges the order, for the venue of the drill."""
    return ack.scope == VENUE and (ack.acked_seq or 0) >= order.seq


def shown(texts: list[Text]) -> list[Moment]:
    """What Discord showed, each by its first line, and each line once."""
    lines: dict[str, Moment] = {}
    for text in texts:
        line = first_line(text.text)
        lines.setdefault(line, Moment(text.at, f"Discord shows: {line}"))
    return list(lines.values())


def first_line(text: str) -> str:
    """As much of an answer as a line of the table holds."""
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= 68 else line[:67] + "…"
