"""What goes wrong with the feeds of venues."""

import random
import shutil
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from arbwatch import Engine
from arbwatch.events import Latency, utc_now
from bench.selftest.cause import Cause, by_demo
from bench.selftest.scene import ENGINE, Scene
from exporter.replay.blocks import Blocks

UPDATE_SECONDS = 0.5
HEALTHY_MS = (20.0, 60.0)
# 2 % of a month's allowance of 0.5 %, within an hour, and the time to fire and to be told.
FAST_BURN_SECONDS = 0.005 * 30 * 24 * 3600 * 0.02

# 3 % of what a day has, and a little more: minutes of an hour that is long enough ago not to count
# as what goes on now.
BAD_MINUTES = range(95, 65, -1)
BAD_MINUTE = 'venue:arb_feed_objective:bad_ratio1m{{venue="kalshi"}} 1 {}\n'


@contextmanager
def updates_of(scene: Scene, venues: Collection[str]) -> Iterator[None]:
    """An engine that hears these venues' feeds, and no other."""
    stop = threading.Event()
    engine = Engine(
        scene.stack.url("exporter"),
        name=f"{ENGINE}-{'-'.join(venues)}",
        state_dir=scene.state / "engine",
        token=scene.stack.secrets / "engine_token",
    )

    def hear() -> None:
        while not stop.wait(UPDATE_SECONDS):
            for venue in venues:
                engine.may_trade(venue)  # Asked, so that it acknowledges a halt.
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


@contextmanager
def bad_past(scene: Scene) -> Iterator[None]:
    """Half an hour without Kalshi's feed, over for an hour, put into Prometheus' past."""
    work, storage = scene.state / "past", scene.state / "prometheus"
    made = work / "blocks"
    made.mkdir(parents=True)
    blocks = Blocks(work, made)
    for minutes_ago in BAD_MINUTES:
        at = int(time.time()) - 60 * minutes_ago
        blocks.write(at, BAD_MINUTE.format(at).encode())
    blocks.finish()
    for block in made.iterdir():
        shutil.move(block, storage / block.name)  # Prometheus looks for blocks every minute.
    with updates_of(scene, ["polymarket", "kalshi"]):
        yield


NEVER_SEEN = Cause("an engine that never heard Kalshi", one_feed_alone, ("ArbFeedNeverSeen",))
LOST = Cause(
    "Kalshi's feed lost for good",
    lost_for_good,
    ("ArbFeedObjectiveFast",),
    FAST_BURN_SECONDS + 60.0,
)
BAD_PAST = Cause(
    "half an hour without Kalshi's feed, an hour ago (backfilled)",
    bad_past,
    ("ArbFeedObjectiveSlow",),
    240.0,
)
CAUSES = (
    by_demo("backlogged-feed", "ArbFeedLatencyHigh"),
    by_demo("flapping-socket", "ArbFeedSilent", "ArbFeedFlapping", seconds=240.0),
)
