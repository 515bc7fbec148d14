"""What cards that count say: short lines, whole within Discord's limits, nothing that pings."""

import pytest

from bot.cards import Card, count_card, summary_card
from bot.cards.card import EMBED_LIMIT
from bot.coalescing import Missed, Summary, Window
from bot.facts import Fact, Kind
from bot.tallies import Tally
from bot.text import length
from tests.bot.facts import NOON, breach_fact, error_fact, fill_fact, reversal_fact


def tally(*facts: Fact) -> Tally:
    """These facts counted."""
    found = Tally()
    for fact in facts:
        found = found.plus(fact)
    return found


def counted(kind: Kind, *facts: Fact, series: str = "", is_over: bool = True) -> Card:
    """The card that counts these facts."""
    window = Window(key="w", kind=kind, series=series, opened_at=NOON, tally=tally(*facts))
    return count_card(window, is_over=is_over)


def test_fills_are_counted_and_summed() -> None:
    """How many, what they came to, what was captured, the worst, what to look at, which pairs."""
    card = counted(
        "fills",
        *(fill_fact(number) for number in range(60)),
        fill_fact(60, pnl_cents=-150, pair_id="pm-3:k-4", is_one_legged=True),
        fill_fact(61, pair_id="pm-5:k-6", is_after_halt=True),
    )

    assert card.title == "💰 62 fills, $4.60 in 1 min 1 s"
    assert card.body.splitlines() == [
        "Capture: 80% of the entry edge",
        "Worst: $-1.50 pm-3:k-4",
        "⚠️ 1 on one leg: pm-3:k-4",
        "🛑 1 after a halt: pm-5:k-6",
        "60 × pm-1:k-2",
        "1 × pm-3:k-4",
        "1 × pm-5:k-6",
        "<t:1772366400:t> – <t:1772366461:t>",
    ]


@pytest.mark.parametrize(
    ("seconds", "when"),
    [(59, "at <t:1772366400:t>"), (60, "<t:1772366400:t> – <t:1772366460:t>")],
)
def test_one_minute_is_one_time(seconds: int, when: str) -> None:
    """Discord shows no seconds: from 17:06 to 17:06 would say nothing."""
    card = counted("fills", fill_fact(0), fill_fact(seconds))

    assert card.body.splitlines()[-1] == when


def test_a_window_says_until_when_it_counts() -> None:
    """While it does."""
    card = counted("fills", fill_fact(0), is_over=False)

    assert card.body.splitlines()[-1] == "-# counts on until <t:1772367000:t>"


def test_errors_are_counted_with_the_last_message() -> None:
    """Of one kind at one venue, or of many kinds."""
    one = counted("errors", *map(error_fact, range(121)), series="timeout at KALSHI")
    many = counted("errors", error_fact(0), error_fact(60, "rejected", venue=None))

    assert one.title == "🚨 Errors (timeout) at KALSHI: 121 in 2 min"
    assert one.body.splitlines()[0] == "Last: no answer 120"
    assert many.title == "🚨 Errors of many kinds: 2 in 1 min"
    assert many.body.splitlines()[:3] == [
        "1 × timeout at KALSHI",
        "1 × rejected",
        "Last: no answer 60",
    ]


def test_the_first_breach_looks_as_any_breach() -> None:
    """Its repeats change the value and are counted."""
    first = counted("breaches", breach_fact(0), series="daily_loss")
    third = counted("breaches", *map(breach_fact, range(3)), series="daily_loss")

    assert (first.title, first.body) == ("🚨 Threshold Breach: daily_loss = $-100.00", "")
    assert third.title == "🚨 Threshold Breach: daily_loss = $-102.00"
    assert third.body == "3 times in 2 s, last <t:1772366402:t>"
    assert third.fields == first.fields


def test_reversals_are_named() -> None:
    """The first of them."""
    card = counted("reversals", *map(reversal_fact, range(5)))

    assert card.title == "↩️ Fills Reversed: 5 in 4 s"
    assert card.body.splitlines()[0] == "f0, f1, f2, …"


def test_what_was_missed_is_summed_up_by_kind() -> None:
    """What matters first: how many, and what they came to."""
    fills, errors = tally(*map(fill_fact, range(41))), tally(error_fact(0))
    missed: dict[Kind, Missed] = {
        "fills": Missed(key="f", tally=fills),
        "errors": Missed(key="e", tally=errors),
    }

    card = summary_card(Summary(missed=missed, is_silent=False))

    assert card.title == "🔔 While muted: 41 fills, $4.10, 1 error"
    assert "**Errors** at <t:1772366400:t>\nLast: no answer 0" in card.body


def test_sums_are_exact() -> None:
    """Ten thousand times a tenth of a cent."""
    card = counted("fills", *(fill_fact(number, pnl_cents=0.1) for number in range(10_000)))

    assert card.title.startswith("💰 10,000 fills, $10.00 ")


@pytest.mark.parametrize("name", ["*" * 128, "@everyone", "[a](https://example.org)", "x" * 128])
def test_foreign_names_are_text_and_leave_room(name: str) -> None:
    """However long, and whatever they would do."""
    facts = [
        fill_fact(number, pair_id=f"{number}{name}"[:128], is_one_legged=True, is_after_halt=True)
        for number in range(200)
    ]

    card = counted("fills", *facts)

    assert length(card.title) + length(card.body) <= EMBED_LIMIT
    assert "@everyone" not in card.body
    assert "](" not in card.body.replace("\\]", "")
    assert "× other pairs" in card.body
