"""The halt that nobody orders: a venue's feed is lost, and a rule halts the venue."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from arbwatch.answers import AuditRow
from arbwatch.control import HaltState
from bench.drill.by_command import ask_to_resume, confirm
from bench.drill.scene import ALERT, ENGINE, OTHER_VENUE, VENUE, Scene
from bench.drill.timeline import Moment, Step
from bench.stage.errors import StepFailed
from bench.stage.waiting import wait_for

# Of the demo: for so long one signal drops the feed; the limit in limits.yml is as long.
DROP_SECONDS = 10
SILENCE = timedelta(seconds=10)
# The longest that may lie between the breach and the acknowledged halt.
MOST_SECONDS = 15.0
# Long enough after the signal for the last update to have come, short of the feed's return.
SETTLE_SECONDS = 3.0
AFTERWARDS_SECONDS = 5.0


def lose_a_feed(scene: Scene, step: Step) -> None:
    """Drop Kalshi's feed: that venue halts by itself, the other goes on, nothing resumes."""
    head = scene.head()
    step.saw(f"SIGUSR1 to the demo: {VENUE}'s feed is lost for {DROP_SECONDS} s")
    scene.stack.send_signal(ENGINE, signal.SIGUSR1)
    with halted_after_all(scene, head):
        time.sleep(SETTLE_SECONDS)
        last_update = datetime.fromtimestamp(scene.stack.feed_updated_at(VENUE), UTC)
        fired_at = wait_for(
            f"{ALERT} fires", lambda: fired(scene), seconds=DROP_SECONDS + MOST_SECONDS
        )
        order = wait_order(scene, head)
    ack = scene.wait_ack(order)
    breach = last_update + SILENCE
    step.saw_all(
        [
            Moment(last_update, f"last update of {VENUE}"),
            Moment(breach, f"breach: silent for {SILENCE.seconds} s"),
            Moment(fired_at, f"{ALERT} fires in Prometheus"),
            Moment(order.timestamp, f"halt #{order.seq} ordered by {order.actor} via rule", True),
            Moment(ack.timestamp, f"{ENGINE} acknowledged it", True),
        ]
    )
    took = (ack.timestamp - breach).total_seconds()
    step.check(took <= MOST_SECONDS, f"breach to acknowledged: {took:.1f} s, at most 15 s")
    check_other_runs(scene, step, since=ack.timestamp)
    see_feed_back(scene, step, after=breach)
    confirm(scene, step, ask_to_resume(scene, step))
    time.sleep(AFTERWARDS_SECONDS)
    step.check(
        scene.state() is HaltState.RUNNING,
        f"{AFTERWARDS_SECONDS:g} s later: {VENUE} runs, the same alert does not halt it again",
    )


@contextmanager
def halted_after_all(scene: Scene, head: int) -> Iterator[None]:
    """Who leaves early waits for the halt that the lost feed brings, so that it is ended."""
    try:
        yield
    except BaseException:
        print(f"waiting for the halt that {ALERT} brings, to end it", file=sys.stderr)
        with suppress(StepFailed):
            wait_order(scene, head)
        raise


def wait_order(scene: Scene, head: int) -> AuditRow:
    """The halt by rule in the audit trail."""
    return scene.wait_audit(
        "a halt by rule in the audit trail",
        lambda row: row.action == "halt" and row.via == "rule" and row.scope == VENUE,
        after=head,
        seconds=DROP_SECONDS + MOST_SECONDS,
    )


def fired(scene: Scene) -> datetime | None:
    """When the alert of this venue was raised, if it fires."""
    for alert in scene.stack.alerts():
        if _is_it(alert) and alert["state"] == "firing":
            return datetime.fromisoformat(alert["activeAt"])
    return None


def check_other_runs(scene: Scene, step: Step, *, since: datetime) -> None:
    """The other venue may trade; that no pair is entered is because each needs both venues."""
    other = scene.stack.venue(OTHER_VENUE)
    step.check(other.state is HaltState.RUNNING, f"{OTHER_VENUE} is running")
    ordered = scene.ordered_after(since)
    step.check(not ordered, "0 entries ordered after the acknowledgement")


def see_feed_back(scene: Scene, step: Step, *, after: datetime) -> None:
    """Updates come again, and the venue stays halted all the same."""
    wait_for(
        f"{VENUE}'s feed is back",
        lambda: scene.stack.feed_updated_at(VENUE) > after.timestamp(),
        seconds=DROP_SECONDS * 2,
    )
    step.saw(f"{VENUE}'s feed is back")
    time.sleep(AFTERWARDS_SECONDS)
    step.check(
        scene.state() is HaltState.ACKNOWLEDGED,
        f"{AFTERWARDS_SECONDS:g} s later: {VENUE} is still halted, nothing automatic resumes",
    )


def _is_it(alert: dict[str, Any]) -> bool:
    labels = alert["labels"]
    return bool(labels["alertname"] == ALERT and labels.get("venue") == VENUE)
