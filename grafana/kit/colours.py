"""Fixed colours: a venue, a limit or a state looks the same on every panel."""

from typing import Any

Override = dict[str, Any]

# Blue and yellow stay apart for colour-blind eyes; green, orange and red are kept for states.
VENUES = {"polymarket": "blue", "kalshi": "yellow", "other": "#8E8E8E"}

GOOD = "green"
WARNING = "orange"
BAD = "red"
NEUTRAL = "text"
ENTRY = "#8AB8FF"
REALIZED = "green"


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


def by_venue() -> list[Override]:
    """One colour a venue, for every series whose name begins with it."""
    return [override(f"^{venue}", color=fixed(colour)) for venue, colour in VENUES.items()]


def lower_quantile() -> Override:
    """A median is dotted, so that it stays apart from the upper quantile of the same colour."""
    return override("p50$", custom_lineStyle={"fill": "dot", "dash": [2, 4]})


def limit_line() -> Override:
    """Series named `limit …` are dashed, red, and not in the legend."""
    return override(
        "^limit",
        color=fixed(BAD),
        custom_lineStyle={"fill": "dash", "dash": [8, 6]},
        custom_lineWidth=1,
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
