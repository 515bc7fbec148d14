"""What control should come to, as sets and numbers."""

from arbwatch.control import HaltState
from exporter.engines import CONTACT_SECONDS
from tests.exporter.controlled import VENUES

CONFIRM_SECONDS = 5.0
ENGINES = ("one", "two")


class Model:
    """What was ordered and told; times are seconds of the test's clock."""

    def __init__(self) -> None:
        self.halts: dict[int, tuple[str, float]] = {}
        self.ended: list[int] = []
        self.acked: dict[tuple[str, str], int] = {}
        self.proven: set[tuple[str, int]] = set()
        self.seqs = dict.fromkeys(VENUES, 0)
        self.changed: set[str] = set()
        self.started = 0.0

    def open_on(self, venue: str) -> set[int]:
        """Halts that keep a venue from trading."""
        return {seq for seq, (scope, _) in self.halts.items() if scope in (venue, "all")}

    def open_of(self, scope: str) -> set[int]:
        """Halts that were ordered for exactly this scope."""
        return {seq for seq, (of, _) in self.halts.items() if of == scope}

    def end(self, halt_ids: set[int]) -> None:
        """These were resumed."""
        for seq in halt_ids:
            self.change(self.halts.pop(seq)[0])
        self.ended.extend(halt_ids)

    def change(self, scope: str) -> None:
        """An order for this scope had an effect."""
        self.changed.update(VENUES if scope == "all" else {scope})

    def has_acked_all(self, venue: str, seq: int, contact: set[str]) -> bool:
        """Whether somebody has acknowledged a halt, and nobody in contact has not."""
        said = {engine for engine in ENGINES if self.acked.get((venue, engine), 0) >= seq}
        return bool(said) and contact <= said

    def ack(self, venue: str, engine: str, seq: int, *, contact: set[str]) -> None:
        """An engine acknowledged; what all in contact have said by then is proven for ever."""
        self.acked[venue, engine] = max(seq, self.acked.get((venue, engine), 0))
        for halt in self.open_on(venue):
            if halt <= seq and self.has_acked_all(venue, halt, contact):
                self.proven.add((venue, halt))

    def state(self, venue: str, *, contact: set[str], now: float) -> HaltState:
        """Where a venue stands."""
        if not self.open_on(venue):
            return HaltState.RUNNING
        is_settled = now - self.started >= CONTACT_SECONDS
        waiting = {
            halt
            for halt in self.open_on(venue)
            if not self.has_acked_all(venue, halt, contact)
            or not (is_settled or (venue, halt) in self.proven)
        }
        if not waiting:
            return HaltState.ACKNOWLEDGED
        ordered = min(self.halts[halt][1] for halt in waiting)
        is_young = now - ordered < CONFIRM_SECONDS
        return HaltState.REQUESTED if is_young else HaltState.UNCONFIRMED
