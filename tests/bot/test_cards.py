"""Cards say what happened, in the words of the users' guide, within Discord's limits."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import Field, breach_card, error_card, fill_card, make_card
from bot.cards.alerts import lasted
from bot.cards.card import AMBER
from bot.gateway.delivery import embed
from tests.fakes.discord.limits import message_faults


def test_a_fill_shows_what_became_of_its_edge() -> None:
    """Entry, realized and P&L in the guide's words."""
    card = fill_card("pm-1:k-2", entry_edge_cents=3.2, realized_edge_cents=2.5, pnl_cents=150)

    assert card.title == "✅ Fill Executed: pm-1:k-2"
    assert card.body == "Entry Edge: 3.20¢ → Realized: 2.50¢ → PnL: $1.50"


def test_an_error_shows_its_kind_and_message() -> None:
    """In one line, and with the venue when it is known."""
    card = error_card("execution_timeout", "no answer in 2 s", venue="kalshi")

    assert card.title == "🚨 Error (execution_timeout): no answer in 2 s"
    assert card.fields == (Field(name="Venue", value="kalshi"),)


def test_a_long_error_is_told_in_full() -> None:
    """A message too long for a title stands in the body."""
    card = error_card("other", "x" * 1500)

    assert card.title == "🚨 Error (other)"
    assert card.body.endswith("x" * 1500)


@pytest.mark.parametrize(
    ("limit", "value", "shown"),
    [
        ("daily_loss", -50.0, "$-50.00"),
        ("venue_exposure", 5200.0, "$5,200.00"),
        ("feed_latency", 2.5, "2.50 s"),
        ("error_rate", 0.031, "3.10%"),
        ("median_slippage", 0.55, "0.55¢"),
        ("concurrent_pairs", 9.0, "9"),
        ("of_my_own", 1.25, "1.25"),
    ],
)
def test_a_breach_is_told_in_its_own_unit(limit: str, value: float, shown: str) -> None:
    """Dollars only where the limit is in dollars."""
    assert breach_card(limit, value).title == f"🚨 Threshold Breach: {limit} = {shown}"


@pytest.mark.parametrize(
    ("duration", "shown"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=-5), "0 s"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=1, minutes=5, seconds=9), "1 h 5 min"),
        (timedelta(days=3, hours=2), "3 d 2 h"),
    ],
)
def test_durations_in_two_units(duration: timedelta, shown: str) -> None:
    """The two largest, without empty ones; a clock that stepped back gives no negative time."""
    assert lasted(duration) == shown


@settings(deadline=None)
@given(st.text(min_size=1, max_size=3), st.integers(1, 5000), st.integers(0, 40))
def test_no_card_is_over_a_limit(text: str, repeat: int, fields: int) -> None:
    """Whatever goes in, Discord takes what comes out."""
    long = text * repeat
    card = make_card(
        long,
        long,
        fields=[Field(name=long, value=long)] * fields,
        content=long,
    )

    sent = {"content": card.content, "embeds": [embed(card, "aw-" + "0" * 18).to_dict()]}
    assert message_faults(sent) == []


def test_fields_left_out_are_counted() -> None:
    """The last field says how many are missing."""
    fields = [Field(name=f"f{number}", value="v") for number in range(40)]

    card = make_card("title", fields=fields)

    assert card.fields[-1] == Field(name="…", value="and 16 more")
    assert len(card.fields) == 25


def test_a_fill_on_one_leg_is_no_success() -> None:
    """It says so at once, in the colour of a warning, whatever it earned."""
    card = fill_card(
        "p", entry_edge_cents=2, realized_edge_cents=2, pnl_cents=10, is_one_legged=True
    )

    assert card.title == "⚠️ One-Legged Fill: p"
    assert card.colour == AMBER
