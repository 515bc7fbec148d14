"""What is muted, off or silent: decided without Discord or a disk."""

from datetime import timedelta

from bot.coalescing import Count, Summary
from bot.preferences import Wish
from tests.bot.facts import error_fact, fill_fact
from tests.bot.notice_channel import Channel, key

HOUR = timedelta(hours=1)


def test_what_is_missed_while_muted_is_summed_up_at_its_end() -> None:
    """In one card, with whatever kinds there were."""
    channel = Channel()
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


def test_a_mute_in_which_nothing_happened_ends_in_silence() -> None:
    """There is nothing to tell."""
    channel = Channel()
    channel.tell(wish=Wish(kinds=("fills",), mute=HOUR))
    channel.clock.pass_by(3600)

    assert channel.tell() == []


def test_a_mute_ends_what_counts_at_once() -> None:
    """Its card says what it counted until then, and nothing more comes to it."""
    channel = Channel()
    channel.tell(*map(fill_fact, range(5)))

    [ended] = channel.tell(wish=Wish(kinds=("fills",), mute=HOUR))

    assert isinstance(ended, Count)
    assert (ended.is_over, ended.window.tally.count) == (True, 2)
    assert channel.desk.windows == {}


def test_what_is_off_is_summed_up_when_it_is_on_again() -> None:
    """However long that takes."""
    channel = Channel()
    channel.tell(wish=Wish(kinds=("fills",), mode="off"))
    channel.tell(fill_fact(0), error_fact(0))
    channel.clock.pass_by(1_000_000)

    [summary] = channel.tell(wish=Wish(kinds=("fills",), mode="silent"))

    assert isinstance(summary, Summary)
    assert summary.is_silent
    assert channel.cards == ["error:0", "missed:fill:0"]


def test_a_mute_of_what_is_off_leaves_it_off() -> None:
    """When its time is over."""
    channel = Channel()
    channel.tell(wish=Wish(kinds=("fills",), mode="off"))
    channel.tell(wish=Wish(kinds=("fills",), mute=HOUR))
    channel.clock.pass_by(3600)

    assert channel.tell(fill_fact(0)) == []


def test_silent_notices_are_shown_without_a_sound() -> None:
    """All of the kind, and of no other."""
    channel = Channel()
    channel.tell(wish=Wish(kinds=("fills",), mode="silent"))
    channel.tell(*map(fill_fact, range(4)), error_fact(0))

    sounds = {key(notice): notice.is_silent for notice in channel.notices}

    assert sounds == {
        **{f"fill:{number}": True for number in range(3)},
        "error:0": False,
        "window:fill:3": True,
    }
