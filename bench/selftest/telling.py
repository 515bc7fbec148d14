"""Plays one cause, and sees when each of its alerts fires and is told."""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress

import msgspec
import requests

from bench.selftest.cause import Cause
from bench.selftest.scene import Scene
from bench.stage.errors import StepFailed

ALWAYS_FIRING = "ArbWatchdog"
LOOK_SECONDS = 0.2
# For what an earlier cause left firing.
QUIET_SECONDS = 240.0
# From the end of a cause that kept everything from being told.
RELEASED_SECONDS = 90.0


class Told(msgspec.Struct, kw_only=True):
    """One alert and its cause; seconds from the cause's beginning, absent where it did not come.

    `way` is how people were told: a card in Discord, or the second way. A silent one tells nobody.
    """

    alert: str
    cause: str
    fired_seconds: float | None = None
    told_seconds: float | None = None
    way: str = ""
    is_silent: bool = False
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether it did what it must."""
        return (self.fired_seconds if self.is_silent else self.told_seconds) is not None


class _Watch:
    """Looks at everything that may tell of a cause's alerts, from its beginning on."""

    def __init__(self, scene: Scene, cause: Cause) -> None:
        self._scene = scene
        self._told = {
            name: Told(alert=name, cause=cause.text, is_silent=name in cause.silent)
            for name in cause.alerts
        }
        self._before = {name: scene.messages_of(name) for name in cause.alerts}
        self._told_before = len(scene.second_way.received)
        self._began = time.monotonic()

    def look(self) -> None:
        """Note what is new: first what people were told, since that fires before it is told."""
        ways = {name: self._way(name) for name in self._told}
        firing = firing_alerts(self._scene)
        seconds = round(time.monotonic() - self._began, 1)
        for name, told in self._told.items():
            if told.fired_seconds is None and name in firing:
                told.fired_seconds = seconds
            if told.told_seconds is None and ways[name]:
                told.told_seconds, told.way = seconds, ways[name]

    def is_told(self, names: Iterable[str]) -> bool:
        """Whether all of these did what they must."""
        return all(self._told[name].holds for name in names)

    def rows(self, note: str = "") -> list[Told]:
        """What was seen."""
        for told in self._told.values():
            if not told.holds:
                told.note = note
        return list(self._told.values())

    def _way(self, name: str) -> str:
        with suppress(requests.RequestException):
            if self._scene.messages_of(name) - self._before[name]:
                return "Discord"
        is_told = self._scene.is_told_otherwise(name, after=self._told_before)
        return "second way" if is_told else ""


def tell(scene: Scene, cause: Cause, stop: threading.Event) -> list[Told]:
    """Play the cause. What goes wrong with it is the note of the alerts that were not told."""
    watch: _Watch | None = None
    try:
        _await_quiet(scene, cause, stop)
        watch = _Watch(scene, cause)
        with cause.play(scene):
            at_once = [name for name in cause.alerts if name not in cause.released]
            _look_until(watch, at_once, stop, seconds=cause.seconds)
        _look_until(watch, cause.alerts, stop, seconds=RELEASED_SECONDS)
    except (StepFailed, requests.RequestException) as failure:
        if watch is None:
            rows = [Told(alert=name, cause=cause.text, note=str(failure)) for name in cause.alerts]
            return rows
        return watch.rows(str(failure))
    return watch.rows("was not told in time")


def firing_alerts(scene: Scene) -> set[str]:
    """Names of the alerts that fire; none while Prometheus is away, and never the watchdog: people
    are told when that one does not.
    """
    with suppress(requests.RequestException):
        alerts = scene.stack.alerts()
        firing = {a["labels"]["alertname"] for a in alerts if a["state"] == "firing"}
        return firing - {ALWAYS_FIRING}
    return set()


def _await_quiet(scene: Scene, cause: Cause, stop: threading.Event) -> None:
    deadline = time.monotonic() + QUIET_SECONDS
    while standing := firing_alerts(scene) & set(cause.alerts):
        if time.monotonic() > deadline:
            raise StepFailed(f"fires already: {', '.join(sorted(standing))}")
        _pause(stop)


def _look_until(
    watch: _Watch, names: Iterable[str], stop: threading.Event, *, seconds: float
) -> None:
    names = tuple(names)
    deadline = time.monotonic() + seconds
    while not watch.is_told(names) and time.monotonic() < deadline:
        watch.look()
        _pause(stop)


def _pause(stop: threading.Event) -> None:
    if stop.wait(LOOK_SECONDS):
        raise StepFailed("was stopped")
