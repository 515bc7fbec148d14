"""What goes wrong with the services themselves."""

import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import kill

from bench.selftest.cause import Cause
from bench.selftest.events import error, fill
from bench.selftest.freezing import held_thread
from bench.selftest.scene import Scene

# Two series with the same labels on the side that must be unique: an error at each evaluation.
FAILING_RULE = """\
groups:
  - name: selftest
    interval: 1s
    rules:
      - record: selftest:failing:sum
        expr: up * on () up
"""
# Three more a minute than Discord takes: 20 that wait, of which the bot makes one message, are not
# reached before the alert fires.
POST_SECONDS, ALERT_SECONDS = 10.0, 6.5


@contextmanager
def nobody(scene: Scene) -> Iterator[None]:
    """No engine was ever there."""
    yield


@contextmanager
def contradicting_fills(scene: Scene) -> Iterator[None]:
    """The same fill twice, with another result."""
    first = fill("conflict")
    scene.push("/api/fills", first)
    scene.push("/api/fills", first | {"pnl_cents": 26.0}, expect=409)
    yield


@contextmanager
def odd_kinds(scene: Scene) -> Iterator[None]:
    """An engine names kinds of errors that nobody knows."""
    for number in range(20):
        scene.push("/api/errors", error(f"odd_{number}"))
        time.sleep(0.5)
    yield


@contextmanager
def wrong_limits(scene: Scene) -> Iterator[None]:
    """limits.yml is edited wrongly and read again."""
    path = scene.state / "limits.yml"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("daily_loss: 0.01", "daily_loss: 1.01"), encoding="utf-8")
    scene.stack.send_signal("exporter", signal.SIGHUP)
    try:
        yield
    finally:
        path.write_text(right, encoding="utf-8")
        scene.stack.send_signal("exporter", signal.SIGHUP)


@contextmanager
def failing_rule(scene: Scene) -> Iterator[None]:
    """A rule that cannot be evaluated is added."""
    rules = scene.state / "etc" / "failing.yml"
    rules.write_text(FAILING_RULE, encoding="utf-8")
    with _edited(scene, "rule_files:\n", f"rule_files:\n  - {rules}\n"):
        yield


@contextmanager
def wrong_own_target(scene: Scene) -> Iterator[None]:
    """Prometheus looks for itself where nothing listens."""
    address = scene.stack.url("prometheus").removeprefix("http://")
    with _edited(scene, address, "127.0.0.1:9"):
        yield


@contextmanager
def hanging_alertmanager(scene: Scene) -> Iterator[None]:
    """Alertmanager stands still."""
    with scene.standing_still("alertmanager"):
        yield


@contextmanager
def hanging_bot(scene: Scene) -> Iterator[None]:
    """The bot stands still."""
    with scene.standing_still("bot"):
        yield


@contextmanager
def hanging_outbox(scene: Scene) -> Iterator[None]:
    """The bot answers, but its thread for the outbox, its first one, stands still."""
    with held_thread(scene.stack.pid("bot")):
        yield


@contextmanager
def hanging_discord(scene: Scene) -> Iterator[None]:
    """Discord stands still, and there is something to tell."""
    kill(scene.discord.pid, signal.SIGSTOP)
    try:
        scene.push("/api/errors", error("order_rejected"))
        yield
    finally:
        kill(scene.discord.pid, signal.SIGCONT)


@contextmanager
def slow_discord(scene: Scene) -> Iterator[None]:
    """Discord takes fewer messages than there are alerts."""
    numbers = itertools.count()

    def alert() -> None:
        labels = {"alertname": f"SelfTest{next(numbers)}", "severity": "warning"}
        annotations = {"summary": "Self-test", "description": "Posted by the self-test."}
        scene.stack.post_alert({"labels": labels, "annotations": annotations})

    scene.discord.limit_posts(1, seconds=POST_SECONDS)
    try:
        with again_and_again(alert, every=ALERT_SECONDS):
            yield
    finally:
        scene.discord.limit_posts(None)


@contextmanager
def wrong_token(scene: Scene) -> Iterator[None]:
    """Alertmanager shows the bot a token that it does not know."""
    path = scene.stack.secrets / "alertmanager_token"
    right = path.read_text(encoding="utf-8")
    path.write_text("wrong\n", encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(right, encoding="utf-8")


@contextmanager
def again_and_again(act: Callable[[], None], *, every: float) -> Iterator[None]:
    """Do something now, and again after so many seconds."""
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            act()
            stop.wait(every)

    thread = threading.Thread(target=go_on, name="again")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _edited(scene: Scene, old: str, new: str) -> Iterator[None]:
    """Prometheus' configuration with one thing changed, and read again."""
    path = scene.state / "etc" / "prometheus.yml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(old, new), encoding="utf-8")
    scene.stack.send_signal("prometheus", signal.SIGHUP)
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")
        scene.stack.send_signal("prometheus", signal.SIGHUP)


NOBODY = Cause("no engine was ever there", nobody, ("ArbEngineNeverSeen",), 180.0)
HANGING_ALERTMANAGER = Cause(
    "Alertmanager hangs for five minutes (SIGSTOP)",
    hanging_alertmanager,
    ("ArbWatchdog", "ArbAlertmanagerDown"),
    seconds=330.0,
    released=("ArbAlertmanagerDown",),
)
CAUSES = (
    Cause("a fill that contradicts a stored one", contradicting_fills, ("ArbFillConflict",)),
    Cause("kinds of errors that nobody knows", odd_kinds, ("ArbLabelOverflow",)),
    Cause("limits.yml edited wrongly, SIGHUP", wrong_limits, ("ArbReloadFailed",)),
    Cause("a rule that cannot be evaluated", failing_rule, ("ArbRuleEvaluationFailing",)),
    Cause("Prometheus does not reach itself", wrong_own_target, ("ArbPrometheusDown",)),
    Cause("the bot's disk hangs (the outbox's thread is held)", hanging_outbox, ("ArbBotHung",)),
    Cause("the bot hangs (SIGSTOP)", hanging_bot, ("ArbBotDown",)),
    Cause(
        "Alertmanager has a wrong token for the bot",
        wrong_token,
        ("ArbNotificationsFailing",),
        300.0,
    ),
    Cause("Discord hangs (SIGSTOP)", hanging_discord, ("ArbDiscordUnreachable",), 240.0),
    Cause("Discord is slower than what comes", slow_discord, ("ArbOutboxGrowing",), 420.0),
)
