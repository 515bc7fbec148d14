"""The steps that people begin: halt, refusals, resume."""

import time
from datetime import datetime, timedelta
from typing import NamedTuple

from arbwatch.answers import AuditRow
from arbwatch.control import HaltState
from bench.drill.scene import (
    ANSWER_SECONDS,
    COLLEAGUE,
    CONFIRM_BUTTON,
    EDGE_SECONDS,
    ENGINE,
    HALTED,
    RESUMED,
    STRANGER,
    TRADER,
    UNCONFIRMED,
    VENUE,
    Scene,
    first_line,
    is_ours,
    shown,
)
from bench.drill.timeline import Moment, Step
from bench.stage.discord import Text
from bench.stage.errors import StepFailed
from bench.stage.waiting import wait_for


def before(scene: Scene, step: Step) -> None:
    """Both venues run and the demo trades."""
    for venue in scene.stack.venues():
        step.check(venue.state is HaltState.RUNNING, f"{venue.venue} is running")
    fill = scene.first_fill(after=step.began - timedelta(minutes=1))
    step.saw(f"it trades: fill {fill.fill_id}", at=fill.ordered_at, holds=True)


def halt(scene: Scene, step: Step) -> None:
    """From the typed command to the acknowledged halt, then nothing more is ordered."""
    head = scene.head()
    step.saw(f"/halt {VENUE} drill, typed by {TRADER.name}")
    typed = scene.discord.type("halt", by=TRADER, venue=VENUE, reason="drill")
    texts = scene.discord.texts(typed, until=(HALTED,), seconds=ANSWER_SECONDS)
    order = find_order(scene, "halt", after=head)
    ack = scene.wait_ack(order)
    enter_halt(step, order, ack, texts)
    watch_halted(scene, step, ack)


def find_order(scene: Scene, action: str, *, after: int) -> AuditRow:
    """The halt or resume of the drill's venue in the audit trail."""
    return scene.wait_audit(
        f"{action} in the audit trail",
        lambda row: row.action == action and row.scope == VENUE,
        after=after,
        seconds=ANSWER_SECONDS,
    )


def enter_halt(
    step: Step, order: AuditRow, ack: AuditRow, texts: list[Text], *others: Moment
) -> None:
    """Enter what happened from the order on; the last that Discord showed must be the halt."""
    by = f"{order.actor} via {order.via}"
    step.saw_all(
        [
            Moment(order.timestamp, f"halt #{order.seq} is on the exporter's disk, by {by}", True),
            Moment(ack.timestamp, f"{ENGINE} acknowledged it, {ack.open_orders} orders open", True),
            *shown(texts[:-1]),
            *others,
            final_text(texts[-1], HALTED),
        ]
    )


def final_text(text: Text, wanted: str) -> Moment:
    """What Discord came to show.

    Raises:
        StepFailed: it is something else.
    """
    (moment,) = shown([text])
    if wanted not in text.text:
        raise StepFailed(f"{moment.what} instead of {wanted}")
    return moment._replace(holds=True)


def watch_halted(scene: Scene, step: Step, ack: AuditRow) -> None:
    """For some seconds the venue stays halted, nothing is ordered, and edges still come."""
    edges = refreshed(scene)
    usual = scene.ordered_after(ack.timestamp - timedelta(minutes=2))
    time.sleep(scene.watch_seconds)
    venue = scene.venue()
    ordered = scene.ordered_after(ack.timestamp)
    step.check(
        not ordered and not venue.entries_after_ack,
        f"{scene.watch_seconds:g} s watched: 0 entries ordered after the acknowledgement"
        f" ({len(usual)} in the 2 minutes before)",
        otherwise=f"{len(ordered)} fills were ordered after the acknowledgement, "
        f"the exporter counts {venue.entries_after_ack}",
    )
    step.check(venue.state is HaltState.ACKNOWLEDGED, f"{VENUE} is still halted")
    came = wait_for("an edge", lambda: refreshed(scene) - edges, seconds=EDGE_SECONDS)
    step.saw(f"edges still come: {len(came)} newer ones", holds=True)


