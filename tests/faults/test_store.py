"""A disk that is full or fails: facts are refused, halts are in force, and it heals."""

import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.client import Client, edge, fill
from tests.conftest import wait_until
from tests.faults.formats import ARRAY, post
from tests.faults.load import stored_fills
from tests.faults.processes import PATIENT, ExporterProcess

DISK_BYTES = 2 * 1024 * 1024


def can_mount() -> bool:
    """Whether this user may mount a small disk of its own."""
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
    return bool(shutil.which("unshare")) and subprocess.run(command, check=False).returncode == 0


needs_disk = pytest.mark.skipif(not can_mount(), reason="unshare and tmpfs are not allowed here")
needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


@pytest.fixture
def on_small_disk(tmp_path: Path) -> Iterator[tuple[ExporterProcess, Path]]:
    """An exporter whose ledger is on a disk of 2 MiB, and that disk as seen from here."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size={DISK_BYTES} none {disk} && exec "$@"'
    wrapper = ("unshare", "-rm", "sh", "-c", mount, "sh")
    with ExporterProcess(disk / "ledger.db", wrapper=wrapper, module=PATIENT) as process:
        process.start()
        yield process, Path(f"/proc/{process.pid}/root{disk}")


@contextmanager
def failing_sync(process: ExporterProcess) -> Iterator[None]:
    """Every sync of the process fails with an input/output error."""
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(process.pid)]
    inject = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"]
    with subprocess.Popen([*command, *inject]) as tracer:
        wait_until(lambda: is_traced(process.pid))
        try:
            yield
        finally:
            tracer.send_signal(signal.SIGINT)


def is_traced(pid: int) -> bool:
    """Whether each thread of a process is: the one that syncs is not the first."""
    with suppress(OSError):  # a thread may end meanwhile
        threads = Path(f"/proc/{pid}/task").iterdir()
        return all("TracerPid:\t0" not in (each / "status").read_text() for each in threads)
    return False


def check_refusal(api: Client, answer: requests.Response) -> None:
    """503 with when to come back, said so by readiness and metrics; reads and edges go on."""
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ledger_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert requests.get(api.url + "/readyz", timeout=5).status_code == 503
    assert (api.sample("arb_exporter_commit_failures_total") or 0) >= 1
    assert api.post("/api/edges", edge()).status_code == 200
    assert len(api.get("/api/edges")) == 1
    assert api.get("/healthz")["status"] == "ok"
    assert len(api.get("/api/health")) == len(api.get("/api/venues")) == 2


def fill_up(disk: Path) -> Path:
    """Take every free byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    return filler


@contextmanager
def fill_pressure(api: Client) -> Iterator[list[int]]:
    """Fills are pushed all the time; the status of each push."""
    stop, statuses = threading.Event(), list[int]()

    def push() -> None:
        while not stop.is_set():
            number = len(statuses)
            batch = [fill(f"pressure-{number}-{n}") for n in range(50)]
            statuses.append(api.post("/api/fills", batch).status_code)

    thread = threading.Thread(target=push)
    thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        thread.join()


def halt_until_refused(api: Client) -> requests.Response:
    """Halt polymarket until the log's last page is used; the answer that refuses."""
    for number in range(1_000):
        answer = api.post("/api/venues/polymarket/halt", {"reason": f"full-{number}"})
        if answer.status_code != 200:
            return answer
    raise AssertionError("the disk was never full")


def polymarket(api: Client) -> dict[str, Any]:
    """Its row of GET /api/venues."""
    rows: list[dict[str, Any]] = api.get("/api/venues")
    return rows[0]


@needs_disk
def test_a_full_disk_is_said_and_survived(on_small_disk: tuple[ExporterProcess, Path]) -> None:
    """Nothing is half stored or counted; with space again it goes on without a restart."""
    process, disk = on_small_disk
    api = process.client
    api.post("/api/fills", fill("before"))
    api.post("/api/venues/kalshi/halt", {"reason": "before"})
    filler = fill_up(disk)
    batch = [{"type": "fill"} | fill(f"during-{n}") for n in range(1_000)]

    refused = post(api, ARRAY, [*batch, {"type": "edge"} | edge(pair_id="with-them")])
    check_refusal(api, refused)
    halts = [row["state"] for row in api.get("/api/venues")]
    counted = api.sample("arb_fills_total", category="economics")
    filler.unlink()
    accepted = post(api, ARRAY, batch).json()

    assert halts == ["running", "requested"] or halts == ["running", "unconfirmed"]
    assert counted == 1
    assert accepted["accepted"] == 1_000
    assert api.get("/readyz") == {"status": "ready"}
    assert len(stored_fills(api)) == 1_001
    assert api.sample("arb_pnl_realized_usd") == 1_001 * 1.5
    assert api.get("/api/stats")["total"]["fills"] == 1_001


