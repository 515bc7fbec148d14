"""Which fills came about against a halt, by the times that the fills themselves tell.

The engine's clock says when a fill was ordered and made, the exporter's when a halt was ordered and
acknowledged: they have to agree, as on one host or under NTP, to well within the seconds here.
"""

from datetime import datetime, timedelta

import msgspec

from arbwatch.events import Fill
from exporter.control.spans import Spans
from exporter.control.state import ControlState, VenueState
from exporter.control.unstored import UnstoredHalts
from exporter.ledger.store import Store

# An order sent in the moment of the acknowledgement, or of the resume, may be told as between them.
ORDER_SLACK = timedelta(seconds=1)
# Hedges under way may end that much after an acknowledgement that left no order open.
FILL_SLACK = timedelta(seconds=5)


class Late(msgspec.Struct, frozen=True):
    """Fills made while a halt was open, and by venue the entries after its acknowledgement."""

    after_halt: int = 0
    entries: dict[str, int] = {}


class FillTally:
    """Fills, and entries against a halt, since each venue's last change."""

    def __init__(self, state: ControlState, unstored: UnstoredHalts) -> None:
        self._state = state
        self._unstored = unstored
        self.fills = dict.fromkeys(state.venues, 0)
        self.entries = dict.fromkeys(state.venues, 0)

    def load(self, store: Store) -> None:
        """Count again what was stored before the start."""
        for name, venue in self._state.venues.items():
            if venue.seq:
                self.fills[name] = store.fills_after(venue.seq)
            if venue.acked.since is not None:
                times = store.fill_times_after(venue.seq)
                self.entries[name] = sum(_is_entry_now(venue, *each) for each in times)

    def changed(self, venue: str) -> None:
        """The venue was halted or resumed: count from here."""
        self.fills[venue] = self.entries[venue] = 0

    def filled(self, fills: int) -> None:
        """So many fills were stored."""
        for name, venue in self._state.venues.items():
            if venue.seq:
                self.fills[name] += fills

    def was_halted(self, moment: datetime) -> bool:
        """Whether a halt was open then; a pair has legs at two venues, so any halt concerns it."""
        return self._state.halted.holds(moment) or any(
            order.record.timestamp < moment for order in self._unstored.orders
        )

    def judge(self, fills: list[Fill]) -> Late:
        """What of these fills came about against a halt."""
        if not self._may_be_late(fills):
            return Late()
        entries = dict.fromkeys(self._state.venues, 0)
        for name, venue in self._state.venues.items():
            for fill in fills:
                times = (fill.timestamp, fill.ordered_at)
                entries[name] += _is_entry(venue, *times)
                self.entries[name] += _is_entry_now(venue, *times)
        after_halt = sum(self.was_halted(fill.timestamp) for fill in fills)
        return Late(after_halt, {name: count for name, count in entries.items() if count})

    def _may_be_late(self, fills: list[Fill]) -> bool:
        """Whether it is worth looking: nearly always there was no halt, or it is long over."""
        if self._unstored.orders:
            return True
        end = self._state.halted.newest_end
        return end is not None and any(ordered(fill) <= end for fill in fills)


def ordered(fill: Fill) -> datetime:
    """When its first order was sent; when it was made, where that is not told."""
    return fill.ordered_at or fill.timestamp


def _is_entry(venue: VenueState, made_at: datetime, ordered_at: datetime | None) -> bool:
    """Whether it was ordered while an acknowledged halt was open.

    Without the time of its order: only if it was made when no order can have been left.
    """
    spans, moment, slack = _judged_by(venue, made_at, ordered_at)
    return spans.holds(moment, after=slack, before=ORDER_SLACK)


def _is_entry_now(venue: VenueState, made_at: datetime, ordered_at: datetime | None) -> bool:
    """The same, of a halt that is still open."""
    spans, moment, slack = _judged_by(venue, made_at, ordered_at)
    return spans.since is not None and spans.since + slack < moment


def _judged_by(
    venue: VenueState, made_at: datetime, ordered_at: datetime | None
) -> tuple[Spans, datetime, timedelta]:
    if ordered_at is None:
        return venue.quiet, made_at, FILL_SLACK
    return venue.acked, ordered_at, ORDER_SLACK
