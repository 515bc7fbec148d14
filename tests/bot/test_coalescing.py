"""Which facts are told one by one, and which together: decided without Discord or a disk."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.coalescing import MOST_SERIES, Count, Desk, Notice, Single, Summary, advance
from bot.facts import Fact
from bot.preferences import Wish
from tests.bot.facts import Clock, breach_fact, error_fact, fill_fact, reversal_fact

HOUR = timedelta(hours=1)


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


@pytest.fixture
def channel() -> Channel:
    """An empty one."""
    return Channel()


def test_a_few_are_told_one_by_one_and_the_rest_together(channel: Channel) -> None:
    """Up to three a minute, then one card."""
    for number in range(6):
        channel.tell(fill_fact(number))

    assert channel.cards == ["fill:0", "fill:1", "fill:2", "window:fill:3"]
    [window] = channel.desk.windows.values()
    assert window.tally.count == 3


def test_a_thousand_fills_an_hour_are_a_readable_channel(channel: Channel) -> None:
    """About a card in ten minutes, each edited at most every five seconds."""
    channel.tell_each([fill_fact(number) for number in range(1000)], every_seconds=3.6)

    assert len(channel.cards) <= 10
    assert len(channel.notices) <= 3600 / 5


def test_a_calm_channel_tells_each_fill(channel: Channel) -> None:
    """Three a minute for an hour."""
    channel.tell_each([fill_fact(number) for number in range(180)], every_seconds=20.1)

    assert all(isinstance(notice, Single) for notice in channel.notices)


def test_a_window_is_drawn_again_at_most_every_few_seconds(channel: Channel) -> None:
    """And then without another fact."""
    for number in range(4):
        channel.tell(fill_fact(number))
    channel.clock.pass_by(1)

    assert channel.tell(fill_fact(4)) == []
    assert not channel.desk.is_due(channel.clock())
    channel.clock.pass_by(4)
    assert channel.desk.is_due(channel.clock())
    [drawn] = channel.tell()

    assert isinstance(drawn, Count)
    assert (drawn.window.tally.count, drawn.is_over) == (2, False)
    assert not channel.desk.is_due(channel.clock())


def test_a_window_ends_and_the_next_fact_is_single_again(channel: Channel) -> None:
    """When the rush is over."""
    for number in range(5):
        channel.tell(fill_fact(number))
    channel.clock.pass_by(600)

    ended, single = channel.tell(fill_fact(5))

    assert isinstance(ended, Count)
    assert ended.is_over
    assert isinstance(single, Single)


@pytest.mark.parametrize("seconds", [-3600, 86_400])
def test_a_clock_that_jumps_holds_no_window_open(channel: Channel, seconds: float) -> None:
    """Neither for the hour that it was set back, nor for ever."""
    for number in range(5):
        channel.tell(fill_fact(number))
    channel.clock.pass_by(seconds)

    assert channel.desk.is_due(channel.clock())
    [ended] = channel.tell()

    assert isinstance(ended, Count)
    assert ended.is_over


@pytest.mark.parametrize("flag", ["is_one_legged", "is_after_halt"])
def test_what_somebody_should_look_at_is_told_on_its_own(channel: Channel, flag: str) -> None:
    """In the middle of a rush; but not a hundred times a minute."""
    for number in range(5):
        channel.tell(fill_fact(number))
    grave = [fill_fact(number, **{flag: True}) for number in range(100, 120)]

    shown = channel.tell(*grave)

    assert [key(notice) for notice in shown] == [fact.key for fact in grave[:10]]
    [window] = channel.desk.windows.values()
    assert window.tally.sums is not None
    named = (window.tally.sums.one_legged, window.tally.sums.after_halt)
    assert {found.count for found in named} == {0, 10}


def test_reversals_are_told_one_by_one_up_to_ten_a_minute(channel: Channel) -> None:
    """Then together."""
    channel.tell(*map(reversal_fact, range(30)))

    assert len(channel.cards) == 11
    assert channel.cards[-1] == "window:reversal:10"


def test_errors_of_one_kind_and_venue_are_told_together(channel: Channel) -> None:
    """Those of others are not among them."""
    channel.tell(*map(error_fact, range(30)))
    channel.tell(error_fact(30, "rejected"), error_fact(31, venue="polymarket"))

    assert channel.cards == [
        *("error:0", "error:1", "error:2"),
        "window:error:3",
        *("error:30", "error:31"),
    ]


def test_errors_that_are_each_of_another_kind_are_few_cards(channel: Channel) -> None:
    """Whatever an engine calls them."""
    facts = [error_fact(number, f"kind {number}") for number in range(1000)]

    channel.tell_each(facts, every_seconds=1)

    assert len(channel.cards) < 60
    assert len(channel.desk.windows) <= MOST_SERIES + 1
    assert len(channel.desk.paces) <= MOST_SERIES + 4


def test_a_breach_is_one_card_that_counts_its_repeats(channel: Channel) -> None:
    """Each limit has its own."""
    channel.tell(breach_fact(0))
    channel.clock.pass_by(60)
    channel.tell(breach_fact(1), breach_fact(2, "venue_exposure"))

    assert channel.cards == ["window:breach:0", "window:breach:2"]
    assert channel.desk.windows["breaches:daily_loss"].tally.count == 2


def test_what_is_missed_while_muted_is_summed_up_at_its_end(channel: Channel) -> None:
    """In one card, with whatever kinds there were."""
    channel.tell(wish=Wish(kinds=("fills", "errors"), mute=HOUR))
    channel.tell(*map(fill_fact, range(41)), error_fact(0))
    assert channel.notices == []
    channel.clock.pass_by(3600)

    assert channel.desk.is_due(channel.clock())
    [summary] = channel.tell()

    assert isinstance(summary, Summary)
    assert {kind: missed.tally.count for kind, missed in summary.missed.items()} == {
        "fills": 41,
        "errors": 1,
    }
    assert channel.desk.missed == {}


def test_a_mute_in_which_nothing_happened_ends_in_silence(channel: Channel) -> None:
    """There is nothing to tell."""
    channel.tell(wish=Wish(kinds=("fills",), mute=HOUR))
    channel.clock.pass_by(3600)

    assert channel.tell() == []


def test_a_mute_ends_what_counts_at_once(channel: Channel) -> None:
    """Its card says what it counted until then, and nothing more comes to it."""
    channel.tell(*map(fill_fact, range(5)))

    [ended] = channel.tell(wish=Wish(kinds=("fills",), mute=HOUR))

    assert isinstance(ended, Count)
    assert (ended.is_over, ended.window.tally.count) == (True, 2)
    assert channel.desk.windows == {}


def test_what_is_off_is_summed_up_when_it_is_on_again(channel: Channel) -> None:
    """However long that takes."""
    channel.tell(wish=Wish(kinds=("fills",), mode="off"))
    channel.tell(fill_fact(0), error_fact(0))
    channel.clock.pass_by(1_000_000)

    [summary] = channel.tell(wish=Wish(kinds=("fills",), mode="silent"))

    assert isinstance(summary, Summary)
    assert summary.is_silent
    assert channel.cards == ["error:0", "missed:fill:0"]


def test_a_mute_of_what_is_off_leaves_it_off(channel: Channel) -> None:
    """When its time is over."""
    channel.tell(wish=Wish(kinds=("fills",), mode="off"))
    channel.tell(wish=Wish(kinds=("fills",), mute=HOUR))
    channel.clock.pass_by(3600)

    assert channel.tell(fill_fact(0)) == []


def test_silent_notices_are_shown_without_a_sound(channel: Channel) -> None:
    """All of the kind, and of no other."""
    channel.tell(wish=Wish(kinds=("fills",), mode="silent"))
    channel.tell(*map(fill_fact, range(4)), error_fact(0))

    sounds = {key(notice): notice.is_silent for notice in channel.notices}

    assert sounds == {
        **{f"fill:{number}": True for number in range(3)},
        "error:0": False,
        "window:fill:3": True,
    }
