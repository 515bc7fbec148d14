"""Cards that count: many facts on one, and what was missed while notices were off."""

from collections.abc import Sequence

from bot.cards.alerts import lasted, stamp
from bot.cards.card import AMBER, BLUE, BODY_LIMIT, GREEN, RED, Card, make_card
from bot.cards.notices import breach_card, usd
from bot.coalescing import Missed, Summary, Window
from bot.facts import Kind
from bot.tallies import Named, Sums, Tally
from bot.text import clip, discord, join, one_line

_MICRO_USD = 1_000_000
_SHOWN = 3  # a phone shows about ten lines of a card
_TEXT_SHOWN = 300  # of an error's message
_WORDS: dict[Kind, tuple[str, str]] = {
    "fills": ("fill", "fills"),
    "reversals": ("fill reversed", "fills reversed"),
    "errors": ("error", "errors"),
    "breaches": ("breach", "breaches"),
}


def count_card(window: Window, *, is_over: bool) -> Card:
    """What a window counted; while it goes on it says until when."""
    tally = window.tally
    if window.kind == "breaches" and window.series:
        return _breaches(window.series, tally)
    lines = _lines(window.kind, tally)
    lines.append(_when(tally))
    if not is_over:
        lines.append(f"-# counts on until {stamp(window.closes_at)}")
    return make_card(_title(window), "\n".join(lines), colour=_colour(window.kind, tally))


def summary_card(summary: Summary) -> Card:
    """What was missed, in a line a kind, and what to know of it."""
    counts = ", ".join(_counted(kind, missed.tally) for kind, missed in summary.missed.items())
    parts = [_part(kind, missed) for kind, missed in summary.missed.items()]
    body = join(parts[0], parts[1:], limit=BODY_LIMIT)
    return make_card(f"🔔 While muted: {counts}", body, colour=BLUE)


def _part(kind: Kind, missed: Missed) -> str:
    head = [f"**{kind.capitalize()}** {_when(missed.tally)}"]
    return "\n".join([*head, *_lines(kind, missed.tally)])


def _title(window: Window) -> str:
    tally = window.tally
    span = _span(tally)
    match window.kind:
        case "fills":
            return f"💰 {_counted('fills', tally)}{span}"
        case "reversals":
            return f"↩️ Fills Reversed: {tally.count:,}{span}"
        case "errors":
            return f"🚨 Errors {_of(window.series)}: {tally.count:,}{span}"
        case "breaches":
            return f"🚨 Threshold Breaches: {tally.count:,}{span}"


def _of(series: str) -> str:
    """`(timeout) at POLYMARKET`, or many kinds."""
    if not series:
        return "of many kinds"
    error, _, venue = (discord(one_line(part)) for part in series.partition(" at "))
    return f"({error}) at {venue}" if venue else f"({error})"


def _breaches(limit: str, tally: Tally) -> Card:
    """Of one limit: as the first one, with the last value, and how often it was exceeded."""
    assert isinstance(tally.last, float)
    body = "" if tally.count == 1 else f"{tally.count:,} times{_span(tally)}, last {_last(tally)}"
    return breach_card(limit, tally.last, threshold=tally.threshold, body=body)


def _lines(kind: Kind, tally: Tally) -> list[str]:
    """What to know of facts of a kind."""
    if tally.sums is not None:
        return [*_of_fills(tally.sums), *_most(tally, "pairs")]
    match kind:
        case "errors":
            message = discord(clip(one_line(str(tally.last)), _TEXT_SHOWN))
            return [*(_most(tally, "kinds") if len(tally.subjects) > 1 else ()), f"Last: {message}"]
        case "breaches":
            return _most(tally, "limits")
        case _:
            return [_names(Named(count=tally.count, names=tuple(tally.subjects)))]


def _of_fills(sums: Sums) -> list[str]:
    capture = "" if sums.capture is None else f"Capture: {sums.capture:.0%} of the entry edge"
    worst = f"Worst: {usd(sums.worst_pnl / _MICRO_USD)} {discord(one_line(sums.worst))}"
    return [
        *([capture] if capture else []),
        worst,
        *_grave("⚠️", "on one leg", sums.one_legged),
        *_grave("🛑", "after a halt", sums.after_halt),
    ]


def _grave(icon: str, what: str, named: Named) -> list[str]:
    """How many of a sort that somebody should look at, and the first of them."""
    return [f"{icon} {named.count:,} {what}: {_names(named)}"] if named.count else []


def _names(named: Named) -> str:
    shown = [discord(one_line(name)) for name in named.names[:_SHOWN]]
    return ", ".join([*shown, "…"] if named.count > len(shown) else shown)


def _most(tally: Tally, what: str) -> list[str]:
    """The subjects of the most facts, one a line, and how many others there are."""
    if len(tally.subjects) < 2 and not tally.unnamed:
        return [f"All of {discord(one_line(name))}" for name in tally.subjects]
    most: Sequence[tuple[str, int]] = tally.most
    lines = [f"{count:,} × {discord(one_line(name))}" for name, count in most[:_SHOWN]]
    rest = tally.count - sum(count for _, count in most[:_SHOWN])
    return [*lines, f"{rest:,} × other {what}"] if rest else lines


def _counted(kind: Kind, tally: Tally) -> str:
    """`41 fills, $12.30`, `1 error`."""
    count = f"{tally.count:,} {_WORDS[kind][tally.count != 1]}"
    if tally.sums is None:
        return count
    return f"{count}, {usd(tally.sums.pnl / _MICRO_USD)}"


def _span(tally: Tally) -> str:
    """How long it took, as far as it took any time."""
    if tally.first_at is None or tally.last_at is None:
        return ""
    span = tally.last_at - tally.first_at
    return f" in {lasted(span)}" if span.total_seconds() >= 1 else ""


def _when(tally: Tally) -> str:
    """From when to when, as far as a clock without seconds shows it."""
    if tally.first_at is None or tally.last_at is None:
        return ""
    first, last = stamp(tally.first_at), stamp(tally.last_at)
    minutes = {int(when.timestamp()) // 60 for when in (tally.first_at, tally.last_at)}
    return f"at {first}" if len(minutes) == 1 else f"{first} – {last}"


def _last(tally: Tally) -> str:
    return stamp(tally.last_at) if tally.last_at else ""


def _colour(kind: Kind, tally: Tally) -> int:
    if kind != "fills":
        return AMBER if kind == "reversals" else RED
    sums = tally.sums or Sums()
    is_grave = sums.one_legged.count or sums.after_halt.count
    return AMBER if is_grave or sums.pnl < 0 else GREEN
