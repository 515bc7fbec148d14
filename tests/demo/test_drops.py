"""Kalshi's feed, dropped for ten seconds each time that somebody asks."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from arbwatch.demo.drops import Drops
from arbwatch.demo.market import Notice, Tick
from arbwatch.events import Latency, Requests
from tests.client import Client
from tests.conftest import wait_until
from tests.demo.runs import START, book, instant, pair

TICK = Tick(0, pair(), instant(book(26, 28), book(30, 32)))


def latency(venue: str) -> Latency:
    """An update of this venue's books."""
    return Latency(venue=venue, latency_ms=[90.0], timestamp=START)


def test_a_drop_takes_kalshis_updates_calls_and_every_price() -> None:
    """Polymarket's own come through."""
    drops = Drops(lambda text: None)
    calls = Requests(venue="kalshi", ok=1, error=0, timestamp=START)
    drops.advance(1)
    assert drops.is_priced(TICK) and drops.comes_through(latency("kalshi"))

    drops.ask()
    drops.advance(2)

    assert not drops.is_priced(TICK)
    assert not drops.comes_through(latency("kalshi")) and not drops.comes_through(calls)
    assert drops.comes_through(latency("polymarket"))
    assert drops.is_priced(Notice(2, lambda timestamp: latency("polymarket")))


def test_it_is_back_after_ten_seconds_and_says_both() -> None:
    """Once for each time it was asked for; asked again meanwhile, ten seconds from then."""
    said: list[str] = []
    drops = Drops(said.append)
    up = []
    for at in (0, 1, 5, 14, 15, 16):
        if at in (1, 5):
            drops.ask()
        drops.advance(at)
        up.append(drops.is_up)

    assert up == [True, False, False, False, True, True]
    assert said == [
        "feed: kalshi: dropped for 10 seconds",
        "feed: kalshi: dropped for 10 seconds",
        "feed: kalshi: back",
    ]


def test_a_signal_drops_the_feed_of_a_running_demo(api: Client, tmp_path: Path) -> None:
    """It says so on stdout, and runs on."""
    command = [sys.executable, "-m", "arbwatch.demo", "--exporter-url", api.url]
    command += ["--state-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        wait_until(lambda: any(row["feed_latency_p50_ms"] for row in api.get("/api/health")))

        os.kill(demo.pid, signal.SIGUSR1)

        assert "feed: kalshi: dropped for 10 seconds\n" in demo.stdout
        assert demo.poll() is None
        demo.terminate()
