"""`make replay` as a process: a past, the rules over it, and a Prometheus that serves both."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from arbwatch.events import Fill
from stack.replay.server import Server
from stack.settings import ROOT
from tests.conftest import free_port, wait_until
from tests.exporter.replay import pasts
from tests.exporter.replay.pasts import START, at, value

pytestmark = pytest.mark.e2e


def command(place: Path, *arguments: str) -> list[str]:
    """The door on a port of its own."""
    door = [sys.executable, "-m", "stack.replay", "--dir", str(place), "--once"]
    return [*door, "--port", str(free_port()), *arguments]


def run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The door, which ends once it has told."""
    return subprocess.run(
        command(place, *arguments),
        cwd=ROOT,
        env=os.environ | {"STATE_DIR": str(place)},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def lossy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The hour with 150 USD lost after 20 minutes and 100 won back after 40; what the door said."""
    place = tmp_path_factory.mktemp("replay")
    events = [event for event in pasts.hour_of_events() if not isinstance(event, Fill)]
    fill = next(event for event in pasts.hour_of_events() if isinstance(event, Fill))
    fills = [
        replace(fill, fill_id="f-3", timestamp=at(1200), pnl_cents=-15_000.0),
        replace(fill, fill_id="f-4", timestamp=at(2400), pnl_cents=10_000.0),
    ]
    events = [event for event in events if getattr(event, "reverses", None) is None]
    past = sorted([*events, *fills], key=lambda event: event.timestamp)
    source = pasts.write_events(past, place / "events")
    done = run(place, "--events", str(source), "--step", "15s")
    assert done.returncode == 0, done.stderr
    yield done.stdout, place


def test_it_tells_which_alerts_would_have_fired(lossy: tuple[str, Path]) -> None:
    """The daily loss from its fill on, until a minute after it was won back."""
    told, _ = lossy
    row = next(line for line in told.splitlines() if line.startswith("ArbDailyLossExceeded"))

    assert f"{START + timedelta(minutes=20):%Y-%m-%d %H:%M:%S}  0:21:00  150" in row
    assert "ArbBotDown: bot" in told
    assert "Prometheus: http://127.0.0.1:" in told


def test_records_and_alerts_can_be_looked_at(lossy: tuple[str, Path]) -> None:
    """As dashboards do, at the times of the past."""
    _, place = lossy
    server = Server("prometheus", place / "data", rules=[], port=free_port(), lookback=60)
    try:
        server.start()
        left = 'strategy:arb_loss:budget_left_usd{period="day"}'
        latency = 'venue:arb_feed_latency_seconds:p95_rate1m{venue="kalshi"}'
        firing = 'ALERTS{alertname="ArbDailyLossExceeded",alertstate="firing"}'

        assert value(server, left, at(1800)) == pytest.approx(-50)
        assert value(server, left, at(3000)) == pytest.approx(50)
        assert 0.5 < value(server, latency, at(1800)) < 1
        assert value(server, firing, at(1800)) == 1
        assert server.query(firing, at(3000).timestamp()) == []
    finally:
        server.stop()


def test_the_last_past_is_served_again_under_the_rules_of_now(lossy: tuple[str, Path]) -> None:
    """Without making its blocks anew."""
    told, place = lossy

    again = run(place)

    assert again.returncode == 0, again.stderr
    table = told[told.index("alert ") : told.index("Silent")]
    assert table in again.stdout


def test_without_any_past_it_says_what_to_do(tmp_path: Path) -> None:
    """One line, and nothing left."""
    done = run(tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert "no replay yet" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_past_that_cannot_be_made_leaves_the_last_one(lossy: tuple[str, Path]) -> None:
    """A typo costs nothing."""
    _, place = lossy
    before = sorted(path.name for path in (place / "blocks").iterdir())

    done = run(place, "--events", "missing")

    assert done.returncode == 1 and "missing: No such file" in done.stderr
    assert sorted(path.name for path in (place / "blocks").iterdir()) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_ended_while_it_is_made_leaves_nothing(tmp_path: Path, number: int) -> None:
    """No scratch file, and no process."""
    source = pasts.write_events(pasts.hour_of_events(), tmp_path / "events")
    place = tmp_path / "replay"
    making = subprocess.Popen(
        command(place, "--events", str(source), "--step", "1s"),
        cwd=ROOT,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: list(place.glob(".new-*/*.txt")))

    os.killpg(making.pid, number) if number == signal.SIGINT else making.send_signal(number)
    making.wait(30)

    assert list(place.iterdir()) == []
