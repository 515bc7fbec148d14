"""Words that halts, resumes and the list of venues share: pure functions, one line each or few."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from arbwatch.control import ALL_VENUES, EngineAck, Halt, VenueControl, Via
from bot.alertmanager_api import Matcher
from bot.cards.alerts import lasted, moment, stamp
from bot.commands.answer import Context
from bot.text import Escape, clip, one_line

_WAYS: dict[Via, str] = {
    "discord": "in Discord",
    "rest": "over REST",
    "rule": "by rule",
    "engine": "(engine)",
    "console": "at the console",
}
# A reason may have 2,000 characters; a phone shows 40 a line.
_REASON_SHOWN = 160
_ACTOR_LIMIT = 128
# The id that the bot records behind a name in Discord: for the audit trail, not for readers.
_USER_ID = re.compile(r" \(\d{17,20}\)$")
# From here on an hour alone might be that of another day.
_FAR = timedelta(hours=12)
# Where each venue's own page cancels orders.
_PAGES = {
    "kalshi": "kalshi.com, Portfolio: cancel every resting order.",
    "polymarket": "polymarket.com, Portfolio, Open orders: cancel all.",
}


def venue_name(venue: str, escape: Escape) -> str:
    """A venue or the scope of all as it is shown."""
    return "ALL VENUES" if venue == ALL_VENUES else escape(one_line(venue)).upper()


def who(actor: str, escape: Escape) -> str:
    """An actor by name."""
    return escape(plain_name(actor))


def plain_name(actor: str) -> str:
    """The same as it came."""
    return _USER_ID.sub("", one_line(actor))[:_ACTOR_LIMIT] or "unknown"


def actor(name: str) -> str:
    """Who gives an order, as the exporter takes it."""
    return one_line(name)[:_ACTOR_LIMIT] or "unknown"


def by(actor: str, via: Via, escape: Escape) -> str:
    """An actor and by which way."""
    return f"{who(actor, escape)} {_WAYS[via]}"


def halt_line(halt: Halt, now: datetime, escape: Escape) -> str:
    """One open halt: its number, why, who and since when."""
    number = f"#{halt.halt_id}" if halt.halt_id else "#– (not on disk)"
    scope = " (all venues)" if halt.scope == ALL_VENUES else ""
    reason = escape(clip(one_line(halt.reason), _REASON_SHOWN))
    return (
        f"{number}{scope} {reason}\n   {by(halt.actor, halt.via, escape)}, {since(halt.since, now)}"
    )


def clock(when: datetime, now: datetime) -> str:
    """A time as short as it is clear: with its date only where that is not today's."""
    return f"{when:%H:%M:%S} UTC" if when.date() == now.date() else moment(when)


def instant(when: datetime, context: Context) -> str:
    """A time, with its date if far from now; Discord shows it by each reader's own clock."""
    is_far = abs(when - context.now()) >= _FAR
    if context.caller.via == "discord":
        return stamp(when, "f" if is_far else "t")
    return f"{when:%Y-%m-%d %H:%M} UTC" if is_far else f"{when:%H:%M} UTC"


def since(when: datetime, now: datetime) -> str:
    """A time, and how long ago it was."""
    return f"{clock(when, now)} ({lasted(now - when)} ago)"


def orders(acks: Sequence[EngineAck]) -> str:
    """Open orders, as far as engines told: a count that one of them did not tell is no number."""
    told = [ack.open_orders for ack in acks if ack.open_orders is not None]
    if not told:
        return "open orders not told"
    least = "at least " if len(told) < len(acks) else ""
    return f"{least}{count_orders(sum(told))}"


def count_orders(count: int) -> str:
    """How many orders are open."""
    return f"{count:,} {'order' if count == 1 else 'orders'} {'still ' if count else ''}open"


def matcher_words(matcher: Matcher, escape: Escape) -> str:
    """What a silence asks of a label."""
    verb = ("is", "is not", "matches", "does not match")[
        2 * matcher.is_regex + (not matcher.is_equal)
    ]
    value = clip(one_line(matcher.value), _REASON_SHOWN) or "empty"
    return f"{escape(one_line(matcher.name))} {verb} {escape(value)}"


def by_hand(venues: Collection[str], escape: Escape) -> str:
    """What to do where a halt was not confirmed; without `venues` at every one there is."""
    pages = [
        _PAGES.get(venue, f"{venue_name(venue, escape)}: cancel every open order.")
        for venue in venues
    ] or ["At each venue cancel every open order."]
    steps = ["Stop the engine.", *pages, "Check the positions there."]
    lines = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    return "\n".join(["Do it by hand now:", *lines])


def of_scope(controls: Collection[VenueControl], scope: str) -> list[VenueControl]:
    """The venues that a scope means."""
    return [control for control in controls if scope in (control.venue, ALL_VENUES)]


def open_halts(controls: Collection[VenueControl]) -> list[Halt]:
    """Every halt once: one of all venues stands at each of them."""
    found = {(halt.halt_id, halt.scope, halt.since): halt for c in controls for halt in c.halts}
    return list(found.values())
