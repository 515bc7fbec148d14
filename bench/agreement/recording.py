"""Fills of the demo's recording at its own times: 21 days of real books, traded by the demo."""

import random
from dataclasses import dataclass
from datetime import timedelta

from arbwatch.demo.books import load_recording
from arbwatch.demo.clock import VirtualClock
from arbwatch.demo.drops import Drops
from arbwatch.demo.feeds import Rhythm
from arbwatch.demo.run import Options, open_desk, play
from arbwatch.events import Event, Fill, Reversal

# Feeds and holdings are no results: as seldom as they can be.
RARELY = Rhythm(latency_seconds=86_400, requests_seconds=86_400, exposure_seconds=86_400)
# Simulated pairs move once for a thousand times in the demo.
RATE = 0.001
REVERSED_SHARE = 0.01
REVERSED_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a run filled, and what of it was undone later; each in order of time."""

    fills: list[Fill]
    reversals: list[Reversal]

    def in_order(self) -> list[Fill | Reversal]:
        """All of it, as it would have been pushed."""
        everything: list[Fill | Reversal] = [*self.fills, *self.reversals]
        return sorted(everything, key=lambda event: event.timestamp)


def play_recording(*, pairs: int = 0) -> Results:
    """The recorded pair, and simulated ones beside it, with a few settlements that failed.

    Only with simulated pairs is a fill undone: every hundredth, within three days.
    """
    fills: list[Fill] = []
    recording = load_recording()
    start, end = recording[0].timestamp, recording[-1].timestamp
    duration = (end - start).total_seconds()
    options = Options(
        run="agreement", speed=1, pairs=pairs, rate=RATE, duration_seconds=duration, rhythm=RARELY
    )

    def push(event: Event) -> None:
        if isinstance(event, Fill):
            fills.append(event)

    clock, drops = VirtualClock(start), Drops(_say_nothing)
    desk = open_desk(
        options, clock=clock, may_trade=lambda venue: True, say=_say_nothing, drops=drops
    )
    play(options, desk, clock=clock, push=push, drops=drops)
    return Results(fills=fills, reversals=_reversals(fills) if pairs else [])


def _reversals(fills: list[Fill]) -> list[Reversal]:
    """Of fills so early that they can still be undone while the recording goes on."""
    rng = random.Random("arbwatch/reversals")
    last = fills[-1].timestamp - REVERSED_WITHIN
    early = [fill for fill in fills if fill.timestamp <= last]
    undone = rng.sample(early, round(len(fills) * REVERSED_SHARE))
    reversals = [
        Reversal(
            fill_id=f"undo-{fill.fill_id}",
            reverses=fill.fill_id,
            timestamp=fill.timestamp + rng.random() * REVERSED_WITHIN,
        )
        for fill in undone
    ]
    return sorted(reversals, key=lambda reversal: reversal.timestamp)


def _say_nothing(text: str) -> None:
    pass
