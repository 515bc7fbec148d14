"""Halts and resumes while somebody is killed: none is lost, none is invented.

Every order has an actor of its own, by which it is found again in the audit trail.
"""

import time
from random import Random
from typing import Any, Literal, NamedTuple

import requests

from bench.stage.discord import Person
from bench.stage.errors import StepFailed
from exporter.ledger.trail import check_trail
from tests.conftest import wait_until
from tests.faults.stage import Stage, choose
from tests.faults.trader import VENUE

Verb = Literal["halt", "resume"]
Way = Literal["rest", "discord"]
WAYS: tuple[Way, ...] = ("rest", "discord")
# Twice as long as an order takes: somebody is killed at any moment of it, or of what follows.
LONGEST_SECONDS = {"rest": 0.01, "discord": 0.08}
PATIENCE_SECONDS = 25.0
SHOWN = {
    "halt": ("⏳ Halt requested", "⚠️ Halt requested", "🛑 Trading halted"),
    "resume": ("▶️ Trading resumed",),
}
# What an answer in Discord begins with once no better one will come.
OVER = ("⚠️", "⛔", "▶️")
BUTTON = f"Resume {VENUE.upper()}"


class Order(NamedTuple):
    """One order, by whom it is in the audit trail."""

    actor: str
    verb: Verb
    way: Way

    def is_of(self, row: dict[str, Any]) -> bool:
        """Whether it is this order's row; Discord's actors have an id behind the name."""
        name = row["actor"].partition(" ")[0]
        return bool(name == self.actor and row["action"] == self.verb)


def kill_while_halting(stage: Stage, *, rounds: int) -> None:
    """So many halts and resumes, somebody killed in each; fails when a promise is broken."""
    chance = Random(rounds)
    given: list[Order] = []
    for number in range(rounds):
        for verb in ("halt", "resume"):
            order = Order(f"{verb}-{number}", verb, chance.choice(WAYS))
            given.append(order)
            play(stage, order, chance)
            check_orders(stage, given)
            finish(stage, verb, given)
        if chance.random() < 0.2:
            ask_without_confirming(stage, f"idle-{number}", given)
    assert stage.watcher.falls == []
    assert stage.watcher.ran_while_halted == 0
    assert stage.engine.disobeyed == 0


def play(stage: Stage, order: Order, chance: Random) -> None:
    """Give an order while somebody is killed; what was answered must be so afterwards."""
    victim = choose(chance, order.way)
    if order.verb == "resume":
        stage.expect_orders()
    with stage.struck(victim, after_seconds=chance.random() * LONGEST_SECONDS[order.way]):
        is_answered = give(stage, order)
    rows = [row for row in stage.audit() if order.is_of(row)]
    assert rows or not is_answered, f"{order} was answered, and is lost; {victim} was killed"
    is_halted = bool(rows) == (order.verb == "halt")
    stage.settle(is_halted=is_halted)
    if is_halted and chance.random() < 0.3:
        start_alone(stage)


def give(stage: Stage, order: Order) -> bool:
    """Whether the order was answered: by 200, or by words in Discord that say so."""
    return _post(stage, order) if order.way == "rest" else _type(stage, order)


def finish(stage: Stage, verb: Verb, given: list[Order]) -> None:
    """Bring about what the killed order should have, so that the next one has something to do."""
    wanted = verb == "halt"
    if (stage.venue()["state"] != "running") is wanted:
        return
    order = Order(f"{given[-1].actor}-again", verb, "rest")
    given.append(order)
    stage.expect_orders()
    assert _post(stage, order)
    stage.settle(is_halted=wanted)


def start_alone(stage: Stage) -> None:
    """The engine starts while the exporter is dead: it was halted, so it does not trade."""
    stage.exporter.kill()
    stage.engine.kill()
    stage.engine.start()
    assert stage.engine.trades is False
    stage.exporter.start()
    stage.settle(is_halted=True)


def ask_without_confirming(stage: Stage, actor: str, given: list[Order]) -> None:
    """Halt, type /resume and press nothing: it stays halted, also when the bot is killed."""
    given.append(Order(f"{actor}-halt", "halt", "rest"))
    assert _post(stage, given[-1])
    stage.settle(is_halted=True)
    asked = stage.discord.type("resume", by=Person(actor), venue=VENUE)
    wait_until(lambda: "?" in stage.discord.text(asked))
    with stage.struck("bot", after_seconds=0):
        pass
    stage.settle(is_halted=True)
    finish(stage, "resume", given)
    check_orders(stage, given)


def check_orders(stage: Stage, given: list[Order]) -> None:
    """Every order in the trail was given, and the halts in force are what it adds up to."""
    rows = [row for row in stage.audit() if row["action"] in ("halt", "resume")]
    invented = [row for row in rows if not any(order.is_of(row) for order in given)]
    assert invented == []
    ended = {halt_id for row in rows for halt_id in row["halt_ids"]}
    in_force = {row["seq"] for row in rows if row["action"] == "halt"} - ended
    assert in_force == {halt["halt_id"] for halt in stage.venue()["halts"]}
    assert check_trail(stage.ledger).broken is None


def _post(stage: Stage, order: Order) -> bool:
    body: dict[str, Any] = {"actor": order.actor, "reason": "proof"}
    try:
        answer = requests.post(
            f"{stage.api.url}/api/venues/{VENUE}/{order.verb}", json=body, timeout=PATIENCE_SECONDS
        )
    except requests.RequestException:
        return False
    assert answer.status_code == 200, answer.text
    return True


def _type(stage: Stage, order: Order) -> bool:
    person = Person(order.actor)
    try:
        asked = stage.discord.type(order.verb, by=person, venue=VENUE)
        if order.verb == "resume":
            wait_until(lambda: "?" in stage.discord.text(asked), 2)
            stage.discord.press(asked, BUTTON, by=person)
    except (StepFailed, AssertionError):
        return False  # The bot is dead just now.
    return _is_shown(stage, order, asked)


def _is_shown(stage: Stage, order: Order, asked: str) -> bool:
    """Whether Discord comes to show that it is done; a killed bot says nothing more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        text = stage.discord.text(asked)
        if text.startswith(SHOWN[order.verb]):
            return True
        if text.startswith(OVER) or not stage.discord.has_bot():
            return False
        time.sleep(0.02)
    return False
