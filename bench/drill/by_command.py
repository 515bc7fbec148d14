"""The steps that people begin: halt, refusals, resume."""

import time

from arbwatch.answers import AuditRow
from arbwatch.control import HaltState
from bench.drill.discord import Text
from bench.drill.errors import StepFailed
from bench.drill.scene import (
    ANSWER_SECONDS,
    COLLEAGUE,
    CONFIRM_BUTTON,
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
    show,
)
from bench.drill.timeline import Step


def before(scene: Scene, step: Step) -> None:
    """Both venues run and the demo trades."""
    for venue in scene.stack.venues():
        step.check(venue.state is HaltState.RUNNING, f"{venue.venue} is running")
    fill = scene.first_fill(after=step.began)
    step.saw(f"a fill came: {fill.fill_id}, ordered in this step", at=fill.ordered_at, holds=True)


def halt(scene: Scene, step: Step) -> None:
    """From the typed command to the acknowledged halt, then nothing more is ordered."""
    head = scene.head()
    typed = scene.discord.type("halt", by=TRADER, venue=VENUE, reason="drill")
    step.saw(f"/halt {VENUE} drill, typed by {TRADER.name}")
    texts = scene.discord.texts(typed, until=(HALTED, UNCONFIRMED), seconds=ANSWER_SECONDS)
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


def enter_halt(step: Step, order: AuditRow, ack: AuditRow, texts: list[Text]) -> None:
    """Enter what happened, in the order in which it did."""
    by = f"by {order.actor} via {order.via}"
    moments = [
        (order.timestamp, f"halt #{order.seq} is on the exporter's disk, {by}", True),
        (ack.timestamp, f"{ENGINE} acknowledged it, {ack.open_orders} orders open", True),
        *((text.at, f"Discord shows: {first_line(text.text)}", None) for text in texts[:-1]),
    ]
    for at, what, holds in sorted(moments, key=lambda moment: moment[0]):
        step.saw(what, at=at, holds=holds)
    final = texts[-1]
    shown = f"Discord shows: {first_line(final.text)}"
    step.check(HALTED in final.text, shown, at=final.at)


def watch_halted(scene: Scene, step: Step, ack: AuditRow) -> None:
    """For some seconds the venue stays halted, nothing is ordered, and edges still come."""
    edges = {(edge.pair_id, edge.timestamp) for edge in scene.stack.edges()}
    time.sleep(scene.watch_seconds)
    venue = scene.venue()
    ordered = scene.ordered_after(ack.timestamp)
    came = {(edge.pair_id, edge.timestamp) for edge in scene.stack.edges()} - edges
    step.check(
        not ordered and not venue.entries_after_ack,
        f"{scene.watch_seconds:g} s watched: 0 entries ordered after the acknowledgement",
        otherwise=f"{len(ordered)} fills were ordered after the acknowledgement, "
        f"the exporter counts {venue.entries_after_ack}",
    )
    step.check(venue.state is HaltState.ACKNOWLEDGED, f"{VENUE} is still halted")
    step.check(bool(came), f"edges still come: {len(came)} pairs were refreshed meanwhile")


def refusal(scene: Scene, step: Step) -> None:
    """Who has no role can resume nothing, and that is on record."""
    head = scene.head()
    typed = scene.discord.type("resume", by=STRANGER, venue=VENUE)
    step.saw(f"/resume {VENUE}, typed by {STRANGER.name}, who has no role")
    texts = scene.discord.texts(typed, until=("",), seconds=ANSWER_SECONDS)
    show(step, texts)
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
    asked = ask_to_resume(scene, step)
    pressed = scene.discord.press(asked, CONFIRM_BUTTON, by=COLLEAGUE)
    show(step, scene.discord.texts(pressed, until=("",), seconds=ANSWER_SECONDS))
    step.check(
        scene.state() is HaltState.ACKNOWLEDGED,
        f"pressed by {COLLEAGUE.name}, who did not ask: {VENUE} is still halted",
    )
    confirm(scene, step, asked)
    runs = [f"{row.venue} {row.state}" for row in scene.stack.venues()]
    step.check(all(row.state is HaltState.RUNNING for row in scene.stack.venues()), ", ".join(runs))


def ask_to_resume(scene: Scene, step: Step) -> str:
    """Type the command; the id of the answer with the button."""
    others = [halt for halt in scene.venue().halts if not is_ours(halt)]
    if others:
        raise StepFailed(f"somebody else halted {VENUE}: {others[0].actor}, {others[0].reason}")
    asked = scene.discord.type("resume", by=TRADER, venue=VENUE)
    step.saw(f"/resume {VENUE}, typed by {TRADER.name}")
    texts = scene.discord.texts(asked, until=("?",), seconds=ANSWER_SECONDS)
    for line in texts[-1].text.splitlines():
        step.saw(f"Discord asks: {first_line(line)}", at=texts[-1].at)
    step.check(scene.state() is not HaltState.RUNNING, "nothing is resumed before it is confirmed")
    return asked


def confirm(scene: Scene, step: Step, asked: str) -> None:
    """Press the button, and see the engine trade again."""
    head = scene.head()
    scene.discord.press(asked, CONFIRM_BUTTON, by=TRADER)
    step.saw(f"pressed by {TRADER.name}, who asked")
    texts = scene.discord.texts(asked, until=(RESUMED, UNCONFIRMED), seconds=ANSWER_SECONDS)
    order = find_order(scene, "resume", after=head)
    step.saw(f"resume #{order.seq} is on the exporter's disk", at=order.timestamp, holds=True)
    ack = scene.wait_ack(order)
    step.saw(f"{ENGINE} acknowledged it", at=ack.timestamp, holds=True)
    step.check(RESUMED in texts[-1].text, f"Discord shows: {first_line(texts[-1].text)}")
    fill = scene.first_fill(after=order.timestamp)
    step.saw(f"first fill ordered after it: {fill.fill_id}", at=fill.ordered_at, holds=True)
