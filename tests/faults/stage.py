"""Exporter, engine, bot and Discord together, with somebody who watches the numbers meanwhile."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Literal

import requests

from bench.stage.discord import Discord, running_discord
from tests.conftest import wait_until
from tests.faults.cast import Bot, Trader
from tests.faults.processes import PATIENT, ExporterProcess
from tests.faults.trader import VENUE

Victim = Literal["exporter", "engine", "bot"]
LOOK_SECONDS = 0.02
SETTLE_SECONDS = 60.0


class Watcher:
    """Polls the exporter all the time, also while it is killed: numbers never fall.

    While `must_be_halted`, no answer may say that the venue runs.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/venues"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._seqs: dict[str, int] = {}
        self.must_be_halted = False
        self.falls: list[tuple[int, int]] = []
        self.ran_while_halted = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look until the block ends."""
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            must_be_halted = self.must_be_halted
            try:
                venues = requests.get(self._url, timeout=5).json()
            except requests.RequestException:
                continue  # It is dead just now.
            for venue in venues:
                self._take_in(venue, must_be_halted and self.must_be_halted)

    def _take_in(self, venue: dict[str, Any], must_be_halted: bool) -> None:
        before = self._seqs.get(venue["venue"], 0)
        if venue["seq"] < before:
            self.falls.append((before, venue["seq"]))
        self._seqs[venue["venue"]] = venue["seq"]
        if must_be_halted and venue["venue"] == VENUE:
            self.ran_while_halted += venue["state"] == "running"


class Stage:
    """Every process of a halt."""

    def __init__(self, folder: Path, discord: Discord) -> None:
        self.ledger = folder / "ledger.db"
        self.exporter = ExporterProcess(self.ledger, module=PATIENT)
        self.discord = discord
        self.api = self.exporter.client
        self.engine = Trader(self.api.url, folder / "engine")
        self.watcher = Watcher(self.api.url)
        self._bot = Bot(self.api.url, discord, folder)
        self._victims: dict[Victim, ExporterProcess | Trader | Bot] = {
            "exporter": self.exporter,
            "engine": self.engine,
            "bot": self._bot,
        }

    def start(self) -> None:
        """Start all."""
        for each in self._victims.values():
            each.start()

    def kill(self) -> None:
        """End all."""
        for each in self._victims.values():
            each.kill()

    @contextmanager
    def struck(self, victim: Victim, *, after_seconds: float) -> Iterator[None]:
        """Kill one so long after the block begins, and start it again at once."""
        process = self._victims[victim]

        def strike() -> None:
            time.sleep(after_seconds)
            process.kill()
            process.start()

        with ThreadPoolExecutor(1) as executor:
            striking = executor.submit(strike)
            yield
            striking.result()

    def venue(self) -> dict[str, Any]:
        """Where Kalshi stands."""
        return next(dict(row) for row in self.api.get("/api/venues") if row["venue"] == VENUE)

    def audit(self) -> list[dict[str, Any]]:
        """The whole audit trail, the oldest first."""
        rows: list[dict[str, Any]] = []
        before = ""
        while page := self.api.get(f"/api/audit?limit=500{before}"):
            rows += page
            before = f"&before={page[-1]['seq']}"
        return rows[::-1]

    def settle(self, *, is_halted: bool) -> None:
        """Wait until the engine does what the exporter says, and the exporter knows that."""
        wanted = "acknowledged" if is_halted else "running"
        wait_until(lambda: self.venue()["state"] == wanted, SETTLE_SECONDS)
        wait_until(lambda: self.engine.trades is not is_halted, SETTLE_SECONDS)
        self.engine.must_stand = self.watcher.must_be_halted = is_halted

    def expect_orders(self) -> None:
        """From now on the venue may run, for somebody is about to resume it."""
        self.engine.must_stand = self.watcher.must_be_halted = False


@contextmanager
def set_up(folder: Path) -> Iterator[Stage]:
    """All processes, running; killed at the end."""
    with running_discord() as discord:
        stage = Stage(folder, discord)
        try:
            stage.start()
            stage.settle(is_halted=False)
            with stage.watcher.watching():
                yield stage
        finally:
            stage.kill()


def choose(chance: Random, way: str) -> Victim:
    """Who is killed: the bot only where the order goes through it."""
    victims: list[Victim] = ["exporter", "engine"]
    return chance.choice([*victims, "bot"] if way == "discord" else victims)
