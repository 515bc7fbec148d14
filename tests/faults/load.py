"""Engines that push fills over several connections, and send again whatever was not answered."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import requests

from tests.client import TIMEOUT_SECONDS, Client, fill
from tests.conftest import wait_until
from tests.faults.processes import ExporterProcess

MICROUSD_PER_CENT = 10_000
PAGE = 1_000


class Tally(msgspec.Struct, frozen=True):
    """What was found in the ledger beside what was acknowledged."""

    acknowledged: int
    stored: int
    lost: int
    doubled: int


class Load:
    """Pushers numbered from 0; each sends batches of fills in order until it is told to stop."""

    def __init__(self, api: Client, *, pushers: int = 3, most_in_batch: int = 20) -> None:
        self._api = api
        self._most_in_batch = most_in_batch
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._push, args=(number,)) for number in range(pushers)
        ]
        self.acknowledged: dict[str, None] = {}
        self.unexpected: list[str] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Push; what is under way at the end is brought to its end."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def tally(self) -> Tally:
        """Compare the ledger, its sums and its gauges with what was acknowledged."""
        rows = stored_fills(self._api)
        times = Counter(row["fill_id"] for row in rows)
        total = sum(round(row["pnl_cents"] * MICROUSD_PER_CENT) for row in rows)
        assert round(self._api.get("/api/pnl")["realized_usd"] * 1_000_000) == total
        assert self._api.sample("arb_pnl_realized_usd") == total / 1_000_000
        assert sum(day["fills"] for day in self._api.get("/api/pnl")["days"]) == len(rows)
        sums = self._api.get("/api/stats")["total"]
        assert (sums["fills"], round(sums["pnl_usd"] * 1_000_000)) == (len(rows), total)
        assert self.unexpected == []
        return Tally(
            acknowledged=len(self.acknowledged),
            stored=len(rows),
            lost=len(self.acknowledged.keys() - times.keys()),
            doubled=sum(times.values()) - len(times),
        )

    def _push(self, number: int) -> None:
        session = requests.Session()
        batch = 0
        while not self._stop.is_set():
            size = batch * 7 % self._most_in_batch + 1
            sent = [fill(f"{number}-{batch}-{n}", pnl_cents=n - 3.25) for n in range(size)]
            self._send(session, sent, f"pusher{number}-{batch}")
            batch += 1

    def _send(self, session: requests.Session, sent: list[dict[str, Any]], name: str) -> None:
        """Until it is acknowledged: the same again, as an engine does."""
        while True:
            try:
                answer = session.post(
                    self._api.url + "/api/fills",
                    json=sent,
                    headers={"Arbwatch-Batch": name},
                    timeout=TIMEOUT_SECONDS,
                )
            except requests.RequestException:
                time.sleep(0.01)  # the exporter is down; nothing else would tell when it is back
                continue
            if answer.status_code == 200:
                self._check(answer.json(), len(sent))
                self.acknowledged |= dict.fromkeys(each["fill_id"] for each in sent)
                return
            if answer.status_code != 503:
                self.unexpected.append(answer.text)
                return

    def _check(self, receipt: dict[str, Any], size: int) -> None:
        if receipt["accepted"] + receipt["duplicate"] != size or receipt["rejected"]:
            self.unexpected.append(str(receipt))


def kill_under_load(process: ExporterProcess, *, kills: int) -> Tally:
    """Kill it at random moments while fills come in, and start it again each time.

    Before and after one more kill, when nothing is under way, the ledger says the same.
    """
    chance = random.Random(kills)
    load = Load(process.client)
    with load.running():
        for _ in range(kills):
            enough = len(load.acknowledged) + chance.randrange(1, 400)
            wait_until(lambda least=enough: len(load.acknowledged) >= least, 60)  # type: ignore[misc]
            process.kill()
            process.start()
    tally = load.tally()
    process.kill()
    process.start()
    assert load.tally() == tally
    return tally


def stored_fills(api: Client) -> list[dict[str, Any]]:
    """Every fill in the ledger, newest first."""
    rows: list[dict[str, Any]] = []
    before = ""
    while page := api.get(f"/api/fills?limit={PAGE}{before}"):
        rows += page
        before = f"&before={page[-1]['seq']}"
    return rows
