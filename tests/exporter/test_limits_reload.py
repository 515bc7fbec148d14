"""SIGHUP: limits are read again while the exporter runs."""

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from tests.client import now
from tests.conftest import LIMITS, wait_until
from tests.exporter.test_limits_file import refusal
from tests.faults.processes import ExporterProcess

READ_AGAIN = "Limits read again: file="
NOT_READ = "Limits not read again, those from before stay in force: "


class Running(ExporterProcess):
    """An exporter in a process of its own, with limits of its own."""

    def __init__(self, folder: Path, *, wrapper: tuple[str, ...] = ()) -> None:
        self.limits = folder / "limits.yml"
        shutil.copy(LIMITS, self.limits)
        super().__init__(folder / "ledger.db", wrapper=wrapper, limits=self.limits)

    def change(self, old: str, new: str) -> None:
        """Replace the file, as most editors do, by one with another text."""
        text = self.limits.read_text()
        assert old in text
        beside = self.limits.with_suffix(".new")
        beside.write_text(text.replace(old, new))
        beside.replace(self.limits)

    def said(self, words: str) -> list[str]:
        """What its log says after these words, each time; returns once it does."""
        wait_until(lambda: words in self.log())
        return [line.partition(words)[2] for line in self.log().splitlines() if words in line]

    def daily_loss(self) -> float | None:
        """The limit as rules and panels see it."""
        return self.client.sample("arb_limit", limit="daily_loss", scope="all")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Started, and killed in the end."""
    with Running(tmp_path) as process:
        process.start()
        yield process


def test_a_changed_limit_is_in_force_without_a_restart(running: Running) -> None:
    """What is exposed follows, with the time, and the log says what changed."""
    before = running.client.sample("arb_exporter_limits_loaded_timestamp_seconds")
    assert running.daily_loss() == 100

    running.change("daily_loss: 0.01", "daily_loss: 0.02")
    running.hang_up()

    assert running.said(READ_AGAIN) == [f"{running.limits} daily_loss=0.01->0.02"]
    assert running.daily_loss() == 200
    after = running.client.sample("arb_exporter_limits_loaded_timestamp_seconds")
    assert before is not None and after is not None and before < after <= time.time()


def test_a_health_is_judged_by_the_limits_in_force(running: Running) -> None:
    """Whoever needs a limit asks for it each time."""

    def health() -> str:
        """Of a feed that is heard right now."""
        sample = {"venue": "kalshi", "latency_ms": [1500], "timestamp": now()}
        running.client.post("/api/latency", sample)
        return str(running.client.get("/api/health")[1]["status"])

    assert health() == "healthy"

    running.change("feed_latency: 2 ", "feed_latency: 1 ")
    running.hang_up()
    running.said(READ_AGAIN)

    assert health() == "degraded"


def test_a_wrong_file_changes_nothing_and_says_why(running: Running) -> None:
    """In the words of a refused start, once; the next good one is taken."""
    running.change("daily_loss: 0.01", "daily_loss: 2")
    running.hang_up()

    assert running.said(NOT_READ) == [f"{running.limits}: {refusal(running.limits)}"]
    assert running.daily_loss() == 100
    assert running.client.sample("arb_exporter_limits_reload_failures_total") == 1

    running.change("daily_loss: 2", "daily_loss: 0.03")
    running.hang_up()
    running.said(READ_AGAIN)
    assert running.daily_loss() == 300


def test_a_file_that_is_gone_changes_nothing(running: Running) -> None:
    """As when somebody moves it away for a moment."""
    running.limits.unlink()
    running.hang_up()

    assert running.said(NOT_READ) == [f"{running.limits}: No such file or directory"]
    assert running.daily_loss() == 100


def test_a_disk_that_hangs_holds_nothing_up(running: Running) -> None:
    """Reading waits in a thread of its own; a second signal waits for the first."""
    good = running.limits.read_text()
    running.limits.unlink()
    os.mkfifo(running.limits)
    running.hang_up()
    with opened_for(running.limits) as pipe:
        running.limits.unlink()
        running.limits.write_text(good.replace("daily_loss: 0.01", "daily_loss: 0.03"))
        running.hang_up()

        # Held up by what does not come, it would not answer.
        assert [running.daily_loss() for _ in range(20)] == [100] * 20

        pipe.write(good.replace("daily_loss: 0.01", "daily_loss: 0.02"))
    wait_until(lambda: running.daily_loss() == 300)
    changed = [line.partition("daily_loss=")[2] for line in running.said(READ_AGAIN)]
    assert changed == ["0.01->0.02", "0.02->0.03"]


def opened_for(pipe: Path) -> IO[str]:
    """The writing end of a named pipe, once somebody reads from it."""

    def is_read() -> bool:
        with suppress(OSError):
            ends.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        return bool(ends)

    ends: list[int] = []
    wait_until(is_read)
    return os.fdopen(ends[0], "w")


def test_signals_while_it_stops_do_not_kill_it(running: Running) -> None:
    """It ends with exit code 0, however many come up to the last moment."""
    done = threading.Event()

    def hang_up_on_and_on() -> None:
        with suppress(ProcessLookupError):
            while not done.is_set():
                running.hang_up()

    caller = threading.Thread(target=hang_up_on_and_on)
    caller.start()
    try:
        time.sleep(0.3)
        running.terminate()
        code = running.wait(60)
    finally:
        done.set()
        caller.join()

    assert code == 0


def test_signals_while_it_starts_do_not_kill_it(tmp_path: Path) -> None:
    """Under the keeper, as `make up` runs it, from its first moment on."""
    pidfile = tmp_path / "exporter.pid"
    with Running(tmp_path, wrapper=(sys.executable, "-m", "stack.keep", str(pidfile))) as process:
        process.begin()
        wait_until(pidfile.exists)
        pid = int(pidfile.read_text())

        def answers() -> bool:
            os.kill(pid, signal.SIGHUP)
            return process.answers()

        wait_until(answers, timeout_seconds=30)

        process.said(READ_AGAIN)
        assert int(pidfile.read_text()) == pid
        process.terminate()
        assert process.wait(60) == 0
