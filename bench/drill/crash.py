"""The halt whose exporter is killed on the way."""

import signal
import threading
from datetime import UTC, datetime

import requests

from arbwatch.answers import AuditRow
from arbwatch.control import HaltState, VenueControl
from bench.drill.by_command import ask_to_resume, confirm, enter_halt, find_order, watch_halted
from bench.drill.scene import ANSWER_SECONDS, EXPORTER, HALTED, TRADER, VENUE, Scene
from bench.drill.timeline import Moment, Step
from bench.stage.waiting import wait_for

RESTART_SECONDS = 20.0


def halt_and_kill(scene: Scene, step: Step) -> None:
    """Order a halt, kill the exporter once it is stored, and see that nothing of it is lost."""
    head = scene.head()
    with Assassin(scene) as assassin:
        step.saw(f"/halt {VENUE} drill with a crash, typed by {TRADER.name}")
        typed = scene.discord.type("halt", by=TRADER, venue=VENUE, reason="drill with a crash")
        killed_at = assassin.wait()
    back, first_look = see_it_back(scene)
    texts = scene.discord.texts(typed, until=(HALTED,), seconds=ANSWER_SECONDS)
    order = find_order(scene, "halt", after=head)
    ack = scene.wait_ack(order)
    away = (back - killed_at).total_seconds()
    enter_halt(
        step,
        order,
        ack,
        texts,
        Moment(killed_at, "exporter killed (SIGKILL) as soon as the halt was stored"),
        Moment(back, f"exporter is back after {away:.2f} s; {VENUE} is {first_look.state}"),
    )
    step.check(
        first_look.state is not HaltState.RUNNING and first_look.seq >= order.seq,
        f"its first answer was a halt, with seq {first_look.seq}: not fallen",
        at=back,
    )
    check_no_resume(scene, step, after=head)
    watch_halted(scene, step, ack)
    confirm(scene, step, ask_to_resume(scene, step))


class Assassin:
    """Kills the exporter in the moment in which it says that a halt is stored."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._is_listening = threading.Event()
        self._killed_at: datetime | None = None
        self._thread = threading.Thread(target=self._lie_in_wait, daemon=True)

    def __enter__(self) -> "Assassin":
        self._thread.start()
        wait_for("the stream of orders", self._is_listening.is_set, seconds=ANSWER_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to undo: the keeper starts what was killed."""

    def wait(self) -> datetime:
        """When it was done."""
        return wait_for("a halt on the stream", lambda: self._killed_at, seconds=ANSWER_SECONDS)

    def _lie_in_wait(self) -> None:
        try:
            for action in self._scene.stack.orders():
                self._is_listening.set()
                if action == "halt":
                    self._scene.stack.send_signal(EXPORTER, signal.SIGKILL)
                    self._killed_at = datetime.now(UTC)
                    return
        except requests.RequestException:
            return  # Not heard: who waits says so.


def see_it_back(scene: Scene) -> tuple[datetime, VenueControl]:
    """When it answered again, and what it said first of the venue."""

    def look() -> VenueControl | None:
        try:
            return scene.venue()
        except requests.RequestException:
            return None

    venue = wait_for("the exporter after its restart", look, seconds=RESTART_SECONDS)
    return datetime.now(UTC), venue


def check_no_resume(scene: Scene, step: Step, *, after: int) -> None:
    """Nobody asked for one, so there is none."""
    rows: list[AuditRow] = scene.stack.audit(after=after)
    resumes = [row.seq for row in rows if row.action == "resume"]
    step.check(not resumes, "no resume in the audit trail", otherwise=f"resumed by {resumes}")
