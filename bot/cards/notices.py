"""Cards of what happened in the engine, one by one: fills, reversals, errors, breaches."""

from bot.cards.card import AMBER, GREEN, RED, TITLE_LIMIT, Card, Field, make_card
from bot.facts import BreachFact, ErrorFact, Fact, FillFact, ReversalFact
from bot.text import discord, length, one_line

# Units of the limits of limits.yml, as the engine reports them in a breach.
_USD = {
    "daily_loss",
    "weekly_loss",
    "monthly_loss",
    "venue_exposure",
    "contract_exposure",
    "exposure",
    "drawdown",
    "equity_usd",
}
_CENTS = {"min_net_edge", "median_slippage"}
_SECONDS = {"hedge_timeout", "feed_latency", "feed_silence"}
_RATIOS = {"error_rate", "availability"}


def fact_card(fact: Fact) -> Card:
    """The card of one fact."""
    match fact:
        case FillFact():
            return fill_card(
                fact.pair_id,
                entry_edge_cents=fact.entry_edge_cents,
                realized_edge_cents=fact.realized_edge_cents,
                pnl_cents=fact.pnl_cents,
                is_one_legged=fact.is_one_legged,
                is_after_halt=fact.is_after_halt,
            )
        case ReversalFact():
            return reversal_card(fact.reverses, reason=fact.reason)
        case ErrorFact():
            return error_card(fact.error, fact.message, venue=fact.venue)
        case BreachFact():
            return breach_card(fact.limit, fact.value, threshold=fact.threshold)
        case _:
            raise TypeError(f"no card for a {type(fact).__name__}")


def fill_card(
    pair_id: str,
    *,
    entry_edge_cents: float,
    realized_edge_cents: float,
    pnl_cents: float,
    is_one_legged: bool = False,
    is_after_halt: bool = False,
) -> Card:
    """A fill, and what became of its edge; on one leg, or after a halt, it is no success."""
    is_good = pnl_cents >= 0 and not (is_one_legged or is_after_halt)
    return make_card(
        f"{_fill_head(is_one_legged, is_after_halt)}: {discord(one_line(pair_id))}",
        f"Entry Edge: {cents(entry_edge_cents)} → Realized: {cents(realized_edge_cents)}"
        f" → PnL: {usd(pnl_cents / 100)}",
        colour=GREEN if is_good else AMBER,
    )


def _fill_head(is_one_legged: bool, is_after_halt: bool) -> str:
    if is_after_halt:
        return f"🛑 {'One-Legged ' if is_one_legged else ''}Fill After Halt"
    return "⚠️ One-Legged Fill" if is_one_legged else "✅ Fill Executed"


def reversal_card(reverses: str, *, reason: str | None = None) -> Card:
    """A fill that was undone later; `reverses` is its identity."""
    text = f"Reason: {discord(one_line(reason))}" if reason else "No reason was given."
    return make_card(f"↩️ Fill Reversed: {discord(one_line(reverses))}", text, colour=AMBER)


def error_card(kind: str, message: str, *, venue: str | None = None) -> Card:
    """An error of the engine."""
    head = f"🚨 Error ({discord(one_line(kind))})"
    text = f"{head}: {discord(one_line(message))}"
    fields = [Field(name="Venue", value=discord(one_line(venue)))] if venue else []
    if length(text) <= TITLE_LIMIT:
        return make_card(text, colour=RED, fields=fields)
    return make_card(head, text, colour=RED, fields=fields)


def breach_card(
    limit: str, value: float, *, threshold: float | None = None, body: str = ""
) -> Card:
    """A limit that the engine saw exceeded; `body` is what else there is to say, ready to show."""
    fields = []
    if threshold is not None:
        fields.append(Field(name="Limit", value=limit_value(limit, threshold)))
    return make_card(
        f"🚨 Threshold Breach: {discord(one_line(limit))} = {limit_value(limit, value)}",
        body,
        colour=RED,
        fields=fields,
    )


def limit_value(limit: str, value: float) -> str:
    """A value in its limit's own unit; a limit nobody knows has no unit."""
    if limit in _USD:
        return usd(value)
    if limit in _CENTS:
        return cents(value)
    if limit in _SECONDS:
        return f"{value:.2f} s"
    if limit in _RATIOS:
        return f"{value:.2%}"
    return f"{value:g}"


def usd(value: float) -> str:
    """Dollars as the users' guide writes them: `$1.50`, `$-50.00`."""
    return f"${_hundredths(value):,.2f}"


def cents(value: float) -> str:
    """Cents as the users' guide writes them: `3.20¢`."""
    return f"{_hundredths(value):.2f}¢"


def _hundredths(value: float) -> float:
    """Rounded, and without the sign that would make a `$-0.00`."""
    return round(value, 2) + 0.0
