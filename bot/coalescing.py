"""Keeps the channel readable: which facts are told one by one, and which together on one card.

The first few of a series are single cards. From then on, for a while, one card counts and sums the
series. What nobody wants to hear of now is counted too, and summed up when it is wanted again.
Each fact is on exactly one card.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from bot.facts import KINDS, Fact, Kind
from bot.preferences import Preference, Wish, preference_of
from bot.tallies import Tally

WINDOW = timedelta(minutes=10)
# Discord takes about one edit a second of a channel; alerts need theirs.
DRAW_EVERY = timedelta(seconds=5)
PACE = timedelta(minutes=1)
SINGLES = 3  # of a series within a pace
SINGLES_OF_KIND = 6  # of all series of a kind
GRAVE_SINGLES = 10  # of what somebody should look at
# A series beyond these, as when each error is of a kind of its own, shares one with the others.
MOST_SERIES = 8


class Window(Struct, frozen=True, kw_only=True):
    """One card that counts for a while. `series` is what its facts are about; nothing for fills,
    which are about many pairs, and for what shares.
    """

    key: str
    kind: Kind
    series: str
    opened_at: datetime
    tally: Tally = Tally()
    drawn_at: datetime | None = None
    is_drawn: bool = False

    @property
    def closes_at(self) -> datetime:
        """When it counts no further."""
        return self.opened_at + WINDOW

    def is_over(self, now: datetime) -> bool:
        """Whether its time is up, also by a clock that was set back."""
        return not _within(self.opened_at, now, WINDOW)

    def is_due(self, now: datetime) -> bool:
        """Whether it has something new to show, and showed something long enough ago."""
        shown_lately = self.drawn_at is not None and _within(self.drawn_at, now, DRAW_EVERY)
        return not self.is_drawn and not shown_lately


class Missed(Struct, frozen=True, kw_only=True):
    """What was not told of a kind, under the key of its first fact."""

    key: str
    tally: Tally = Tally()


class Single(Struct, frozen=True, kw_only=True):
    """A fact to tell on its own."""

    fact: Fact
    is_silent: bool


class Count(Struct, frozen=True, kw_only=True):
    """A window to show as it is now; one that is over changes no more."""

    window: Window
    is_over: bool
    is_silent: bool


class Summary(Struct, frozen=True, kw_only=True):
    """What was missed of some kinds, to tell now, in the order of the kinds."""

    missed: dict[Kind, Missed]
    is_silent: bool

    @property
    def key(self) -> str:
        """What makes it the same summary."""
        return f"missed:{next(iter(self.missed.values())).key}"


Notice = Single | Count | Summary


class Desk(Struct, frozen=True, kw_only=True):
    """All that has to be known to go on after a restart.

    `paces` has the latest times at which a fact of a series came, by the name of the series.
    """

    preferences: dict[Kind, Preference] = {}
    windows: dict[str, Window] = {}
    paces: dict[str, tuple[datetime, ...]] = {}
    missed: dict[Kind, Missed] = {}

    def is_due(self, now: datetime) -> bool:
        """Whether something is to be told though nothing new came."""
        return bool(self._wanted_again(now)) or any(
            window.is_over(now) or window.is_due(now) for window in self.windows.values()
        )

    def _wanted_again(self, now: datetime) -> dict[Kind, Missed]:
        return {
            kind: self.missed[kind]
            for kind in KINDS
            if kind in self.missed and not preference_of(self.preferences, kind).is_off(now)
        }


def advance(
    desk: Desk, facts: Iterable[Fact], *, now: datetime, wish: Wish | None = None
) -> tuple[Desk, list[Notice]]:
    """The desk after some new facts, or a wish, and what is to be shown, in order."""
    pen = _Pen(desk, now)
    if wish is not None:
        pen.grant(wish)
    pen.end_what_is_over()
    for fact in facts:
        pen.take(fact)
    pen.draw()
    return pen.desk, pen.notices


class _Pen:
    """Writes on a copy of the desk."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self._now = now
        self._preferences = desk.preferences
        self._windows = dict(desk.windows)
        self._paces = {
            name: times for name, times in desk.paces.items() if _within(times[-1], now, PACE)
        }
        self._missed = dict(desk.missed)
        self.notices: list[Notice] = []

    @property
    def desk(self) -> Desk:
        return Desk(
            preferences=self._preferences,
            windows=self._windows,
            paces=self._paces,
            missed=self._missed,
        )

    def grant(self, wish: Wish) -> None:
        self._preferences = wish.granted(self._preferences, self._now)

    def end_what_is_over(self) -> None:
        """Close windows whose time is up or that nobody wants any more; end mutes."""
        for name, window in list(self._windows.items()):
            if window.is_over(self._now) or self._is_off(window.kind):
                self._show(window, is_over=True)
                del self._windows[name]
        back = self.desk._wanted_again(self._now)
        if back:
            is_silent = all(self._is_silent(kind) for kind in back)
            self.notices.append(Summary(missed=back, is_silent=is_silent))
            self._missed = {k: missed for k, missed in self._missed.items() if k not in back}

    def take(self, fact: Fact) -> None:
        """Count a fact on the one card that it belongs to."""
        if self._is_off(fact.kind):
            missed = self._missed.get(fact.kind) or Missed(key=fact.key)
            self._missed[fact.kind] = replace(missed, tally=missed.tally.plus(fact))
            return
        series = self._series(fact)
        is_calm = self._is_calm(f"series:{series}", SINGLES)
        if fact.is_grave and self._is_calm(f"grave:{fact.kind}", GRAVE_SINGLES):
            self._tell(fact)
        elif series in self._windows or fact.kind == "breaches" or not is_calm:
            self._count(fact, series)
        elif self._is_calm(f"kind:{fact.kind}", SINGLES_OF_KIND):
            self._tell(fact)
        else:
            self._count(fact, series)

    def draw(self) -> None:
        """Show the windows that have something new, if they may."""
        for name, window in self._windows.items():
            if window.is_due(self._now):
                self._show(window, is_over=False)
                self._windows[name] = replace(window, drawn_at=self._now, is_drawn=True)

    def _tell(self, fact: Fact) -> None:
        self.notices.append(Single(fact=fact, is_silent=self._is_silent(fact.kind)))

    def _count(self, fact: Fact, series: str) -> None:
        window = self._windows.get(series) or Window(
            key=f"window:{fact.key}",
            kind=fact.kind,
            series=series.partition(":")[2],
            opened_at=self._now,
        )
        self._windows[series] = replace(window, tally=window.tally.plus(fact), is_drawn=False)

    def _show(self, window: Window, *, is_over: bool) -> None:
        is_silent = self._is_silent(window.kind)
        self.notices.append(Count(window=window, is_over=is_over, is_silent=is_silent))

    def _series(self, fact: Fact) -> str:
        """Errors of one kind and place, breaches of one limit; all fills; all reversals."""
        shared = f"{fact.kind}:"
        if fact.kind in ("fills", "reversals"):
            return shared
        own = f"{shared}{fact.subject}"
        known = {name for name in self._windows if name.startswith(shared)}
        known |= {
            name.removeprefix("series:")
            for name in self._paces
            if name.startswith(f"series:{shared}")
        }
        return own if own in known or len(known) < MOST_SERIES else shared

    def _is_calm(self, name: str, most: int) -> bool:
        """Note that a fact came; whether fewer than `most` came just before."""
        times = self._paces.get(name, ())
        self._paces[name] = (*times, self._now)[-most:]
        return len(times) < most or not _within(times[0], self._now, PACE)

    def _is_off(self, kind: Kind) -> bool:
        return preference_of(self._preferences, kind).is_off(self._now)

    def _is_silent(self, kind: Kind) -> bool:
        return preference_of(self._preferences, kind).mode == "silent"


def _within(since: datetime, now: datetime, span: timedelta) -> bool:
    return since <= now < since + span
