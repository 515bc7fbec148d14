"""A cause: what is done to a stack, and which alerts must come of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

from bench.selftest.scene import Scene

Play = Callable[[Scene], AbstractContextManager[None]]
# A rule with a minute's `for`, a scrape, an evaluation, the group's wait and the card.
USUAL_SECONDS = 120.0


class Cause(NamedTuple):
    """What is done, in words; `play` begins it and, on leaving, ends it.

    Each alert must be told within `seconds` of the beginning. `released` are those that can only be
    told once the cause has ended, as when what would tell them stood still; `silent` are those that
    need only fire, since they are for Alertmanager and tell nobody.
    """

    text: str
    play: Play
    alerts: tuple[str, ...]
    seconds: float = USUAL_SECONDS
    released: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def by_demo(scenario: str, *alerts: str, seconds: float = USUAL_SECONDS) -> Cause:
    """A scenario of the demo engine."""
    return Cause(
        f"the demo's scenario {scenario}", lambda scene: scene.demo(scenario), alerts, seconds
    )
