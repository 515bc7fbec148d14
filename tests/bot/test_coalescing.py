"""Which facts are told one by one, and which together: decided without Discord or a disk."""

import pytest

from bot.coalescing import MOST_SERIES, Count, Single
from tests.bot.facts import breach_fact, error_fact, fill_fact, reversal_fact
from tests.bot.notice_channel import Channel, key


def test_a_few_are_told_one_by_one_and_the_rest_together() -> None:
    """Up to three a minute, then one card."""
    channel = Channel()
    for number in range(6):
        channel.tell(fill_fact(number))

    assert channel.cards == ["fill:0", "fill:1", "fill:2", "window:fill:3"]
    [window] = channel.desk.windows.values()
    assert window.tally.count == 3


def test_a_thousand_fills_an_hour_are_a_readable_channel() -> None:
    """About a card in ten minutes, each edited at most every five seconds."""
    channel = Channel()
    channel.tell_each([fill_fact(number) for number in range(1000)], every_seconds=3.6)

    assert len(channel.cards) <= 10
    assert len(channel.notices) <= 3600 / 5


def test_a_calm_channel_tells_each_fill() -> None:
    """Three a minute for an hour."""
    channel = Channel()
    channel.tell_each([fill_fact(number) for number in range(180)], every_seconds=20.1)

    assert all(isinstance(notice, Single) for notice in channel.notices)


def test_a_window_is_drawn_again_at_most_every_few_seconds() -> None:
    """And then without another fact."""
    channel = Channel()
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


def test_a_window_ends_and_the_next_fact_is_single_again() -> None:
    """When the rush is over."""
    channel = Channel()
    for number in range(5):
        channel.tell(fill_fact(number))
    channel.clock.pass_by(600)

    ended, single = channel.tell(fill_fact(5))

    assert isinstance(ended, Count)
    assert ended.is_over
    assert isinstance(single, Single)


@pytest.mark.parametrize("seconds", [-3600, 86_400])
def test_a_clock_that_jumps_holds_no_window_open(seconds: float) -> None:
    """Neither for the hour that it was set back, nor for ever."""
    channel = Channel()
    for number in range(5):
        channel.tell(fill_fact(number))
    channel.clock.pass_by(seconds)

    assert channel.desk.is_due(channel.clock())
    [ended] = channel.tell()

    assert isinstance(ended, Count)
    assert ended.is_over


@pytest.mark.parametrize("flag", ["is_one_legged", "is_after_halt"])
def test_what_somebody_should_look_at_is_told_on_its_own(flag: str) -> None:
    """In the middle of a rush; but not a hundred times a minute."""
    channel = Channel()
    for number in range(5):
        channel.tell(fill_fact(number))
    grave = [fill_fact(number, **{flag: True}) for number in range(100, 120)]

    shown = channel.tell(*grave)

    assert [key(notice) for notice in shown] == [fact.key for fact in grave[:10]]
    [window] = channel.desk.windows.values()
    assert window.tally.sums is not None
    named = (window.tally.sums.one_legged, window.tally.sums.after_halt)
    assert {found.count for found in named} == {0, 10}


def test_reversals_are_told_one_by_one_up_to_ten_a_minute() -> None:
    """Then together."""
    channel = Channel()
    channel.tell(*map(reversal_fact, range(30)))

    assert len(channel.cards) == 11
    assert channel.cards[-1] == "window:reversal:10"


def test_errors_of_one_kind_and_venue_are_told_together() -> None:
    """Those of others are not among them."""
    channel = Channel()
    channel.tell(*map(error_fact, range(30)))
    channel.tell(error_fact(30, "rejected"), error_fact(31, venue="polymarket"))

    assert channel.cards == [
        *("error:0", "error:1", "error:2"),
        "window:error:3",
        *("error:30", "error:31"),
    ]


def test_errors_that_are_each_of_another_kind_are_few_cards() -> None:
    """Whatever an engine calls them."""
    channel = Channel()
    facts = [error_fact(number, f"kind {number}") for number in range(1000)]

    channel.tell_each(facts, every_seconds=1)

    assert len(channel.cards) < 60
    assert len(channel.desk.windows) <= MOST_SERIES + 1
    assert len(channel.desk.paces) <= MOST_SERIES + 4


def test_a_breach_is_one_card_that_counts_its_repeats() -> None:
    """Each limit has its own."""
    channel = Channel()
    channel.tell(breach_fact(0))
    channel.clock.pass_by(60)
    channel.tell(breach_fact(1), breach_fact(2, "venue_exposure"))

    assert channel.cards == ["window:breach:0", "window:breach:2"]
    assert channel.desk.windows["breaches:daily_loss"].tally.count == 2
