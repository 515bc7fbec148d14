"""A channel whose notices are decided without Discord or a disk."""

from collections.abc import Sequence

from bot.coalescing import Count, Desk, Notice, Single, Summary, advance
from bot.facts import Fact
from bot.preferences import Wish
from tests.bot.facts import Clock


class Channel:
    """A desk, and all that it had shown."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.desk = Desk()
        self.notices: list[Notice] = []

    def tell(self, *facts: Fact, wish: Wish | None = None) -> list[Notice]:
        """What is shown for these facts now."""
        self.desk, shown = advance(self.desk, facts, now=self.clock(), wish=wish)
        self.notices += shown
        return shown

    def tell_each(self, facts: Sequence[Fact], *, every_seconds: float) -> None:
        """One after the other."""
        for fact in facts:
            self.clock.pass_by(every_seconds)
            self.tell(fact)

    @property
    def cards(self) -> list[str]:
        """The messages in the channel, each once."""
        return list(dict.fromkeys(map(key, self.notices)))


def key(notice: Notice) -> str:
    """What makes it the same message."""
    match notice:
        case Single(fact=fact):
            return fact.key
        case Count(window=window):
            return window.key
        case Summary():
            return notice.key
