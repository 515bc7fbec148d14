"""Which notices people want: per kind, and for how long they want none."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from bot.facts import KINDS, Kind

# `silent`: shown, without a sound. `off`: counted, and summed up once they are on again.
Mode = Literal["on", "silent", "off"]
MODES: tuple[Mode, ...] = ("on", "silent", "off")

DEFAULT_MUTE = timedelta(hours=1)
LONGEST_MUTE = timedelta(days=7)
_TIME = re.compile(r"([1-9][0-9]{0,4})(m|h|d)", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Preference(Struct, frozen=True, kw_only=True):
    """What people want of one kind; muted is as good as off until then.

    `by` said so last: a name as it came.
    """

    mode: Mode = "on"
    muted_until: datetime | None = None
    by: str = ""

    def is_off(self, now: datetime) -> bool:
        """Whether nothing of the kind is shown now."""
        return self.mode == "off" or self.is_muted(now)

    def is_muted(self, now: datetime) -> bool:
        """Whether somebody muted it for a while that is not over."""
        return self.muted_until is not None and now < self.muted_until


Preferences = dict[Kind, Preference]


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody wants from now on of some kinds: a mode, which ends a mute, or a mute."""

    kinds: tuple[Kind, ...]
    mode: Mode | None = None
    mute: timedelta | None = None
    by: Annotated[str, Meta(max_length=128)] = ""

    def __post_init__(self) -> None:
        if (self.mode is None) == (self.mute is None):
            raise ValueError("either a mode or a mute")
        if self.mute is not None and not timedelta() < self.mute <= LONGEST_MUTE:
            raise ValueError("no such mute")

    def granted(self, preferences: Mapping[Kind, Preference], now: datetime) -> Preferences:
        """What is wanted then."""
        return {**preferences, **{kind: self._of(preferences, kind, now) for kind in self.kinds}}

    def _of(self, preferences: Mapping[Kind, Preference], kind: Kind, now: datetime) -> Preference:
        before = preference_of(preferences, kind)
        return Preference(
            mode=self.mode or before.mode,
            muted_until=None if self.mute is None else now + self.mute,
            by=self.by,
        )


def preference_of(preferences: Mapping[Kind, Preference], kind: Kind) -> Preference:
    """What is wanted of a kind; on, if nobody ever said."""
    return preferences.get(kind, Preference())


def parse_kinds(word: str, *, every: str = "all") -> tuple[Kind, ...]:
    """The kinds that a word means, in singular or plural; none if it means no kind."""
    if word == every:
        return KINDS
    return tuple(kind for kind in KINDS if word in (kind, *_singular(kind)))


def parse_time(word: str) -> timedelta | None:
    """`30m`, `2h` or `1d`; None if it is nothing of that kind, or over the longest."""
    found = _TIME.fullmatch(word)
    if found is None:
        return None
    wanted = timedelta(**{_UNITS[found[2]]: int(found[1])})
    return wanted if wanted <= LONGEST_MUTE else None


def _singular(kind: Kind) -> Iterable[str]:
    return (kind.removesuffix("s"), kind.removesuffix("es"))
