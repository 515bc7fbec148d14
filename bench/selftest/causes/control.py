"""What goes wrong with halts, and with who gives them."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from arbwatch.control import HaltState
from bench.selftest.cause import Cause
from bench.selftest.events import fill, now
from bench.selftest.scene import ENGINE, Scene
from bench.stage.waiting import wait_for

VENUE = "kalshi"
ACK_SECONDS = 10.0
# An entry counts as one against a halt when it was ordered over a second after it.
AFTER_ACK = timedelta(seconds=2)
DENIALS = 3
# So that it is seen to stop.
PUSHES = 'sum(increase(arb_exporter_events_total{type="latency"}[1m])) > 0'
# Else the first scrape finds the refusals counted, and sees no step.
COUNTED = "count(arb_control_denials_total)"
SCRAPED_SECONDS = 30.0


@contextmanager
def halt_without_engine(scene: Scene) -> Iterator[None]:
    """Nobody is there who could acknowledge it."""
    scene.resume_all()
    scene.stack.post(f"/api/venues/{VENUE}/halt", _order("nobody is there")).raise_for_status()
    try:
        yield
    finally:
        scene.resume_all()


@contextmanager
def denials(scene: Scene) -> Iterator[None]:
    """Somebody without a role tries again and again."""
    wait_for("a scrape", lambda: scene.stack.query(COUNTED), seconds=SCRAPED_SECONDS)
    for _ in range(DENIALS):
        denial = {"command": "resume", "scope": VENUE, "reason": "no role", "via": "discord"}
        scene.stack.post("/api/denials", denial | {"actor": "somebody"}).raise_for_status()
    yield


@contextmanager
def entry_after_halt(scene: Scene) -> Iterator[None]:
    """An engine acknowledged a halt, and ordered all the same."""
    with scene.demo("healthy"):
        scene.stack.post(f"/api/venues/{VENUE}/halt", _order("a test")).raise_for_status()
        wait_for("an acknowledgement", lambda: _is_halted(scene), seconds=ACK_SECONDS)
        ordered_at = (datetime.now(UTC) + AFTER_ACK).isoformat()
        time.sleep(AFTER_ACK.total_seconds())
        scene.push("/api/fills", fill("entry", ordered_at=ordered_at))
        yield
        scene.resume_all()


@contextmanager
def hanging_engine(scene: Scene) -> Iterator[None]:
    """An engine that was there stands still, as a machine that sleeps."""
    with scene.demo("healthy"):
        wait_for("events in Prometheus", lambda: scene.stack.query(PUSHES), seconds=SCRAPED_SECONDS)
        with scene.standing_still("demo"):
            yield


@contextmanager
def full_disk(scene: Scene) -> Iterator[None]:
    """The exporter's files cannot grow, and a halt is ordered."""
    pid = scene.stack.pid("exporter")
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        # It answers that the halt is in force, but not on disk.
        scene.stack.post(f"/api/venues/{VENUE}/halt", _order("the disk is full"))
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def halt_that_finds_no_exporter(scene: Scene) -> Iterator[None]:
    """An alert asks for a halt while the exporter hangs."""
    alert = {
        "labels": {
            "alertname": "ArbFeedSilent",
            "venue": VENUE,
            "severity": "critical",
            "topic": "feed",
            "action": "halt",
        },
        "annotations": {"summary": "Feed silent", "description": "Posted by the self-test."},
        "startsAt": now(),
    }
    with scene.standing_still("exporter"):
        # The bot is asked by hand: with the exporter every other cause of a halt stands still, too.
        scene.stack.post_alert(alert)
        yield
    scene.stack.post_alert(alert | {"endsAt": now()})


def _order(reason: str) -> dict[str, str]:
    return {"reason": reason, "actor": ENGINE}


def _is_halted(scene: Scene) -> bool:
    return scene.stack.venue(VENUE).state is HaltState.ACKNOWLEDGED


UNCONFIRMED = Cause("a halt while no engine is there", halt_without_engine, ("ArbHaltUnconfirmed",))
CAUSES = (
    Cause("three orders by somebody without a role", denials, ("ArbControlDenied",)),
    Cause(
        "a fill ordered after a halt was acknowledged",
        entry_after_halt,
        ("ArbEntryAfterHalt", "ArbVenueHalted"),
        silent=("ArbVenueHalted",),
    ),
    Cause(
        "the engine hangs (SIGSTOP)", hanging_engine, ("ArbLeaseLapsed", "ArbEngineStopped"), 180.0
    ),
    Cause(
        "the exporter's files cannot grow, and a halt is ordered",
        full_disk,
        ("ArbHaltNotStored", "ArbLedgerFailing"),
    ),
    Cause(
        "the exporter hangs (SIGSTOP), and an alert wants a halt",
        halt_that_finds_no_exporter,
        ("ArbAutoHaltStuck", "ArbExporterDown"),
    ),
)
