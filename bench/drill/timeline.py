"""The timeline: what happened when, printed as it comes, and kept for JSON."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from bench.stage.errors import StepFailed

HELD, FAILED = "ok", "FAILED"
_LINE = "{step:<26}  {what:<86}  {at:>8}  {verdict}"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, milliseconds after its step began. `holds`: as it must be."""

    step: str
    what: str
    at_ms: float
    holds: bool | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole drill."""

    holds: bool
    rows: list[Row]


class Timeline:
    """Rows in the order in which they are entered, each printed at once as a line of the table."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    @contextmanager
    def step(self, name: str) -> Iterator["Step"]:
        """A step that begins now. What breaks it is entered as what failed, and goes on up."""
        step = Step(self, name)
        try:
            yield step
        except Exception as failure:
            what = str(failure) if isinstance(failure, StepFailed) else type(failure).__name__
            step.saw(what, holds=False)
            raise

    def enter(self, row: Row) -> None:
        """Add a row; a step is named in its first one."""
        if not self._rows:
            self._print(Row(step="step", what="what", at_ms=0), at="at, ms")
        is_new = not self._rows or self._rows[-1].step != row.step
        self._rows.append(row)
        if is_new:
            print()
        self._print(row if is_new else msgspec.structs.replace(row, step=""))

    def report(self) -> Report:
        """Everything entered so far, and whether all of it held."""
        return Report(holds=all(row.holds is not False for row in self._rows), rows=self._rows)

    def _print(self, row: Row, *, at: str = "") -> None:
        verdict = {True: HELD, False: FAILED, None: ""}[row.holds]
        shown_at = at or f"{row.at_ms:,.0f}"
        line = _LINE.format(step=row.step, what=row.what, at=shown_at, verdict=verdict)
        print(line.rstrip(), flush=True)


class Moment(NamedTuple):
    """Something that a service stamped."""

    at: datetime
    what: str
    holds: bool | None = None


class Step:
    """One step and its clock: the one on the wall, by which every service stamps."""

    def __init__(self, timeline: Timeline, name: str) -> None:
        self._timeline = timeline
        self._name = name
        self.began = datetime.now(UTC)

    def saw(self, what: str, *, at: datetime | None = None, holds: bool | None = None) -> None:
        """Enter what happened, now or at a time that a service told."""
        at_ms = ((at or datetime.now(UTC)) - self.began).total_seconds() * 1000
        self._timeline.enter(Row(step=self._name, what=what, at_ms=round(at_ms, 1), holds=holds))

    def saw_all(self, moments: Iterable[Moment]) -> None:
        """Enter what became known together, in the order in which it happened."""
        for moment in sorted(moments, key=lambda moment: moment.at):
            self.saw(moment.what, at=moment.at, holds=moment.holds)

    def check(
        self, holds: bool, what: str, *, at: datetime | None = None, otherwise: str = ""
    ) -> None:
        """Enter what must hold.

        Raises:
            StepFailed: it does not; `otherwise` says it better than "not: …".
        """
        if not holds:
            raise StepFailed(otherwise or f"not so: {what}")
        self.saw(what, at=at, holds=True)
