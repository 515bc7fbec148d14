"""A batch by what is to be done with each event of it, and why events are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from arbwatch.answers import Rejection
from arbwatch.events import FACTS, Edge, Fact, Fill
from exporter.control.late import ordered
from exporter.ledger.writer import Refusal

MAX_AHEAD = timedelta(minutes=5)
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)  # the year in which the first of the venues opened


class Sorted(msgspec.Struct):
    """A batch by what is to be done with it; places are those in `events`."""

    events: list[Any]
    facts: list[tuple[int, Fact]]
    kinds: dict[type, list[Any]]
    rejected: list[Rejection]


def sort_out(events: list[Any], *, now: datetime) -> Sorted:
    """The facts, the others by type, and those whose times cannot be."""
    latest = now + MAX_AHEAD
    found = Sorted(events, [], {}, [])
    for index, event in enumerate(events):
        if not EARLIEST <= event.timestamp <= latest:
            found.rejected.append(_untimely(index, "timestamp"))
        elif isinstance(event, FACTS):
            if isinstance(event, Fill) and not EARLIEST <= ordered(event) <= latest:
                found.rejected.append(_untimely(index, "ordered_at"))
            else:
                found.facts.append((index, event))
        elif (
            type(event) is Edge
            and event.books_changed_at
            and not _are_timely(event.books_changed_at, latest)
        ):
            found.rejected.append(_untimely(index, "books_changed_at"))
        else:
            found.kinds.setdefault(type(event), []).append(event)
    return found


def refused(index: int, reason: Refusal) -> Rejection:
    """Why the ledger did not take a fact."""
    if reason == "unknown_fill":
        message = "the fill that it reverses is not stored"
        return Rejection(index=index, code=reason, message=message, field="reverses")
    message = "this fill_id is stored with other content, or reversed; the first one stays"
    return Rejection(index=index, code="fill_conflict", message=message, field="fill_id")


def _are_timely(times: dict[str, datetime], latest: datetime) -> bool:
    for time in times.values():  # noqa: SIM110 (`all` takes twice as long, on the hot path)
        if not EARLIEST <= time <= latest:
            return False
    return True


def _untimely(index: int, field: str) -> Rejection:
    return Rejection(
        index=index,
        code="out_of_range",
        message="the time is before 2020 or more than 5 minutes ahead",
        field=field,
    )
