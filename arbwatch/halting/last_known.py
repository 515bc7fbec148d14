"""What the exporter last said of each venue, in memory and on disk.

Guarantees: an order's number never falls, and a halt ends only by an order with a higher number;
an answer that says otherwise gives no permission. The file is replaced as a whole or not at all.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from arbwatch.control import HaltState, VenueControl
from arbwatch.disk import replace_file

log = logging.getLogger(__name__)

FILE_NAME = "control.json"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The newest order for a venue, and whether the venue runs by it."""

    seq: Annotated[int, msgspec.Meta(ge=0)]
    running: bool

    def is_newer(self, other: "Known") -> bool:
        """Whether what `other` says was overtaken by this."""
        return self.seq > other.seq or (
            self.seq == other.seq and other.running and not self.running
        )


class LastKnown:
    """The last word on each venue, kept in `folder`; without one it ends with the process.

    `report` is told once of a venue that stays halted by an order the exporter no longer knows.
    """

    def __init__(
        self, folder: Path | None, *, report: Callable[[str, str], None] = lambda venue, text: None
    ) -> None:
        self._report = report
        self._path = None if folder is None else folder / FILE_NAME
        # Replaced as a whole: one thread takes in, others save.
        self._venues: dict[str, Known] = {}
        self._saved: dict[str, Known] | None = None
        self._saving = threading.Lock()
        self._is_damaged = False
        self._is_disk_told = False
        self._stale: set[str] = set()
        self._read()

    def not_halted(self, venues: Iterable[str]) -> set[str]:
        """Those that nothing was heard against; none of them if the file could not be read."""
        if self._is_damaged:
            return set()
        return {v for v in venues if v not in self._venues or self._venues[v].running}

    def take_in(self, rows: Iterable[VenueControl]) -> list[VenueControl]:
        """Note an answer; its rows without those that run only by an order that was overtaken."""
        venues, valid = dict(self._venues), []
        for row in rows:
            heard = Known(seq=row.seq, running=row.state is HaltState.RUNNING)
            known = venues.get(row.venue, heard)
            if known.is_newer(heard):
                self._tell_stale(row, known)
            else:
                self._stale.discard(row.venue)
                venues[row.venue] = heard
            if not (known.is_newer(heard) and heard.running):
                valid.append(row)
        self._venues = venues
        return valid

    def save(self) -> bool:
        """Whether all that was taken in is on disk now, or there is no folder to keep it."""
        with self._saving:
            newest = self._venues
            if self._path is None or newest == self._saved:
                return True
            try:
                replace_file(self._path, msgspec.json.encode(newest))
            except OSError as error:
                self._tell_disk(f"cannot be written: {error.strerror}")
                return False
            self._saved, self._is_disk_told = newest, False
            return True

    def _read(self) -> None:
        if self._path is None:
            return
        try:
            self._venues = msgspec.json.decode(self._path.read_bytes(), type=dict[str, Known])
            self._saved = self._venues
        except FileNotFoundError:
            return
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
            self._is_damaged = True
            log.error(
                "control: %s cannot be read: every venue counts as halted until the exporter is "
                "heard, which also writes the file anew",
                self._path,
            )

    def _tell_disk(self, problem: str) -> None:
        if not self._is_disk_told:
            log.error(
                "control: %s %s; halts are obeyed, but a new start would not know of them",
                self._path,
                problem,
            )
        self._is_disk_told = True

    def _tell_stale(self, row: VenueControl, known: Known) -> None:
        if row.venue in self._stale:
            return
        self._stale.add(row.venue)
        problem = (
            f"{row.venue} stays halted: its last order had the number {known.seq}, "
            f"and the exporter now says {row.state} by number {row.seq}."
        )
        way_out = "The halt got lost in the exporter: halt and resume the venue to let it trade"
        if row.seq == known.seq:
            log.error("control: %s %s", problem, way_out)
            self._report(row.venue, f"{problem} {way_out}")
        else:
            log.error("control: %s %s", problem, self._way_out_of_backup())
            self._report(row.venue, f"{problem} The engine's log says what to do")

    def _way_out_of_backup(self) -> str:
        then = "restart it" if self._path is None else f"delete {self._path}, start it again"
        return f"If the exporter's ledger was restored on purpose: stop this engine, {then}"
