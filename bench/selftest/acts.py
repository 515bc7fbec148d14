"""Which causes are played on which stack, and in which order."""

from collections.abc import Collection, Sequence

from bench.selftest.cause import Cause
from bench.selftest.causes import control, feeds, pipeline, trading

# Causes that one stack suffers, one after the other.
Act = tuple[Cause, ...]

# What needs a stack that saw no engine yet comes first. Acts run side by side.
ACTS: tuple[Act, ...] = (
    trading.CAUSES,
    (pipeline.NOBODY, feeds.NEVER_SEEN, feeds.BAD_PAST, feeds.LOST, *feeds.CAUSES),
    (control.UNCONFIRMED, *control.CAUSES, *pipeline.CAUSES, pipeline.HANGING_ALERTMANAGER),
)


def chosen(acts: Sequence[Act], alerts: Collection[str]) -> list[Act]:
    """The acts with what brings about these alerts; all of them where none is named."""
    if not alerts:
        return list(acts)
    kept = [tuple(c for c in act if set(c.alerts) & set(alerts)) for act in acts]
    return [act for act in kept if act]