@needs_disk
def test_control_goes_on_when_there_is_no_room_for_facts(
    on_small_disk: tuple[ExporterProcess, Path],
) -> None:
    """The last of the disk is kept for it: halts, acknowledgements and resumes, all on disk."""
    process, _ = on_small_disk
    api = process.client
    ack = {"engine": "e", "open_orders": 0}
    orders = []

    with fill_pressure(api) as pushed:
        wait_until(lambda: 503 in pushed, timeout_seconds=60)
        for _ in range(30):
            seq = api.post("/api/venues/kalshi/halt", {}).json()["seq"]
            orders.append(api.post("/api/venues/kalshi/ack", ack | {"seq": seq}).json()["state"])
            orders.append(api.post("/api/venues/kalshi/resume", {}).json()["state"])
        api.post("/api/venues/all/halt", {"reason": "night"})
    check_refusal(api, api.post("/api/fills", fill("one more")))

    assert orders == ["acknowledged", "running"] * 30
    assert pushed[-1] == 503
    assert len(api.get("/api/audit?limit=1000")) == 91
    assert len(stored_fills(api)) == pushed.count(200) * 50
    assert [row["halts"][0]["reason"] for row in api.get("/api/venues")] == ["night"] * 2


@needs_disk
def test_a_halt_is_in_force_on_a_full_disk(on_small_disk: tuple[ExporterProcess, Path]) -> None:
    """Not a byte is free: it is said to be in memory only, and stored once there is space again."""
    process, disk = on_small_disk
    api = process.client
    filler = fill_up(disk)

    answer = halt_until_refused(api)
    full = polymarket(api)
    resume = api.post("/api/venues/polymarket/resume", {})
    waiting = api.sample("arb_exporter_unstored_halts")
    filler.unlink()
    wait_until(lambda: polymarket(api)["halts"][-1]["halt_id"])

    assert answer.json()["error"]["code"] == "halt_not_stored"
    assert (full["halts"][-1]["halt_id"], full["state"] == "running") == (0, False)
    assert (resume.status_code, waiting) == (503, 1)
    stored = polymarket(api)
    assert len(stored["halts"]) == len(full["halts"]) == len(api.get("/api/audit?limit=1000"))
    assert stored["halts"][-1]["halt_id"] == stored["seq"] > full["seq"]
    assert api.sample("arb_exporter_unstored_halts") == 0
    assert api.get("/readyz") == {"status": "ready"}


@needs_strace
def test_a_failing_sync_is_said_and_survived(process: ExporterProcess) -> None:
    """What could not be synced was not promised; a resend afterwards is stored once."""
    api = process.client
    api.post("/api/fills", fill("before"))

    with failing_sync(process):
        answers = [api.post("/api/fills", fill(f"during-{n}", pnl_cents=1)) for n in range(3)]
        for answer in answers:
            check_refusal(api, answer)
        halt = api.post("/api/venues/kalshi/halt", {})
        states = [row["state"] for row in api.get("/api/venues")]
    again = [api.post("/api/fills", fill(f"during-{n}", pnl_cents=1)).json() for n in range(3)]

    assert halt.json()["error"]["code"] == "halt_not_stored"
    assert [state == "running" for state in states] == [True, False]
    wait_until(lambda: api.get("/api/venues")[1]["seq"])
    assert [receipt["accepted"] for receipt in again] == [1, 1, 1]
    assert api.get("/readyz") == {"status": "ready"}
    assert api.sample("arb_pnl_realized_usd") == 1.53
    process.kill()
    process.start()
    assert len(api.get("/api/venues")[1]["halts"]) == 1
    assert len(stored_fills(api)) == 4
    assert api.sample("arb_pnl_realized_usd") == 1.53
