"""Numbers as short as a phone wants them, and the round ones that an axis shows."""

import math

_SIZES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_MINUS = "−"


def usd(amount: float, *, signed: bool = False) -> str:
    """Dollars with three digits or to the cent: $0.35, $420, $1.23k; `signed` shows a plus too."""
    shown = _short(abs(amount))
    if shown == "0":
        return "$0"
    sign = _MINUS if amount < 0 else "+" if signed else ""
    return f"{sign}${shown}"


def cents(amount: float) -> str:
    """Cents of a dollar, to the hundredth: 2.5¢."""
    shown = _short(abs(amount), pad=False)
    return f"{_MINUS if amount < 0 and shown != '0' else ''}{shown}¢"


def share(part: float, whole: float) -> str:
    """A share in percent; close to the whole with a decimal, so that 100% is never a rounding."""
    ratio = part / whole
    return f"{ratio:.1%}" if 0.99 <= ratio < 1.01 and ratio != 1 else f"{ratio:,.0%}"


def round_ticks(low: float, high: float, *, most: int = 4) -> list[float]:
    """At most `most` round numbers between two others, a hundredth apart at least."""
    step = _round_step((high - low) / most)
    first, last = math.ceil(low / step), math.floor(high / step)
    ticks = [number * step for number in range(first, last + 1)]
    return ticks if len(ticks) <= most else ticks[(first % 2) :: 2]


def _round_step(least: float) -> float:
    least = max(least, 0.01)
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def _short(amount: float, *, pad: bool = True) -> str:
    for size, letter in _SIZES:
        if amount >= size * 0.9995:
            return _digits(amount / size) + letter
    if pad and amount < 99.995:
        return "0" if amount < 0.005 else f"{amount:.2f}".removesuffix(".00")
    return _digits(amount)


def _digits(amount: float) -> str:
    places = 2 if amount < 9.995 else 1 if amount < 99.95 else 0
    shown = f"{amount:.{places}f}"
    return shown.rstrip("0").rstrip(".") if places else shown
