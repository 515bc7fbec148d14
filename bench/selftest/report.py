"""The table: alert by alert, how many seconds from its cause to firing, and to being told."""

import threading
from collections.abc import Iterable

from bench.selftest.acts import Act
from bench.selftest.telling import Told

_LINE = "{alert:<28}  {fired:>9}  {told:>8}  {way:<10}  {cause}"

_HEAD = _LINE.format(alert="alert", fired="fires, s", told="told, s", way="by", cause="cause")


class Report:
    """Rows as they come, from several threads."""

    def __init__(self) -> None:
        self.rows: list[Told] = []
        self._lock = threading.Lock()

    def enter(self, told: Told) -> None:
        """Add a row, and say so at once."""
        with self._lock:
            self.rows.append(told)
            print(_line(told), flush=True)

    def enter_missing(self, told: Told) -> None:
        """Add a row unless its alert has one."""
        if told.alert not in {row.alert for row in self.rows}:
            self.enter(told)

    def print_table(self) -> None:
        """All rows by name."""
        print("\n" + _HEAD)
        for told in sorted(self.rows, key=lambda row: row.alert):
            print(_line(told))
        proven = sum(row.holds for row in self.rows)
        print(f"\n{proven} of {len(self.rows)} alerts did what they must.")

    def holds(self, acts: Iterable[Act]) -> bool:
        """Whether every alert of the acts was told."""
        proven = {row.alert for row in self.rows if row.holds}
        return {name for act in acts for cause in act for name in cause.alerts} <= proven


def _line(told: Told) -> str:
    note = " ".join(told.note.split())
    cause = f"{told.cause} ({note})" if note else told.cause
    return _LINE.format(
        alert=told.alert,
        fired=_seconds(told.fired_seconds),
        told=_seconds(told.told_seconds) if told.holds else "NOT TOLD",
        way=told.way or ("nobody" if told.is_silent else ""),
        cause=cause,
    ).rstrip()


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
