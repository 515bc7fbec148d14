"""Rows of `GET /api/venues`, as an exporter would answer."""

from arbwatch.control import HaltState, VenueControl


def row(seq: int, state: HaltState = HaltState.RUNNING, *, venue: str = "kalshi") -> VenueControl:
    """A venue whose last order has this number."""
    return VenueControl(
        venue=venue, state=state, seq=seq, since=None, halts=[], acks=[], fills_since=0
    )


def halted(seq: int, *, venue: str = "kalshi") -> VenueControl:
    """A venue that was to be halted by the order of this number."""
    return row(seq, HaltState.REQUESTED, venue=venue)
