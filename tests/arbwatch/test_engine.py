"""The engine's side: what is pushed arrives once, and a halt is obeyed and acknowledged."""

import asyncio
import gc
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from arbwatch import Engine
from arbwatch.sending.options import Options
from tests.arbwatch.samples import fill
from tests.conftest import RunningExporter, free_port, wait_until


def test_what_is_pushed_arrives_in_order(exporter: RunningExporter) -> None:
    """More than one batch of events, all stored, none twice, and the counts say so."""
    with Engine(exporter.client.url, name="e") as engine:
        for number in range(5000):
            engine.push(fill(f"f-{number}"))
        wait_until(lambda: engine.stats().queued == 0)
        stats = engine.stats()

    newest = exporter.client.get("/api/fills?limit=3")
    assert [row["fill_id"] for row in newest] == ["f-4999", "f-4998", "f-4997"]
    assert (stats.sent, stats.rejected, stats.dropped) == (5000, 0, 0)
    assert stats.last_success is not None
    assert exporter.client.sample("arb_fills_total", category="economics") == 5000


def test_a_restart_of_the_engine_is_told(exporter: RunningExporter) -> None:
    """Its reports say when it began, and those of the next start replace them."""
    first = _told_start(exporter, after=0)

    second = _told_start(exporter, after=first)

    assert first < second <= time.time()


def _told_start(exporter: RunningExporter, *, after: float) -> float:
    """When the engine that is started here told that it began."""

    def told() -> float:
        return exporter.client.sample("arb_engine_start_timestamp_seconds", engine="e") or 0

    with Engine(exporter.client.url, name="e", options=Options(report_seconds=0.05)):
        wait_until(lambda: told() > after)
    return told()


def test_events_wait_while_the_exporter_is_down(ledger_path: Path) -> None:
    """Nothing is lost while nobody listens; `stats` says what waits and why."""
    port = free_port()
    first = RunningExporter(ledger_path, port=port)
    first.start()
    first.stop()
    with Engine(first.client.url, name="e") as engine:
        engine.push(fill("f-1"))
        wait_until(lambda: engine.stats().last_error is not None)
        assert engine.stats().queued == 1

        second = RunningExporter(ledger_path, port=port)
        second.start()

        wait_until(lambda: engine.stats().queued == 0)
        assert engine.stats().last_error is None
    assert len(second.client.get("/api/fills")) == 1
    second.stop()


def test_what_could_not_be_sent_is_kept_for_the_next_start(
    exporter: RunningExporter, tmp_path: Path
) -> None:
    """An engine that stops while the exporter is down delivers after its next start."""
    absent = Engine(f"http://127.0.0.1:{free_port()}", name="e", state_dir=tmp_path / "engine")
    absent.start()
    absent.push(fill("f-1"))
    absent.close(timeout_seconds=0.1)

    with Engine(exporter.client.url, name="e", state_dir=tmp_path / "engine") as engine:
        wait_until(lambda: engine.stats().sent == 1)

    assert [row["fill_id"] for row in exporter.client.get("/api/fills")] == ["f-1"]
    assert list((tmp_path / "engine" / "e").glob("*.spool")) == []


def test_a_refused_event_blocks_nothing(
    exporter: RunningExporter, caplog: pytest.LogCaptureFixture
) -> None:
    """It is counted and named in the log; what follows arrives."""
    with Engine(exporter.client.url, name="e") as engine:
        engine.push(fill("bad\nid"))
        engine.push(fill("good"))
        wait_until(lambda: engine.stats().queued == 0)

        assert (engine.stats().sent, engine.stats().rejected) == (1, 1)
    assert "bad_text fill_id" in caplog.text


def test_closing_leaves_no_thread_and_no_permission(exporter: RunningExporter) -> None:
    """Also right after a halt was carried out, with every connection open."""
    with Engine(exporter.client.url, name="e") as engine:
        wait_until(lambda: engine.may_trade("kalshi"))
        exporter.client.post("/api/venues/kalshi/halt", {})
        wait_until(lambda: exporter.client.get("/api/venues")[1]["acks"])

    assert not engine.may_trade("polymarket")
    wait_until(lambda: not [t for t in threading.enumerate() if t.name.startswith("arbwatch-")])


def test_the_engine_is_seen(exporter: RunningExporter) -> None:
    """Every call carries its name, so the exporter knows when it was last in contact."""
    with Engine(exporter.client.url, name="e") as engine:
        wait_until(lambda: engine.may_trade("kalshi"))

    assert exporter.client.sample("arb_engine_last_seen_timestamp_seconds", engine="e")


def test_a_proxy_of_the_environment_is_not_used(
    exporter: RunningExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows nothing of this machine's own addresses; neither events nor halts go through it."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "")

    with Engine(exporter.client.url, name="e") as engine:
        engine.push(fill("f-1"))
        wait_until(lambda: engine.stats().sent == 1 and engine.may_trade("kalshi"))

        assert engine.stats().last_error is None


def test_a_push_is_one_append_and_nothing_else() -> None:
    """No I/O, no lock, no other call: that is why it cannot wait, whatever the exporter does."""
    engine = Engine(f"http://127.0.0.1:{free_port()}", name="e")
    event, called = fill("f-1"), list[str]()

    def note(_frame: FrameType, action: str, function: Any) -> None:
        if action == "c_call":
            called.append(function.__qualname__)

    gc.disable()  # what others have called at a collection is no part of a push
    sys.setprofile(note)
    engine.push(event)
    sys.setprofile(None)
    gc.enable()

    assert called == ["deque.append", "setprofile"]


def test_threads_and_tasks_may_push_at_once(exporter: RunningExporter) -> None:
    """Everything arrives once, in each pusher's own order."""

    def push(pusher: int) -> None:
        for number in range(300):
            engine.push(fill(f"{pusher}-{number}"))

    async def push_from_a_task() -> None:
        for number in range(300):
            engine.push(fill(f"task-{number}"))
            await asyncio.sleep(0)

    with Engine(exporter.client.url, name="e") as engine:
        threads = [threading.Thread(target=push, args=(pusher,)) for pusher in range(4)]
        for thread in threads:
            thread.start()
        asyncio.run(push_from_a_task())
        for thread in threads:
            thread.join()
        wait_until(lambda: engine.stats().sent == 1500)

    rows = [row["fill_id"] for row in exporter.client.get("/api/fills?limit=500")]
    for pusher in ("0", "1", "2", "3", "task"):
        numbers = [int(row.split("-")[1]) for row in rows if row.startswith(f"{pusher}-")]
        assert numbers == sorted(numbers, reverse=True)
    assert exporter.client.sample("arb_fills_total", category="economics") == 1500


def test_an_engine_that_ends_without_closing_keeps_its_facts(tmp_path: Path) -> None:
    """The interpreter's exit closes it."""
    code = (
        "import sys; from pathlib import Path; from arbwatch import Engine\n"
        "from tests.arbwatch.samples import fill\n"
        "engine = Engine(sys.argv[1], name='e', state_dir=Path(sys.argv[2])); engine.start()\n"
        "engine.push(fill('f-1'))\n"
    )
    command = [sys.executable, "-c", code, f"http://127.0.0.1:{free_port()}", str(tmp_path)]

    subprocess.run(command, check=True, capture_output=True)

    (segment,) = (tmp_path / "e").glob("*.spool")
    assert b'"fill_id":"f-1"' in segment.read_bytes()
