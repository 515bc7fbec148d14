"""Which causes are played on which stack, and in which order."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.selftest.cause import Cause
from bench.selftest.causes import control, feeds, pipeline, trading


def _nothing(_state: Path) -> None:
    """A stack begins empty."""


class Act(NamedTuple):
    """Causes that one stack suffers, one after the other.

    `prepare` is given the folder of its state before it starts.
    """

    causes: tuple[Cause, ...]
    prepare: Callable[[Path], None] = _nothing


# What needs a stack that saw no engine yet comes first. Acts that take long run beside others.
ACTS = (
    Act(trading.CAUSES),
    Act((pipeline.NOBODY, feeds.NEVER_SEEN, feeds.LOST, *feeds.CAUSES)),
    Act((control.UNCONFIRMED, *control.CAUSES, *pipeline.CAUSES, pipeline.HANGING_ALERTMANAGER)),
)


def chosen(acts: Sequence[Act], alerts: Collection[str]) -> list[Act]:
    """The acts with what brings about these alerts; all of them where none is named."""
    if not alerts:
        return list(acts)
    kept = [
        act._replace(causes=tuple(c for c in act.causes if set(c.alerts) & set(alerts)))
        for act in acts
    ]
    return [act for act in kept if act.causes]