def refreshed(scene: Scene) -> set[tuple[str, datetime]]:
    """Each live edge's pair, and how fresh it is."""
    return {(edge.pair_id, edge.timestamp) for edge in scene.stack.edges()}


def refusal(scene: Scene, step: Step) -> None:
    """Who has no role can resume nothing, and that is on record."""
    head = scene.head()
    step.saw(f"/resume {VENUE}, typed by {STRANGER.name}, who has no role")
    typed = scene.discord.type("resume", by=STRANGER, venue=VENUE)
    texts = scene.discord.texts(typed, until=("",), seconds=ANSWER_SECONDS)
    step.saw_all(shown(texts))
    row = scene.wait_audit(
        "the denial in the audit trail",
        lambda row: row.action == "denial" and STRANGER.name in row.actor,
        after=head,
        seconds=ANSWER_SECONDS,
    )
    step.saw(f"audit #{row.seq}: denial of resume for {row.actor}", at=row.timestamp, holds=True)
    step.check(scene.state() is HaltState.ACKNOWLEDGED, f"{VENUE} is still halted")


def resume(scene: Scene, step: Step) -> None:
    """Asked for, confirmed by who asked and by nobody else, acknowledged; then fills come."""
    question = ask_to_resume(scene, step)
    pressed = scene.discord.press(question.asked, CONFIRM_BUTTON, by=COLLEAGUE)
    step.saw_all(shown(scene.discord.texts(pressed, until=("",), seconds=ANSWER_SECONDS)))
    step.check(
        scene.state() is HaltState.ACKNOWLEDGED,
        f"pressed by {COLLEAGUE.name}, who did not ask: {VENUE} is still halted",
    )
    order = confirm(scene, step, question)
    fill = scene.first_fill(after=order.timestamp)
    step.saw(f"first fill ordered after it: {fill.fill_id}", at=fill.ordered_at, holds=True)
    runs = [f"{row.venue} {row.state}" for row in scene.stack.venues()]
    step.check(all(row.state is HaltState.RUNNING for row in scene.stack.venues()), ", ".join(runs))


class Question(NamedTuple):
    """An answer with a button, and how many texts it showed so far."""

    asked: str
    texts: int


def ask_to_resume(scene: Scene, step: Step) -> Question:
    """Type the command, and see what it asks."""
    others = [halt for halt in scene.venue().halts if not is_ours(halt)]
    if others:
        raise StepFailed(f"somebody else halted {VENUE}: {others[0].actor}, {others[0].reason}")
    step.saw(f"/resume {VENUE}, typed by {TRADER.name}")
    asked = scene.discord.type("resume", by=TRADER, venue=VENUE)
    texts = scene.discord.texts(asked, until=("?",), seconds=ANSWER_SECONDS)
    for line in texts[-1].text.splitlines():
        step.saw(f"Discord asks: {first_line(line)}", at=texts[-1].at)
    step.check(scene.state() is not HaltState.RUNNING, "nothing is resumed before it is confirmed")
    return Question(asked, len(texts))


def confirm(scene: Scene, step: Step, question: Question) -> AuditRow:
    """Press the button; the resume, once the engine has acknowledged it."""
    head = scene.head()
    step.saw(f"pressed by {TRADER.name}, who asked")
    scene.discord.press(question.asked, CONFIRM_BUTTON, by=TRADER)
    over = (RESUMED, UNCONFIRMED)
    *_, final = scene.discord.texts(
        question.asked, until=over, seconds=ANSWER_SECONDS, skip=question.texts
    )
    order = find_order(scene, "resume", after=head)
    ack = scene.wait_ack(order)
    step.saw_all(
        [
            Moment(order.timestamp, f"resume #{order.seq} is on the exporter's disk", True),
            Moment(ack.timestamp, f"{ENGINE} acknowledged it", True),
            final_text(final, RESUMED),
        ]
    )
    return order
