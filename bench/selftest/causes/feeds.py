"""What goes wrong with the feeds of venues."""

import random
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from arbwatch import Engine
from arbwatch.events import Latency, utc_now
from bench.selftest.cause import Cause, by_demo
from bench.selftest.scene import ENGINE, Scene

UPDATE_SECONDS = 0.5
HEALTHY_MS = (20.0, 60.0)
# 2 % of a month's allowance of 0.5 %, within an hour, and the time to fire and to be told.
FAST_BURN_SECONDS = 0.005 * 30 * 24 * 3600 * 0.02


@contextmanager
def updates_of(scene: Scene, venues: Collection[str]) -> Iterator[None]:
    """An engine that hears these venues' feeds, and no other."""
    stop = threading.Event()
    engine = Engine(
        scene.stack.url("exporter"),
        name=ENGINE,
        state_dir=scene.state / "engine",
        token=scene.stack.secrets / "engine_token",
    )

    def hear() -> None:
        while not stop.wait(UPDATE_SECONDS):
            for venue in venues:
                latency_ms = random.uniform(*HEALTHY_MS)
                engine.push(Latency(venue=venue, latency_ms=latency_ms, timestamp=utc_now()))

    with engine:
        listener = threading.Thread(target=hear, name="feeds")
        listener.start()
        try:
            yield
        finally:
            stop.set()
            listener.join()


@contextmanager
def one_feed_alone(scene: Scene) -> Iterator[None]:
    """An engine that never heard Kalshi."""
    with updates_of(scene, ["polymarket"]):
        yield


@contextmanager
def lost_for_good(scene: Scene) -> Iterator[None]:
    """Kalshi's feed is there, then no more; Polymarket's goes on."""
    with updates_of(scene, ["polymarket"]):
        with updates_of(scene, ["kalshi"]):
            threading.Event().wait(5 * UPDATE_SECONDS)
        yield


NEVER_SEEN = Cause("an engine that never heard Kalshi", one_feed_alone, ("ArbFeedNeverSeen",))
LOST = Cause(
    "Kalshi's feed lost for good",
    lost_for_good,
    ("ArbFeedObjectiveFast",),
    FAST_BURN_SECONDS + 60.0,
)
CAUSES = (
    by_demo("backlogged-feed", "ArbFeedLatencyHigh"),
    by_demo("flapping-socket", "ArbFeedSilent", "ArbFeedFlapping", seconds=240.0),
)
