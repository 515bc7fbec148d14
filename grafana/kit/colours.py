"""Fixed colours: a venue, a limit or a state looks the same on every panel."""

from typing import Any

Override = dict[str, Any]

# Blue and yellow stay apart for colour-blind eyes; green, orange and red are kept for states.
VENUES = {"polymarket": "blue", "kalshi": "yellow", "other": "#8E8E8E"}

# Muted, so that a category is never taken for a venue or a state.
CATEGORIES = {
    "crypto": "#5EB1BF",
    "sports": "#A3BE8C",
    "finance": "#B48EAD",
    "politics": "#D08770",
    "mentions": "#E5C890",
    "tech": "#81A1C1",
    "economics": "#4C9F70",
    "culture": "#C678DD",
    "weather": "#9FD8E6",
    "geopolitics": "#BF616A",
    "other": "#8E8E8E",
}

GOOD = "green"
WARNING = "orange"
BAD = "red"
NEUTRAL = "text"
# Of a venue that was halted as ordered: neither good nor bad.
HALTED = "#6E7BD9"
OUTCOMES = {"filled": GOOD, "missed": WARNING, "small": "#8E8E8E"}
# Two shades of a colour that no venue and no state has: what was planned, what is in the tail.
PALE = "#CA95E5"
DEEP = "#8F3BB8"


def override(pattern: str, **properties: object) -> Override:
    """Properties for the series whose name matches; `_` in a keyword stands for `.`."""
    return {
        "matcher": {"id": "byRegexp", "options": f"/{pattern}/"},
        "properties": [
            {"id": name.replace("_", "."), "value": value} for name, value in properties.items()
        ],
    }


def fixed(colour: str) -> dict[str, str]:
    """A colour that does not depend on the value."""
    return {"mode": "fixed", "fixedColor": colour}


def venue_colours() -> list[Override]:
    """One colour a venue, for every series whose name begins with it."""
    return [override(f"^{venue}", color=fixed(colour)) for venue, colour in VENUES.items()]


def category_colours() -> list[Override]:
    """One colour a category, for the series of that name."""
    return [override(f"^{name}$", color=fixed(colour)) for name, colour in CATEGORIES.items()]


def outcome_colours() -> list[Override]:
    """What became of an edge."""
    return [override(f"^{name}$", color=fixed(colour)) for name, colour in OUTCOMES.items()]


def dotted(pattern: str) -> Override:
    """A median is dotted where it shares its colour with an upper quantile."""
    return override(pattern, custom_lineStyle={"fill": "dot", "dash": [2, 4]})


def quantile_colours() -> list[Override]:
    """The median is pale, what lies in a tail is deep."""
    return [override("p50$", color=fixed(PALE)), override("p(10|95|99)$", color=fixed(DEEP))]


def limit_line() -> Override:
    """Series named `limit …` are dashed, red, and not in the legend."""
    return override(
        r"^limit\b",
        color=fixed(BAD),
        custom_lineStyle={"fill": "dash", "dash": [8, 6]},
        custom_lineWidth=1,
        custom_showPoints="never",
        custom_fillOpacity=0,
        custom_hideFrom={"legend": True, "tooltip": False, "viz": False},
    )


def steps(base: str, *above: tuple[float, str]) -> dict[str, Any]:
    """Thresholds: the base colour, then a colour from each value on."""
    return {
        "mode": "absolute",
        "steps": [
            {"color": base, "value": None},
            *({"color": colour, "value": value} for value, colour in above),
        ],
    }


def above_zero() -> dict[str, Any]:
    """Thresholds of what is earned or left: below 0 is bad; no value at all has no colour."""
    return steps(NEUTRAL, (-1e12, BAD), (0, GOOD))
