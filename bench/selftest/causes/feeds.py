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

VENUES = ("polymarket", "kalshi")
UPDATE_SECONDS = 0.5
HEALTHY_MS = (20.0, 60.0)
# After the half hour of the past: 3 % of the last half hour. What is lost for that long is told as
# lost; that it misses the objective is told when it is back.
LOST_SECONDS = 0.005 * 6 * 1800 + 60.0

# 3 % of what a day has, and a little more: minutes of an hour that is long enough ago not to count
# as what goes on now.
BAD_MINUTES = range(95, 65, -1)
BAD_MINUTE = """\
venue:arb_feed_objective:bad_ratio1m{{venue="kalshi"}} 1 {at}
instance:arb_hedges:sum{{job="exporter",instance="past"}} {hedges} {at}
instance:arb_hedges_late:sum{{job="exporter",instance="past",le="0.25"}} {late} {at}
"""


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
        while True:
            for venue in VENUES:
                engine.may_trade(venue)  # Asked, so that it acknowledges a halt.
            for venue in venues:
                latency_ms = random.uniform(*HEALTHY_MS)
                engine.push(Latency(venue=venue, latency_ms=latency_ms, timestamp=utc_now()))
            if stop.wait(UPDATE_SECONDS):
                return

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
def lost_for_long(scene: Scene) -> Iterator[None]:
    """Kalshi's feed is there, away, and back; Polymarket's goes on all the while."""
    scene.resume_all()
    with updates_of(scene, ["polymarket"]):
        with updates_of(scene, ["kalshi"]):
            time.sleep(5 * UPDATE_SECONDS)
        time.sleep(LOST_SECONDS)
        with updates_of(scene, ["kalshi"]):
            yield


@contextmanager
def bad_past(scene: Scene) -> Iterator[None]:
    """Half an hour without Kalshi's feed and with one hedge in ten late, over for an hour."""
    work, storage = scene.state / "past", scene.state / "prometheus"
    made = work / "blocks"
    made.mkdir(parents=True)
    blocks = Blocks(work, made)
    for number, minutes_ago in enumerate(BAD_MINUTES):
        at = int(time.time()) - 60 * minutes_ago
        blocks.write(at, BAD_MINUTE.format(at=at, hedges=10 * number, late=number).encode())
    blocks.finish()
    for block in made.iterdir():
        shutil.move(block, storage / block.name)  # Prometheus looks for blocks every minute.
    with updates_of(scene, VENUES):
        yield


NEVER_SEEN = Cause("an engine that never heard Kalshi", one_feed_alone, ("ArbFeedNeverSeen",))
LOST = Cause(
    "Kalshi's feed lost for two minutes, and back",
    lost_for_long,
    ("ArbFeedObjectiveFast",),
    180.0,
)
BAD_PAST = Cause(
    "half an hour without Kalshi's feed and with late hedges, an hour ago (backfilled)",
    bad_past,
    ("ArbFeedObjectiveSlow", "ArbHedgeObjectiveSlow"),
    240.0,
)
CAUSES = (
    by_demo("backlogged-feed", "ArbFeedLatencyHigh"),
    by_demo("flapping-socket", "ArbFeedSilent", "ArbFeedFlapping", seconds=240.0),
)
